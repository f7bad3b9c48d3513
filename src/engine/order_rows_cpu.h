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

template <class K>
void load_order_keys(K* to, const K* from, std::int64_t n, const OrderKey<K>& key) {
  using V = Vec<K>;
  const V zero(K(0)), one(K(1));
  if (key.infinity != 0) {
    const V high(high_bit<K>), ones(static_cast<K>(~K(0))), rest(static_cast<K>(~high_bit<K>)), infinity(key.infinity);
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      const V v = V::load(from + x, n - x);
      const V mapped = v ^ pick((v & high) == zero, high, ones);
      pick((v & rest) > infinity, ones, mapped).store(to + x);
    }
    return;
  }
  const V flip(key.flip);
  for (std::int64_t x = 0; x < n; x += V::lanes) {
    V v = V::load(from + x, n - x);
    if (key.truth) v = pick(v == zero, zero, one);
    (v ^ flip).store(to + x);
  }
}

/// n elements from keys. Whole vectors are read, n elements written.
template <class K>
void store_order_keys(K* to, const K* from, std::int64_t n, const OrderKey<K>& key) {
  using V = Vec<K>;
  const V zero(K(0)), high(high_bit<K>), ones(static_cast<K>(~K(0))), flip(key.flip);
  for (std::int64_t x = 0; x < n; x += V::lanes) {
    const V k = V::load(from + x);
    const V bits = key.infinity == 0 ? k ^ flip : k ^ pick((k & high) == zero, ones, high);
    bits.store(to + x, n - x);
  }
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

  /// Keys of rows `row` ... row + rows - 1 of the reach of (plane, y0, x0), for each plane of the footprint: `columns`
  /// of them from the reach's left edge on, `line` apart.
  void load(K* to, std::int64_t line, std::int64_t plane, std::int64_t y0, std::int64_t x0, std::int64_t rows,
            std::int64_t columns) const {
    for (const ReachPlane& p : reach.planes) {
      const std::int64_t source = met_index(shape_, shape_.size() - 2, plane, p.offset.data(), border_);
      for (std::int64_t r = 0; r < rows; ++r, to += line) {
        const std::int64_t at = source < 0 ? -1 : border_index(y0 + reach.top + r, height, border_);
        if (at < 0) {
          std::fill_n(to, columns, constant_);
        } else {
          load_row(to, image_ + (source * height + at) * width, x0 + reach.left, columns);
        }
      }
    }
  }

  K* out_row(std::int64_t plane, std::int64_t y) const { return out_ + (plane * height + y) * width; }

  const Reach& reach;
  const OrderKey<K>& key;
  const std::int64_t rank;

 private:
  void load_row(K* to, const K* from, std::int64_t first, std::int64_t count) const {
    const std::int64_t begin = std::clamp<std::int64_t>(-first, 0, count);
    const std::int64_t end = std::clamp<std::int64_t>(width - first, begin, count);
    if (end > begin) load_order_keys(to + begin, from + first + begin, end - begin, key);
    const auto beyond = [&](std::int64_t i) {
      const std::int64_t at = border_index(first + i, width, border_);
      to[i] = at < 0 ? constant_ : to_order_key(from[at], key);
    };
    for (std::int64_t i = 0; i < begin; ++i) beyond(i);
    for (std::int64_t i = end; i < count; ++i) beyond(i);
  }

  K* out_;
  const K* image_;
  const Extents& shape_;
  Border border_;
  K constant_;

 public:
  const std::int64_t height, width, planes;
};

}  // namespace opsin::OPSIN_TARGET::engine
