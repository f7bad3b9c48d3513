// SPDX-License-Identifier: Apache-2.0
// Structural similarity of two images without channels, once for each number type.
#pragma once

#include <optional>

#include "core/math.h"
#include "engine/taps.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::metrics {

struct SimilarityTask {
  Array a, b;            // C-contiguous, of one shape, of one axis at least
  bool windowed = true;  // false: images of no axes, which have nothing around them
  int size = 7;          // of a uniform window
  std::optional<opsin::engine::Taps> gaussian;
  std::int64_t margin = 3;  // elements that close to an edge do not count for the mean
  double cov_norm = 1;
  double c1 = 0;
  double c2 = 0;
  Array full, gradient;    // C-contiguous, of the compute type, or not defined
  double* mean = nullptr;  // holds 0

  int radius() const { return gaussian ? gaussian->size() / 2 : size / 2; }
  /// Elements that count.
  double count() const {
    double n = 1;
    for (const std::int64_t length : a.shape()) n *= static_cast<double>(length - 2 * margin);
    return n;
  }
};

/// Images of two axes and windows of at most engine::most_moments_radius; no gradient.
template <class C>
void similarity_in_plane(const SimilarityTask& task);

/// Any images, one axis after the other.
template <class C>
void similarity_by_axes(const SimilarityTask& task);

/// The index from the means of a, b, a a, b b and a b.
template <class V>
struct SimilarityTerms {
  V ux, uy, a1, a2, b1, b2, d, s;

  HD SimilarityTerms(const V (&m)[5], double cov_norm, double c1, double c2) {
    using C = Element<V>;
    const V norm = broadcast<V>(static_cast<C>(cov_norm));
    const V two = broadcast<V>(C(2));
    ux = m[0];
    uy = m[1];
    const V vx = norm * (m[2] - ux * ux);
    const V vy = norm * (m[3] - uy * uy);
    const V vxy = norm * (m[4] - ux * uy);
    a1 = two * ux * uy + broadcast<V>(static_cast<C>(c1));
    a2 = two * vxy + broadcast<V>(static_cast<C>(c2));
    b1 = ux * ux + uy * uy + broadcast<V>(static_cast<C>(c1));
    b2 = vx + vy + broadcast<V>(static_cast<C>(c2));
    d = b1 * b2;
    s = quotient(a1 * a2, d);
  }
};

struct Similarity {
  double cov_norm, c1, c2;

  template <class V>
  HD void operator()(const V (&m)[5], V (&out)[1]) const {
    out[0] = SimilarityTerms<V>(m, cov_norm, c1, c2).s;
  }
};

/// Adds a share of the mean.
struct AddMean {
  double* mean;
  double count;

  template <class T>
  HD void operator()(const T& totals) const {
    *mean += totals.sum[0] / count;
  }
};

}  // namespace opsin::OPSIN_TARGET::metrics
