// SPDX-License-Identifier: Apache-2.0
// Extremes of neighbourhoods: the least or the greatest element under a box or a flat footprint.
//
// Elements are compared as keys: the least key is wanted always, and a key is the element with some bits flipped. So
// signed integers, maxima and bool need no code of their own. A window of n elements is made of overlapping windows of
// 1, 4, 16, ... elements (doubling, two levels at once). A footprint is cut into its runs along the last axis (Urbach
// and Wilkinson, "Efficient 2-D grayscale morphological transformations with arbitrary flat structuring elements",
// 2008): runs of one length share a table of running extremes.
//
// NaN is what SciPy makes of it. Under a footprint the result is NaN where the footprint's first element meets one, and
// other NaN do not count. Along an axis it is what its queue of candidates leaves, which depends on the whole line: an
// image with NaN goes through that queue.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "core/border.h"
#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// out[i] = extreme of in[i + first] ... in[i + first + size - 1] along an axis.
struct Window {
  int axis = 0;
  std::int64_t size = 1;
  std::int64_t first = 0;
  Border border = Border::reflect;
};

/// The offset of one element of a footprint, along every axis of the image.
using Offset = std::array<std::int64_t, max_ndim>;

/// Index, over the first `axes` axes in C order, of what lies `offset` away from `index`; -1 where that shows the
/// constant border.
template <class Shape, class Distance>
HD std::int64_t met_index(const Shape& shape, int axes, std::int64_t index, const Distance& offset, Border border) {
  std::int64_t met = 0, step = 1;
  for (int a = axes - 1; a >= 0; --a) {
    const std::int64_t at = border_index(index % shape[a] + offset[a], shape[a], border);
    if (at < 0) return -1;
    met += at * step;
    index /= shape[a];
    step *= shape[a];
  }
  return met;
}

/// Runs of one length: where each begins, relative to the corner of what the footprint reaches.
struct ChordGroup {
  std::int64_t length = 0;
  std::vector<std::array<std::int64_t, 2>> starts;  // row, column
};

/// The runs in one plane of the last two axes, by ascending length.
struct ChordPlane {
  Offset offset{};  // along the other axes
  std::vector<ChordGroup> groups;
};

struct Chords {
  std::vector<ChordPlane> planes;
  std::int64_t top = 0, left = 0;      // offset of the corner
  std::int64_t rows = 1, columns = 1;  // what the footprint reaches
  Offset first{};                      // the footprint's first element
};

/// `elements` in C order, not empty; ndim >= 2.
inline Chords chords_of(const std::vector<Offset>& elements, int ndim) {
  const auto y = static_cast<std::size_t>(ndim - 2);
  const std::size_t x = y + 1;
  Chords chords;
  chords.first = elements.front();
  std::int64_t bottom = elements[0][y], right = elements[0][x];
  chords.top = bottom;
  chords.left = right;
  for (const Offset& e : elements) {
    chords.top = std::min(chords.top, e[y]);
    bottom = std::max(bottom, e[y]);
    chords.left = std::min(chords.left, e[x]);
    right = std::max(right, e[x]);
  }
  chords.rows = bottom - chords.top + 1;
  chords.columns = right - chords.left + 1;
  std::map<std::int64_t, ChordGroup> groups;
  const auto close_plane = [&] {
    for (auto& [length, group] : groups) chords.planes.back().groups.push_back(std::move(group));
    groups.clear();
  };
  for (std::size_t i = 0; i < elements.size();) {
    const Offset& e = elements[i];
    if (chords.planes.empty() || !std::equal(e.begin(), e.begin() + ndim - 2, chords.planes.back().offset.begin())) {
      if (!chords.planes.empty()) close_plane();
      chords.planes.push_back({e, {}});
    }
    std::size_t end = i + 1;
    while (end < elements.size() && std::equal(e.begin(), e.begin() + ndim - 1, elements[end].begin()) &&
           elements[end][x] == elements[end - 1][x] + 1) {
      ++end;
    }
    const auto length = static_cast<std::int64_t>(end - i);
    ChordGroup& group = groups[length];
    group.length = length;
    group.starts.push_back({e[y] - chords.top, e[x] - chords.left});
    i = end;
  }
  close_plane();
  return chords;
}

/// An element that is true or false: a byte of memory, a bit where extremes are made.
struct Bit {};

/// What an element is in memory.
template <class T>
struct StoredOf {
  using type = T;
};
template <>
struct StoredOf<Bit> {
  using type = std::uint8_t;
};
template <class T>
using Stored = typename StoredOf<T>::type;

/// How elements become keys of the same type.
template <class T>
struct KeyOf {
  T flip{};            // bits to flip
  bool truth = false;  // of bytes: any that is not zero is 1 first
};
template <>
struct KeyOf<Bit> {
  bool flip = false;
};

/// What goes into the output: the extreme r, or what it makes of other images. Integers wrap, truths differ.
enum class Finish : std::uint8_t {
  none,
  subtracted_from,  // a - r
  less,             // r - a
  laplace           // a + r - b - b
};

/// The other images: C-contiguous, of the output's shape and dtype, and they do not overlap it.
struct Finished {
  Finish by = Finish::none;
  Array a = {}, b = {};
};

template <class T>
const Stored<T>* finished_with(const Array& other) {
  return other.defined() ? static_cast<const Stored<T>*>(other.data()) : nullptr;
}

template <class V>
HD V finish_one(Finish by, V r, V a, V b) {
  if (by == Finish::subtracted_from) return static_cast<V>(a - r);
  if (by == Finish::less) return static_cast<V>(r - a);
  return static_cast<V>(a + r - b - b);
}

/// The i-th output.
template <class T>
HD T finished_at(Finish by, T r, const T* a, const T* b, std::int64_t i) {
  if (by == Finish::none) return r;
  return finish_one(by, r, a[i], by == Finish::laplace ? b[i] : T{});
}

/// Calls f(Tag<T>, KeyOf<T>) with the element type of a dtype of at most 32 bits or float64.
template <class F>
decltype(auto) with_keys(DType t, bool minimum, F&& f) {
  const auto integer = [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
    const T high = is_signed(t) ? static_cast<T>(T(1) << (8 * sizeof(T) - 1)) : T(0);
    return f(Tag<T>{}, KeyOf<T>{static_cast<T>(minimum ? high : static_cast<T>(~high))});
  };
  switch (t) {
    case DType::boolean: return f(Tag<Bit>{}, KeyOf<Bit>{!minimum});
    case DType::uint8:
    case DType::int8: return integer(Tag<std::uint8_t>{});
    case DType::uint16:
    case DType::int16: return integer(Tag<std::uint16_t>{});
    case DType::uint32:
    case DType::int32: return integer(Tag<std::uint32_t>{});
    case DType::float32: return f(Tag<float>{}, KeyOf<float>{minimum ? 0.0f : -0.0f});
    default: break;
  }
  core::check<TypeError>(t == DType::float64, "extreme", "no elements of dtype ", t);
  return f(Tag<double>{}, KeyOf<double>{minimum ? 0.0 : -0.0});
}

/// The constant beyond the edges, as an element.
template <class T>
T constant_of(DType t, double cval) {
  return with_storage<double>(t, [&]<class S>(opsin::OPSIN_TARGET::Tag<S>) -> T {
    if constexpr (sizeof(S) == sizeof(T)) {
      return std::bit_cast<T>(store_as<S>(cval));
    } else {
      return T{};
    }
  });
}

/// One element as a key; NaN as the greatest one, so that it never is the least.
template <class T>
HD T to_key(T x, const KeyOf<T>& key) {
  if constexpr (std::is_floating_point_v<T>) {
    const T y = std::signbit(key.flip) ? -x : x;
    return y == y ? y : std::numeric_limits<T>::infinity();
  } else {
    return static_cast<T>(x ^ key.flip);
  }
}

template <class T>
HD T from_key(T k, const KeyOf<T>& key) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::signbit(key.flip) ? -k : k;
  } else {
    return static_cast<T>(k ^ key.flip);
  }
}

/// Both arrays are C-contiguous, of one shape and dtype (at most 32 bits or float64), and do not overlap. The windows
/// stand in SciPy's order of axes. Compiled once per element type, in extreme_per_element.cpp.
template <class T>
void extreme_of_box(const Array& out, const Array& image, const std::vector<Window>& windows, double cval, bool minimum,
                    const KeyOf<T>& key, const Finished& finished = {});
template <class T>
void extreme_of_footprint(const Array& out, const Array& image, const Chords& chords, Border border, double cval,
                          const KeyOf<T>& key, const Finished& finished = {});

}  // namespace opsin::OPSIN_TARGET::engine
