// SPDX-License-Identifier: Apache-2.0
// Whole-slide and biomedical images: a pyramid of levels, of which any region can be read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "opsin/array.h"
#include "opsin/device.h"
#include "opsin/dtype.h"
#include "opsin/error.h"

namespace opsin {

/// How much a file may ask for. Reaching a limit throws IoError; a caller who trusts a file may raise them.
struct SlideLimits {
  std::uint64_t pixels = std::uint64_t{1} << 40;        ///< of one level or associated image
  std::uint64_t tile_pixels = std::uint64_t{1} << 28;   ///< of one tile or strip that must be decoded as a whole
  std::uint64_t region_bytes = std::uint64_t{1} << 36;  ///< of one result of read_region
  std::uint32_t directories = 65535;                    ///< TIFF IFDs, SubIFDs included
  std::uint32_t tags = 4096;                            ///< in one IFD
  std::uint64_t tag_bytes = std::uint64_t{64} << 20;    ///< of one tag's value, tile tables excepted
  std::uint64_t tiles = std::uint64_t{1} << 28;         ///< in one tile table
  std::uint64_t xml_bytes = std::uint64_t{64} << 20;    ///< of one XML document
  std::uint32_t xml_depth = 64;                         ///< of nested elements
  double decompression_ratio = 100000;                  ///< decoded bytes per stored byte of one tile
};

/// What happens at a tile that cannot be decoded.
enum class TileErrors : std::uint8_t {
  raise,  ///< IoError with path, IFD, tile and file offset
  fill,   ///< the fill value, no coverage, and one warning per read
};

struct SlideOptions {
  SlideLimits limits;
  TileErrors errors = TileErrors::raise;
  /// Value of every channel where the slide has no pixel. Unset: white for RGB (transparent white with an alpha
  /// channel), 0 for anything else.
  std::optional<double> fill;
};

/// Bytes of a caller, for slides that are no local files. read() may come from many threads at once.
class __attribute__((visibility("default"))) ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Up to out.size() bytes at `offset`, at least one unless the source ends there; returns how many. Throws IoError.
  virtual std::size_t read(std::uint64_t offset, std::span<std::byte> out) const = 0;
  /// For messages.
  virtual std::string name() const = 0;
};

/// Numbers of channels, focal planes and times. Focal planes are in the file's order; of Hamamatsu's and Argos's, z = 0
/// is the middle one, which OpenSlide shows, and the others follow from the lowest on ("opsin.z[i].focal-plane").
struct SlideSizes {
  std::int64_t c = 1, z = 1, t = 1;
  friend bool operator==(const SlideSizes&, const SlideSizes&) = default;
};

struct SlideChannel {
  std::string name;
  std::optional<std::array<std::uint8_t, 3>> colour;  ///< RGB that the file suggests for display
};

/// How samples are to be understood; values are those of TIFF's PhotometricInterpretation.
enum class Photometric : std::uint16_t {
  white_is_zero = 0,  ///< values are as stored: 0 is white
  black_is_zero = 1,
  rgb = 2,
  palette = 3,  ///< indices into Slide::colour_map()
  mask = 4,
  cmyk = 5,
  cielab = 8,
  icclab = 9,
  itulab = 10,
  cfa = 32803,
  linear_raw = 34892,
};

struct Size {
  std::int64_t width = 0;
  std::int64_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

struct RegionOptions {
  int level = 0;
  /// Numbers of the channels wanted, in this order; unset: all.
  std::optional<std::vector<int>> channels;
  std::int64_t z = 0;
  std::int64_t t = 0;
  Device device;
  /// An array of the result's shape and dtype to write into; rows and pixels may have any strides. Its device counts.
  std::optional<Array> out;
  /// A uint8 array (height, width), C-contiguous on the CPU, that gets 255 where a pixel comes from the slide and 0
  /// where it is fill: outside the level, in sparse tiles, in tiles left out by TileErrors::fill. Alpha for an RGBA
  /// view.
  std::optional<Array> coverage;
};

/// What Slide::verify_tiles found.
struct TileReport {
  std::uint64_t sparse = 0;         ///< tiles that the file does not hold, where the format allows that
  std::vector<std::string> broken;  ///< in the order of the tiles; each with name, IFD, tile and file offset
};

/// An open slide. Copies share it. All functions may be called from any number of threads at once, and in a forked
/// child.
class __attribute__((visibility("default"))) Slide {
 public:
  /// Opens a file. Throws IoError when it cannot be read, UnsupportedFormatError when it is of no known format.
  explicit Slide(const std::string& path, const SlideOptions& options = {});
  /// A slide in memory; `owner` keeps the bytes alive.
  Slide(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const SlideOptions& options = {});
  explicit Slide(std::shared_ptr<const ByteSource> source, const SlideOptions& options = {});

  /// OpenSlide's name of the format ("aperio", "generic-tiff", ...), or opsin's own; nothing when no format knows the
  /// file. Throws IoError when it cannot be opened.
  static std::optional<std::string> detect_vendor(const std::string& path);

  const std::string& vendor() const;
  /// As given, or what the source calls itself.
  const std::string& name() const;
  int level_count() const;
  /// In pixels. Throws IndexError for a level that is not there.
  Size level_dimensions(int level) const;
  Size dimensions() const { return level_dimensions(0); }
  /// Level-0 pixels per pixel.
  double level_downsample(int level) const;
  /// Size of the tiles; 0 x 0 where they differ or the level has none.
  Size level_tile_size(int level) const;
  /// The coarsest level whose downsample is not above `downsample`; 0 when there is none.
  int best_level_for_downsample(double downsample) const;

  DType dtype() const;
  const SlideSizes& sizes() const;
  const std::vector<SlideChannel>& channels() const;
  Photometric photometric() const;
  /// 3 x 2^bits values of 16 bits, red first; empty unless photometric() is palette.
  const std::vector<std::uint16_t>& colour_map() const;
  /// Micrometres per level-0 pixel, x and y.
  std::optional<std::array<double, 2>> mpp() const;
  std::optional<double> objective_power() const;
  /// OpenSlide's properties, names and texts; UTF-8.
  const std::map<std::string, std::string>& properties() const;
  const std::vector<std::byte>& icc_profile() const;

  /// A region of one level: array (size.height, size.width, channels) of dtype(). (x, y) is its top left corner in
  /// level-0 pixels, as with OpenSlide; on the level it lies at (x, y) / downsample, rounded down to whole pixels.
  /// Where the region leaves the level, and in tiles that the file does not hold, the fill value. Throws IndexError for
  /// level, channel, z or t that is not there, ValueError for a negative size, IoError for a tile that cannot be
  /// decoded.
  Array read_region(std::int64_t x, std::int64_t y, Size size, const RegionOptions& options = {}) const;

  /// A region of a given size in pixels of `mpp` micrometres, from the best level and scaled (triangle filter, widened
  /// when it shrinks). (x, y) in level-0 pixels. options.level and options.coverage are not used. Throws ValueError
  /// when the slide does not know its mpp.
  Array read_at_mpp(std::int64_t x, std::int64_t y, Size size, double mpp, const RegionOptions& options = {}) const;

  /// The whole slide, its aspect ratio kept, in at most max_size pixels; never larger than level 0.
  Array thumbnail(Size max_size, const RegionOptions& options = {}) const;

  /// Names in order.
  std::vector<std::string> associated_images() const;
  /// Array (height, width, samples) of its own dtype. Throws IndexError for a name that is not there, IoError.
  Array read_associated_image(const std::string& name) const;
  Size associated_image_dimensions(const std::string& name) const;
  /// How its samples are to be understood.
  Photometric associated_image_photometric(const std::string& name) const;
  const std::vector<std::byte>& associated_image_icc_profile(const std::string& name) const;

  /// Name of the codec of a level's tiles: "JPEG", "JPEG 2000", "Deflate", ... Throws IndexError.
  std::string level_codec(int level) const;
  /// Number of tiles and strips of all levels and associated images, as they are stored.
  std::uint64_t tile_count() const;
  /// Decodes tiles [first, last) of those, by several threads, and says which cannot be.
  TileReport verify_tiles(std::uint64_t first, std::uint64_t last) const;

  /// Not part of the stable interface: what opsin's own parts see.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// A file, or bytes, of no format that opsin reads.
struct __attribute__((visibility("default"))) UnsupportedFormatError : IoError {
  using IoError::IoError;
};

/// The cache of decoded tiles that all slides of the process share.
struct CacheStatistics {
  std::size_t capacity = 0;  ///< bytes
  std::size_t bytes = 0;     ///< held now
  std::size_t tiles = 0;
  std::uint64_t hits = 0, misses = 0, evictions = 0;
};
CacheStatistics tile_cache_statistics();
void reset_tile_cache_statistics();
/// Bytes of decoded tiles that may be kept; 256 MiB at first, 0 turns the cache off.
void set_tile_cache_capacity(std::size_t bytes);

}  // namespace opsin
