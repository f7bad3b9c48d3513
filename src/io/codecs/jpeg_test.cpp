// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/jpeg_testing.h"

#include <array>

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

/// libjpeg's plain loop, the oracle.
Picture library_decode(const Stream& in, const Picture& like, J_COLOR_SPACE from, J_COLOR_SPACE to,
                       unsigned shrink = 1) {
  Picture out = like;
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(in.data()), in.size());
  jpeg_read_header(&info, TRUE);
  info.jpeg_color_space = from;
  info.out_color_space = to;
  info.scale_denom = shrink;
  jpeg_start_decompress(&info);
  while (info.output_scanline < info.output_height) {
    auto* row = reinterpret_cast<unsigned char*>(out.pixels.data()) + info.output_scanline * out.row();
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_destroy_decompress(&info);
  return out;
}

const std::vector<JpegCoding>& codings() {
  static const std::vector<JpegCoding> all{
      {"4:4:4"},
      {"4:4:4 RGB", 3, 1, 1, false, 0, false, JCS_RGB},
      {"4:2:2", 3, 2, 1},
      {"4:2:0", 3, 2, 2},
      {"4:4:0", 3, 1, 2},
      {"4:1:1", 3, 4, 1},
      {"4:1:0", 3, 4, 2},
      {"grey", 1},
      {"four samples", 4},
      {"4:2:0 restart", 3, 2, 2, false, 1},
      {"4:4:4 restart", 3, 1, 1, false, 2},
      {"4:2:2 optimal", 3, 2, 1, false, 0, false, JCS_YCbCr, true},
      {"4:4:4 progressive", 3, 1, 1, true},
      {"4:2:0 progressive", 3, 2, 2, true},
      {"grey progressive restart", 1, 1, 1, true, 1},
      {"4:2:0 arithmetic", 3, 2, 2, false, 0, true},
  };
  return all;
}

std::function<void(ImageRequest&)> colour(Colour wanted) {
  return [=](ImageRequest& request) { request.colour = wanted; };
}

/// The colour in which a coding is decoded here.
Colour colour_of(const JpegCoding& coding) {
  return coding.samples == 3 && coding.space == JCS_YCbCr ? Colour::ycbcr_to_rgb : Colour::raw;
}

}  // namespace

TEST_CASE("jpeg: pixels are the library's, in the colour asked for") {
  for (const JpegCoding& coding : codings()) {
    CAPTURE(coding.name);
    for (const std::uint32_t width : {1U, 8U, 31U, 32U, 33U, 67U}) {
      const Picture picture = make_picture(width, 45, coding.samples);
      const Stream coded = encode_jpeg(picture, coding).image;
      if (coding.samples == 3) {
        CHECK(decoded(Compression::jpeg, coded, picture, colour(Colour::ycbcr_to_rgb)).pixels ==
              library_decode(coded, picture, JCS_YCbCr, JCS_RGB).pixels);
        CHECK(decoded(Compression::jpeg, coded, picture).pixels ==
              library_decode(coded, picture, JCS_YCbCr, JCS_YCbCr).pixels);
      } else {
        const J_COLOR_SPACE space = coding.samples == 1 ? JCS_GRAYSCALE : JCS_CMYK;
        CHECK(decoded(Compression::jpeg, coded, picture).pixels == library_decode(coded, picture, space, space).pixels);
      }
    }
  }
}

TEST_CASE("jpeg: an area has the pixels of the whole") {
  constexpr std::uint32_t width = 77;
  constexpr std::uint32_t height = 53;
  for (const JpegCoding& coding : codings()) {
    CAPTURE(coding.name);
    const Picture picture = make_picture(width, height, coding.samples);
    const Stream coded = encode_jpeg(picture, coding).image;
    const auto change = colour(colour_of(coding));
    const Picture whole = decoded(Compression::jpeg, coded, picture, change);
    std::size_t wrong = 0;
    // Every pair of columns, in three bands of rows; then every pair of rows, in three bands of columns.
    for (std::uint32_t x = 0; x < width; ++x) {
      for (std::uint32_t right = x + 1; right <= width; ++right) {
        const std::uint32_t y = (x * 7 + right) % 30;
        if (!area_matches(Compression::jpeg, coded, whole, {x, y, right - x, 1 + right % 20}, change)) ++wrong;
      }
    }
    CHECK(wrong == 0);
    for (std::uint32_t y = 0; y < height; ++y) {
      for (std::uint32_t bottom = y + 1; bottom <= height; ++bottom) {
        for (const std::uint32_t x : {0U, 13U, 16U}) {
          const std::uint32_t columns = x == 0 ? width : 17 + (y + bottom) % 40;
          if (!area_matches(Compression::jpeg, coded, whole, {x, y, columns, bottom - y}, change)) ++wrong;
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("jpeg: at 1/2, 1/4 and 1/8") {
  for (const JpegCoding& coding : codings()) {
    CAPTURE(coding.name);
    const Picture picture = make_picture(77, 53, coding.samples);
    const Stream coded = encode_jpeg(picture, coding).image;
    for (const std::uint32_t shrink : {2U, 4U, 8U}) {
      CAPTURE(shrink);
      const Picture small = make_picture((77 + shrink - 1) / shrink, (53 + shrink - 1) / shrink, coding.samples);
      const auto change = [&](ImageRequest& request) {
        request.width = 77;
        request.height = 53;
        request.shrink = shrink;
      };
      const J_COLOR_SPACE space = coding.samples == 1 ? JCS_GRAYSCALE : coding.samples == 3 ? JCS_RGB : JCS_CMYK;
      const Picture whole = decoded(Compression::jpeg, coded, small, change);
      CHECK(whole.pixels == library_decode(coded, small, space, space, shrink).pixels);
      for (const Area area : {Area{0, 0, 1, 1}, Area{1, 2, 5, 3}, Area{small.width - 1, 0, 1, small.height}}) {
        CHECK(area_matches(Compression::jpeg, coded, whole, area, change));
      }
    }
  }
}

TEST_CASE("jpeg: shared tables") {
  const Picture picture = make_picture(64, 48, 3);
  const JpegCoding rgb{"RGB", 3, 1, 1, false, 0, false, JCS_RGB};
  const JpegCoding subsampled{"4:2:0", 3, 2, 2};
  const JpegCoded first = encode_jpeg(picture, rgb, true);
  const JpegCoded second = encode_jpeg(picture, subsampled, true);
  const auto tables = [](const Stream& stream, Colour wanted) {
    return [&stream, wanted](ImageRequest& request) {
      request.tables = stream;
      request.colour = wanted;
    };
  };
  const Picture whole = decoded(Compression::jpeg, encode_jpeg(picture, rgb).image, picture);
  const Picture other =
      decoded(Compression::jpeg, encode_jpeg(picture, subsampled).image, picture, colour(Colour::ycbcr_to_rgb));
  // More sets than are kept, again and again.
  for (int round = 0; round < 3; ++round) {
    CHECK(decoded(Compression::jpeg, first.image, picture, tables(first.tables, Colour::raw)).pixels == whole.pixels);
    for (int i = 0; i < 6; ++i) {
      Stream set = second.tables;  // A comment makes each set another one.
      const std::array<int, 5> comment{0xff, 0xfe, 0, 3, i};
      std::vector<std::byte> bytes;
      for (const int b : comment) bytes.push_back(static_cast<std::byte>(b));
      set.insert(set.begin() + 2, bytes.begin(), bytes.end());
      CHECK(decoded(Compression::jpeg, second.image, picture, tables(set, Colour::ycbcr_to_rgb)).pixels ==
            other.pixels);
    }
  }
  // Tables of the tile before must not serve one that has none.
  CHECK_THROWS_AS(decoded(Compression::jpeg, first.image, picture), IoError);
  Stream own = encode_jpeg(picture, rgb).image;
  decoded(Compression::jpeg, own, picture);
  CHECK_THROWS_AS(decoded(Compression::jpeg, first.image, picture), IoError);
  const Stream nothing{std::byte{0xff}};
  CHECK_THROWS_AS(decoded(Compression::jpeg, first.image, picture, tables(nothing, Colour::raw)), IoError);
  const Stream cut(first.tables.begin(), first.tables.end() - 40);
  CHECK_THROWS_AS(decoded(Compression::jpeg, first.image, picture, tables(cut, Colour::raw)), IoError);
}

TEST_CASE("jpeg: one restart interval with the head of another image") {
  // An NDPI level: one image whose restart intervals are tiles. Here one row of blocks is one interval.
  const Picture picture = make_picture(64, 40, 3);
  const Stream coded = encode_jpeg(picture, {"restart", 3, 1, 1, false, 1}).image;
  const Picture whole = decoded(Compression::jpeg, coded, picture, colour(Colour::ycbcr_to_rgb));
  std::vector<std::size_t> markers;
  std::size_t head = 0;
  for (std::size_t i = 0; i + 1 < coded.size(); ++i) {
    if (coded[i] != std::byte{0xff}) continue;
    const auto marker = std::to_integer<int>(coded[i + 1]);
    if (marker == 0xda) head = i + 2 + std::to_integer<std::size_t>(coded[i + 3]);
    if (head > 0 && ((marker >= 0xd0 && marker <= 0xd7) || marker == 0xd9)) markers.push_back(i);
  }
  REQUIRE(markers.size() == 5);
  const Stream start(coded.begin(), coded.begin() + static_cast<std::ptrdiff_t>(head));
  std::size_t from = head;
  for (std::uint32_t tile = 0; tile < 5; ++tile) {
    const Stream interval(coded.begin() + static_cast<std::ptrdiff_t>(from),
                          coded.begin() + static_cast<std::ptrdiff_t>(markers[tile]));
    from = markers[tile] + 2;
    Picture strip = make_picture(64, 8, 3);
    strip = decoded(Compression::jpeg, interval, strip, [&](ImageRequest& request) {
      request.head = start;
      request.colour = Colour::ycbcr_to_rgb;
    });
    CHECK(std::equal(strip.pixels.begin(), strip.pixels.end(),
                     whole.pixels.begin() + static_cast<std::ptrdiff_t>(tile * strip.pixels.size())));
    const Stream cut(interval.begin(), interval.begin() + static_cast<std::ptrdiff_t>(interval.size() / 2));
    CHECK_THROWS_AS(decoded(Compression::jpeg, cut, strip,
                            [&](ImageRequest& request) {
                              request.head = start;
                              request.colour = Colour::ycbcr_to_rgb;
                            }),
                    IoError);
  }
}

TEST_CASE("jpeg: cut and damaged streams") {
  for (const JpegCoding& coding : codings()) {
    CAPTURE(coding.name);
    const Picture picture = make_picture(40, 36, coding.samples);
    const Stream coded = encode_jpeg(picture, coding).image;
    const Picture whole = decoded(Compression::jpeg, coded, picture);
    const std::size_t errors = check_prefixes(
        coded, whole.pixels, [&](const Stream& in) { return decoded(Compression::jpeg, in, picture).pixels; });
    CHECK(errors > 100);
    check_damage(coded, 300, [&](const Stream& in) { decoded(Compression::jpeg, in, picture); });
    CHECK(decoded(Compression::jpeg, coded, picture).pixels == whole.pixels);  // No state is left behind.
  }
}

TEST_CASE("jpeg: the stream must be what the container says") {
  const Picture picture = make_picture(40, 36, 3);
  const Stream coded = encode_jpeg(picture, {"4:2:0", 3, 2, 2}).image;
  const auto error = [&](const Picture& like, const std::function<void(ImageRequest&)>& change = {}) {
    return error_of([&] { decoded(Compression::jpeg, coded, like, change); });
  };
  CHECK(error(make_picture(40, 35, 3)) == "JPEG: the image is 40 x 36 pixels, not 40 x 35");
  CHECK(error(make_picture(41, 36, 3)) == "JPEG: the image is 40 x 36 pixels, not 41 x 36");
  CHECK(error(make_picture(40, 36, 1)) == "JPEG: there are 3 components, not 1");
  CHECK(error(make_picture(40, 36, 3, 12)) == "JPEG: only samples of 8 bits are supported, not 12");
  CHECK(error(picture, colour(Colour::ycck_to_cmyk)) == "JPEG: YCCK has four components, not 3");
  CHECK(error(make_picture(40, 35, 3), [](ImageRequest& r) { r.may_be_larger = true; }).empty());
  const Picture whole = decoded(Compression::jpeg, coded, picture);
  const auto larger = [](ImageRequest& r) { r.may_be_larger = true; };
  const Picture part = decoded(Compression::jpeg, coded, make_picture(40, 7, 3), larger);
  CHECK(std::equal(part.pixels.begin(), part.pixels.end(), whole.pixels.begin()));
  Stream twelve = coded;
  for (std::size_t i = 0; i + 4 < twelve.size(); ++i) {
    if (twelve[i] == std::byte{0xff} && twelve[i + 1] == std::byte{0xc0}) twelve[i + 4] = std::byte{12};
  }
  CHECK(error_of([&] { decoded(Compression::jpeg, twelve, picture); }) == "JPEG: Unsupported JPEG data precision 12");
  CHECK_THROWS_AS(decoded(Compression::jpeg, coded, picture, [](ImageRequest& r) { r.area.x = 40; }), ValueError);
  CHECK_THROWS_AS(decoded(Compression::jpeg, coded, picture, [](ImageRequest& r) { r.row_stride = 119; }), ValueError);
}

TEST_CASE("jpeg: headers") {
  const Picture picture = make_picture(40, 36, 3);
  ImageInfo info = probe(Compression::jpeg, encode_jpeg(picture, {"4:2:0", 3, 2, 2}).image);
  CHECK(info.width == 40);
  CHECK(info.height == 36);
  CHECK(info.samples == 3);
  CHECK(info.bits == 8);
  CHECK(info.colour == Colour::ycbcr_to_rgb);
  CHECK(info.icc_profile.empty());
  info = probe(Compression::jpeg, encode_jpeg(picture, {"RGB", 3, 1, 1, false, 0, false, JCS_RGB}).image);
  CHECK(info.colour == Colour::raw);
  CHECK_THROWS_AS(probe(Compression::jpeg, Stream(10)), IoError);
  CHECK(sniff(encode_jpeg(picture, {"4:4:4"}).image) == Compression::jpeg);
}
