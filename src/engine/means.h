// SPDX-License-Identifier: Apache-2.0
// The mean of each channel of an image, kept on the device.
#pragma once

#include "core/dispatch.h"
#include "engine/each.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Partial sums of one channel: threads of a GPU take neighbouring pixels in turn, those of a CPU a stretch each.
struct SumPart {
  const char* data;
  DType dtype;
  std::int64_t pixels;
  std::int64_t channels;
  std::int64_t parts;
  double* sums;

  HD void operator()(std::int64_t task) const {
    const std::int64_t part = task % parts, channel = task / parts;
#ifdef OPSIN_TARGET_CUDA
    const std::int64_t first = part, step = parts, end = pixels;
#else
    const std::int64_t share = (pixels + parts - 1) / parts;
    const std::int64_t first = part * share, step = 1, end = first + share < pixels ? first + share : pixels;
#endif
    double sum = 0;
    with_storage<double>(dtype, [&]<class T>(Tag<T>) {
      const T* values = reinterpret_cast<const T*>(data);
      for (std::int64_t i = first; i < end; i += step) sum += load_as<double>(values + i * channels + channel);
    });
    sums[task] = sum;
  }
};

/// Sums of `width` neighbours, divided.
struct SumNeighbours {
  const double* from;
  std::int64_t width;
  double divisor;
  double* to;

  HD void operator()(std::int64_t i) const {
    double sum = 0;
    for (std::int64_t k = 0; k < width; ++k) sum += from[i * width + k];
    to[i] = sum / divisor;
  }
};

/// float64, one for each element of the last axis of a C-contiguous real image.
inline Array channel_means(const Array& image) {
  constexpr std::int64_t side = 256, parts = side * side;
  const std::int64_t channels = image.shape(image.ndim() - 1);
  const std::int64_t pixels = channels > 0 ? image.size() / channels : 0;
  const auto scratch = [&](std::int64_t n) { return Array::empty({n}, DType::float64, image.device()); };
  const Array sums = scratch(channels * parts), fewer = scratch(channels * side), means = scratch(channels);
  double* const at[3] = {sums.mutable_data_as<double>(), fewer.mutable_data_as<double>(),
                         means.mutable_data_as<double>()};
  each(channels * parts, side,
       SumPart{static_cast<const char*>(image.data()), image.dtype(), pixels, channels, parts, at[0]});
  each(channels * side, side, SumNeighbours{at[0], side, 1, at[1]});
  each(channels, side, SumNeighbours{at[1], side, static_cast<double>(pixels), at[2]});
  return means;
}

}  // namespace opsin::OPSIN_TARGET::engine
