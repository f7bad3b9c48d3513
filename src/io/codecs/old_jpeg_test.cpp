// SPDX-License-Identifier: Apache-2.0
// The three ways in which old-style JPEG lies in a TIFF, all made from one ordinary stream.
#include <array>

#include "io/codecs/jpeg_testing.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

struct Parts {
  OldJpeg tags;
  std::size_t head = 0;
};

/// The tags that describe a stream, as spans of it.
Parts take_apart(const Stream& in) {
  Parts parts;
  std::array<std::span<const std::byte>, 4> tables;
  std::array<std::span<const std::byte>, 4> dc;
  std::array<std::span<const std::byte>, 4> ac;
  std::size_t at = 2;
  while (parts.head == 0) {
    const auto marker = std::to_integer<int>(in[at + 1]);
    const std::size_t length = std::to_integer<std::size_t>(in[at + 2]) << 8 | std::to_integer<std::size_t>(in[at + 3]);
    const std::span<const std::byte> payload(in.data() + at + 4, length - 2);
    const std::size_t id = payload.empty() ? 0 : std::to_integer<std::size_t>(payload[0]);
    if (marker == 0xdb) tables[id & 3] = payload.subspan(1);
    if (marker == 0xc4) (id < 16 ? dc : ac)[id & 3] = payload.subspan(1);
    if (marker == 0xdd) parts.tags.restart_interval = std::to_integer<std::uint32_t>(payload[1]);
    at += 2 + length;
    if (marker == 0xda) parts.head = at;
  }
  for (std::size_t i = 0; i < 3; ++i) {  // libjpeg's chroma shares table 1.
    parts.tags.quantisation[i] = tables[i > 0];
    parts.tags.dc[i] = dc[i > 0];
    parts.tags.ac[i] = ac[i > 0];
  }
  return parts;
}

}  // namespace

TEST_CASE("old-style jpeg: whole stream, head elsewhere, tables in tags") {
  for (const int restart_rows : {0, 1}) {
    const Picture picture = make_picture(50, 37, 3);
    const Stream coded = encode_jpeg(picture, {"4:2:0", 3, 2, 2, false, restart_rows}).image;
    const Picture right = decoded(Compression::jpeg, coded, picture,
                                  [](ImageRequest& request) { request.colour = Colour::ycbcr_to_rgb; });
    const Parts parts = take_apart(coded);
    const Stream scan(coded.begin() + static_cast<std::ptrdiff_t>(parts.head), coded.end() - 2);
    const auto decode = [&](const Stream& in, const OldJpeg& tags) {
      return decoded(Compression::old_jpeg, in, picture, [&](ImageRequest& request) {
        request.colour = Colour::ycbcr_to_rgb;
        request.old_jpeg = &tags;
      });
    };
    OldJpeg interchange;
    interchange.interchange = coded;
    CHECK(decode(coded, {}).pixels == right.pixels);
    CHECK(decode(scan, interchange).pixels == right.pixels);
    CHECK(decode(scan, parts.tags).pixels == right.pixels);

    OldJpeg broken = parts.tags;
    broken.dc[1] = broken.dc[1].first(10);
    CHECK(error_of([&] { decode(scan, broken); }) == "old-style JPEG: a Huffman table is shorter than it says");
    broken = parts.tags;
    broken.quantisation[2] = {};
    CHECK(error_of([&] { decode(scan, broken); }) == "old-style JPEG: there is no quantisation table for sample 2");
    broken = parts.tags;
    broken.process = 14;
    CHECK_FALSE(error_of([&] { decode(scan, broken); }).empty());
    broken = parts.tags;
    broken.horizontal_subsampling = 0;
    CHECK_FALSE(error_of([&] { decode(scan, broken); }).empty());
    const std::size_t errors =
        check_prefixes(scan, right.pixels, [&](const Stream& in) { return decode(in, parts.tags).pixels; });
    CHECK(errors > 100);
    check_damage(scan, 300, [&](const Stream& in) { decode(in, parts.tags); });
    CHECK_THROWS_AS(decoded(Compression::old_jpeg, scan, picture), IoError);
  }
}
