// SPDX-License-Identifier: Apache-2.0
#include "feature/symmetric.h"

#include "engine/each.h"
#include "engine/eigen.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

/// N (N + 1) / 2 values to N.
struct Closed {
  template <class V, int K, int N>
  HD void operator()(const V (&in)[K], V (&out)[N]) const {
    if constexpr (N == 1) {
      out[0] = in[0];
    } else {
      engine::symmetric_eigenvalues(in, out);
    }
  }
};

template <int N, class C>
void closed_form(const Array& out, const std::vector<Array>& elements) {
  constexpr std::size_t count = N * (N + 1) / 2;
  std::array<Array, count> in;
  std::array<Array, N> to;
  for (std::size_t i = 0; i < count; ++i) in[i] = elements[i];
  for (int k = 0; k < N; ++k) {
    const Array one = out.slice(0, k, 1);
    Extents shape = one.shape();
    Extents strides = one.strides();
    shape.erase(0);
    strides.erase(0);
    to[static_cast<std::size_t>(k)] =
        Array::view_of(one.mutable_data(), shape, strides, out.dtype(), out.device(), one.buffer());
  }
  engine::pointwise<C, static_cast<int>(count), N>(to, in, Closed{});
}

/// Cyclic Jacobi rotations on a matrix of up to 8 x 8 in float64: converges quadratically, six sweeps are plenty.
template <class C>
struct Jacobi {
  const C* element[max_ndim * (max_ndim + 1) / 2];
  C* out;
  std::int64_t size;
  int n;

  HD void operator()(std::int64_t at) const {
    double a[max_ndim][max_ndim];
    int k = 0;
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) a[i][j] = a[j][i] = element[k++][at];
    }
    for (int sweep = 0; sweep < 12; ++sweep) {
      double off = 0, all = 0;
      for (int i = 0; i < n; ++i) {
        all += a[i][i] * a[i][i];
        for (int j = i + 1; j < n; ++j) off += a[i][j] * a[i][j];
      }
      if (!(off > 1e-34 * all)) break;
      for (int i = 0; i < n; ++i) {
        for (int j = i + 1; j < n; ++j) rotate(a, i, j);
      }
    }
    // By insertion, greatest first.
    double e[max_ndim];
    for (int i = 0; i < n; ++i) {
      const double value = a[i][i];
      int to = i;
      for (; to > 0 && e[to - 1] < value; --to) e[to] = e[to - 1];
      e[to] = value;
    }
    for (int i = 0; i < n; ++i) out[i * size + at] = static_cast<C>(e[i]);
  }

  HD void rotate(double (&a)[max_ndim][max_ndim], int i, int j) const {
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
};

template <class C>
void by_rotations(const Array& out, const std::vector<Array>& elements, int n) {
  core::check(n <= max_ndim, "eigenvalues", "matrices larger than 8 x 8 are not supported");
  Jacobi<C> jacobi{};
  std::vector<Array> held;
  for (int i = 0; i < n * (n + 1) / 2; ++i) {
    held.push_back(elements[static_cast<std::size_t>(i)].astype(dtype_of<C>).contiguous());
    jacobi.element[i] = held.back().template data_as<C>();
  }
  jacobi.out = out.mutable_data_as<C>();
  jacobi.size = out.size() / n;
  jacobi.n = n;
  engine::each(jacobi.size, 256, jacobi);
}

}  // namespace

template <class C>
void eigenvalues_of(const Array& out, const std::vector<Array>& elements, int n) {
  switch (n) {
    case 1: return closed_form<1, C>(out, elements);
    case 2: return closed_form<2, C>(out, elements);
    case 3: return closed_form<3, C>(out, elements);
    default: return by_rotations<C>(out, elements, n);
  }
}

template void eigenvalues_of<OPSIN_REAL>(const Array&, const std::vector<Array>&, int);

}  // namespace opsin::OPSIN_TARGET::feature
