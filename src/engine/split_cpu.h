// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/split.h.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Vectors of float64, from as many elements of C.
template <class C>
Vec<double> promoted(hn::Vec<hn::Rebind<C, Vec<double>::Tag>> x) {
  if constexpr (std::is_same_v<C, double>) {
    return {x};
  } else {
    return {hn::PromoteTo(Vec<double>::Tag(), x)};
  }
}

/// Of the n elements at p.
template <class C>
SplitSums split_line(const C* p, std::int64_t n, C origin, double level, bool finite) {
  using V = Vec<double>;
  const hn::Rebind<C, V::Tag> narrow;
  const auto from = hn::Set(narrow, origin);
  // Without `finite`, nothing is beyond the bound.
  const double infinity = std::numeric_limits<double>::infinity();
  const V zero, one(1.0), t(level), bound(finite ? std::numeric_limits<double>::max() : infinity);
  V above, below, count_above, count_below;
  std::int64_t i = 0;
  for (; i + V::lanes <= n; i += V::lanes) {
    const V v = promoted<C>(hn::Sub(hn::LoadU(narrow, p + i), from));
    const auto is_above = (v > t) & (v <= bound);
    const auto is_below = (v <= t) & (v >= -bound);
    above += pick(is_above, v, zero);
    below += pick(is_below, v, zero);
    count_above += pick(is_above, one, zero);
    count_below += pick(is_below, one, zero);
  }
  alignas(64) double lanes[4][V::lanes];
  above.store(lanes[0]);
  below.store(lanes[1]);
  count_above.store(lanes[2]);
  count_below.store(lanes[3]);
  SplitSums sums{};
  for (int k = 0; k < V::lanes; ++k) {
    sums += {lanes[0][k], lanes[1][k], static_cast<std::int64_t>(lanes[2][k]), static_cast<std::int64_t>(lanes[3][k])};
  }
  for (; i < n; ++i) {
    const C v = p[i] - origin;
    if (!finite || v - v == 0) sums.add(v, level);
  }
  return sums;
}

/// The sums over an image. make() gives each task a worker of its own, called as worker(values, n, last) for pieces one
/// after the other; they are added up in the order of the image.
template <class C, class Make>
SplitSums sum_of_pieces(const Array& image, const Make& make) {
  constexpr std::int64_t piece = 1 << 12;
  const std::int64_t n = image.size();
  const auto item = static_cast<std::int64_t>(itemsize(image.dtype()));
  std::vector<SplitSums> parts(static_cast<std::size_t>((n + piece - 1) / piece));
  core::parallel_for(static_cast<std::int64_t>(parts.size()), 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<C> buffer(piece);
    auto&& worker = make();
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t m = std::min(piece, n - k * piece);
      const auto* from = image.data_as<std::byte>() + k * piece * item;
      const bool direct = image.dtype() == dtype_of<C>;
      if (!direct) load_line(buffer.data(), from, image.dtype(), item, m, Scaling{});
      parts[static_cast<std::size_t>(k)] =
          worker(direct ? reinterpret_cast<const C*>(from) : buffer.data(), m, k + 1 == end);
    }
  });
  SplitSums sums{};
  for (const SplitSums& part : parts) sums += part;
  return sums;
}

template <class C, class F>
void iterate_split(const Array& image, int passes, bool finite, const F& f) {
  for (int pass = 0; pass < passes && !f.over(); ++pass) {
    const C origin = f.origin();
    const double level = f.level();
    f.next(sum_of_pieces<C>(image, [&] {
      return [&](const C* values, std::int64_t n, bool) { return split_line(values, n, origin, level, finite); };
    }));
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
