// SPDX-License-Identifier: Apache-2.0
#include "core/dispatch.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/on_device.h"
#include "feature/plane_image.h"
#include "opsin/feature.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

template <class C>
struct Orientation {
  const C* image;
  std::int64_t rows, columns;
  const std::int64_t* corners;
  const std::uint8_t* mask;
  std::int64_t mask_rows, mask_columns;
  C* out;

  HD void operator()(std::int64_t i) const {
    const std::int64_t above = (mask_rows - 1) / 2, left = (mask_columns - 1) / 2;
    // scikit-image pads both axes by the mask's rows, which moves the window when the mask is not square.
    const std::int64_t y0 = corners[2 * i] - above, x0 = corners[2 * i + 1] - above;
    C down = 0, across = 0;
    for (std::int64_t r = 0; r < mask_rows; ++r) {
      C row = 0;
      for (std::int64_t c = 0; c < mask_columns; ++c) {
        const std::int64_t y = y0 + r, x = x0 + c;
        const bool inside = y >= 0 && y < rows && x >= 0 && x < columns;
        if (!mask[r * mask_columns + c] || !inside) continue;
        const C pixel = image[y * columns + x];
        across += pixel * static_cast<C>(c - left);
        row += pixel;
      }
      down += row * static_cast<C>(r - above);
    }
    out[i] = static_cast<C>(::atan2(static_cast<double>(down), static_cast<double>(across)));
  }
};

}  // namespace

Array corner_orientations(const Array& given, const Array& corners, const opsin::ndimage::Footprint& mask) {
  Array image = plane_image(given);
  core::check_plain(mask.shape.size() == 2 && mask.shape[0] % 2 == 1 && mask.shape[1] % 2 == 1,
                    "Size of mask must be uneven.");
  core::check_plain(corners.ndim() == 2 && corners.dtype() == DType::int64,
                    "Buffer dtype mismatch: the corners must be int64 of two axes, not ", corners.dtype(), " of ",
                    corners.ndim());
  core::check<IndexError>(corners.shape(1) >= 2, "feature.corner_orientations", "corners need a row and a column");
  const DType dtype = float_result(image.dtype());
  const Array out = core::empty_result({corners.shape(0)}, dtype, image.device());
  if (out.size() == 0) return out;
  const Array inside = engine::on_device(mask.inside, image.device());
  const Array places = corners.slice(1, 0, 2).contiguous();
  with_real(dtype, [&]<class C>(Tag<C>) {
    image = opsin::util::img_as(image, dtype);
    engine::each(
        out.size(), 64,
        Orientation<C>{image.data_as<C>(), image.shape(0), image.shape(1), places.data_as<std::int64_t>(),
                       inside.data_as<std::uint8_t>(), mask.shape[0], mask.shape[1], out.mutable_data_as<C>()});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_orientations, Array, const Array&, const Array&, const opsin::ndimage::Footprint&)
