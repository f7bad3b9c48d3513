// SPDX-License-Identifier: Apache-2.0
// What a format's open() returns: a slide as plain data. Reading regions, caching, threads and batches are written once
// over this, for all formats; a format holds no code that runs after open().
//
// How the odd ones fit:
// - Hamamatsu NDPI: one JPEG per level. Encoding::jpeg_head is its header, a tile is the range of one restart interval.
// - Philips: levels are padded to whole tiles; Level::width and height are the true ones, the rest is cut off.
// - Leica: several areas on one level: one Placement each, at their place in level pixels.
// - Ventana: each area of interest is a Placement over a rectangle of its image's tiles, with a pitch smaller than a
// tile.
// - Trestle: one Placement whose pitch is tile size minus overlap.
// - QPTIFF, OME-TIFF, ImageJ: one Plane per channel group, focal plane and time, each with images of its own.
// - Label and macro as Base64 JPEG in XML: a StoredImage over a source of owned bytes with one tile.
// - Plain strips: a tile is as wide as the image and RowsPerStrip high; the last one is shorter (short_last_row).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/codecs/codec.h"
#include "io/source.h"
#include "io/tiff/tags.h"
#include "io/tile_table.h"
#include "opsin/dtype.h"
#include "opsin/slide.h"

namespace opsin::io {

/// How the bytes of a tile become samples. Shared by all tiles of one image.
struct Encoding {
  Compression compression = Compression::none;
  tiff::SampleFormat sample_format = tiff::SampleFormat::unsigned_integer;
  tiff::Photometric photometric = tiff::Photometric::black_is_zero;
  std::uint16_t bits = 8;     ///< per stored sample, the same for all
  std::uint16_t samples = 1;  ///< of the image; a tile of a planar image holds one of them
  bool planar = false;        ///< PlanarConfiguration 2: one tile per sample
  bool big_endian = false;
  bool reversed_bits = false;  ///< FillOrder 2
  std::uint16_t predictor = 1;

  /// Image codecs: what the decoder does with the colour of the first three components.
  Colour colour = Colour::raw;
  /// Byte codecs with photometric ycbcr: chroma samples per luma sample, and how to make RGB of them (TIFF 6.0 sections
  /// 21 and 20). A data unit is subsampling[0] * subsampling[1] luma samples, then Cb, then Cr.
  std::array<std::uint16_t, 2> subsampling{1, 1};
  std::array<double, 3> ycbcr_coefficients{0.299, 0.587, 0.114};
  std::array<double, 6> reference_black_white{0, 255, 128, 255, 128, 255};

  std::vector<std::byte> jpeg_tables;  ///< ImageRequest::tables
  /// ImageRequest::head. The tiles are restart intervals then; the ranges of all but the first start with the marker.
  std::vector<std::byte> jpeg_head;
  std::uint8_t shrink = 1;  ///< ImageRequest::shrink: tiles are stored that many times larger than StoredImage says
  /// Compression::old_jpeg: the spans point into old_jpeg_bytes.
  std::optional<OldJpeg> old_jpeg;
  std::vector<std::vector<std::byte>> old_jpeg_bytes;

  /// What a sample is in memory: bool for 1 bit, otherwise the smallest type that holds it; 24-bit floats are float32.
  DType dtype() const;
};

/// One stored image: the tiles (or strips) of one IFD, or one image file as its single tile.
struct StoredImage {
  std::int64_t width = 0;  ///< pixels; tiles reach beyond, by less than a tile
  std::int64_t height = 0;
  std::int64_t tile_width = 0;
  std::int64_t tile_height = 0;
  bool short_last_row = false;  ///< strips: the last row of tiles holds only the rows that are left
  std::shared_ptr<const Encoding> encoding;
  SourcePtr source;
  TileTablePtr tiles;  ///< columns() * rows() ranges, times samples when planar
  std::string label;   ///< for messages: "IFD 3"

  std::int64_t columns() const { return (width + tile_width - 1) / tile_width; }
  std::int64_t rows() const { return (height + tile_height - 1) / tile_height; }
};

/// A rectangle of an image's tiles, laid out on a plane of a level. Tile (column + i, row + j) has its top left corner
/// at (x + i * pitch_x, y + j * pitch_y), rounded down. Where tiles overlap the one with the larger row, then the
/// larger column wins; where placements do, the later one. Nothing is drawn beyond the level's edges.
struct Placement {
  std::size_t image = 0;  ///< in SlideData::images
  /// Ventana's coarser levels: each tile is cut into cells x cells equal parts, and what is said of tiles here (counts,
  /// pitch) holds for those.
  std::int64_t cells = 1;
  std::int64_t column = 0, row = 0;
  std::int64_t columns = 0, rows = 0;
  double x = 0, y = 0;  ///< level pixels
  double pitch_x = 0, pitch_y = 0;
};

/// The pixels of one channel group, focal plane and time at one level.
struct Plane {
  std::vector<Placement> placements;
};

/// What a tile without bytes shows.
enum class Sparse : std::uint8_t {
  fill,            ///< SlideData::fill, and no coverage (transparent in OpenSlide's RGBA)
  previous_level,  ///< Aperio: the same place of the next finer level, scaled down; where that is missing too, fill
  error,           ///< the format has none: such a tile is broken
};

struct Level {
  std::int64_t width = 0;
  std::int64_t height = 0;
  double downsample = 1;  ///< level-0 pixels per pixel of this level
  /// What users are told: openslide.level[i].tile-width; 0 when the level has no tiles of one size.
  std::int64_t tile_width = 0;
  std::int64_t tile_height = 0;
  Sparse sparse = Sparse::fill;
  /// plane(group, z, t) = planes[(t * sizes.z + z) * groups + group].
  std::vector<Plane> planes;
};

/// An image that belongs to the slide but not to its pyramid: "label", "macro", "thumbnail".
struct Associated {
  StoredImage image;
  std::vector<std::byte> icc_profile;
};

struct ChannelData {
  std::string name;
  std::optional<std::array<std::uint8_t, 3>> colour;  ///< display colour, RGB
};

/// openslide.quickhash-1: SHA-256 over the tiles' bytes of some images, then over strings, each with a NUL behind it.
/// It is computed when somebody asks for the properties: it may read megabytes, which an open slide does not need.
struct QuickHash {
  std::vector<std::size_t> images;  ///< in SlideData::images
  std::vector<std::string> strings;
};

/// In hexadecimal. Nothing, as with OpenSlide, when the tiles have more than 5 MiB together; IoError when they cannot
/// be read.
std::optional<std::string> compute(const QuickHash& hash, const std::vector<StoredImage>& images);

struct SlideData {
  std::string vendor;  ///< OpenSlide's name, "generic-tiff", or our own for what OpenSlide does not read
  std::vector<StoredImage> images;
  std::vector<Level> levels;  ///< at least one; finest first

  /// Samples that one plane holds, and how many planes there are per level. Channels are group-major: channel c is
  /// sample c % samples of group c / samples, and C = groups * samples.
  std::int64_t samples = 1;
  std::int64_t groups = 1;
  std::int64_t z = 1;
  std::int64_t t = 1;
  DType dtype = DType::uint8;         ///< of every level
  std::vector<ChannelData> channels;  ///< C of them, or empty: then they get their default names

  /// Value per channel where there is no pixel; one value stands for all. finish() fills it when empty: white for RGB,
  /// 0 for anything else; a fourth sample of RGB is 0 (transparent).
  std::vector<double> fill;
  tiff::Photometric photometric = tiff::Photometric::black_is_zero;  ///< of level 0, after decoding: ycbcr is rgb
  /// Palette images keep their indices; this is 3 x 2^bits, red first, 16 bit. Empty otherwise.
  std::vector<std::uint16_t> colour_map;

  std::map<std::string, Associated> associated;
  std::map<std::string, std::string> properties;  ///< UTF-8; the quickhash is added when they are asked for
  std::optional<QuickHash> quickhash;
  std::optional<std::array<double, 2>> mpp;  ///< micrometres per level-0 pixel, x and y
  std::optional<double> objective_power;
  std::vector<std::byte> icc_profile;
};

/// Photometric of the samples that decoding gives: YCbCr has become RGB.
tiff::Photometric shown(const Encoding& encoding);

/// An image alone, as a slide of one level.
SlideData as_slide(const StoredImage& image);

/// Adds what follows from the rest (openslide.level-count and so on, fill, mpp from its properties) and checks what
/// reading relies on: sizes positive and inside the limits, placements inside their images, planes complete, one dtype.
/// Throws IoError. Every format's result goes through it once.
void finish(SlideData& data, const std::string& name, const SlideLimits& limits);

}  // namespace opsin::io
