// SPDX-License-Identifier: Apache-2.0
// Windows of any length along one axis on CUDA, by van Herk's two running extremes: the line, with what lies beyond its
// ends, is cut into blocks as long as the window, so that a window is the end of one block and the beginning of the
// next.
#pragma once

#include "engine/each.h"
#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

/// Lines of (outer, n, inner), each with what lies beyond its ends.
template <class T>
struct LongLines {
  const T* image;
  T* suffix;
  T* out;
  std::int64_t n, inner, size, first, blocks;
  Border border;
  KeyOf<T> key;
  T constant;
  std::uint8_t* met_nan;
  Finish finish;
  const T* a;
  const T* b;

  __device__ T extended(const T* line, std::int64_t i) const {
    const std::int64_t at = border_index(i + first, n, border);
    const T value = at < 0 ? constant : line[at * inner];
    if (std::is_floating_point_v<T> && met_nan != nullptr && value != value) *met_nan = 1;
    return to_key(value, key);
  }
};

/// i counts (outer, block, inner). suffix[k] = extreme from k to the end of its block.
template <class T>
struct LongSuffix {
  LongLines<T> l;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t line = i / l.inner / l.blocks * l.n * l.inner + i % l.inner;
    const std::int64_t begin = i / l.inner % l.blocks * l.size;
    const std::int64_t most = l.n + l.size - 1;
    T least{};
    for (std::int64_t k = (begin + l.size < most ? begin + l.size : most) - 1, last = k; k >= begin; --k) {
      const T value = l.extended(l.image + line, k);
      least = k == last || value < least ? value : least;
      if (k < l.n) l.suffix[line + k * l.inner] = least;
    }
  }
};

template <class T>
struct LongPrefix {
  LongLines<T> l;
  __device__ void operator()(std::int64_t i) const {
    const std::int64_t line = i / l.inner / l.blocks * l.n * l.inner + i % l.inner;
    const std::int64_t begin = i / l.inner % l.blocks * l.size;
    T least{};
    for (std::int64_t k = begin; k < begin + l.size && k < l.n + l.size - 1; ++k) {
      const T value = l.extended(l.image + line, k);
      least = k == begin || value < least ? value : least;
      const std::int64_t made = k - (l.size - 1);
      if (made < 0) continue;
      const T other = l.suffix[line + made * l.inner];
      const std::int64_t to = line + made * l.inner;
      const T value_made = from_key(other < least ? other : least, l.key);
      l.out[to] = finished_at(l.finish, value_made, l.a, l.b, to);
    }
  }
};

/// One axis of (outer, n, inner).
template <class T>
void long_window(const Array& out, const Array& image, std::int64_t outer, std::int64_t n, std::int64_t inner,
                 const Window& w, const KeyOf<T>& key, T constant, std::uint8_t* met_nan, const Finished& finished) {
  const Array suffix = Array::empty(out.shape(), out.dtype(), out.device());
  LongLines<T> l{image.data_as<T>(),
                 suffix.mutable_data_as<T>(),
                 out.mutable_data_as<T>(),
                 n,
                 inner,
                 w.size,
                 w.first,
                 0,
                 w.border,
                 key,
                 constant,
                 met_nan,
                 finished.by,
                 finished_with<T>(finished.a),
                 finished_with<T>(finished.b)};
  l.blocks = (n + w.size - 1) / w.size;
  each(outer * l.blocks * inner, 1, LongSuffix<T>{l});
  l.blocks = (n + 2 * (w.size - 1)) / w.size;
  each(outer * l.blocks * inner, 1, LongPrefix<T>{l});
}

}  // namespace opsin::OPSIN_TARGET::engine
