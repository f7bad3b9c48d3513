// SPDX-License-Identifier: Apache-2.0
// Trestle TIFF: the tiles of a level overlap by what the description says; the macro image is a file of its own.
#include <algorithm>
#include <string>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const auto chain = c.tiff->chain();
  return text_starts_with(chain[0], tag::software, "MedScan") && chain[0].has(tag::image_description) &&
         std::all_of(chain.begin(), chain.end(), [](const tiff::Directory& d) { return d.tiled(); });
}

/// " 64 64 32 32": x and y per level. A list that is no list of pairs counts for nothing, as with OpenSlide.
std::vector<std::int64_t> overlaps(const Properties& properties) {
  const auto at = properties.find("trestle.OverlapsXY");
  if (at == properties.end()) return {};
  std::vector<std::int64_t> out;
  std::string_view rest = trim(at->second);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const auto value = parse_integer(rest.substr(0, end));
    if (!value) return {};
    out.push_back(*value);
    rest = trim(rest.substr(end));
  }
  return out.size() % 2 == 0 ? out : std::vector<std::int64_t>();
}

void lay_out(Level& level, const StoredImage& image, std::int64_t x, std::int64_t y, const std::string& where) {
  const auto check = [&](std::int64_t overlap, std::int64_t tile) {
    core::check<IoError>(overlap < tile && overlap > -tile, where + "OverlapsXY", "an overlap of ", overlap,
                         " pixels in tiles of ", tile);
  };
  check(x, image.tile_width);
  check(y, image.tile_height);
  level.width -= (image.columns() - 1) * x;
  level.height -= (image.rows() - 1) * y;
  Placement& p = level.planes[0].placements[0];
  p.pitch_x = static_cast<double>(image.tile_width - x);
  p.pitch_y = static_cast<double>(image.tile_height - y);
}

/// The macro lies beside the slide: slide.Full for slide.tif.
void add_macro(SlideData& data, const std::string& path) {
  const std::size_t dot = path.rfind('.'), slash = path.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return;
  SourcePtr source;
  try {
    source = open_file(path.substr(0, dot) + ".Full");
  } catch (const IoError&) {
    return;  // There is none.
  }
  std::vector<std::byte> head = source->read(0, std::min<std::uint64_t>(source->size(), 32));
  if (sniff(head) != Compression::jpeg) return;
  data.associated.insert_or_assign("macro", encoded_image(std::move(source), Compression::jpeg, "macro"));
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "trestle";
  const auto chain = c.tiff->chain();
  add_tiff_properties(data.properties, chain[0]);
  add_key_values(data.properties, "trestle", text_or_empty(chain[0], tag::image_description), ';');
  copy_text(data.properties, "trestle.Background Color", "openslide.background-color");
  if (const auto at = data.properties.find("openslide.background-color"); at != data.properties.end()) {
    const bool hex =
        at->second.size() == 6 && at->second.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!hex) data.properties.erase(at);
  }
  copy_integer(data.properties, "trestle.Objective Power", "openslide.objective-power");
  // Not a resolution, whatever the tag's name says: micrometres per pixel.
  copy_number(data.properties, "tiff.XResolution", "openslide.mpp-x");
  copy_number(data.properties, "tiff.YResolution", "openslide.mpp-y");
  const auto pairs = overlaps(data.properties);
  const bool overlapping = std::any_of(pairs.begin(), pairs.end(), [](std::int64_t n) { return n != 0; });
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Level& level = add_level(data, tiff_image(c.tiff, chain[i]));
    level.sparse = Sparse::error;
    // Where tiles overlap their size is not told: the part that counts is smaller.
    if (overlapping) level.tile_width = level.tile_height = 0;
    if (i < pairs.size() / 2) lay_out(level, data.images.back(), pairs[2 * i], pairs[2 * i + 1], chain[i].where());
  }
  set_downsamples(data);
  describe_pixels(data, chain[0]);
  set_tiff_quickhash(data, data.images.size() - 1, chain[0]);
  add_macro(data, c.path);
  return data;
}

}  // namespace

const Format trestle{"trestle", detect, open};

}  // namespace opsin::io
