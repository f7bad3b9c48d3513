// SPDX-License-Identifier: Apache-2.0
// What the kernels of extremes that stream down an image share: the image, the result, how bands are cut, and NaN.
#pragma once

#include "core/cuda/launch.h"
#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr std::int64_t most_stream_axis = 1 << 29;

template <class T>
struct ExtremeImage {
  const Stored<T>* image;
  Stored<T>* out;
  Finish finish;
  const Stored<T>* a;
  const Stored<T>* b;
  int height, width;
  int leading;  // axes before the last two
  std::int64_t shape[max_ndim - 2];
  Border borders[max_ndim];
  int strip, strips;  // columns of a strip that are made
  int band, bands;
  bool wide_in, wide_out;  // a lane's elements are one access
  bool mends;              // puts NaN where the footprint's first element meets one
  KeyOf<T> key;
  Stored<T> constant;
  Offset first;
  std::uint8_t* met_nan;  // where kernels say that they met NaN; or null

  /// The last two axes.
  void set_plane(std::int64_t rows, std::int64_t columns) {
    core::check(std::max(rows, columns) < most_stream_axis, "extreme", "an axis of the image is too long");
    height = static_cast<int>(rows);
    width = static_cast<int>(columns);
  }

  void set_output(const Array& to, Finish by, const Finished& finished, int aligned) {
    const auto wide = [&](const void* data) {
      return width * static_cast<std::int64_t>(sizeof(Stored<T>)) % aligned == 0 &&
             reinterpret_cast<std::uintptr_t>(data) % static_cast<std::uintptr_t>(aligned) == 0;
    };
    out = static_cast<Stored<T>*>(to.mutable_data());
    finish = by;
    wide_in = wide(image);
    wide_out = wide(out);
    if (by != Finish::none) {
      a = finished_with<T>(finished.a);
      b = finished_with<T>(finished.b);
      wide_out = wide_out && wide(a) && wide(b);
    }
  }

  /// Bands of the rows, `together` of them to a warp, for `images` images; `before` more lines begin each. A
  /// multiprocessor's scheduler with few warps waits for each line, one with many for their instructions: a line takes
  /// as long as its warps' number and `waits` more together, and many short bands repeat more lines than few long ones.
  void set_bands(std::int64_t images, int before, int together, int waits = 2) {
    const std::int64_t schedulers = 4 * static_cast<std::int64_t>(cuda::multiprocessors());
    const std::int64_t most = (height + together - 1) / together;
    double least = std::numeric_limits<double>::infinity();
    for (std::int64_t warps = 1; warps <= 12; ++warps) {
      const std::int64_t groups = std::clamp<std::int64_t>(warps * schedulers / (strips * images), 1, most);
      const auto rows = static_cast<int>((height + groups * together - 1) / (groups * together));
      const int count = (height + rows - 1) / rows;
      const std::int64_t of_scheduler =
          (images * strips * ((count + together - 1) / together) + schedulers - 1) / schedulers;
      const double cost = static_cast<double>(rows + before) * static_cast<double>(waits + of_scheduler);
      if (cost < least) {
        least = cost;
        band = rows;
        bands = count;
      }
    }
  }
};

/// A flag that is set where NaN is met; null where nobody asks. It is a new one, zero, unless there are some.
inline std::uint8_t* flag_of_nan(Array* met_nan, Device device) {
  if (met_nan == nullptr) return nullptr;
  if (!met_nan->defined()) *met_nan = Array::zeros({1}, DType::uint8, device);
  return met_nan->mutable_data_as<std::uint8_t>();
}

/// NaN where the footprint's first element meets one, among `count` outputs from column x on.
template <class T>
__device__ __noinline__ void mend_nan(const ExtremeImage<T>& p, std::int64_t image, int y, int x, int count) {
  const std::int64_t source = met_index(p.shape, p.leading, image, p.first, p.borders[0]);
  const auto row = border_index(y + p.first[static_cast<std::size_t>(p.leading)], std::int64_t{p.height}, p.borders[0]);
  for (int i = 0; i < count; ++i) {
    const auto at =
        border_index(x + i + p.first[static_cast<std::size_t>(p.leading) + 1], std::int64_t{p.width}, p.borders[0]);
    const T element = source < 0 || row < 0 || at < 0 ? p.constant : p.image[(source * p.height + row) * p.width + at];
    if (element != element) p.out[(image * p.height + y) * p.width + x + i] = element;
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
