// SPDX-License-Identifier: Apache-2.0
// The mean of each channel of an image, kept on the device.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/dispatch.h"
#include "engine/each.h"
#include "engine/sums.h"
#include "engine/total.h"
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
  const std::int64_t channels = image.shape(image.ndim() - 1);
  const std::int64_t pixels = channels > 0 ? image.size() / channels : 0;
  const auto scratch = [&](std::int64_t n) { return Array::empty({n}, DType::float64, image.device()); };
  const Array means = scratch(channels);
  const auto finish = [&](const double* from, std::int64_t width) {
    each(channels, 256, SumNeighbours{from, width, static_cast<double>(pixels), means.mutable_data_as<double>()});
    return means;
  };
  if (channels == 1) {
    const Array sum = sums<double, 1, 1>({image.reshape({pixels})}, Itself{});
    return finish(sum.data_as<double>(), 1);
  }
  // Neighbouring parts are added up twice, as many as there are; a part has at least 64 pixels.
  const auto side = static_cast<std::int64_t>(std::clamp(std::sqrt(static_cast<double>(pixels) / 64), 1.0, 256.0));
  const Array parts = scratch(channels * side * side), fewer = scratch(channels * side);
  each(channels * side * side, side,
       SumPart{static_cast<const char*>(image.data()), image.dtype(), pixels, channels, side * side,
               parts.mutable_data_as<double>()});
  each(channels * side, side, SumNeighbours{parts.data_as<double>(), side, 1, fewer.mutable_data_as<double>()});
  return finish(fewer.data_as<double>(), side);
}

}  // namespace opsin::OPSIN_TARGET::engine
