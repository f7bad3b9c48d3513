// SPDX-License-Identifier: Apache-2.0
#include <png.h>

#include <array>

#include "io/codecs/codec_testing.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

struct Coding {
  std::string name;
  int type;
  int depth;
  std::uint32_t samples;  // as decoded
  bool transparent = false;
  bool interlaced = false;
};

const std::vector<Coding>& codings() {
  static const std::vector<Coding> all{
      {"grey", PNG_COLOR_TYPE_GRAY, 8, 1},
      {"grey 1", PNG_COLOR_TYPE_GRAY, 1, 1},
      {"grey 2", PNG_COLOR_TYPE_GRAY, 2, 1},
      {"grey 4 interlaced", PNG_COLOR_TYPE_GRAY, 4, 1, false, true},
      {"grey 16", PNG_COLOR_TYPE_GRAY, 16, 1},
      {"grey and alpha", PNG_COLOR_TYPE_GRAY_ALPHA, 8, 2},
      {"grey, one transparent", PNG_COLOR_TYPE_GRAY, 8, 2, true},
      {"RGB", PNG_COLOR_TYPE_RGB, 8, 3},
      {"RGB interlaced", PNG_COLOR_TYPE_RGB, 8, 3, false, true},
      {"RGB 16", PNG_COLOR_TYPE_RGB, 16, 3},
      {"RGB 16 interlaced", PNG_COLOR_TYPE_RGB, 16, 3, false, true},
      {"RGBA", PNG_COLOR_TYPE_RGB_ALPHA, 8, 4},
      {"RGBA 16", PNG_COLOR_TYPE_RGB_ALPHA, 16, 4},
      {"palette", PNG_COLOR_TYPE_PALETTE, 8, 3},
      {"palette 2, transparent", PNG_COLOR_TYPE_PALETTE, 2, 4, true},
      {"palette 4 interlaced", PNG_COLOR_TYPE_PALETTE, 4, 3, false, true},
  };
  return all;
}

struct Coded {
  Stream image;
  Picture right;
};

std::uint32_t value(const Picture& picture, std::size_t i) {
  const std::size_t at = i * picture.sample_bytes();
  return std::to_integer<std::uint32_t>(picture.pixels[at]) |
         (picture.bits > 8 ? std::to_integer<std::uint32_t>(picture.pixels[at + 1]) << 8 : 0);
}

/// Codes a picture of the file's own samples, and says what decoding has to give.
Coded encode(const Coding& coding, std::uint32_t width, std::uint32_t height) {
  const bool palette = coding.type == PNG_COLOR_TYPE_PALETTE;
  const std::uint32_t stored = palette ? 1 : coding.transparent ? coding.samples - 1 : coding.samples;
  const Picture raw = make_picture(width, height, stored, static_cast<std::uint32_t>(coding.depth));
  Coded out;
  out.right = Picture{width, height, coding.samples, coding.depth == 16 ? 16U : 8U, {}};
  const std::uint32_t top = (1U << coding.depth) - 1;
  for (std::size_t i = 0; i < std::size_t{width} * height; ++i) {
    if (palette) {
      const std::uint32_t v = value(raw, i);
      for (const std::uint32_t c : {v * 3, 255 - v, v ^ 85}) out.right.pixels.push_back(static_cast<std::byte>(c));
      if (coding.transparent) out.right.pixels.push_back(static_cast<std::byte>(v == 0 ? 0 : v == 1 ? 128 : 255));
      continue;
    }
    for (std::uint32_t c = 0; c < stored; ++c) {
      const std::uint32_t v = value(raw, i * stored + c) * (coding.depth < 8 ? 255 / top : 1);
      out.right.pixels.push_back(static_cast<std::byte>(v & 0xff));
      if (coding.depth == 16) out.right.pixels.push_back(static_cast<std::byte>(v >> 8));
    }
    if (coding.transparent) out.right.pixels.push_back(value(raw, i) == 5 ? std::byte{0} : std::byte{255});
  }

  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out.image,
      [](png_structp p, png_bytep bytes, std::size_t count) {
        const auto* from = reinterpret_cast<const std::byte*>(bytes);
        auto& stream = *static_cast<Stream*>(png_get_io_ptr(p));
        stream.insert(stream.end(), from, from + count);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, width, height, coding.depth, coding.type,
               coding.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> colours;
  for (std::uint32_t v = 0; v <= top && palette; ++v) {
    colours.push_back({static_cast<png_byte>(v * 3), static_cast<png_byte>(255 - v), static_cast<png_byte>(v ^ 85)});
  }
  if (palette) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  const std::array<png_byte, 2> alphas{0, 128};
  png_color_16 one{};
  one.gray = 5;
  if (coding.transparent) png_set_tRNS(png, info, palette ? alphas.data() : nullptr, palette ? 2 : 0, &one);
  png_write_info(png, info);
  if (coding.depth < 8) png_set_packing(png);
  if (coding.depth == 16) png_set_swap(png);
  std::vector<png_bytep> rows;
  for (std::uint32_t y = 0; y < height; ++y) {
    rows.push_back(const_cast<png_bytep>(reinterpret_cast<const png_byte*>(raw.pixels.data())) + y * raw.row());
  }
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return out;
}

}  // namespace

TEST_CASE("png: every kind of pixel") {
  for (const Coding& coding : codings()) {
    CAPTURE(coding.name);
    for (const std::uint32_t width : {1U, 9U, 40U}) {
      const Coded coded = encode(coding, width, 23);
      CHECK(decoded(Compression::png, coded.image, coded.right).pixels == coded.right.pixels);
      CHECK(area_matches(Compression::png, coded.image, coded.right, {width / 3, 5, width - width / 3, 11}));
      const ImageInfo info = probe(Compression::png, coded.image);
      CHECK(info.width == width);
      CHECK(info.height == 23);
      CHECK(info.samples == coding.samples);
      CHECK(info.bits == coded.right.bits);
    }
  }
}

TEST_CASE("png: cut and damaged files") {
  for (const Coding& coding : codings()) {
    CAPTURE(coding.name);
    const Coded coded = encode(coding, 40, 36);
    const std::size_t errors = check_prefixes(coded.image, coded.right.pixels, [&](const Stream& in) {
      return decoded(Compression::png, in, coded.right).pixels;
    });
    CHECK(errors > 100);
    std::size_t wrong = 0;
    check_damage(coded.image, 300, [&](const Stream& in) {
      if (decoded(Compression::png, in, coded.right).pixels != coded.right.pixels) ++wrong;
    });
    CHECK(wrong == 0);  // Every chunk has a checksum.
  }
}

TEST_CASE("png: the file must be what the caller expects") {
  const Coded coded = encode(codings()[7], 40, 36);
  const auto error = [&](const Picture& like) {
    return error_of([&] { decoded(Compression::png, coded.image, like); });
  };
  CHECK(error(make_picture(40, 37, 3)) == "PNG: the image is 40 x 36 pixels, not 40 x 37");
  CHECK(error(make_picture(40, 36, 4)) == "PNG: there are 3 samples, not 4");
  CHECK(error(make_picture(40, 36, 3, 16)) == "PNG: the samples have 8 bits, not 16");
  CHECK(sniff(coded.image) == Compression::png);
  CHECK_THROWS_AS(probe(Compression::png, Stream(60)), IoError);
  CHECK_THROWS_AS(probe(Compression::png, {}), IoError);
}
