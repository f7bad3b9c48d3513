// SPDX-License-Identifier: Apache-2.0
#include <openjpeg.h>

#include <cstring>

#include "io/codecs/codec_testing.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

struct Coding {
  std::string name;
  std::uint32_t samples = 3;
  std::uint32_t bits = 8;
  bool lossless = true;
  bool mct = false;
  std::uint32_t dx = 1;  // of the second component and those after
  std::uint32_t dy = 1;
  std::uint32_t tile = 0;
  std::uint32_t x0 = 0;
  std::uint32_t y0 = 0;
};

struct Writer {
  Stream out;
  std::size_t at = 0;

  static OPJ_SIZE_T write(void* from, OPJ_SIZE_T count, void* user) {
    auto& self = *static_cast<Writer*>(user);
    self.out.resize(std::max(self.out.size(), self.at + count));
    std::memcpy(self.out.data() + self.at, from, count);
    self.at += count;
    return count;
  }
  static OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
    static_cast<Writer*>(user)->at += static_cast<std::size_t>(count);
    return count;
  }
  static OPJ_BOOL seek(OPJ_OFF_T at, void* user) {
    static_cast<Writer*>(user)->at = static_cast<std::size_t>(at);
    return OPJ_TRUE;
  }
};

OPJ_INT32 sample_at(const Picture& picture, std::uint32_t x, std::uint32_t y, std::uint32_t c) {
  const std::byte* p = picture.pixels.data() + y * picture.row() + (x * picture.samples + c) * picture.sample_bytes();
  return std::to_integer<int>(p[0]) | (picture.bits > 8 ? std::to_integer<int>(p[1]) << 8 : 0);
}

/// Subsampled components take every dx-th pixel of every dy-th row.
Stream encode(const Picture& picture, const Coding& coding, OPJ_CODEC_FORMAT format = OPJ_CODEC_J2K) {
  std::vector<opj_image_cmptparm_t> parts(picture.samples);
  for (std::uint32_t c = 0; c < picture.samples; ++c) {
    auto& part = parts[c];
    part = {};
    part.dx = c == 0 ? 1 : coding.dx;
    part.dy = c == 0 ? 1 : coding.dy;
    part.x0 = coding.x0;
    part.y0 = coding.y0;
    const auto size = [](std::uint32_t from, std::uint32_t count, std::uint32_t step) {
      return (from + count + step - 1) / step - (from + step - 1) / step;
    };
    part.w = size(coding.x0, picture.width, part.dx);
    part.h = size(coding.y0, picture.height, part.dy);
    part.prec = coding.bits;
  }
  opj_image_t* image =
      opj_image_create(picture.samples, parts.data(), coding.dx > 1 ? OPJ_CLRSPC_SYCC : OPJ_CLRSPC_UNSPECIFIED);
  image->x0 = coding.x0;
  image->y0 = coding.y0;
  image->x1 = coding.x0 + picture.width;
  image->y1 = coding.y0 + picture.height;
  for (std::uint32_t c = 0; c < picture.samples; ++c) {
    const auto& part = parts[c];
    for (std::uint32_t y = 0; y < part.h; ++y) {
      for (std::uint32_t x = 0; x < part.w; ++x) {
        const std::uint32_t px = ((coding.x0 + part.dx - 1) / part.dx + x) * part.dx - coding.x0;
        const std::uint32_t py = ((coding.y0 + part.dy - 1) / part.dy + y) * part.dy - coding.y0;
        image->comps[c].data[y * part.w + x] = sample_at(picture, px, py, c);
      }
    }
  }
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.irreversible = coding.lossless ? 0 : 1;
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  parameters.tcp_rates[0] = coding.lossless ? 0 : 6;
  parameters.tcp_mct = coding.mct ? 1 : 0;
  parameters.numresolution = 1;  // The encoder wants a pixel at least in the smallest.
  while (parameters.numresolution < 4 && std::min(parts.back().w, parts.back().h) >> parameters.numresolution > 0) {
    ++parameters.numresolution;
  }
  parameters.cblockw_init = 16;
  parameters.cblockh_init = 16;
  if (coding.tile > 0) {
    parameters.tile_size_on = OPJ_TRUE;
    parameters.cp_tdx = static_cast<int>(coding.tile);
    parameters.cp_tdy = static_cast<int>(coding.tile);
  }
  parameters.cp_tx0 = 0;
  parameters.cp_ty0 = 0;
  parameters.image_offset_x0 = static_cast<int>(coding.x0);
  parameters.image_offset_y0 = static_cast<int>(coding.y0);
  Writer writer;
  opj_codec_t* encoder = opj_create_compress(format);
  opj_stream_t* stream = opj_stream_default_create(OPJ_FALSE);
  opj_stream_set_user_data(stream, &writer, nullptr);
  opj_stream_set_write_function(stream, Writer::write);
  opj_stream_set_skip_function(stream, Writer::skip);
  opj_stream_set_seek_function(stream, Writer::seek);
  REQUIRE(opj_setup_encoder(encoder, &parameters, image) == OPJ_TRUE);
  REQUIRE(opj_start_compress(encoder, image, stream) == OPJ_TRUE);
  REQUIRE(opj_encode(encoder, stream) == OPJ_TRUE);
  REQUIRE(opj_end_compress(encoder, stream) == OPJ_TRUE);
  opj_stream_destroy(stream);
  opj_destroy_codec(encoder);
  opj_image_destroy(image);
  return writer.out;
}

const std::vector<Coding>& codings() {
  static const std::vector<Coding> all{
      {"grey", 1},
      {"RGB", 3},
      {"RGB, component transform", 3, 8, true, true},
      {"RGB 9-7, component transform", 3, 8, false, true},
      {"YCbCr 4:2:2 9-7", 3, 8, false, false, 2, 1},
      {"YCbCr 4:2:0", 3, 8, true, false, 2, 2},
      {"12 bits", 1, 12},
      {"16 bits, 9-7", 3, 16, false, true},
      {"1 bit", 1, 1},
      {"five samples", 5},
      {"tiles inside", 3, 8, true, true, 1, 1, 32},
      {"an offset", 3, 8, true, true, 1, 1, 0, 5, 3},
      {"an offset, 4:2:0", 3, 8, true, false, 2, 2, 0, 5, 3},
      {"an offset, 4:2:0, tiles inside", 3, 8, false, false, 2, 2, 40, 6, 2},
  };
  return all;
}

}  // namespace

TEST_CASE("jpeg2000: lossless pixels come back") {
  for (const Coding& coding : codings()) {
    if (!coding.lossless || coding.dx > 1) continue;
    CAPTURE(coding.name);
    for (const std::uint32_t width : {1U, 7U, 64U, 75U}) {
      const Picture picture = make_picture(width, 50, coding.samples, coding.bits);
      CHECK(decoded(Compression::jpeg2000, encode(picture, coding), picture).pixels == picture.pixels);
      CHECK(decoded(Compression::jpeg2000, encode(picture, coding, OPJ_CODEC_JP2), picture).pixels == picture.pixels);
    }
  }
}

TEST_CASE("jpeg2000: chroma is repeated, then converted") {
  const Coding coding{"4:2:2", 3, 8, true, false, 2, 1};
  const Picture picture = make_picture(33, 20, 3);
  const Stream coded = encode(picture, coding);
  const Picture raw = decoded(Compression::jpeg2000, coded, picture);
  const Picture rgb = decoded(Compression::jpeg2000, coded, picture,
                              [](ImageRequest& request) { request.colour = Colour::ycbcr_to_rgb; });
  for (std::uint32_t y = 0; y < 20; ++y) {
    for (std::uint32_t x = 0; x < 33; ++x) {
      const int values[3] = {sample_at(picture, x, y, 0), sample_at(picture, x / 2 * 2, y, 1),
                             sample_at(picture, x / 2 * 2, y, 2)};
      for (std::uint32_t c = 0; c < 3; ++c) CHECK(sample_at(raw, x, y, c) == values[c]);
      const double cb = values[1] - 128;
      const double cr = values[2] - 128;
      const double right[3] = {values[0] + 1.402 * cr, values[0] - 0.344136 * cb - 0.714136 * cr,
                               values[0] + 1.772 * cb};
      for (std::uint32_t c = 0; c < 3; ++c) {
        CHECK(std::abs(sample_at(rgb, x, y, c) - std::min(255.0, std::max(0.0, right[c]))) <= 0.51);
      }
    }
  }
}

TEST_CASE("jpeg2000: an area has the pixels of the whole") {
  constexpr std::uint32_t width = 90;
  constexpr std::uint32_t height = 70;
  for (const Coding& coding : codings()) {
    CAPTURE(coding.name);
    const Picture picture = make_picture(width, height, coding.samples, coding.bits);
    const Stream coded = encode(picture, coding);
    const Picture whole = decoded(Compression::jpeg2000, coded, picture);
    std::size_t wrong = 0;
    for (std::uint32_t x = 0; x < width; x += 3) {
      for (std::uint32_t right = x + 1; right <= width; right += 5) {
        const std::uint32_t y = (x * 7 + right) % 50;
        const std::uint32_t rows = 1 + (x + right) % 20;
        if (!area_matches(Compression::jpeg2000, coded, whole, {x, y, right - x, rows})) ++wrong;
      }
    }
    for (std::uint32_t y = 0; y < height; y += 3) {
      for (std::uint32_t bottom = y + 1; bottom <= height; bottom += 5) {
        const std::uint32_t x = (y * 7 + bottom) % 70;
        if (!area_matches(Compression::jpeg2000, coded, whole, {x, y, 1 + (y + bottom) % 20, bottom - y})) ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("jpeg2000: cut and damaged streams") {
  for (const Coding& coding : codings()) {
    CAPTURE(coding.name);
    const Picture picture = make_picture(40, 36, coding.samples, coding.bits);
    const Stream coded = encode(picture, coding);
    const Picture whole = decoded(Compression::jpeg2000, coded, picture);
    const std::size_t errors = check_prefixes(
        coded, whole.pixels, [&](const Stream& in) { return decoded(Compression::jpeg2000, in, picture).pixels; });
    CHECK(errors > 100);
    check_damage(coded, 200, [&](const Stream& in) { decoded(Compression::jpeg2000, in, picture); });
  }
}

TEST_CASE("jpeg2000: the stream must be what the container says") {
  const Picture picture = make_picture(40, 36, 3);
  const Stream coded = encode(picture, {"RGB", 3});
  const auto error = [&](const Stream& in, const Picture& like, const std::function<void(ImageRequest&)>& change = {}) {
    return error_of([&] { decoded(Compression::jpeg2000, in, like, change); });
  };
  CHECK(error(coded, make_picture(41, 36, 3)) == "JPEG 2000: the image is 40 x 36 pixels, not 41 x 36");
  CHECK(error(coded, make_picture(40, 36, 4)) == "JPEG 2000: there are 3 components, not 4");
  CHECK(error(encode(make_picture(40, 36, 3, 12), {"12", 3, 12}), picture) ==
        "JPEG 2000: a component has 12 bits, more than 8");
  CHECK(error(encode(make_picture(40, 36, 1, 12), {"12", 1, 12}), make_picture(40, 36, 1, 16)).empty());
  // The codestream's own header: offsets at SIZ + 4, 20, ...
  const auto changed = [&](std::size_t at, std::initializer_list<int> bytes) {
    Stream out = coded;
    for (const int b : bytes) out[at++] = static_cast<std::byte>(b);
    return out;
  };
  CHECK(error(changed(8, {0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff}), picture).find("2147483647") !=
        std::string::npos);
  CHECK_FALSE(error(changed(16, {0xff, 0xff, 0xff, 0xf0}), picture).empty());
  CHECK_FALSE(error(changed(24, {0, 0, 0, 0}), picture).empty());
  CHECK(error(changed(24, {0, 0, 0, 1, 0, 0, 0, 1}), picture) == "JPEG 2000: the image has 1440 tiles inside");
  CHECK(error(changed(42, {37}), picture) == "JPEG 2000: a component has 38 bits, more than 8");
  CHECK(error(changed(43, {255, 255}), picture) == "JPEG 2000: subsampling by 255 x 255 is not supported");
  CHECK(error(changed(43, {0}), picture) == "JPEG 2000: component 0 has subsampling 0");
  const auto larger = [](ImageRequest& request) { request.may_be_larger = true; };
  CHECK(error(coded, make_picture(40, 20, 3), larger).empty());
}

TEST_CASE("jpeg2000: headers") {
  const Picture picture = make_picture(40, 36, 3);
  const ImageInfo info =
      probe(Compression::jpeg2000, encode(picture, {"4:2:0", 3, 8, true, false, 2, 2}, OPJ_CODEC_JP2));
  CHECK(info.width == 40);
  CHECK(info.height == 36);
  CHECK(info.samples == 3);
  CHECK(info.bits == 8);
  CHECK_FALSE(info.is_signed);
  CHECK(info.colour == Colour::ycbcr_to_rgb);
  const Stream codestream = encode(picture, {"RGB", 3});
  CHECK(probe(Compression::jpeg2000, codestream).colour == Colour::raw);
  CHECK(sniff(codestream) == Compression::jpeg2000);
  CHECK(sniff(encode(picture, {"RGB", 3}, OPJ_CODEC_JP2)) == Compression::jpeg2000);
  CHECK_THROWS_AS(probe(Compression::jpeg2000, Stream(100)), IoError);
}
