// SPDX-License-Identifier: Apache-2.0
// Order statistics of neighbourhoods: the element of a given rank under a footprint.
//
// Elements are compared as unsigned keys of their own size, so one text does for every dtype: signed integers have
// their sign bit flipped, floats are mapped in the order of their values with every NaN above +inf.
//
// Small windows go through selection networks, whose parts neighbouring windows share (A. Adams, "Fast median filters
// using separable sorting networks", 2021; L. Sugy, "Fast median filter using hierarchical tiling", 2025): boxes whose
// medians are asked for through their own, and on CUDA all others through lists of the least elements (order_least.h).
// Bytes under a box go through histograms of columns (S. Perreault and P. Hebert, "Median filtering in constant time",
// 2007).
// Everything else goes through ranks: the elements of a tile are sorted once, and a window is a set of bits, one for
// each rank, that changes by what enters and what leaves as the window moves (B. Weiss, "Fast median and bilateral
// filtering", 2006).
#pragma once

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

/// The element of rank `rank` (0: the least) of those that the footprint shows.
struct Selection {
  std::vector<Offset> elements;  // in C order, at least one
  std::int64_t rank = 0;
  Border border = Border::reflect;
  double cval = 0;
};

/// How the bits of an element become a key.
template <class K>
struct OrderKey {
  K flip{};            // bits of an integer to flip
  K infinity{};        // of floats, the bits of +inf; 0 for integers
  bool truth = false;  // any nonzero byte is 1 first
};

template <class K>
inline constexpr K high_bit = static_cast<K>(K(1) << (8 * sizeof(K) - 1));

/// Calls f(Tag<K>, OrderKey<K>) with the unsigned type of a real dtype's size; not for float16.
template <class F>
decltype(auto) with_order_keys(DType t, F&& f) {
  return with_bits(itemsize(t), [&]<class K>(opsin::OPSIN_TARGET::Tag<K>) {
    OrderKey<K> key;
    if (t == DType::float32) key.infinity = static_cast<K>(0x7f800000U);
    if (t == DType::float64) key.infinity = static_cast<K>(0x7ff0000000000000U);
    key.flip = is_signed(t) && key.infinity == 0 ? high_bit<K> : K(0);
    key.truth = t == DType::boolean;
    return f(Tag<K>{}, key);
  });
}

template <class K>
HD K to_order_key(K x, const OrderKey<K>& key) {
  const K integer = static_cast<K>((key.truth ? K(x != 0) : x) ^ key.flip);
  if constexpr (sizeof(K) < 4) {
    return integer;  // There are no floats of that size.
  } else {
    // No branches: loads of many elements go ahead of what is done with them.
    constexpr K high = high_bit<K>;
    const bool nan = static_cast<K>(x & static_cast<K>(~high)) > key.infinity;
    const K number = nan ? static_cast<K>(~K(0)) : static_cast<K>(x & high ? ~x : x | high);
    return key.infinity == 0 ? integer : number;
  }
}

template <class K>
HD K from_order_key(K k, const OrderKey<K>& key) {
  if (key.infinity == 0) return static_cast<K>(k ^ key.flip);
  constexpr K high = high_bit<K>;
  return static_cast<K>(k & high ? k ^ high : ~k);
}

/// The elements of a footprint in one plane of the last two axes: rows and columns from the reach's corner.
struct ReachPlane {
  Offset offset{};  // along the other axes
  std::vector<std::array<std::int64_t, 2>> at;
};

/// What a footprint reaches.
struct Reach {
  std::vector<ReachPlane> planes;
  std::int64_t top = 0, left = 0;  // offset of the corner
  std::int64_t rows = 1, columns = 1;
  std::int64_t count = 0;  // elements
  bool full = false;       // every plane shows the whole rectangle

  std::int64_t plane_count() const { return static_cast<std::int64_t>(planes.size()); }
};

/// `elements` in C order, not empty; ndim >= 2.
inline Reach reach_of(const std::vector<Offset>& elements, int ndim) {
  const auto y = static_cast<std::size_t>(ndim - 2);
  const std::size_t x = y + 1;
  Reach r;
  r.top = elements[0][y];
  r.left = elements[0][x];
  std::int64_t bottom = r.top, right = r.left;
  for (const Offset& e : elements) {
    r.top = std::min(r.top, e[y]);
    bottom = std::max(bottom, e[y]);
    r.left = std::min(r.left, e[x]);
    right = std::max(right, e[x]);
  }
  r.rows = bottom - r.top + 1;
  r.columns = right - r.left + 1;
  r.count = static_cast<std::int64_t>(elements.size());
  for (const Offset& e : elements) {
    if (r.planes.empty() || !std::equal(e.begin(), e.begin() + ndim - 2, r.planes.back().offset.begin())) {
      r.planes.push_back({e, {}});
    }
    r.planes.back().at.push_back({e[y] - r.top, e[x] - r.left});
  }
  r.full = r.count == r.plane_count() * r.rows * r.columns;
  return r;
}

/// Both arrays are C-contiguous, of one shape with at least two axes and some elements, of one dtype with keys of type
/// K, and do not overlap.
template <class K>
struct OrderJob {
  const Array& out;
  const Array& image;
  const Reach& reach;
  std::int64_t rank;
  Border border;
  double cval;
  OrderKey<K> key;
};

/// Compiled once per key type, in order_per_bits.cpp and order_network_per_bits.cpp.
template <class K>
void order_of_footprint(const OrderJob<K>& job);
/// Medians of boxes that have a network of their own; false for any other job.
template <class K>
bool order_by_network(const OrderJob<K>& job);
/// Boxes whose counts fit; false for any other job.
bool order_by_histogram(const OrderJob<std::uint8_t>& job);

/// The same for arrays of any number of axes, and none.
inline void order_filter(const Array& out, const Array& image, const Selection& s) {
  Extents shape = image.shape();
  std::vector<Offset> elements = s.elements;
  while (shape.size() < 2) {
    shape.insert(0, 1);
    for (Offset& e : elements) std::rotate(e.begin(), e.end() - 1, e.end());
  }
  const Array to = out.reshape(shape), from = image.reshape(shape);
  const Reach reach = reach_of(elements, shape.size());
  with_order_keys(image.dtype(), [&]<class K>(opsin::OPSIN_TARGET::Tag<K>, const OrderKey<K>& key) {
    order_of_footprint<K>({to, from, reach, s.rank, s.border, s.cval, key});
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
