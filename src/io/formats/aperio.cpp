// SPDX-License-Identifier: Apache-2.0
// Aperio SVS: tiled IFDs are levels, stripped ones are the thumbnail (second IFD), label and macro (by NewSubfileType).
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/tiff_image.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const tiff::Directory& d = c.tiff->chain()[0];
  const tiff::Entry* description = d.find(tag::image_description);
  if (!d.tiled() || !description || description->type != tiff::Type::ascii || description->count < 6) return false;
  try {
    return d.ascii(tag::image_description)->starts_with("Aperio");
  } catch (const IoError&) {
    return false;  // The text is not inside the file.
  }
}

/// "aperio.key" for each of "head|key = value|key = value".
Properties described(const tiff::Directory& d) {
  const std::string text = *d.ascii(tag::image_description);
  Properties values;
  if (const std::size_t bar = text.find('|'); bar != std::string::npos) {
    add_key_values(values, "aperio", std::string_view(text).substr(bar + 1), '|');
  }
  return values;
}

/// As OpenSlide has it, only the thumbnail has a profile, and only by naming the same one as the levels: that one.
bool names_same_profile(const Properties& levels, const tiff::Directory& thumbnail) {
  const tiff::Entry* description = thumbnail.find(tag::image_description);
  const auto at = levels.find("aperio.ICC Profile");
  if (at == levels.end() || !description || description->type != tiff::Type::ascii) return false;
  const Properties own = described(thumbnail);
  const auto named = own.find("aperio.ICC Profile");
  return named != own.end() && named->second == at->second;
}

/// The table of a level in which those tiles are missing too that show a missing tile of the next finer level: a
/// scanner that skipped an area has averaged what was not there into its coarser levels. Such places are read from the
/// finer one.
TileTablePtr with_missing_of_finer(const StoredImage& finer, const StoredImage& level) {
  return std::make_shared<const TileTable>(level.tiles->size(), [finer, level] {
    std::vector<TileRange> ranges = level.tiles->ranges();
    const double sx = static_cast<double>(level.width) / static_cast<double>(finer.width);
    const double sy = static_cast<double>(level.height) / static_cast<double>(finer.height);
    const auto span = [](std::int64_t i, std::int64_t size, double scale, std::int64_t tile, std::int64_t count) {
      const auto first = static_cast<std::int64_t>(static_cast<double>(i * size) * scale) / tile;
      const auto last = static_cast<std::int64_t>(std::ceil(static_cast<double>((i + 1) * size) * scale)) - 1;
      return std::pair(std::min(first, count), std::min(last / tile + 1, count));
    };
    const auto& above = finer.tiles->ranges();
    for (std::size_t i = 0; i < above.size(); ++i) {
      if (above[i].length > 0) continue;
      const auto [c0, c1] =
          span(static_cast<std::int64_t>(i) % finer.columns(), finer.tile_width, sx, level.tile_width, level.columns());
      const auto [r0, r1] =
          span(static_cast<std::int64_t>(i) / finer.columns(), finer.tile_height, sy, level.tile_height, level.rows());
      for (std::int64_t r = r0; r < r1; ++r) {
        for (std::int64_t c = c0; c < c1; ++c) ranges[static_cast<std::size_t>(r * level.columns() + c)].length = 0;
      }
    }
    return ranges;
  });
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "aperio";
  const auto chain = c.tiff->chain();
  const Properties values = described(chain[0]);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const tiff::Directory& d = chain[i];
    if (d.tiled()) {
      add_level(data, tiff_image(c.tiff, d)).sparse = Sparse::previous_level;
      core::check_plain<IoError>(!data.images.back().encoding->planar, d.where(), "separate planes in an Aperio slide");
      continue;
    }
    const std::uint64_t subfile = d.uint_or(tag::new_subfile_type, 0);
    const char* name = i == 1 ? "thumbnail" : subfile == 1 ? "label" : subfile == 9 ? "macro" : nullptr;
    if (!name) continue;
    Associated& added = data.associated.insert_or_assign(name, Associated{tiff_image(c.tiff, d), {}}).first->second;
    if (i == 1 && names_same_profile(values, d)) added.icc_profile = icc_profile(chain[0]);
  }
  set_downsamples(data);
  describe_pixels(data, chain[0]);
  add_tiff_properties(data.properties, chain[0]);
  for (const auto& [key, value] : values) data.properties[key] = value;
  copy_number(data.properties, "aperio.AppMag", "openslide.objective-power");
  copy_number(data.properties, "aperio.MPP", "openslide.mpp-x");
  copy_number(data.properties, "aperio.MPP", "openslide.mpp-y");
  // The hash takes the tiles that are there: an image of its own with the level's own table.
  const std::size_t levels = data.images.size();
  data.images.push_back(data.images.back());
  set_tiff_quickhash(data, levels, chain[0]);
  for (std::size_t i = 1; i < levels; ++i) {
    data.images[i].tiles = with_missing_of_finer(data.images[i - 1], data.images[i]);
  }
  return data;
}

}  // namespace

const Format aperio{"aperio", detect, open};

}  // namespace opsin::io
