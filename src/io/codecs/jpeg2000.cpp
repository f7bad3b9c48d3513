// SPDX-License-Identifier: Apache-2.0
// JPEG 2000 through OpenJPEG: bare codestreams, as in Aperio's tiles, and codestreams in JP2 boxes.
//
// The codestream's own header is read here before OpenJPEG sees it: OpenJPEG allocates by what that header says.
#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "io/codecs/jpeg2000_header.h"
#include "io/codecs/planes.h"
#include "io/codecs/ycbcr.h"

namespace opsin::io::codecs {
namespace {

constexpr std::string_view codec = "JPEG 2000";

struct DestroyCodec {
  void operator()(opj_codec_t* p) const { opj_destroy_codec(p); }
};
struct DestroyStream {
  void operator()(opj_stream_t* p) const { opj_stream_destroy(p); }
};
struct DestroyImage {
  void operator()(opj_image_t* p) const { opj_image_destroy(p); }
};

struct Memory {
  Bytes bytes;
  std::size_t at = 0;
};

OPJ_SIZE_T read_memory(void* to, OPJ_SIZE_T count, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  const std::size_t n = std::min(count, memory.bytes.size() - memory.at);
  if (n == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, memory.bytes.data() + memory.at, n);
  memory.at += n;
  return n;
}

OPJ_OFF_T skip_memory(OPJ_OFF_T count, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (count < 0) return -1;
  const std::size_t n = std::min(static_cast<std::size_t>(count), memory.bytes.size() - memory.at);
  memory.at += n;
  return n == 0 && count > 0 ? -1 : static_cast<OPJ_OFF_T>(n);
}

OPJ_BOOL seek_memory(OPJ_OFF_T at, void* user) {
  auto& memory = *static_cast<Memory*>(user);
  if (at < 0 || static_cast<std::size_t>(at) > memory.bytes.size()) return OPJ_FALSE;
  memory.at = static_cast<std::size_t>(at);
  return OPJ_TRUE;
}

struct Messages {
  std::string first;

  static void add(const char* text, void* user) noexcept try {
    auto& first = static_cast<Messages*>(user)->first;
    if (!first.empty()) return;
    first = text;
    while (!first.empty() && (first.back() == '\n' || first.back() == ' ')) first.pop_back();
  } catch (const std::bad_alloc&) {  // The text is lost; that it failed is known all the same.
  }

  /// OpenJPEG goes on after a warning, and in most cases with pixels of its own making.
  static void add_warning(const char* text, void* user) noexcept {
    // SOP markers may be left out; the others say nothing about pixels.
    constexpr std::array<std::string_view, 3> harmless{"Stream does not end with EOC", "Unknown marker", "SOP marker"};
    const std::string_view message(text);
    const bool passes =
        std::ranges::any_of(harmless, [&](std::string_view known) { return message.find(known) != message.npos; });
    if (!passes) add(text, user);
  }
};

using Image = std::unique_ptr<opj_image_t, DestroyImage>;

/// OpenJPEG takes and frees a few MB for each tile. glibc gives free memory at the end of the heap back to the system
/// at once, until a larger block than that has been freed in the process (mallopt(3), M_MMAP_THRESHOLD): without one
/// the page faults take a seventh of the time of Aperio's tiles.
void keep_freed_memory() {
  [[maybe_unused]] static const bool once = [] {
    constexpr std::size_t larger = 8 << 20;
    void* volatile block = std::malloc(larger);  // lint-allow: what counts is that free() sees it
    std::free(block);                            // lint-allow: as above
    return true;
  }();
}

/// Decoding an area leaves out code blocks but pays for a slower wavelet transform: on Aperio's tiles it gains up to a
/// little over half of the pixels (1.9x for 32 x 32 of 256 x 256), and loses a tenth near the whole.
bool worth_cutting(const Jpeg2000Header& header, const Area& area) {
  const std::uint64_t wanted = std::uint64_t{area.width} * area.height;
  return header.tiles > 1 || 20 * wanted < 11 * std::uint64_t{header.width()} * header.height();
}

Image decode(Bytes codestream, const Jpeg2000Header& header, const ImageRequest& request) {
  keep_freed_memory();
  Memory memory{codestream};
  Messages messages;
  const auto stop = [&](std::string_view what) { fail(codec, messages.first.empty() ? what : messages.first); };

  const std::unique_ptr<opj_codec_t, DestroyCodec> decoder(opj_create_decompress(OPJ_CODEC_J2K));
  // The library's default is a buffer of 1 MiB per stream.
  constexpr std::size_t buffer = 1 << 16;
  const std::unique_ptr<opj_stream_t, DestroyStream> stream(opj_stream_create(buffer, OPJ_TRUE));
  if (!decoder || !stream) throw MemoryError("JPEG 2000: no memory for a decoder");
  opj_set_error_handler(decoder.get(), Messages::add, &messages);
  opj_set_warning_handler(decoder.get(), Messages::add_warning, &messages);
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), codestream.size());
  opj_stream_set_read_function(stream.get(), read_memory);
  opj_stream_set_skip_function(stream.get(), skip_memory);
  opj_stream_set_seek_function(stream.get(), seek_memory);

  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(decoder.get(), &parameters) == OPJ_FALSE) stop("the decoder cannot be set up");
  opj_image_t* raw = nullptr;
  const bool header_read = opj_read_header(stream.get(), decoder.get(), &raw) != OPJ_FALSE;
  Image image(raw);
  if (!header_read || !image) stop("the header is damaged");

  // Where components are subsampled, the sample that a pixel shows may lie beside the area.
  std::uint32_t margin = 0;
  for (const auto& part : header.components) margin = std::max({margin, part.dx - 1, part.dy - 1});
  const auto before = [&](std::uint32_t at, std::uint32_t first) { return first + at - std::min(at, margin); };
  const auto after = [&](std::uint32_t at, std::uint32_t first, std::uint32_t end) {
    return first + std::min(end - first, at + margin);
  };
  const Area area = worth_cutting(header, request.area) ? request.area : Area{0, 0, header.width(), header.height()};
  const std::uint32_t left = before(area.x, header.x0);
  const std::uint32_t top = before(area.y, header.y0);
  const std::uint32_t right = after(area.x + area.width, header.x0, header.x1);
  const std::uint32_t bottom = after(area.y + area.height, header.y0, header.y1);
  const bool whole = right - left == header.width() && bottom - top == header.height();
  if (!whole &&
      opj_set_decode_area(decoder.get(), image.get(), static_cast<OPJ_INT32>(left), static_cast<OPJ_INT32>(top),
                          static_cast<OPJ_INT32>(right), static_cast<OPJ_INT32>(bottom)) == OPJ_FALSE) {
    stop("the area cannot be decoded");
  }
  if (opj_decode(decoder.get(), stream.get(), image.get()) == OPJ_FALSE) stop("damaged data");
  if (whole && opj_end_decompress(decoder.get(), stream.get()) == OPJ_FALSE) stop("the data end too early");
  if (!messages.first.empty()) stop({});
  return image;
}

/// Along one axis: which sample of a component a pixel shows. Samples stand at multiples of `step` on the reference
/// grid. Chroma is repeated up to the next sample: the standard gives no rule, and this is what OpenSlide shows.
struct Axis {
  std::uint32_t origin;  // of the area, on the grid
  std::uint32_t step;
  std::uint32_t image;  // the image's first sample
  std::uint32_t first;  // the first decoded sample

  std::uint32_t sample(std::uint32_t at) const { return std::max((origin + at) / step, image) - first; }
  bool covers(std::uint32_t pixels, std::uint32_t samples) const {
    return std::max(origin / step, image) >= first && sample(pixels - 1) < samples;
  }
};

Axis axis_of(std::uint32_t image, std::uint32_t area, std::uint32_t step, std::uint32_t first) {
  return {image + area, step, (image + step - 1) / step, first};
}

struct Plane {
  const OPJ_INT32* samples;
  std::size_t row;
  Axis x;
  Axis y;
};

std::vector<Plane> planes_of(const opj_image_t& image, const Jpeg2000Header& header, const ImageRequest& request) {
  if (image.numcomps != request.samples) fail(codec, "there are ", image.numcomps, " components after decoding");
  std::vector<Plane> planes;
  for (std::uint32_t i = 0; i < image.numcomps; ++i) {
    const opj_image_comp_t& part = image.comps[i];
    const auto& coded = header.components[i];
    const Plane plane{part.data, part.w, axis_of(header.x0, request.area.x, coded.dx, part.x0),
                      axis_of(header.y0, request.area.y, coded.dy, part.y0)};
    if (part.data == nullptr || !plane.x.covers(request.area.width, part.w) ||
        !plane.y.covers(request.area.height, part.h)) {
      fail(codec, "component ", i, " was not decoded");
    }
    planes.push_back(plane);
  }
  return planes;
}

/// The common case: three samples of 8 bits, none subsampled.
bool store_rgb(const std::vector<Plane>& planes, const ImageRequest& request) {
  const bool plain = std::ranges::all_of(planes, [](const Plane& plane) { return plane.x.step * plane.y.step == 1; });
  if (planes.size() != 3 || request.bits > 8 || !plain || request.colour != Colour::raw) return false;
  for (std::uint32_t y = 0; y < request.area.height; ++y) {
    std::array<const OPJ_INT32*, 3> rows;
    for (std::size_t i = 0; i < 3; ++i) {
      rows[i] = planes[i].samples + planes[i].y.sample(y) * planes[i].row + planes[i].x.sample(0);
    }
    interleave3(rows, request.area.width, reinterpret_cast<std::uint8_t*>(request.out + y * request.row_stride));
  }
  return true;
}

template <class T>
void store(const std::vector<Plane>& planes, const ImageRequest& request) {
  const std::size_t n = planes.size();
  for (std::uint32_t y = 0; y < request.area.height; ++y) {
    T* const row = reinterpret_cast<T*>(request.out + y * request.row_stride);
    for (std::size_t i = 0; i < n; ++i) {
      const Plane& plane = planes[i];
      const OPJ_INT32* from = plane.samples + plane.y.sample(y) * plane.row;
      T* to = row + i;
      if (plane.x.step == 1) {
        from += plane.x.sample(0);
        for (std::uint32_t x = 0; x < request.area.width; ++x, to += n) *to = static_cast<T>(from[x]);
      } else {
        for (std::uint32_t x = 0; x < request.area.width; ++x, to += n) *to = static_cast<T>(from[plane.x.sample(x)]);
      }
    }
    if constexpr (sizeof(T) == 1) {
      if (request.colour == Colour::ycbcr_to_rgb) ycbcr_to_rgb(row, request.area.width, n);
    }
  }
}

}  // namespace

void decode_jpeg2000(Bytes in, const ImageRequest& request) {
  const Bytes codestream = jpeg2000_codestream(in);
  const Jpeg2000Header header = read_jpeg2000_header(codestream);
  check_size(codec, header.width(), header.height(), request);
  check_jpeg2000_header(header, request);
  const bool colour = request.colour != Colour::raw;
  if (colour && (request.colour != Colour::ycbcr_to_rgb || request.samples < 3 || header.bits != 8)) {
    fail(codec, "YCbCr to RGB needs three samples of 8 bits, not ", request.samples, " of ", header.bits);
  }
  const Image image = decode(codestream, header, request);
  const std::vector<Plane> planes = planes_of(*image, header, request);
  if (store_rgb(planes, request)) return;
  if (request.bits > 8) {
    store<std::uint16_t>(planes, request);
  } else {
    store<std::uint8_t>(planes, request);
  }
}

ImageInfo probe_jpeg2000(Bytes in) {
  const Jpeg2000Header header = read_jpeg2000_header(jpeg2000_codestream(in));
  ImageInfo info;
  info.width = header.width();
  info.height = header.height();
  info.samples = static_cast<std::uint32_t>(header.components.size());
  info.bits = header.bits;
  info.is_signed = header.is_signed;
  info.colour = jpeg2000_is_ycbcr(in) ? Colour::ycbcr_to_rgb : Colour::raw;
  return info;
}

}  // namespace opsin::io::codecs
