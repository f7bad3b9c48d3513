// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

/// |b - a|, or (b + a) / 2; binary16 images are computed in binary16, as NumPy does.
struct Compare {
  bool blend;
  bool through_half;

  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    V y = blend ? in[1] + in[0] : abs(in[1] - in[0]);
    if constexpr (std::is_same_v<Element<V>, float>) {
      if (through_half) y = round_to_half(y);
    }
    out[0] = blend ? broadcast<V>(Element<V>(0.5)) * y : y;
  }
};

DType float_of(DType t) { return is_floating(t) ? t : DType::float64; }

template <class F>
void with_float(bool wide, F&& f) {
  if (wide) return f(Tag<double>{});
  f(Tag<float>{});
}

void copy_as_float(const Array& out, const Array& image) {
  const bool wide = float_of(image.dtype()) == DType::float64 || out.dtype() == DType::float64;
  with_float(wide, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 1, 1>({out}, {image}, engine::Unchanged{}, {scaling_to_unit(image.dtype())});
  });
}

/// Every other tile from (first, first) on, as a 4-d view: tile row, row in the tile, tile column, column in the tile.
Array tiles_of(const Array& image, const std::array<std::int64_t, 2>& tiles, std::int64_t first) {
  Extents shape;
  Extents strides;
  for (int axis = 0; axis < 2; ++axis) {
    const std::int64_t size = image.shape(axis) / tiles[axis];
    const std::int64_t stride = image.strides()[axis];
    for (const std::int64_t n : {(tiles[axis] + 1 - first) / 2, size}) shape.push_back(n);
    for (const std::int64_t step : {2 * size * stride, stride}) strides.push_back(step);
  }
  // slice() gives the first tile's address.
  const Array corner =
      image.slice(0, first * (image.shape(0) / tiles[0]), 1).slice(1, first * (image.shape(1) / tiles[1]), 1);
  return Array::view_of(corner.mutable_data(), shape, strides, image.dtype(), image.device(), image.buffer());
}

/// Tiles of equal size from the first corner on; what is left over at the far edges shows image1.
Array checkerboard(const Array& image0, const Array& image1, const std::array<std::int64_t, 2>& tiles) {
  core::check_plain(image0.ndim() == 2, "Images must be 2-dimensional to be compared with the checkerboard method.");
  core::check(tiles[0] != 0 && tiles[1] != 0, "util.compare_images", "n_tiles must not be 0");
  const Array out = core::empty_result(image0.shape(), float_of(image0.dtype()), image0.device());
  copy_as_float(out, image1);
  for (std::int64_t parity = 0; parity < 2; ++parity) {
    if (tiles[0] <= parity || tiles[1] <= parity) continue;
    const Array to = tiles_of(out, tiles, parity);
    if (to.size() > 0) copy_as_float(to, tiles_of(image0, tiles, parity));
  }
  return out;
}

}  // namespace

Array compare_images(const Array& image0, const Array& image1, const opsin::util::CompareImagesOptions& o) {
  using Method = opsin::util::CompareImagesOptions::Method;
  core::check_plain(image0.shape() == image1.shape(), "Images must have the same shape.");
  for (const Array& image : {image0, image1}) {
    core::check_plain(!is_complex(image.dtype()), "Cannot convert from ", image.dtype(), " to float64.");
  }
  if (o.method == Method::checkerboard) return checkerboard(image0, image1, o.n_tiles);
  const DType dtype = std::max(float_of(image0.dtype()), float_of(image1.dtype()));  // DType counts float16, 32, 64.
  const Array out = core::empty_result(image0.shape(), dtype, image0.device());
  with_float(dtype == DType::float64, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 2, 1>({out}, {image0, image1}, Compare{o.method == Method::blend, dtype == DType::float16},
                               {scaling_to_unit(image0.dtype()), scaling_to_unit(image1.dtype())});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, compare_images, Array, const Array&, const Array&, const opsin::util::CompareImagesOptions&)
