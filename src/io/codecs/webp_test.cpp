// SPDX-License-Identifier: Apache-2.0
#include <webp/encode.h>

#include "io/codecs/codec_testing.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

Stream encode(const Picture& picture, bool lossless = true) {
  std::uint8_t* bytes = nullptr;
  const auto* pixels = reinterpret_cast<const std::uint8_t*>(picture.pixels.data());
  const int width = static_cast<int>(picture.width);
  const int height = static_cast<int>(picture.height);
  const int row = static_cast<int>(picture.row());
  std::size_t size = 0;
  if (lossless) {
    size = picture.samples == 4 ? WebPEncodeLosslessRGBA(pixels, width, height, row, &bytes)
                                : WebPEncodeLosslessRGB(pixels, width, height, row, &bytes);
  } else {
    size = picture.samples == 4 ? WebPEncodeRGBA(pixels, width, height, row, 70, &bytes)
                                : WebPEncodeRGB(pixels, width, height, row, 70, &bytes);
  }
  REQUIRE(size > 0);
  const auto* from = reinterpret_cast<const std::byte*>(bytes);
  Stream out(from, from + size);
  WebPFree(bytes);
  return out;
}

/// Pixels with some alpha everywhere: the lossless encoder may change the colour of invisible ones.
Picture visible(std::uint32_t width, std::uint32_t height, std::uint32_t samples) {
  Picture picture = make_picture(width, height, samples);
  for (std::size_t i = 3; i < picture.pixels.size() && samples == 4; i += 4) picture.pixels[i] |= std::byte{1};
  return picture;
}

}  // namespace

TEST_CASE("webp: lossless pixels come back, areas too") {
  for (const std::uint32_t samples : {3U, 4U}) {
    const Picture picture = visible(45, 31, samples);
    const Stream coded = encode(picture);
    CHECK(decoded(Compression::webp, coded, picture).pixels == picture.pixels);
    for (const Area area : {Area{0, 0, 45, 31}, Area{0, 0, 1, 1}, Area{44, 30, 1, 1}, Area{7, 5, 20, 11}}) {
      CHECK(area_matches(Compression::webp, coded, picture, area));
    }
    const Stream lossy = encode(picture, false);
    const Picture whole = decoded(Compression::webp, lossy, picture);
    CHECK(area_matches(Compression::webp, lossy, whole, {7, 5, 20, 11}));
    const ImageInfo info = probe(Compression::webp, coded);
    CHECK(info.width == 45);
    CHECK(info.height == 31);
    CHECK(info.samples == samples);
    CHECK(sniff(coded) == Compression::webp);
  }
}

TEST_CASE("webp: an opaque alpha channel is not stored") {
  const Picture rgb = make_picture(20, 20, 3);
  const Picture out = decoded(Compression::webp, encode(rgb), make_picture(20, 20, 4));
  for (std::size_t i = 0; i < 400; ++i) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(out.pixels[4 * i + c] == rgb.pixels[3 * i + c]);
    CHECK(out.pixels[4 * i + 3] == std::byte{255});
  }
  const Picture rgba = visible(20, 20, 4);
  CHECK(error_of([&] { decoded(Compression::webp, encode(rgba), rgb); }) == "WebP: there are 4 samples, not 3");
  CHECK(error_of([&] { decoded(Compression::webp, encode(rgb), make_picture(20, 21, 3)); }) ==
        "WebP: the image is 20 x 20 pixels, not 20 x 21");
}

TEST_CASE("webp: cut and damaged streams") {
  for (const bool lossless : {true, false}) {
    const Picture picture = visible(40, 36, 4);
    const Stream coded = encode(picture, lossless);
    const Picture whole = decoded(Compression::webp, coded, picture);
    const std::size_t errors = check_prefixes(
        coded, whole.pixels, [&](const Stream& in) { return decoded(Compression::webp, in, picture).pixels; });
    CHECK(errors > 100);
    check_damage(coded, 500, [&](const Stream& in) { decoded(Compression::webp, in, picture); });
  }
  CHECK_THROWS_AS(probe(Compression::webp, Stream(100)), IoError);
  CHECK_THROWS_AS(probe(Compression::webp, {}), IoError);
}
