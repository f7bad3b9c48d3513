// SPDX-License-Identifier: Apache-2.0
// Huron TIFF: as Aperio's, but Make names the maker and the description is lines of "key = value".
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
  return d.tiled() && text_starts_with(d, tag::make, "Huron");
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "huron";
  const auto chain = c.tiff->chain();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const tiff::Directory& d = chain[i];
    if (d.tiled()) {
      add_level(data, tiff_image(c.tiff, d)).sparse = Sparse::error;
      continue;
    }
    const std::uint64_t subfile = d.uint_or(tag::new_subfile_type, 0);
    const char* name = i == 1 ? "thumbnail" : subfile == 1 ? "label" : subfile == 9 ? "macro" : nullptr;
    if (name) add_associated(data, name, c.tiff, d);
  }
  set_downsamples(data);
  describe_pixels(data, chain[0]);
  add_tiff_properties(data.properties, chain[0]);
  add_tiff_mpp(data.properties, chain[0]);
  // OpenSlide gives the description's parts only.
  data.properties.erase("tiff.ImageDescription");
  data.properties.erase("openslide.comment");
  add_key_values(data.properties, "huron", text_or_empty(chain[0], tag::image_description), '\n');
  set_tiff_quickhash(data, data.images.size() - 1, chain[0]);
  return data;
}

}  // namespace

const Format huron{"huron", detect, open};

}  // namespace opsin::io
