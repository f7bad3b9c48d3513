// SPDX-License-Identifier: Apache-2.0
#include "io/slide_data.h"

#include <cmath>

#include "core/check.h"
#include "io/hash.h"
#include "io/limits.h"
#include "io/text.h"

namespace opsin::io {
namespace {

constexpr std::int64_t max_extent = INT32_MAX;  // Of an image's or level's side: sums of two stay far from overflow.

class Checker {
 public:
  Checker(const SlideData& data, const std::string& name, const SlideLimits& limits)
      : data_(data), name_(name), limits_(limits) {}

  void run() const {
    check(!data_.levels.empty(), "no level");
    check(data_.samples > 0 && data_.groups > 0 && data_.z > 0 && data_.t > 0, "no channel, focal plane or time");
    for (const StoredImage& i : data_.images) image(i);
    for (const auto& [name, associated] : data_.associated) image(associated.image);
    for (const Level& l : data_.levels) level(l);
    const std::int64_t channels = data_.samples * data_.groups;
    check(data_.channels.empty() || std::ssize(data_.channels) == channels, "wrong number of channels");
    check(data_.fill.size() == 1 || std::ssize(data_.fill) == channels, "wrong number of fill values");
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, name_, parts...);
  }

  void size(std::int64_t w, std::int64_t h, const std::string& what) const {
    check(w > 0 && h > 0 && w <= max_extent && h <= max_extent, what, ": size ", w, " x ", h, " is not possible");
    check(static_cast<std::uint64_t>(w) * static_cast<std::uint64_t>(h) <= limits_.pixels, what, ": ", w, " x ", h,
          " pixels are more than the limit of ", limits_.pixels);
  }

  void image(const StoredImage& i) const {
    size(i.width, i.height, i.label);
    check(i.tile_width > 0 && i.tile_height > 0 && i.tile_width <= max_extent && i.tile_height <= max_extent, i.label,
          ": tile size ", i.tile_width, " x ", i.tile_height, " is not possible");
    check(i.encoding && i.source && i.tiles, i.label, ": incomplete");
    const std::int64_t planes = i.encoding->planar ? i.encoding->samples : 1;
    check(i.tiles->size() == static_cast<std::size_t>(i.columns() * i.rows() * planes), i.label, ": ", i.tiles->size(),
          " tiles in the table for ", i.columns(), " x ", i.rows(), " x ", planes);
  }

  void level(const Level& l) const {
    const std::string what = "level " + std::to_string(&l - data_.levels.data());
    size(l.width, l.height, what);
    check(std::isfinite(l.downsample) && l.downsample > 0, what, ": downsample ", l.downsample);
    check(l.downsample >= data_.levels[0].downsample, what, ": finer than level 0");
    check(std::ssize(l.planes) == data_.groups * data_.z * data_.t, what, ": ", l.planes.size(), " planes");
    for (const Plane& plane : l.planes) {
      for (const Placement& p : plane.placements) placement(p, what);
    }
  }

  void placement(const Placement& p, const std::string& what) const {
    check(p.image < data_.images.size(), what, ": there is no image ", p.image);
    const StoredImage& i = data_.images[p.image];
    check(p.cells > 0 && p.cells <= i.tile_width && p.cells <= i.tile_height, what, ": ", p.cells, " cells in a tile");
    const std::int64_t columns = i.columns() * p.cells, rows = i.rows() * p.cells;
    check(p.column >= 0 && p.row >= 0 && p.columns > 0 && p.rows > 0 && p.columns <= columns - p.column &&
              p.rows <= rows - p.row,
          what, ": tiles ", p.column, "+", p.columns, ", ", p.row, "+", p.rows, " of ", columns, " x ", rows);
    const double limit = max_extent;
    check(std::abs(p.x) <= limit && std::abs(p.y) <= limit && p.pitch_x >= 0.5 && p.pitch_y >= 0.5 &&
              p.pitch_x <= limit && p.pitch_y <= limit,
          what, ": tiles are placed at ", p.x, ", ", p.y, " with a pitch of ", p.pitch_x, ", ", p.pitch_y);
    check(i.encoding->samples == data_.samples, what, ", ", i.label, ": ", i.encoding->samples,
          " samples per pixel, others have ", data_.samples);
    check(i.encoding->dtype() == data_.dtype, what, ", ", i.label, ": dtype ", i.encoding->dtype(), ", others have ",
          data_.dtype);
  }

  const SlideData& data_;
  const std::string& name_;
  const SlideLimits& limits_;
};

double white(DType t) {
  if (is_floating(t)) return 1;
  const auto bits = static_cast<int>(8 * itemsize(t));
  return is_unsigned(t) ? std::ldexp(1.0, bits) - 1 : std::ldexp(1.0, bits - 1) - 1;
}

/// White for RGB, 0 for anything else and for what comes behind the colours.
void set_fill(SlideData& data) {
  const bool rgb = data.photometric == tiff::Photometric::rgb && data.samples >= 3;
  data.fill = {rgb ? white(data.dtype) : 0.0};
  if (!rgb || data.samples == 3) return;
  const double colour = data.fill[0];
  data.fill.clear();
  for (std::int64_t c = 0; c < data.samples * data.groups; ++c)
    data.fill.push_back(c % data.samples < 3 ? colour : 0.0);
}

}  // namespace

DType Encoding::dtype() const {
  using tiff::SampleFormat;
  if (sample_format == SampleFormat::floating) {
    return bits <= 16 ? DType::float16 : bits <= 32 ? DType::float32 : DType::float64;
  }
  if (sample_format == SampleFormat::complex_floating) return bits <= 64 ? DType::complex64 : DType::complex128;
  if (bits == 1 && !is_image_codec(compression)) return DType::boolean;
  if (sample_format == SampleFormat::signed_integer) {
    return bits <= 8 ? DType::int8 : bits <= 16 ? DType::int16 : bits <= 32 ? DType::int32 : DType::int64;
  }
  return bits <= 8 ? DType::uint8 : bits <= 16 ? DType::uint16 : bits <= 32 ? DType::uint32 : DType::uint64;
}

std::optional<std::string> compute(const QuickHash& recipe, const std::vector<StoredImage>& images) {
  constexpr std::uint64_t max_hashed = 5 << 20;
  std::uint64_t total = 0;
  for (const std::size_t i : recipe.images) {
    // A level of millions of tiles is too large by far: do not even load its table.
    if (images.at(i).tiles->size() > max_hashed) return std::nullopt;
    for (const TileRange& r : images[i].tiles->ranges()) {
      const auto sum = add<std::uint64_t>(total, r.length);
      if (!sum || *sum > max_hashed || !inside(r.offset, r.length, images[i].source->size())) return std::nullopt;
      total = *sum;
    }
  }
  Sha256 hash;
  for (const std::size_t i : recipe.images) {
    for (const TileRange& r : images[i].tiles->ranges()) hash.add(images[i].source->read(r.offset, r.length));
  }
  for (const std::string& text : recipe.strings) hash.add_string(text);
  return hash.hex();
}

tiff::Photometric shown(const Encoding& e) {
  return e.photometric == tiff::Photometric::ycbcr ? tiff::Photometric::rgb : e.photometric;
}

SlideData as_slide(const StoredImage& image) {
  SlideData data;
  data.images = {image};
  data.samples = image.encoding->samples;
  data.dtype = image.encoding->dtype();
  data.photometric = shown(*image.encoding);
  set_fill(data);
  Placement p;
  p.columns = image.columns();
  p.rows = image.rows();
  p.pitch_x = static_cast<double>(image.tile_width);
  p.pitch_y = static_cast<double>(image.tile_height);
  Level level;
  level.width = image.width;
  level.height = image.height;
  level.planes = {{{p}}};
  data.levels = {level};
  return data;
}

void finish(SlideData& data, const std::string& name, const SlideLimits& limits) {
  if (data.fill.empty()) set_fill(data);
  Checker(data, name, limits).run();

  auto& p = data.properties;
  p["openslide.vendor"] = data.vendor;
  p["openslide.level-count"] = std::to_string(data.levels.size());
  for (std::size_t i = 0; i < data.levels.size(); ++i) {
    const Level& l = data.levels[i];
    const std::string prefix = "openslide.level[" + std::to_string(i) + "].";
    p[prefix + "width"] = std::to_string(l.width);
    p[prefix + "height"] = std::to_string(l.height);
    p[prefix + "downsample"] = number_text(l.downsample);
    if (l.tile_width > 0 && l.tile_height > 0) {
      p[prefix + "tile-width"] = std::to_string(l.tile_width);
      p[prefix + "tile-height"] = std::to_string(l.tile_height);
    }
  }
  for (const auto& [key, associated] : data.associated) {
    const std::string prefix = "openslide.associated." + key + ".";
    p[prefix + "width"] = std::to_string(associated.image.width);
    p[prefix + "height"] = std::to_string(associated.image.height);
    if (!associated.icc_profile.empty()) p[prefix + "icc-size"] = std::to_string(associated.icc_profile.size());
  }
  if (!data.icc_profile.empty()) p["openslide.icc-size"] = std::to_string(data.icc_profile.size());

  const auto number = [&](const char* key) -> std::optional<double> {
    const auto at = p.find(key);
    return at == p.end() ? std::nullopt : parse_number(at->second);
  };
  const auto x = number("openslide.mpp-x"), y = number("openslide.mpp-y");
  if (!data.mpp && x && y && *x > 0 && *y > 0) data.mpp = {{*x, *y}};
  if (!data.objective_power) data.objective_power = number("openslide.objective-power");
}

}  // namespace opsin::io
