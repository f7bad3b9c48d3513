// SPDX-License-Identifier: Apache-2.0
// The image of a rank filter on CUDA, with a frame as wide as the footprint reaches: what lies outside the image or the
// mask has a value of its own there, so that no kernel looks at edges or at the mask.
#pragma once

#include "engine/each.h"
#include "engine/rank_pixels_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// Where things lie in a framed image of Value.
template <class Value>
struct RankFrame {
  const Value* framed;
  std::int64_t planes, rows, columns;  // of the image
  std::int64_t height, width;          // of a framed plane

  __device__ std::int64_t size() const { return planes * rows * columns; }
  /// What the element under the footprint's least offsets is for an element of the image.
  __device__ const Value* corner(std::int64_t plane, std::int64_t row, std::int64_t column) const {
    return framed + (plane * height + row) * width + column;
  }
};

/// The value of what lies outside, and how many bits the others have.
template <class Value>
inline constexpr int rank_bits = sizeof(Value) == 2 ? 8 : 16;
template <class Value>
inline constexpr Value rank_outside = Value(1) << rank_bits<Value>;

template <class Value>
struct FrameRank {
  Value* to;
  RankPixels pixels;
  std::int64_t least[3], height, width;

  __device__ void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const std::int64_t plane = line / height;
    const RankRow row = pixels.row(plane + least[0], line - plane * height + least[1], begin + least[2]);
    for (std::int64_t i = begin; i < end; ++i) {
      const int value = row.at(static_cast<int>(i - begin));
      to[line * width + i] = value < 0 ? rank_outside<Value> : static_cast<Value>(value);
    }
  }
};

/// A framed image and the footprint in it; the arrays live as long as the kernels' work is queued.
template <class Value>
struct FramedRank {
  Array memory, offsets;
  RankFrame<Value> frame;
  std::vector<std::int64_t> at;  // the footprint's elements, from the corner

  explicit FramedRank(const RankWindow& w) {
    const Extents& shape = w.image.shape();
    const Extents framed{shape[0] + w.span(0) - 1, shape[1] + w.span(1) - 1, shape[2] + w.span(2) - 1};
    memory = Array::empty(framed, dtype_of<Value>, w.image.device());
    const FrameRank<Value> f{
        memory.mutable_data_as<Value>(), RankPixels(w), {w.least[0], w.least[1], w.least[2]}, framed[1], framed[2]};
    engine::each_span(framed[0] * framed[1], framed[2], f);
    frame = {f.to, shape[0], shape[1], shape[2], f.height, f.width};
    for (const RankOffset& o : w.offsets) {
      at.push_back(((o[0] - w.least[0]) * f.height + o[1] - w.least[1]) * f.width + o[2] - w.least[2]);
    }
    offsets = on_device(at, w.image.device());
  }

  const std::int64_t* offsets_data() const { return static_cast<const std::int64_t*>(offsets.data()); }
};

/// The image's own value of an element.
__device__ __forceinline__ int rank_value(const void* image, DType dtype, std::int64_t index) {
  if (dtype == DType::uint8) return static_cast<const std::uint8_t*>(image)[index];
  return static_cast<const std::uint16_t*>(image)[index];
}

}  // namespace opsin::OPSIN_TARGET::engine
