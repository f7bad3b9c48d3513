// SPDX-License-Identifier: Apache-2.0
// OpenSlide's "generic-tiff": IFD 0 is tiled; every further tiled IFD that says it is a reduced image is a level.
#include <algorithm>
#include <vector>

#include "io/formats/format.h"
#include "io/formats/tiff_image.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool is_level(const tiff::Directory& d, bool first) {
  return d.tiled() && (first || (d.uint_or(tag::new_subfile_type, 0) & tiff::subfile_reduced) != 0);
}

/// A further full-size page makes a stack, of which this format would show the first page only.
bool is_page_like(const tiff::Directory& d, const tiff::Directory& first) {
  const auto same = [&](std::uint16_t t) { return d.uint(t) == first.uint(t); };
  return d.tiled() && d.uint_or(tag::new_subfile_type, 0) == first.uint_or(tag::new_subfile_type, 0) &&
         same(tag::image_width) && same(tag::image_length) && same(tag::samples_per_pixel) &&
         same(tag::bits_per_sample);
}

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const auto chain = c.tiff->chain();
  if (!chain[0].tiled()) return false;
  try {
    return std::none_of(chain.begin() + 1, chain.end(), [&](const auto& d) { return is_page_like(d, chain[0]); });
  } catch (const IoError&) {
    return true;  // Opening says what is wrong.
  }
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "generic-tiff";
  const auto chain = c.tiff->chain();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (is_level(chain[i], i == 0)) add_level(data, tiff_image(c.tiff, chain[i]));
  }
  std::stable_sort(data.levels.begin(), data.levels.end(),
                   [](const Level& a, const Level& b) { return a.width > b.width; });
  set_downsamples(data);
  describe_pixels(data, chain[0]);
  add_tiff_properties(data.properties, chain[0]);
  add_tiff_mpp(data.properties, chain[0]);
  set_tiff_quickhash(data, data.levels.back().planes[0].placements[0].image, chain[0]);
  return data;
}

}  // namespace

const Format generic_tiff{"generic-tiff", detect, open};

}  // namespace opsin::io
