// SPDX-License-Identifier: Apache-2.0
// PNG. A palette becomes RGB, transparency a further sample, 1, 2 and 4 bits become 8; 16 bits stay, in host order.
#include <png.h>

#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

/// libpng's pair of objects. Its errors jump, so what runs under `guard` makes nothing with a destructor.
class Reader {
 public:
  explicit Reader(Bytes in);
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  template <class Body>
  void guard(Body&& body) {
    if (setjmp(png_jmpbuf(png_)) == 0) {
      body();
      return;
    }
    fail("PNG", error_.data());
  }

  /// Up to the first pixel, and asks for the conversions.
  void read_header();
  ImageInfo describe();

  png_structp png() const { return png_; }
  png_infop info() const { return info_; }

 private:
  static void read(png_structp png, png_bytep to, std::size_t count);
  static void leave(png_structp png, png_const_charp text);

  Bytes left_;
  std::array<char, 160> error_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

Reader::Reader(Bytes in) : left_(in) {
  // Warnings are about chunks beside the pixels.
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, leave, [](png_structp, png_const_charp) {});
  if (png_ == nullptr) throw MemoryError("PNG: no memory for a decoder");
  info_ = png_create_info_struct(png_);
  if (info_ == nullptr) {
    png_destroy_read_struct(&png_, nullptr, nullptr);
    throw MemoryError("PNG: no memory for a decoder");
  }
  png_set_read_fn(png_, this, read);
}

void Reader::read(png_structp png, png_bytep to, std::size_t count) {
  auto& self = *static_cast<Reader*>(png_get_io_ptr(png));
  if (count > self.left_.size()) png_error(png, "the data end too early");
  std::memcpy(to, self.left_.data(), count);
  self.left_ = self.left_.subspan(count);
}

void Reader::leave(png_structp png, png_const_charp text) {
  auto& error = static_cast<Reader*>(png_get_error_ptr(png))->error_;
  std::strncpy(error.data(), text, error.size() - 1);
  png_longjmp(png, 1);
}

void Reader::read_header() {
  guard([&] {
    // The caller compares the size with what it asked for; text and profiles stay small.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(png_, 8 << 20);
    png_set_chunk_cache_max(png_, 64);
    png_read_info(png_, info_);
    png_set_expand(png_);
    if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
  });
}

ImageInfo Reader::describe() {
  ImageInfo out;
  png_bytep profile = nullptr;
  png_uint_32 profile_size = 0;
  guard([&] {
    const int type = png_get_color_type(png_, info_);
    const bool transparent = png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    out.width = png_get_image_width(png_, info_);
    out.height = png_get_image_height(png_, info_);
    out.bits = png_get_bit_depth(png_, info_) == 16 ? 16 : 8;
    out.samples = (type & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    if ((type & PNG_COLOR_MASK_ALPHA) != 0 || transparent) ++out.samples;
    png_charp name = nullptr;
    int method = 0;
    png_get_iCCP(png_, info_, &name, &method, &profile, &profile_size);
  });
  const auto* bytes = reinterpret_cast<const std::byte*>(profile);
  if (profile != nullptr) out.icc_profile.assign(bytes, bytes + profile_size);
  return out;
}

}  // namespace

void decode_png(Bytes in, const ImageRequest& request) {
  Reader reader(in);
  reader.read_header();
  const ImageInfo info = reader.describe();
  check_size("PNG", info.width, info.height, request);
  if (info.samples != request.samples) fail("PNG", "there are ", info.samples, " samples, not ", request.samples);
  if (info.bits != request.bits) fail("PNG", "the samples have ", info.bits, " bits, not ", request.bits);

  const Area& area = request.area;
  const std::size_t pixel = info.samples * bytes_per_sample(request);
  const std::size_t row_bytes = info.width * pixel;
  auto* const out = reinterpret_cast<unsigned char*>(request.out);
  const bool interlaced = png_get_interlace_type(reader.png(), reader.info()) != PNG_INTERLACE_NONE;
  // The passes of an interlaced image each touch all rows.
  std::vector<unsigned char> rows(interlaced ? row_bytes * info.height : row_bytes);
  const auto keep = [&](std::size_t y, const unsigned char* row) {
    if (y < area.y || y - area.y >= area.height) return;
    std::memcpy(out + (y - area.y) * request.row_stride, row + area.x * pixel, area.width * pixel);
  };
  reader.guard([&] {
    const int passes = png_set_interlace_handling(reader.png());
    png_read_update_info(reader.png(), reader.info());
    if (png_get_rowbytes(reader.png(), reader.info()) != row_bytes) png_error(reader.png(), "unexpected size of a row");
    for (int pass = 0; pass < passes; ++pass) {
      for (std::size_t y = 0; y < info.height; ++y) {
        unsigned char* const row = rows.data() + (interlaced ? y * row_bytes : 0);
        png_read_row(reader.png(), row, nullptr);
        if (pass == passes - 1) keep(y, row);
      }
    }
    png_read_end(reader.png(), nullptr);
  });
}

ImageInfo probe_png(Bytes in) {
  Reader reader(in);
  reader.read_header();
  return reader.describe();
}

}  // namespace opsin::io::codecs
