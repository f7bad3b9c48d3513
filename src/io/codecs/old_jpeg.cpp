// SPDX-License-Identifier: Apache-2.0
// Old-style JPEG (TIFF 6.0 section 22). Writers understood the section in three ways: a tile is a whole JPEG stream; a
// tile is entropy-coded data and the head stands elsewhere in the file; or the head is spread over tags. All become the
// second.
#include <algorithm>

#include "io/codecs/jpeg_head.h"

namespace opsin::io::codecs {

void decode_old_jpeg(Bytes in, const ImageRequest& request) {
  if (request.old_jpeg == nullptr) fail("old-style JPEG", "the tags that describe it are missing");
  const OldJpeg& tags = *request.old_jpeg;
  ImageRequest jpeg = request;
  jpeg.tables = {};
  jpeg.head = {};
  if (in.size() >= 2 && u8(in, 0) == 0xff && u8(in, 1) == 0xd8) return decode_jpeg(in, jpeg);
  std::vector<std::byte> head;
  if (const std::size_t size = jpeg_head_size(tags.interchange); size > 0) {
    jpeg.head = tags.interchange.first(size);
    // Some writers count the head, or its last part, into the first strip.
    if (in.size() >= size && std::ranges::equal(in.first(size), jpeg.head)) in = in.subspan(size);
  } else {
    head = jpeg_head_from_tags(tags, request.width, request.height, request.samples);
    jpeg.head = head;
  }
  decode_jpeg(in, jpeg);
}

}  // namespace opsin::io::codecs
