// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/means.h"
#include "opsin/util_arrange.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

using opsin::memory::assign;

Array view(const Array& a, std::int64_t offset, const Extents& shape, const Extents& strides) {
  return Array::view_of(static_cast<std::byte*>(a.mutable_data()) + offset, shape, strides, a.dtype(), a.device(),
                        a.buffer());
}

/// The images' mean colour in their dtype.
Array mean_color(const Array& images) {
  if (is_complex(images.dtype())) {
    return mean_color(images.view_real().reshape(
                          {images.size() / std::max<std::int64_t>(1, images.shape(3)), 2 * images.shape(3)}))
        .reshape({images.shape(3), 2})
        .view_complex();
  }
  return engine::channel_means(images).astype(images.dtype());
}

/// The places of the result as views that share no element, so that each is written once.
struct Mosaic {
  Array out;
  std::int64_t rows, columns, channels;  // of an image
  std::int64_t down, across;             // images
  std::int64_t pad;

  std::int64_t item() const { return static_cast<std::int64_t>(itemsize(out.dtype())); }
  std::int64_t pixel() const { return channels * item(); }
  std::int64_t line() const { return out.shape(1) * pixel(); }
  std::int64_t offset(std::int64_t tile_row, std::int64_t tile_column) const {
    return (pad + tile_row * (rows + pad)) * line() + (pad + tile_column * (columns + pad)) * pixel();
  }
  /// `n` whole rows of images from a row on.
  Array tile_rows(std::int64_t first, std::int64_t n) const {
    return view(out, offset(first, 0), {n, across, rows, columns, channels},
                {(rows + pad) * line(), (columns + pad) * pixel(), line(), pixel(), item()});
  }
  /// `n` images of one row.
  Array tiles(std::int64_t row, std::int64_t first, std::int64_t n) const {
    return view(out, offset(row, first), {n, rows, columns, channels},
                {(columns + pad) * pixel(), line(), pixel(), item()});
  }
  Array horizontal_strips() const {
    return view(out, 0, {down + 1, pad, out.shape(1), channels}, {(rows + pad) * line(), line(), pixel(), item()});
  }
  Array vertical_strips() const {
    return view(out, pad * line(), {down, rows, across + 1, pad, channels},
                {(rows + pad) * line(), line(), (columns + pad) * pixel(), pixel(), item()});
  }
};

void fill_with(const Array& place, const Array& color) {
  if (place.size() == 0) return;
  Extents strides;
  for (int i = 0; i < place.ndim() - 1; ++i) strides.push_back(0);
  strides.push_back(color.strides()[0]);
  assign(place, view(color, 0, place.shape(), strides));
}

void place_images(const Mosaic& mosaic, const Array& images, const Array& color) {
  const std::int64_t n = images.shape(0);
  const std::int64_t whole = n > 0 ? n / mosaic.across : 0, rest = n - whole * mosaic.across;
  if (whole > 0 && images.size() > 0) {
    const Extents& s = images.strides();
    const Extents shape = {whole, mosaic.across, mosaic.rows, mosaic.columns, mosaic.channels};
    assign(mosaic.tile_rows(0, whole), view(images, 0, shape, {mosaic.across * s[0], s[0], s[1], s[2], s[3]}));
  }
  std::int64_t empty_from = whole;
  if (rest > 0) {
    if (images.size() > 0) assign(mosaic.tiles(whole, 0, rest), images.slice(0, n - rest, rest));
    fill_with(mosaic.tiles(whole, rest, mosaic.across - rest), color);
    ++empty_from;
  }
  if (empty_from < mosaic.down) fill_with(mosaic.tile_rows(empty_from, mosaic.down - empty_from), color);
  fill_with(mosaic.horizontal_strips(), color);
  fill_with(mosaic.vertical_strips(), color);
}

}  // namespace

Array montage(const Array& images, const opsin::util::MontageOptions& o) {
  Array moved = images;
  if (o.channel_axis) {
    moved = images.moveaxis(core::normalize_axis("util.montage", *o.channel_axis, images.ndim()), images.ndim() - 1);
  } else if (images.ndim() < max_ndim) {
    Extents shape = images.shape(), strides = images.strides();
    shape.push_back(1);
    strides.push_back(static_cast<std::int64_t>(itemsize(images.dtype())));
    moved = view(images, 0, shape, strides);
  }
  core::check_plain(moved.ndim() == 4,
                    "Input array has to be 3-dimensional for grayscale images, or 4-dimensional with a `channel_axis` "
                    "specified.");
  const std::int64_t n = moved.shape(0), channels = moved.shape(3);
  const auto side = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
  const auto [down, across] = o.grid_shape.value_or(std::array<std::int64_t, 2>{side, side});
  core::check(o.padding_width >= 0, "util.montage", "padding_width must not be negative, got ", o.padding_width);
  core::check(down >= 0 && across >= 0, "util.montage", "grid_shape must not be negative");
  core::check<IndexError>(n <= down * across, "util.montage", n, " images do not fit into a grid of ", down, " x ",
                          across);
  const std::int64_t pad = o.padding_width, rows = moved.shape(1), columns = moved.shape(2);
  const Array out = core::empty_result({(rows + pad) * down + pad, (columns + pad) * across + pad, channels},
                                       images.dtype(), images.device());
  const bool gaps = pad > 0 || n < down * across;  // Without them no colour is asked for.
  Array color;
  if (o.fill) {
    core::check<IndexError>(o.fill->size() >= static_cast<std::size_t>(channels), "util.montage", "fill has ",
                            o.fill->size(), " values for ", channels, " channels");
    if (gaps) {
      color = Array::from(std::span<const double>(*o.fill), {static_cast<std::int64_t>(o.fill->size())})
                  .astype(images.dtype())
                  .to(images.device());
    }
  } else if (gaps) {
    moved = moved.contiguous();
    color = mean_color(moved);
  }
  if (out.size() > 0) place_images({out, rows, columns, channels, down, across, pad}, moved, color);
  return o.channel_axis ? out : out.reshape({out.shape(0), out.shape(1)});
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, montage, Array, const Array&, const opsin::util::MontageOptions&)
