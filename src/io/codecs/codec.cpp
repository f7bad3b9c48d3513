// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/codec.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "io/codecs/decoders.h"

namespace opsin::io {
namespace {

using codecs::Bytes;

bool starts_with(Bytes in, std::string_view magic, std::size_t at = 0) {
  return in.size() >= at + magic.size() && std::memcmp(in.data() + at, magic.data(), magic.size()) == 0;
}

[[noreturn]] void refuse(Compression compression, std::string_view what) { codecs::fail(name(compression), what); }

/// A mistake of the caller, not of the file; but no request may write outside its output.
void check_request(Compression compression, const ImageRequest& request) {
  const Area& area = request.area;
  const auto inside = [](std::uint32_t from, std::uint32_t count, std::uint32_t size) {
    return count > 0 && from < size && count <= size - from;
  };
  const std::uint32_t shrink = request.shrink;
  core::check(shrink == 1 || (compression == Compression::jpeg && (shrink == 2 || shrink == 4 || shrink == 8)),
              name(compression), "cannot decode at 1/", shrink);
  core::check(inside(area.x, area.width, request.width / shrink + (request.width % shrink != 0)) &&
                  inside(area.y, area.height, request.height / shrink + (request.height % shrink != 0)),
              name(compression), "the area lies outside the image, or is empty");
  core::check(request.bits >= 1 && request.bits <= 16 && request.samples >= 1 && request.samples <= 65535,
              name(compression), "cannot give ", request.samples, " samples of ", request.bits, " bits");
  core::check(
      request.out != nullptr && request.row_stride / request.samples / codecs::bytes_per_sample(request) >= area.width,
      name(compression), "the row stride is shorter than a row");
}

}  // namespace

Compression from_tiff_tag(std::uint32_t value) {
  switch (value) {
    case 1: return Compression::none;
    case 2: return Compression::ccitt_rle;
    case 3: return Compression::ccitt_t4;
    case 4: return Compression::ccitt_t6;
    case 5: return Compression::lzw;
    case 6: return Compression::old_jpeg;
    case 7: return Compression::jpeg;
    case 8:
    case 32946: return Compression::deflate;
    case 32773: return Compression::packbits;
    case 33003:
    case 33004:
    case 33005:
    case 34712: return Compression::jpeg2000;
    case 34925: return Compression::lzma;
    case 34926:
    case 50000: return Compression::zstd;
    case 34927:
    case 50001: return Compression::webp;
    case 34933: return Compression::png;
    default: return Compression::unknown;
  }
}

std::string_view name(Compression compression) {
  switch (compression) {
    case Compression::none: return "uncompressed";
    case Compression::ccitt_rle: return "CCITT RLE";
    case Compression::ccitt_t4: return "CCITT T.4";
    case Compression::ccitt_t6: return "CCITT T.6";
    case Compression::lzw: return "LZW";
    case Compression::old_jpeg: return "old-style JPEG";
    case Compression::jpeg: return "JPEG";
    case Compression::deflate: return "Deflate";
    case Compression::packbits: return "PackBits";
    case Compression::jpeg2000: return "JPEG 2000";
    case Compression::lzma: return "LZMA";
    case Compression::zstd: return "Zstandard";
    case Compression::webp: return "WebP";
    case Compression::png: return "PNG";
    case Compression::unknown: break;
  }
  return "unknown compression";
}

bool is_image_codec(Compression compression) {
  switch (compression) {
    case Compression::old_jpeg:
    case Compression::jpeg:
    case Compression::jpeg2000:
    case Compression::webp:
    case Compression::png: return true;
    default: return false;
  }
}

bool decodes_areas(Compression compression) {
  return !is_image_codec(compression) || compression == Compression::jpeg || compression == Compression::jpeg2000;
}

void decode_bytes(Compression compression, Bytes in, std::span<std::byte> out, std::size_t needed) {
  if (needed == 0) return;
  const auto first = out.first(std::min(needed, out.size()));
  switch (compression) {
    case Compression::none: return codecs::decode_none(in, first);
    case Compression::lzw: return codecs::decode_lzw(in, first);
    case Compression::deflate: return codecs::decode_deflate(in, out, first.size());
    case Compression::packbits: return codecs::decode_packbits(in, first);
    case Compression::zstd: return codecs::decode_zstd(in, out, first.size());
    case Compression::lzma: return codecs::decode_lzma(in, first);
    // No Debian library decodes fax data from memory: libtiff does, from a TIFF file of its own only.
    case Compression::ccitt_rle:
    case Compression::ccitt_t4:
    case Compression::ccitt_t6: refuse(compression, "this compression is not supported");
    case Compression::unknown: refuse(compression, "there is no decoder for it");
    default: refuse(compression, "gives samples, not bytes");
  }
}

void decode_image(Compression compression, Bytes in, const ImageRequest& request) {
  check_request(compression, request);
  switch (compression) {
    case Compression::jpeg: return codecs::decode_jpeg(in, request);
    case Compression::old_jpeg: return codecs::decode_old_jpeg(in, request);
    case Compression::jpeg2000: return codecs::decode_jpeg2000(in, request);
    case Compression::webp: return codecs::decode_webp(in, request);
    case Compression::png: return codecs::decode_png(in, request);
    default: refuse(compression, "gives bytes, not samples");
  }
}

ImageInfo probe(Compression compression, Bytes in) {
  switch (compression) {
    case Compression::jpeg: return codecs::probe_jpeg(in);
    case Compression::jpeg2000: return codecs::probe_jpeg2000(in);
    case Compression::webp: return codecs::probe_webp(in);
    case Compression::png: return codecs::probe_png(in);
    default: refuse(compression, "has no header of its own");
  }
}

Compression sniff(Bytes in) {
  using namespace std::string_view_literals;
  if (starts_with(in, "\xff\xd8\xff"sv)) return Compression::jpeg;
  if (starts_with(in, "\x89PNG\r\n\x1a\n"sv)) return Compression::png;
  if (starts_with(in, "RIFF"sv) && starts_with(in, "WEBP"sv, 8)) return Compression::webp;
  if (starts_with(in, "\xff\x4f\xff\x51"sv) || starts_with(in, "\0\0\0\x0cjP  \r\n\x87\n"sv)) {
    return Compression::jpeg2000;
  }
  return Compression::unknown;
}

void reverse_bits(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) {
    auto b = std::to_integer<unsigned>(byte);
    b = (b & 0xf0) >> 4 | (b & 0x0f) << 4;
    b = (b & 0xcc) >> 2 | (b & 0x33) << 2;
    b = (b & 0xaa) >> 1 | (b & 0x55) << 1;
    byte = static_cast<std::byte>(b);
  }
}

void codecs::check_size(std::string_view codec, std::uint64_t width, std::uint64_t height,
                        const ImageRequest& request) {
  const bool same = width == request.width && height == request.height;
  const bool larger = request.may_be_larger && width >= request.width && height >= request.height;
  if (!same && !larger) {
    fail(codec, "the image is ", width, " x ", height, " pixels, not ", request.width, " x ", request.height);
  }
  // Four times, and a floor so that the last one-row strip of a file coded at full height still passes.
  constexpr std::uint64_t floor = 1 << 22;
  const std::uint64_t limit = std::max<std::uint64_t>(4 * std::uint64_t{request.width} * request.height, floor);
  if (larger && !same && (width > limit || height > limit || width * height > limit)) {
    fail(codec, "the image of ", width, " x ", height, " pixels is far larger than ", request.width, " x ",
         request.height);
  }
}

}  // namespace opsin::io
