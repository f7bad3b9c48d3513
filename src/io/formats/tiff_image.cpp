// SPDX-License-Identifier: Apache-2.0
// An IFD's tags to a StoredImage: every number is checked here, so that decoding can rely on it.
#include "io/formats/tiff_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "io/formats/old_jpeg.h"
#include "io/limits.h"

namespace opsin::io {
namespace {

using tiff::Photometric;
using tiff::SampleFormat;
namespace tag = tiff::tag;

class Builder {
 public:
  Builder(const std::shared_ptr<const tiff::File>& file, const tiff::Directory& directory, TileLimit limit)
      : file_(file), d_(directory), limit_(limit) {}

  StoredImage build() {
    image_.source = file_->source();
    image_.label = d_.label();
    image_.width = extent(tag::image_width);
    image_.height = extent(tag::image_length);
    check(d_.uint_or(tag::image_depth, 1) == 1, "ImageDepth: volumes are not supported");
    const auto pixels = multiply<std::int64_t>(image_.width, image_.height);
    check(pixels && static_cast<std::uint64_t>(*pixels) <= file_->limits().pixels, image_.width, " x ", image_.height,
          " pixels are more than the limit of ", file_->limits().pixels);
    samples();
    compression();
    tiles();
    if (e_.compression == Compression::jpeg)
      e_.jpeg_tables = d_.bytes(tag::jpeg_tables).value_or(std::vector<std::byte>());
    if (e_.compression == Compression::old_jpeg) read_old_jpeg(d_, e_);
    image_.encoding = std::make_shared<const Encoding>(std::move(e_));
    return std::move(image_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    if (!ok) throw IoError(core::text(d_.where(), parts...));
  }

  std::int64_t extent(std::uint16_t tag) const {
    const std::uint64_t value = d_.require_uint(tag);
    check(value > 0 && value <= INT32_MAX, tiff::Named{tag}, ": ", value, " is not possible");
    return static_cast<std::int64_t>(value);
  }

  /// A tag with one value per sample, all the same. Some writers give one value for all samples.
  std::uint16_t per_sample(std::uint16_t tag, std::uint16_t otherwise) const {
    if (!d_.has(tag)) return otherwise;
    const auto values = d_.uints(tag);
    check(!values.empty(), tiff::Named{tag}, ": it has no value");
    const std::size_t n = std::min<std::size_t>(values.size(), e_.samples);
    for (std::size_t i = 1; i < n; ++i) {
      check(values[i] == values[0], tiff::Named{tag}, ": ", values[0], " and ", values[i],
            " in one image is not supported");
    }
    check(values[0] <= UINT16_MAX, tiff::Named{tag}, ": ", values[0], " is not possible");
    return static_cast<std::uint16_t>(values[0]);
  }

  void samples() {
    const std::uint64_t n = d_.uint_or(tag::samples_per_pixel, 1);
    check(n > 0 && n <= UINT16_MAX, "SamplesPerPixel: ", n, " is not possible");
    e_.samples = static_cast<std::uint16_t>(n);
    e_.bits = per_sample(tag::bits_per_sample, 1);
    const std::uint16_t format = per_sample(tag::sample_format, 1);
    // 4 is "undefined"; everybody reads it as unsigned.
    e_.sample_format = format == 4 ? SampleFormat::unsigned_integer : static_cast<SampleFormat>(format);
    switch (e_.sample_format) {
      case SampleFormat::unsigned_integer:
      case SampleFormat::signed_integer:
        check(e_.bits >= 1 && e_.bits <= 64, "BitsPerSample: ", e_.bits, " is not supported");
        break;
      case SampleFormat::floating:
        check(e_.bits == 16 || e_.bits == 24 || e_.bits == 32 || e_.bits == 64, "BitsPerSample: ", e_.bits,
              " is not supported for floating point");
        break;
      case SampleFormat::complex_floating:
        check(e_.bits == 64 || e_.bits == 128, "BitsPerSample: ", e_.bits, " is not supported for complex numbers");
        break;
      default: check(false, "SampleFormat: ", format, " is not supported");
    }
    const std::uint64_t planar = d_.uint_or(tag::planar_configuration, 1);
    check(planar == 1 || planar == 2, "PlanarConfiguration: ", planar, " is not possible");
    e_.planar = planar == 2 && e_.samples > 1;
    const std::uint64_t order = d_.uint_or(tag::fill_order, 1);
    check(order == 1 || order == 2, "FillOrder: ", order, " is not possible");
    e_.reversed_bits = order == 2;
    e_.big_endian = file_->big_endian();
    const std::uint64_t photometric = d_.uint_or(tag::photometric, e_.samples >= 3 ? 2 : 1);
    e_.photometric = static_cast<Photometric>(photometric);
    check(known(e_.photometric) && photometric <= UINT16_MAX, "PhotometricInterpretation: ", photometric,
          " is not supported");
    check(e_.photometric != Photometric::rgb || e_.samples >= 3, "RGB with ", e_.samples, " samples per pixel");
    check(e_.photometric != Photometric::ycbcr || e_.samples >= 3, "YCbCr with ", e_.samples, " samples per pixel");
    check(e_.photometric != Photometric::palette || e_.bits <= 16, "a palette with ", e_.bits, " bits per sample");
  }

  static bool known(Photometric p) {
    switch (p) {
      case Photometric::white_is_zero:
      case Photometric::black_is_zero:
      case Photometric::rgb:
      case Photometric::palette:
      case Photometric::mask:
      case Photometric::separated:
      case Photometric::ycbcr:
      case Photometric::cielab:
      case Photometric::icclab:
      case Photometric::itulab:
      case Photometric::cfa:
      case Photometric::linear_raw: return true;
      default: return false;  // LogL and LogLuv need a codec of their own.
    }
  }

  void compression() {
    const std::uint64_t number = d_.uint_or(tag::compression, 1);
    e_.compression = number <= UINT32_MAX ? from_tiff_tag(static_cast<std::uint32_t>(number)) : Compression::unknown;
    const bool ccitt = e_.compression == Compression::ccitt_rle || e_.compression == Compression::ccitt_t4 ||
                       e_.compression == Compression::ccitt_t6;
    check(e_.compression != Compression::unknown && !ccitt, "Compression: ", number, ccitt ? " (CCITT)" : "",
          " is not supported");
    const std::uint64_t predictor = d_.uint_or(tag::predictor, 1);
    const bool image_codec = is_image_codec(e_.compression);
    // As libtiff has it, the tag means something only to LZW, Deflate, Zstd and LZMA.
    const bool uses_predictor = e_.compression == Compression::lzw || e_.compression == Compression::deflate ||
                                e_.compression == Compression::zstd || e_.compression == Compression::lzma;
    if (uses_predictor) {
      check(predictor >= 1 && predictor <= 3, "Predictor: ", predictor, " is not supported");
      e_.predictor = static_cast<std::uint16_t>(predictor);
      const bool whole_bytes = e_.bits == 8 || e_.bits == 16 || e_.bits == 32 || e_.bits == 64;
      check(predictor != 2 || (whole_bytes && e_.sample_format != SampleFormat::complex_floating), "Predictor 2 with ",
            e_.bits, " bits per sample is not supported");
      check(predictor != 3 || e_.sample_format == SampleFormat::floating, "Predictor 3 without floating point");
    }
    const bool ycbcr = e_.photometric == Photometric::ycbcr;
    if (image_codec) {
      // Nobody writes it, and what a decoder would do with it differs.
      check(e_.sample_format == SampleFormat::unsigned_integer || e_.sample_format == SampleFormat::signed_integer,
            name(e_.compression), " with floating point samples");
      check(e_.bits <= 16, name(e_.compression), " with ", e_.bits, " bits per sample");
      // Aperio's 33003 is YCbCr whatever Photometric says.
      if ((ycbcr && e_.compression != Compression::webp && e_.compression != Compression::png) || number == 33003) {
        check(e_.samples == 3, name(e_.compression), ": YCbCr with ", e_.samples, " samples per pixel");
        check(!e_.planar, name(e_.compression), ": YCbCr in separate planes is not supported");
        e_.colour = Colour::ycbcr_to_rgb;
        e_.photometric = Photometric::rgb;
        if (e_.compression == Compression::old_jpeg) ycbcr_levels();
      }
      if (ycbcr) e_.photometric = Photometric::rgb;
    } else if (ycbcr) {
      ycbcr_of_bytes();
    }
  }

  void ycbcr_of_bytes() {
    check(e_.samples == 3 && e_.bits == 8 && e_.sample_format == SampleFormat::unsigned_integer && e_.predictor == 1,
          "YCbCr with other than 3 samples of 8 bits, or with a predictor, is not supported");
    const auto sub = d_.uints(tag::ycbcr_subsampling);
    e_.subsampling = {2, 2};  // TIFF's default
    if (!sub.empty()) {
      const auto possible = [](std::uint64_t n) { return n == 1 || n == 2 || n == 4; };
      check(sub.size() >= 2 && possible(sub[0]) && possible(sub[1]), "YCbCrSubSampling is not possible");
      e_.subsampling = {static_cast<std::uint16_t>(sub[0]), static_cast<std::uint16_t>(sub[1])};
    }
    const bool full = e_.subsampling == std::array<std::uint16_t, 2>{1, 1};
    check(full || !e_.planar, "subsampled YCbCr in separate planes is not supported");
    ycbcr_levels();
  }

  void ycbcr_levels() {
    const auto finite = [](const auto& values) {
      return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
    };
    if (const auto c = d_.reals(tag::ycbcr_coefficients); !c.empty()) {
      check(c.size() >= 3 && finite(c) && c[1] != 0, "YCbCrCoefficients are not possible");
      std::copy_n(c.begin(), 3, e_.ycbcr_coefficients.begin());
    }
    if (const auto r = d_.reals(tag::reference_black_white); !r.empty()) {
      check(r.size() >= 6 && finite(r) && r[0] != r[1] && r[2] != r[3] && r[4] != r[5],
            "ReferenceBlackWhite is not possible");
      std::copy_n(r.begin(), 6, e_.reference_black_white.begin());
    }
  }

  void tiles() {
    std::uint16_t offsets = tag::tile_offsets, lengths = tag::tile_byte_counts;
    if (d_.tiled()) {
      image_.tile_width = extent(tag::tile_width);
      image_.tile_height = extent(tag::tile_length);
      // Some writers put the tiles' table into the strips' tags.
      if (!d_.has(offsets) && d_.has(tag::strip_offsets)) {
        offsets = tag::strip_offsets;
        lengths = tag::strip_byte_counts;
      }
    } else {
      offsets = tag::strip_offsets;
      lengths = tag::strip_byte_counts;
      const std::uint64_t rows = d_.uint_or(tag::rows_per_strip, UINT32_MAX);
      check(rows > 0, "RowsPerStrip: 0 is not possible");
      image_.tile_width = image_.width;
      image_.tile_height =
          static_cast<std::int64_t>(std::min<std::uint64_t>(rows, static_cast<std::uint64_t>(image_.height)));
      image_.short_last_row = true;
    }
    if (e_.subsampling != std::array<std::uint16_t, 2>{1, 1}) {
      // A strip's last data units may reach beyond it; its height must not cut one in two.
      check(image_.tile_height % e_.subsampling[1] == 0 || image_.rows() == 1, "strips of ", image_.tile_height,
            " rows with YCbCrSubSampling ", e_.subsampling[1]);
    }
    const std::uint64_t count = product(image_.label, image_.columns(), image_.rows(), e_.planar ? e_.samples : 1);
    check(count <= file_->limits().tiles, count, " tiles are more than the limit of ", file_->limits().tiles);
    if (e_.compression != Compression::none && limit_ == TileLimit::now) {
      check_tile_pixels(image_, file_->limits(), d_.where());
    }
    // Old-style JPEG may have one stream for all and no table at all.
    if (e_.compression == Compression::old_jpeg && !d_.has(offsets)) {
      image_.tiles = old_jpeg_table(d_, count);
      return;
    }
    image_.tiles = TileTable::of(file_, d_, offsets, lengths, count);
  }

  const std::shared_ptr<const tiff::File>& file_;
  const tiff::Directory& d_;
  TileLimit limit_;
  StoredImage image_;
  Encoding e_;
};

}  // namespace

StoredImage tiff_image(const std::shared_ptr<const tiff::File>& file, const tiff::Directory& directory,
                       TileLimit limit) {
  return Builder(file, directory, limit).build();
}

void check_tile_pixels(const StoredImage& image, const SlideLimits& limits, const std::string& where) {
  const auto pixels = multiply<std::uint64_t>(static_cast<std::uint64_t>(image.tile_width),
                                              static_cast<std::uint64_t>(image.tile_height));
  core::check_plain<IoError>(pixels && *pixels <= limits.tile_pixels, where, "tiles of ", image.tile_width, " x ",
                             image.tile_height, " pixels are more than the limit of ", limits.tile_pixels);
}

Associated encoded_image(SourcePtr source, Compression compression, std::string label) {
  const std::uint64_t size = source->size();
  // The header of a JPEG may lie behind metadata of any length: hand over everything.
  std::vector<std::byte> owned;
  std::span<const std::byte> bytes = source->in_memory();
  if (bytes.empty() && size > 0) {
    owned = source->read(0, size);
    bytes = owned;
  }
  const auto fail = [&](const auto&... parts) {
    throw IoError(core::text(source->name(), ": ", label, ": ", parts...));
  };
  ImageInfo info;
  try {
    info = probe(compression, bytes);
  } catch (const IoError& e) {
    fail(e.what());
  }
  if (info.width == 0 || info.height == 0 || info.samples == 0 || info.samples > UINT16_MAX || info.bits > 16) {
    fail("size ", info.width, " x ", info.height, " x ", info.samples, " with ", info.bits, " bits is not supported");
  }
  auto e = std::make_shared<Encoding>();
  e->compression = compression;
  e->bits = static_cast<std::uint16_t>(info.bits);
  e->samples = static_cast<std::uint16_t>(info.samples);
  e->colour = info.colour;
  e->photometric = info.samples >= 3 ? Photometric::rgb : Photometric::black_is_zero;
  if (info.samples == 4 && compression == Compression::jpeg) e->photometric = Photometric::separated;
  if (info.is_signed) e->sample_format = SampleFormat::signed_integer;
  StoredImage image;
  image.width = image.tile_width = info.width;
  image.height = image.tile_height = info.height;
  image.encoding = std::move(e);
  image.tiles = std::make_shared<const TileTable>(std::vector<TileRange>{{0, size}});
  image.source = std::move(source);
  image.label = std::move(label);
  return {std::move(image), std::move(info.icc_profile)};
}

Placement whole(const SlideData& data, std::size_t image) {
  const StoredImage& i = data.images[image];
  Placement p;
  p.image = image;
  p.columns = i.columns();
  p.rows = i.rows();
  p.pitch_x = static_cast<double>(i.tile_width);
  p.pitch_y = static_cast<double>(i.tile_height);
  return p;
}

Level& add_level(SlideData& data, StoredImage image) {
  data.images.push_back(std::move(image));
  const StoredImage& i = data.images.back();
  Level level;
  level.width = i.width;
  level.height = i.height;
  if (!i.short_last_row) {
    level.tile_width = i.tile_width;
    level.tile_height = i.tile_height;
  }
  level.planes.push_back({{whole(data, data.images.size() - 1)}});
  data.levels.push_back(std::move(level));
  return data.levels.back();
}

bool add_focal_plane(SlideData& data, std::vector<StoredImage> images) {
  const auto same = [&](const Level& level, const StoredImage& image) {
    const StoredImage& first = data.images[level.planes[0].placements[0].image];
    return image.width == first.width && image.height == first.height && image.tile_width == first.tile_width &&
           image.tile_height == first.tile_height && image.encoding->samples == first.encoding->samples &&
           image.encoding->dtype() == first.encoding->dtype();
  };
  if (!std::equal(data.levels.begin(), data.levels.end(), images.begin(), images.end(), same)) return false;
  for (std::size_t i = 0; i < images.size(); ++i) {
    data.images.push_back(std::move(images[i]));
    data.levels[i].planes.push_back({{whole(data, data.images.size() - 1)}});
  }
  ++data.z;
  return true;
}

void set_downsamples(SlideData& data) {
  const auto w = static_cast<double>(data.levels.at(0).width), h = static_cast<double>(data.levels.at(0).height);
  for (Level& l : data.levels)
    l.downsample = (w / static_cast<double>(l.width) + h / static_cast<double>(l.height)) / 2;
}

void describe_pixels(SlideData& data, const tiff::Directory& directory) {
  const Encoding& e = *data.images.at(data.levels.at(0).planes.at(0).placements.at(0).image).encoding;
  data.samples = e.samples;
  data.dtype = e.dtype();
  data.photometric = shown(e);
  if (e.photometric == Photometric::palette) {
    const auto map = directory.uints(tag::color_map);
    core::check_plain<IoError>(map.size() == std::size_t{3} << e.bits, directory.where(), "ColorMap: ", map.size(),
                               " values for ", e.bits, " bits");
    for (const std::uint64_t v : map) data.colour_map.push_back(static_cast<std::uint16_t>(v));
  }
  data.icc_profile = icc_profile(directory);
}

std::vector<std::byte> icc_profile(const tiff::Directory& directory) {
  return directory.bytes(tag::icc_profile).value_or(std::vector<std::byte>());
}

}  // namespace opsin::io
