// SPDX-License-Identifier: Apache-2.0
// JPEG, PNG, JPEG 2000 and WebP files as slides of one level.
#include <algorithm>
#include <array>

#include "io/formats/format.h"
#include "io/formats/tiff_image.h"

namespace opsin::io {
namespace {

Compression kind(const Source& source) {
  std::array<std::byte, 32> head{};
  const auto bytes =
      std::span(head).first(static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), source.size())));
  source.read(0, bytes);
  return sniff(bytes);
}

bool detect(const Candidate& c) { return !c.tiff && kind(*c.source) != Compression::unknown; }

SlideData open(const Candidate& c) {
  SlideData data;
  const Compression compression = kind(*c.source);
  switch (compression) {
    case Compression::jpeg: data.vendor = "jpeg"; break;
    case Compression::png: data.vendor = "png"; break;
    case Compression::jpeg2000: data.vendor = "jpeg2000"; break;
    default: data.vendor = "webp";
  }
  Associated file = encoded_image(c.source, compression, data.vendor + " image");
  data.samples = file.image.encoding->samples;
  data.dtype = file.image.encoding->dtype();
  data.photometric = file.image.encoding->photometric;
  data.icc_profile = std::move(file.icc_profile);
  Level& level = add_level(data, std::move(file.image));
  level.tile_width = level.tile_height = 0;
  level.sparse = Sparse::error;
  return data;
}

}  // namespace

const Format single_image{"image", detect, open};

}  // namespace opsin::io
