// SPDX-License-Identifier: Apache-2.0
// What the CPU's engines of extremes do beside extremes: differences from other images, a row at a time while it is in
// the cache, and truths, which go as bytes.
#pragma once

#include "core/simd.h"
#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

/// `count` outputs, which are extremes, with the other images' elements from `at` on.
template <class T>
void finish_row(T* out, const Finished& finished, bool truth, std::int64_t at, std::int64_t count) {
  using V = Vec<T>;
  const T* const a = finished_with<T>(finished.a) + at;
  const T* const b = finished.by == Finish::laplace ? finished_with<T>(finished.b) + at : a;
  const auto each = [&](const auto& f) {
    for (std::int64_t i = 0; i < count; i += V::lanes) {
      const std::int64_t n = count - i;
      f(V::load(out + i, n), V::load(a + i, n), V::load(b + i, n)).store(out + i, n);
    }
  };
  if (truth) {
    each([](V r, V x, V) { return r ^ x; });
  } else if (finished.by == Finish::subtracted_from) {
    each([](V r, V x, V) { return x - r; });
  } else if (finished.by == Finish::less) {
    each([](V r, V x, V) { return r - x; });
  } else {
    each([](V r, V x, V y) { return x + r - y - y; });
  }
}

/// Truths go as bytes.
inline KeyOf<std::uint8_t> as_bytes(const KeyOf<Bit>& key) {
  return {static_cast<std::uint8_t>(key.flip ? 0xff : 0), true};
}

// For those of bits, which are not to compile them once more.
extern template void extreme_of_box<std::uint8_t>(const Array&, const Array&, const std::vector<Window>&, double, bool,
                                                  const KeyOf<std::uint8_t>&, const Finished&);
extern template void extreme_of_footprint<std::uint8_t>(const Array&, const Array&, const Chords&, Border, double,
                                                        const KeyOf<std::uint8_t>&, const Finished&);

}  // namespace opsin::OPSIN_TARGET::engine
