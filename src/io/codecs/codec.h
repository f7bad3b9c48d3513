// SPDX-License-Identifier: Apache-2.0
// Compressed bytes to pixels. No file, no TIFF tag beyond the compression's number, and no guess: what a stream does
// not say for certain (colour, size, tables) comes with the request.
//
// Rules of every codec here
// - The output belongs to the caller and is filled completely, or IoError is thrown. After an error its contents are
//   unspecified; a caller must not show them. A decoder's warning (data that ends early, a bad code) is an error.
// - IoError's text is "<codec>: <reason>"; path, IFD, tile and file offset are the caller's to add. MemoryError when
// the
//   library below has no memory.
// - Sizes in the stream are compared with the request before anything is allocated. Scratch is bounded by the request's
//   sizes, never by the stream's.
// - Safe from many threads; decoder objects are kept per thread and reused. No state survives from one call to the next
//   but caches that cannot change a result. Works in a forked child.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace opsin::io {

enum class Compression : std::uint8_t {
  unknown,
  none,
  ccitt_rle,  // 2; TIFF 6.0 section 10
  ccitt_t4,   // 3
  ccitt_t6,   // 4
  lzw,        // 5; the bit order is found by the decoder
  old_jpeg,   // 6
  jpeg,       // 7
  deflate,    // 8 and 32946
  packbits,   // 32773
  jpeg2000,   // 33003 (Aperio, YCbCr), 33004, 33005 (Aperio, RGB), 34712
  lzma,       // 34925
  zstd,       // 50000, 34926 in old files
  webp,       // 50001, 34927 in old files
  png,        // 34933; stand-alone files
};

/// unknown for numbers without a decoder here. Which of the JPEG 2000 numbers it was decides ImageRequest::colour.
Compression from_tiff_tag(std::uint32_t value);

/// "JPEG 2000", "Deflate", ... for people.
std::string_view name(Compression compression);

/// True for codecs that give samples with a width and a height (decode_image), false for those that give bytes
/// (decode_bytes). decode_* throws IoError for the other kind, for `unknown` and for CCITT.
bool is_image_codec(Compression compression);

/// True when a part of a tile costs clearly less than the whole: an area of JPEG and JPEG 2000, the first rows of what
/// decode_bytes decodes.
bool decodes_areas(Compression compression);

/// Fills the first `needed` bytes of `out`, and more where that is no slower; `out` has room for the whole tile. Throws
/// when the stream gives fewer or is damaged before that point; what follows is ignored, as libtiff and tifffile do.
/// (When all of `out` is needed, a trailing checksum is verified where the stream ends with `out`; Deflate's also when
/// it ends a little later.) Bytes are as stored: FillOrder, predictor and byte order are the caller's. Allocates a few
/// KiB; for LZMA, and for Zstandard that holds more than is needed, a window of up to 96 and 128 MiB. `in` and `out` do
/// not overlap.
void decode_bytes(Compression compression, std::span<const std::byte> in, std::span<std::byte> out, std::size_t needed);
inline void decode_bytes(Compression compression, std::span<const std::byte> in, std::span<std::byte> out) {
  decode_bytes(compression, in, out, out.size());
}

/// FillOrder 2: reverses the bits within each byte. Before decode_bytes on compressed data (JPEG and JPEG 2000
/// excepted), on the pixels of uncompressed data.
void reverse_bits(std::span<std::byte> bytes);

/// A rectangle inside one coded image, in its pixels.
struct Area {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

enum class Colour : std::uint8_t {
  raw,           // components as coded, chroma upsampled to full size
  ycbcr_to_rgb,  // the first three components are YCbCr (BT.601, full range)
  ycck_to_cmyk,  // Adobe's four-component JPEG
};

/// Old-style JPEG (TIFF 6.0 section 22): what tags 512-521 point at, as bytes.
struct OldJpeg {
  std::uint32_t process = 1;                               // 512: 1 baseline; 14 (lossless) is refused
  std::span<const std::byte> interchange;                  // 513, 514: a JPEG stream, at least up to its SOS; or empty
  std::uint32_t restart_interval = 0;                      // 515
  std::array<std::span<const std::byte>, 4> quantisation;  // 519, per component: 64 bytes in zigzag order
  std::array<std::span<const std::byte>, 4> dc;            // 520, per component: 16 counts, then the values
  std::array<std::span<const std::byte>, 4> ac;            // 521
  std::uint32_t horizontal_subsampling = 2;                // 530
  std::uint32_t vertical_subsampling = 2;
};

struct ImageRequest {
  /// What the container promises about the whole coded image. A stream that says otherwise is an error.
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t samples = 0;  // 1-4; JPEG 2000 also more
  std::uint32_t bits = 8;     // per sample; out has uint8 for 1-8 and host-order uint16 for 9-16
  /// The coded image may be larger than width x height; what lies beyond is not decoded. For last strips that were
  /// coded at full height. A smaller image is always an error.
  bool may_be_larger = false;

  Colour colour = Colour::raw;

  /// JPEG: the abbreviated stream of tag 347 (JPEGTables), or empty. The spans of one IFD should stay at one address:
  /// prepared tables are kept per thread, looked up by content.
  std::span<const std::byte> tables;
  /// JPEG: `in` is the entropy-coded data of one restart interval, without its marker, and this the stream's head from
  /// SOI to the end of SOS, whose frame size is replaced by width x height (Hamamatsu NDPI). Empty otherwise.
  std::span<const std::byte> head;
  /// Compression::old_jpeg only.
  const OldJpeg* old_jpeg = nullptr;

  /// JPEG: 1, 2, 4 or 8. The image is decoded at 1/shrink of its size, rounded up, as JPEG itself can; area and out are
  /// in pixels of that. width and height stay those of the stream.
  std::uint32_t shrink = 1;
  /// The part wanted, not empty, inside width x height.
  Area area;
  /// First sample of the area's first row; samples of a pixel adjoin. `row_stride` in bytes, at least
  /// area.width * samples * (bits > 8 ? 2 : 1).
  std::byte* out = nullptr;
  std::size_t row_stride = 0;
};

/// Decodes request.area. An area gives exactly the pixels that it has in the whole image.
void decode_image(Compression compression, std::span<const std::byte> in, const ImageRequest& request);

/// The header of a stand-alone image, or of a tile for somebody who lists a file's codecs.
struct ImageInfo {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t samples = 0;  // after the expansion of a PNG palette and its transparency
  std::uint32_t bits = 0;     // of the output: PNG's 1, 2 and 4 bits are expanded to 8
  bool is_signed = false;     // JPEG 2000 only
  /// What the stream's own markers say (JFIF, Adobe, component numbers; JP2 boxes). For stand-alone files; in a TIFF
  /// the tag Photometric decides.
  Colour colour = Colour::raw;
  std::vector<std::byte> icc_profile;  // JPEG and PNG; empty when there is none
};

/// Reads the header of JPEG, PNG, JPEG 2000 (JP2 or codestream) and WebP; decodes no pixel. Throws IoError.
ImageInfo probe(Compression compression, std::span<const std::byte> in);

/// jpeg, png, jpeg2000 or webp by the first bytes of a stand-alone file; unknown otherwise.
Compression sniff(std::span<const std::byte> in);

}  // namespace opsin::io
