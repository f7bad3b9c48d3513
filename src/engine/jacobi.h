// SPDX-License-Identifier: Apache-2.0
// Eigenvalues of a symmetric matrix of up to 8 x 8 by Jacobi rotations, in float64.
#pragma once

#include "core/math.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

HD void jacobi_rotation(double (&a)[max_ndim][max_ndim], int n, int i, int j) {
  if (a[i][j] == 0) return;
  const double theta = (a[j][j] - a[i][i]) / (2 * a[i][j]);
  const double t = (theta < 0 ? -1 : 1) / (abs(theta) + sqrt(theta * theta + 1));
  const double c = 1 / sqrt(t * t + 1);
  const double s = t * c;
  for (int k = 0; k < n; ++k) {
    const double x = a[k][i], y = a[k][j];
    a[k][i] = c * x - s * y;
    a[k][j] = s * x + c * y;
  }
  for (int k = 0; k < n; ++k) {
    const double x = a[i][k], y = a[j][k];
    a[i][k] = c * x - s * y;
    a[j][k] = s * x + c * y;
  }
}

/// e[0] ... e[n - 1], greatest first; `a` is used up. Converges quadratically: six sweeps are plenty.
HD void jacobi_eigenvalues(double (&a)[max_ndim][max_ndim], int n, double* e) {
  for (int sweep = 0; sweep < 12; ++sweep) {
    double off = 0, all = 0;
    for (int i = 0; i < n; ++i) {
      all += a[i][i] * a[i][i];
      for (int j = i + 1; j < n; ++j) off += a[i][j] * a[i][j];
    }
    if (!(off > 1e-34 * all)) break;
    for (int i = 0; i < n; ++i) {
      for (int j = i + 1; j < n; ++j) jacobi_rotation(a, n, i, j);
    }
  }
  // By insertion.
  for (int i = 0; i < n; ++i) {
    const double value = a[i][i];
    int to = i;
    for (; to > 0 && e[to - 1] < value; --to) e[to] = e[to - 1];
    e[to] = value;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
