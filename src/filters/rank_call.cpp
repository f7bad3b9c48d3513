// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <iomanip>

#include "core/target.h"
#include "engine/greatest.h"
#include "filters/rank.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

constexpr std::string_view op = "filters.rank";

Array three_axes(const Array& a) {
  Extents shape = a.shape();
  if (shape.size() == 2) shape.insert(0, 1);
  return a.reshape(shape);
}

void warn_of_bins(std::int64_t bins) {
  if (bins <= 1024) return;
  std::ostringstream depth;
  depth << std::fixed << std::setprecision(1) << std::log2(static_cast<double>(bins));
  core::warn(Warning::Category::user,
             core::text("Bad rank filter performance is expected due to a large number of bins (", bins,
                        "), equivalent to an approximate bitdepth of ", depth.str(), "."));
}

/// Where the centre is, along the image's axes.
std::array<std::int64_t, 3> centre_of(const Footprint& footprint, const std::array<int, 3>& shift) {
  const int ndim = footprint.shape.size();
  std::array<std::int64_t, 3> centre{};
  for (int a = 0; a < ndim; ++a) {
    // scikit-image's x is the last axis of two, and the first of three.
    const int which = ndim == 2 ? 1 - a : a;
    const auto c = footprint.shape[a] / 2 + shift[static_cast<std::size_t>(which)];
    core::check(c >= 0 && c < footprint.shape[a], op, "half footprint + shift_", "xyz"[which],
                " must be between 0 and footprint");
    centre[static_cast<std::size_t>(3 - ndim + a)] = c;
  }
  return centre;
}

}  // namespace

void check_out(const Array& out) {
  const DType t = out.dtype();
  core::check<TypeError>(has_values(t) || t == DType::float32 || t == DType::float64, op,
                         "out must be uint8, uint16, float32 or float64, not ", t);
}

Array rank_image(const Array& image, int most_axes) {
  if (most_axes == 3) {
    core::check_plain(image.ndim() == 2 || image.ndim() == 3, "`image` must have 2 or 3 dimensions, got ", image.ndim(),
                      ".");
  }
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() <= most_axes && image.ndim() >= 2,
                    "The parameter `image` must be a 2-dimensional array");
  if (has_values(image.dtype())) return image;
  core::check_plain(image.ndim() == 3 || image.dtype() != DType::boolean, "dtype cannot be bool.");
  core::warn(Warning::Category::user,
             core::text("Possible precision loss converting image of type ", image.dtype(),
                        " to uint8 as required by rank filters. Convert manually using util.img_as_ubyte to silence "
                        "this warning."));
  return opsin::util::img_as_ubyte(image);
}

RankWindow rank_window(const Array& image, const Footprint& footprint, const std::optional<Array>& mask,
                       const std::array<int, 3>& shift) {
  core::check_plain(footprint.shape.size() == image.ndim(),
                    "Image dimensions and neighborhood dimensions do not match");
  RankWindow w;
  w.image = three_axes(image.contiguous());
  if (mask) {
    core::check(mask->device() == image.device(), op, "mask must lie on ", image.device(), ", not on ", mask->device());
    core::check(mask->shape() == image.shape(), op, "mask must have the image's shape ", image.shape(), ", not ",
                mask->shape());
    w.mask = three_axes(opsin::util::img_as_ubyte(*mask).contiguous());
  }
  if (image.dtype() == DType::uint16) w.bins = std::max(3, engine::greatest(w.image)) + 1;
  warn_of_bins(w.bins);
  const std::array<std::int64_t, 3> centre = centre_of(footprint, shift);
  const Extents& f = footprint.shape;
  for (std::int64_t i = 0; i < f.product(); ++i) {
    if (!footprint.inside[static_cast<std::size_t>(i)]) continue;
    engine::RankOffset at{};
    std::int64_t rest = i;
    for (int a = f.size() - 1, b = 2; a >= 0; --a, --b) {
      at[static_cast<std::size_t>(b)] = rest % f[a] - centre[static_cast<std::size_t>(b)];
      rest /= f[a];
    }
    for (std::size_t a = 0; a < 3; ++a) {
      w.least[a] = w.offsets.empty() ? at[a] : std::min(w.least[a], at[a]);
      w.most[a] = w.offsets.empty() ? at[a] : std::max(w.most[a], at[a]);
    }
    w.offsets.push_back(at);
  }
  return w;
}

RankCall rank_call(const Array& image, const Footprint& footprint, const RankOptions& o, std::optional<DType> dtype) {
  const Array values = rank_image(image, 3);
  if (o.out) {
    check_out(*o.out);
    dtype = o.out->dtype();
  }
  const RankWindow window = rank_window(values, footprint, o.mask, {o.shift_x, o.shift_y, o.shift_z});
  const Array* mask = o.mask ? &*o.mask : &image;
  return {window, core::Output(o.out, values.shape(), dtype.value_or(values.dtype()), image.device(), {&image, mask})};
}

}  // namespace opsin::OPSIN_TARGET::filters::rank
