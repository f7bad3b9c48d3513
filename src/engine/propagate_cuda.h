// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/propagate.h. Where each step has its opposite and none is longer than one element, the spreading
// is a flood (engine/hysteresis.h). Otherwise a thread looks at its element's neighbours, in place and over and over.
// Elements change one way only, so that the order of threads does not matter.
#pragma once

#include "core/device_api.h"
#include "engine/each.h"
#include "engine/hysteresis.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {

struct Spread {
  std::uint8_t* truth;
  const std::uint8_t* may;
  std::int64_t shape[max_ndim];
  int ndim;
  const Offset* offsets;
  int count;
  std::uint8_t spreading;
  int* changed;
  /// Element i takes the spreading value where one of its neighbours has it.
  __device__ void operator()(std::int64_t i) const {
    volatile std::uint8_t* image = truth;
    if (image[i] == spreading || (may && !may[i])) return;
    std::int64_t at[max_ndim];
    std::int64_t rest = i;
    for (int a = ndim - 1; a >= 0; --a) {
      at[a] = rest % shape[a];
      rest /= shape[a];
    }
    for (int k = 0; k < count; ++k) {
      std::int64_t index = 0;
      bool inside = true;
      for (int a = 0; a < ndim; ++a) {
        const std::int64_t c = at[a] + offsets[k][a];
        inside = inside && c >= 0 && c < shape[a];
        index = index * shape[a] + c;
      }
      if (inside && image[index] == spreading) {
        image[i] = spreading;
        *changed = 1;
        return;
      }
    }
  }
};

/// What the flood starts from and where it may go.
struct SpreadState {
  const std::uint8_t* truth;
  const std::uint8_t* may;
  std::uint8_t spreading;
  __device__ std::uint8_t operator()(std::int64_t i) const {
    const bool is_open = may == nullptr || may[i] != 0;
    return truth[i] == spreading ? weak | strong : is_open ? weak : 0;
  }
  __device__ FourWords sixteen(std::int64_t i) const {
    FourWords found = *reinterpret_cast<const FourWords*>(truth + i), open{};
    if (may != nullptr) open = *reinterpret_cast<const FourWords*>(may + i);
    for (int k = 0; k < 4; ++k) {
      const std::uint32_t start = spreading ? found.word[k] : found.word[k] ^ 0x01010101u;
      const std::uint32_t way = may == nullptr ? 0x01010101u : __vsetne4(open.word[k], 0);
      found.word[k] = start << 1 | start | way;
    }
    return found;
  }
  bool wide() const { return is_wide(truth) && is_wide(may); }
};

inline bool is_flood(const std::vector<Offset>& offsets) {
  return std::all_of(offsets.begin(), offsets.end(), [&](const Offset& o) {
    return std::all_of(o.begin(), o.end(), [](std::int64_t d) { return d >= -1 && d <= 1; }) &&
           std::find(offsets.begin(), offsets.end(), opposite(o)) != offsets.end();
  });
}

inline void propagate(const Array& image, const std::vector<Offset>& offsets, std::uint8_t spreading,
                      const Array& mask) {
  if (image.ndim() <= 6 && is_flood(offsets)) {
    const std::uint8_t* const may = mask.defined() ? mask.data_as<std::uint8_t>() : nullptr;
    // From few seeds: from the edges of 4096 x 4096 elements of noise, 30 sweeps.
    constexpr int sweeps = 32;
    return flood(image, SpreadState{image.data_as<std::uint8_t>(), may, spreading}, offsets, spreading, sweeps);
  }
  core::check<CudaError>(!core::device_api().is_capturing(current_stream()), "ndimage",
                         "iterations < 1 waits for the device, which cannot be captured into a graph");
  const Array where = on_device(offsets, image.device());
  Spread f{};
  f.truth = image.mutable_data_as<std::uint8_t>();
  f.may = mask.defined() ? mask.data_as<std::uint8_t>() : nullptr;
  f.ndim = image.ndim();
  for (int a = 0; a < f.ndim; ++a) f.shape[a] = image.shape(a);
  f.offsets = static_cast<const Offset*>(where.data());
  f.count = static_cast<int>(offsets.size());
  f.spreading = spreading;
  constexpr int rounds = 16;
  for (;;) {
    // The last round of a batch alone has to find nothing: it would find what an earlier one missed.
    Array changed;
    for (int i = 0; i < rounds; ++i) {
      if (i == 0 || i + 1 == rounds) changed = Array::zeros({1}, DType::int32, image.device());
      f.changed = changed.mutable_data_as<int>();
      each(image.size(), 1, f);
    }
    if (changed.item() == 0) return;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
