// SPDX-License-Identifier: Apache-2.0
// TIFF's numbers: tags, types and the values of those tags that decide how pixels are stored.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace opsin::io::tiff {

namespace tag {
inline constexpr std::uint16_t new_subfile_type = 254;
inline constexpr std::uint16_t subfile_type = 255;
inline constexpr std::uint16_t image_width = 256;
inline constexpr std::uint16_t image_length = 257;
inline constexpr std::uint16_t bits_per_sample = 258;
inline constexpr std::uint16_t compression = 259;
inline constexpr std::uint16_t photometric = 262;
inline constexpr std::uint16_t fill_order = 266;
inline constexpr std::uint16_t document_name = 269;
inline constexpr std::uint16_t image_description = 270;
inline constexpr std::uint16_t make = 271;
inline constexpr std::uint16_t model = 272;
inline constexpr std::uint16_t strip_offsets = 273;
inline constexpr std::uint16_t orientation = 274;
inline constexpr std::uint16_t samples_per_pixel = 277;
inline constexpr std::uint16_t rows_per_strip = 278;
inline constexpr std::uint16_t strip_byte_counts = 279;
inline constexpr std::uint16_t x_resolution = 282;
inline constexpr std::uint16_t y_resolution = 283;
inline constexpr std::uint16_t planar_configuration = 284;
inline constexpr std::uint16_t page_name = 285;
inline constexpr std::uint16_t x_position = 286;
inline constexpr std::uint16_t y_position = 287;
inline constexpr std::uint16_t resolution_unit = 296;
inline constexpr std::uint16_t page_number = 297;
inline constexpr std::uint16_t software = 305;
inline constexpr std::uint16_t date_time = 306;
inline constexpr std::uint16_t artist = 315;
inline constexpr std::uint16_t host_computer = 316;
inline constexpr std::uint16_t predictor = 317;
inline constexpr std::uint16_t color_map = 320;
inline constexpr std::uint16_t tile_width = 322;
inline constexpr std::uint16_t tile_length = 323;
inline constexpr std::uint16_t tile_offsets = 324;
inline constexpr std::uint16_t tile_byte_counts = 325;
inline constexpr std::uint16_t sub_ifds = 330;
inline constexpr std::uint16_t extra_samples = 338;
inline constexpr std::uint16_t sample_format = 339;
inline constexpr std::uint16_t jpeg_tables = 347;
inline constexpr std::uint16_t jpeg_proc = 512;
inline constexpr std::uint16_t jpeg_interchange = 513;
inline constexpr std::uint16_t jpeg_interchange_length = 514;
inline constexpr std::uint16_t jpeg_restart_interval = 515;
inline constexpr std::uint16_t jpeg_q_tables = 519;
inline constexpr std::uint16_t jpeg_dc_tables = 520;
inline constexpr std::uint16_t jpeg_ac_tables = 521;
inline constexpr std::uint16_t ycbcr_coefficients = 529;
inline constexpr std::uint16_t ycbcr_subsampling = 530;
inline constexpr std::uint16_t ycbcr_positioning = 531;
inline constexpr std::uint16_t reference_black_white = 532;
inline constexpr std::uint16_t xmp = 700;
inline constexpr std::uint16_t image_depth = 32997;
inline constexpr std::uint16_t copyright = 33432;
inline constexpr std::uint16_t icc_profile = 34675;
inline constexpr std::uint16_t imagej_byte_counts = 50838;
inline constexpr std::uint16_t imagej_metadata = 50839;
inline constexpr std::uint16_t argos_xml = 65000;
inline constexpr std::uint16_t ndpi_format_flag = 65420;
inline constexpr std::uint16_t ndpi_source_lens = 65421;
inline constexpr std::uint16_t ndpi_x_offset = 65422;
inline constexpr std::uint16_t ndpi_y_offset = 65423;
inline constexpr std::uint16_t ndpi_focal_plane = 65424;
inline constexpr std::uint16_t ndpi_mcu_starts = 65426;
inline constexpr std::uint16_t ndpi_reference = 65427;
inline constexpr std::uint16_t ndpi_mcu_starts_high = 65432;
inline constexpr std::uint16_t ndpi_property_map = 65449;
}  // namespace tag

/// The name in TIFF 6.0 or of whoever owns the tag; "tag 12345" for others.
std::string tag_name(std::uint16_t number);

/// The name in a message that is perhaps never made.
struct Named {
  std::uint16_t number;
  friend std::ostream& operator<<(std::ostream& out, Named tag) { return out << tag_name(tag.number); }
};

enum class Type : std::uint16_t {
  byte = 1,
  ascii = 2,
  short_ = 3,
  long_ = 4,
  rational = 5,
  sbyte = 6,
  undefined = 7,
  sshort = 8,
  slong = 9,
  srational = 10,
  float_ = 11,
  double_ = 12,
  ifd = 13,
  long8 = 16,
  slong8 = 17,
  ifd8 = 18,
};

/// Bytes of one value; 0 for a type that nobody has defined.
constexpr std::size_t type_size(Type t) {
  switch (t) {
    case Type::byte:
    case Type::ascii:
    case Type::sbyte:
    case Type::undefined: return 1;
    case Type::short_:
    case Type::sshort: return 2;
    case Type::long_:
    case Type::slong:
    case Type::float_:
    case Type::ifd: return 4;
    case Type::rational:
    case Type::srational:
    case Type::double_:
    case Type::long8:
    case Type::slong8:
    case Type::ifd8: return 8;
  }
  return 0;
}

/// Tag PhotometricInterpretation, only those values that change how a reader treats samples.
enum class Photometric : std::uint16_t {
  white_is_zero = 0,
  black_is_zero = 1,
  rgb = 2,
  palette = 3,
  mask = 4,
  separated = 5,  // CMYK
  ycbcr = 6,
  cielab = 8,
  icclab = 9,
  itulab = 10,
  cfa = 32803,
  logl = 32844,
  logluv = 32845,
  linear_raw = 34892,
};

enum class SampleFormat : std::uint16_t {
  unsigned_integer = 1,
  signed_integer = 2,
  floating = 3,
  undefined = 4,
  complex_integer = 5,
  complex_floating = 6,
};

/// Bits of tag NewSubfileType.
inline constexpr std::uint32_t subfile_reduced = 1;
inline constexpr std::uint32_t subfile_page = 2;
inline constexpr std::uint32_t subfile_mask = 4;

}  // namespace opsin::io::tiff
