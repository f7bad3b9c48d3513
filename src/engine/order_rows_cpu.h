// SPDX-License-Identifier: Apache-2.0
// What the CPU ways of engine/order.h share: rows of keys with what lies beyond the edges.
#pragma once

#include "core/simd.h"
#include "engine/order.h"
#include "engine/scratch_cpu.h"
#include "engine/tile_cut_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Room for a line of n keys, past whose end four whole vectors may be read and written.
template <class K>
std::int64_t order_line(std::int64_t n) {
  return (n + 256 / static_cast<std::int64_t>(sizeof(K)) + 63) / 64 * 64;
}

/// Whole vectors of elements to keys and back.
template <class K>
class VectorKeys {
 public:
  using V = Vec<K>;
  explicit VectorKeys(const OrderKey<K>& key) : key_(key), flip_(key.flip), infinity_(key.infinity) {}

  /// Whether the elements are their keys.
  bool same() const { return key_.infinity == 0 && key_.flip == 0 && !key_.truth; }

  HD V of(V v) const {
    if (key_.infinity == 0) {
      if (key_.truth) v = pick(v == V(K(0)), V(K(0)), V(K(1)));
      return v ^ flip_;
    }
    // Without a sign, what is compared is in the range of signed integers as well, which AVX2 compares in one step.
    const auto above =
        hn::Gt(hn::BitCast(Signed(), (v & V(static_cast<K>(~high_bit<K>))).v), hn::BitCast(Signed(), infinity_.v));
    const V mapped(hn::Xor(v.v, hn::Or(negative(v), V(high_bit<K>).v)));
    return {hn::Or(mapped.v, hn::BitCast(typename V::Tag(), hn::VecFromMask(Signed(), above)))};
  }

  HD V elements(V k) const {
    if (key_.infinity == 0) return k ^ flip_;
    return {hn::Xor(k.v, hn::Or(hn::Not(negative(k)), V(high_bit<K>).v))};
  }

 private:
  using Signed = hn::RebindToSigned<typename V::Tag>;

  /// All bits of the elements whose highest one is set.
  HD static auto negative(V v) {
    return hn::BitCast(typename V::Tag(), hn::BroadcastSignBit(hn::BitCast(Signed(), v.v)));
  }

  const OrderKey<K>& key_;
  V flip_, infinity_;
};

template <class K>
void load_order_keys(K* to, const K* from, std::int64_t n, const OrderKey<K>& key) {
  using V = Vec<K>;
  const VectorKeys<K> keys(key);
  for (std::int64_t x = 0; x < n; x += V::lanes) keys.of(V::load(from + x, n - x)).store(to + x);
}

/// n elements from keys. Whole vectors are read, n elements written.
template <class K>
void store_order_keys(K* to, const K* from, std::int64_t n, const OrderKey<K>& key) {
  using V = Vec<K>;
  const VectorKeys<K> keys(key);
  for (std::int64_t x = 0; x < n; x += V::lanes) keys.elements(V::load(from + x)).store(to + x, n - x);
}

/// An image as planes of rows, and what a footprint shows of them.
template <class K>
class OrderImage {
 public:
  explicit OrderImage(const OrderJob<K>& job)
      : reach(job.reach),
        key(job.key),
        rank(job.rank),
        out_(job.out.template mutable_data_as<K>()),
        image_(job.image.template data_as<K>()),
        shape_(job.image.shape()),
        border_(job.border),
        constant_(to_order_key(constant_of<K>(job.image.dtype(), job.cval), key)),
        height(shape_[shape_.size() - 2]),
        width(shape_[shape_.size() - 1]),
        planes(shape_.product() / (height * width)) {}

  /// Keys of rows 0 ... rows - 1 of the reach of (plane, y0, x0), for each plane of the footprint: `columns` of them
  /// from the reach's left edge on, `line` apart.
  void load(K* to, std::int64_t line, std::int64_t plane, std::int64_t y0, std::int64_t x0, std::int64_t rows,
            std::int64_t columns) const {
    each_row(plane, y0, rows, [&](const K* row) {
      load_row(to, row, x0, columns);
      to += line;
    });
  }

  /// f(row) for those rows in that order: where they begin in the image, or null beyond its edges.
  template <class F>
  void each_row(std::int64_t plane, std::int64_t y0, std::int64_t rows, const F& f) const {
    for (const ReachPlane& p : reach.planes) {
      const std::int64_t source = met_index(shape_, shape_.size() - 2, plane, p.offset.data(), border_);
      for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t at = source < 0 ? -1 : border_index(y0 + reach.top + r, height, border_);
        f(at < 0 ? nullptr : image_ + (source * height + at) * width);
      }
    }
  }

  /// Of one of them, `columns` keys from the reach's left edge at x0 on.
  void load_row(K* to, const K* row, std::int64_t x0, std::int64_t columns) const {
    if (row == nullptr) {
      std::fill_n(to, columns, constant_);
      return;
    }
    const std::int64_t first = x0 + reach.left;
    const std::int64_t begin = std::clamp<std::int64_t>(-first, 0, columns);
    const std::int64_t end = std::clamp<std::int64_t>(width - first, begin, columns);
    if (end > begin) load_order_keys(to + begin, row + first + begin, end - begin, key);
    const auto beyond = [&](std::int64_t i) {
      const std::int64_t at = border_index(first + i, width, border_);
      to[i] = at < 0 ? constant_ : to_order_key(row[at], key);
    };
    for (std::int64_t i = 0; i < begin; ++i) beyond(i);
    for (std::int64_t i = end; i < columns; ++i) beyond(i);
  }

  K* out_row(std::int64_t plane, std::int64_t y) const { return out_ + (plane * height + y) * width; }

  const Reach& reach;
  const OrderKey<K>& key;
  const std::int64_t rank;

 private:
  K* out_;
  const K* image_;
  const Extents& shape_;
  Border border_;
  K constant_;

 public:
  const std::int64_t height, width, planes;
};

}  // namespace opsin::OPSIN_TARGET::engine
