// SPDX-License-Identifier: Apache-2.0
// Hamamatsu NDPI: one JPEG per level, whose restart intervals are its tiles. As OpenSlide does, levels of 1/2, 1/4 and
// 1/8 that the file does not hold are added: JPEG decodes to those sizes by itself.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/ndpi_jpeg.h"
#include "io/formats/tiff_image.h"
#include "io/limits.h"
#include "io/text.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) { return c.tiff && c.tiff->chain()[0].has(tag::ndpi_format_flag); }

/// "key=value" lines that end in CR LF; a key or a value that is empty counts for nothing.
void add_property_map(Properties& properties, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos && equals > 0 && equals + 1 < line.size()) {
      properties[to_utf8(core::text("hamamatsu.", line.substr(0, equals)))] = to_utf8(line.substr(equals + 1));
    }
    text.remove_prefix(std::min(end + 2, text.size()));
  }
}

void add_properties(SlideData& data, const tiff::Directory& d) {
  auto& p = data.properties;
  add_tiff_properties(p, d);
  add_tiff_mpp(p, d);
  add_property_map(p, text_or_empty(d, tag::ndpi_property_map));
  const auto add = [&](const char* name, std::uint16_t number) {
    if (const auto value = d.real(number)) p[name] = number_text(*value);
  };
  add("hamamatsu.SourceLens", tag::ndpi_source_lens);
  add("hamamatsu.XOffsetFromSlideCentre", tag::ndpi_x_offset);
  add("hamamatsu.YOffsetFromSlideCentre", tag::ndpi_y_offset);
  if (d.has(tag::ndpi_reference)) p["hamamatsu.Reference"] = to_utf8(text_or_empty(d, tag::ndpi_reference));
  copy_number(p, "hamamatsu.SourceLens", "openslide.objective-power");
}

/// The level's image, decoded at 1/shrink; nothing where its tiles do not divide.
std::optional<StoredImage> shrunk(const StoredImage& image, int shrink) {
  if (image.tile_width % shrink != 0 || image.tile_height % shrink != 0) return std::nullopt;
  StoredImage out = image;
  auto encoding = std::make_shared<Encoding>(*image.encoding);
  encoding->shrink = static_cast<std::uint8_t>(shrink);
  out.encoding = std::move(encoding);
  // Rounded up, so that the tiles are as many as before; the level is rounded down, as OpenSlide's is.
  out.width = ceil_div(image.width, shrink);
  out.height = ceil_div(image.height, shrink);
  out.tile_width = image.tile_width / shrink;
  out.tile_height = image.tile_height / shrink;
  out.label = core::text(image.label, " at 1/", shrink);
  return out;
}

void add_shrunk_levels(SlideData& data) {
  std::vector<std::vector<std::size_t>> stored;  // Per level, the images of all focal planes; these divide alike.
  for (const Level& level : data.levels) {
    stored.emplace_back();
    for (const Plane& plane : level.planes) stored.back().push_back(plane.placements[0].image);
  }
  // From the coarsest: of two levels that shrink to the same size, the nearer has less to decode.
  for (auto images = stored.rbegin(); images != stored.rend(); ++images) {
    for (const int shrink : {2, 4, 8}) {
      const StoredImage image = data.images[images->front()];
      const std::int64_t width = image.width / shrink, height = image.height / shrink;
      const bool known =
          std::any_of(data.levels.begin(), data.levels.end(), [&](const Level& l) { return l.width == width; });
      auto smaller = shrunk(image, shrink);
      if (!smaller || width == 0 || height == 0) break;
      if (known) continue;
      Level& level = add_level(data, std::move(*smaller));
      level.width = width;
      level.height = height;
      for (std::size_t z = 1; z < images->size(); ++z) {
        data.images.push_back(*shrunk(data.images[(*images)[z]], shrink));
        level.planes.push_back(level.planes[0]);
        level.planes[z].placements[0].image = data.images.size() - 1;
      }
    }
  }
}

/// The levels of focal planes above and below the middle one, by their distance. A plane that lacks one of the middle
/// one's levels, or has it in another size, is left out.
void add_focal_planes(SlideData& data, const Candidate& c, const std::map<double, std::vector<std::size_t>>& planes) {
  std::vector<std::int64_t> shown{0};
  for (const auto& [distance, directories] : planes) {
    if (directories.size() != data.levels.size()) continue;
    std::vector<StoredImage> images;
    for (const std::size_t d : directories) images.push_back(ndpi_level(c.tiff, c.tiff->chain()[d]));
    if (add_focal_plane(data, std::move(images))) shown.push_back(std::llround(distance));
  }
  name_focal_planes(data, shown);
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "hamamatsu";
  const tiff::Directory* first = nullptr;
  const tiff::Directory* lowest = nullptr;
  std::map<double, std::vector<std::size_t>> planes;
  for (const tiff::Directory& d : c.tiff->chain()) {
    const double lens = d.real(tag::ndpi_source_lens).value_or(0);
    if (lens == -1) add_associated(data, "macro", c.tiff, d);
    if (lens <= 0) continue;  // -2 is a map of the scan.
    // OpenSlide shows the middle focal plane alone: it is the first one here.
    if (const double distance = d.real(tag::ndpi_focal_plane).value_or(0); distance != 0) {
      if (std::isfinite(distance) && std::abs(distance) < 1e15) planes[distance].push_back(d.index());
      continue;
    }
    if (!first) first = &d;
    const std::int64_t width = add_level(data, ndpi_level(c.tiff, d)).width;
    if (!lowest || width < static_cast<std::int64_t>(lowest->uint_or(tag::image_width, 0))) lowest = &d;
  }
  core::check<IoError>(first != nullptr, c.tiff->source()->name(), "there is no level");
  add_focal_planes(data, c, planes);
  add_shrunk_levels(data);
  std::stable_sort(data.levels.begin(), data.levels.end(),
                   [](const Level& a, const Level& b) { return a.width > b.width; });
  for (Level& level : data.levels) {
    const StoredImage& image = data.images[level.planes[0].placements[0].image];
    level.tile_width = image.tile_width;
    level.tile_height = image.tile_height;
    level.sparse = Sparse::error;
  }
  set_downsamples(data);
  describe_pixels(data, *first);
  add_properties(data, *first);
  // The hash is that of the whole JPEG.
  data.images.push_back(tiff_image(c.tiff, *lowest, TileLimit::later));
  set_tiff_quickhash(data, data.images.size() - 1, *first);
  return data;
}

}  // namespace

const Format hamamatsu_ndpi{"hamamatsu", detect, open};

}  // namespace opsin::io
