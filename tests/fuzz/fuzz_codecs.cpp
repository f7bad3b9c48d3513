// SPDX-License-Identifier: Apache-2.0
// Every codec on arbitrary bytes. The first bytes choose codec and request, the rest is the stream: sizes that no image
// has are as likely as right ones, and an area must agree with the whole.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "io/codecs/codec.h"
#include "opsin/error.h"

namespace {

using namespace opsin::io;

constexpr Compression kinds[] = {
    Compression::none,     Compression::lzw,  Compression::deflate, Compression::packbits,
    Compression::zstd,     Compression::lzma, Compression::jpeg,    Compression::old_jpeg,
    Compression::jpeg2000, Compression::webp, Compression::png,
};

struct Head {
  std::uint8_t kind;
  std::uint8_t
      flags;  // 0: larger allowed, 1: area, 2-3: colour, 4: tables, 5: head, 6: take sizes from the stream, 7: shrink
  std::uint8_t samples;
  std::uint8_t bits;
  std::uint16_t width;
  std::uint16_t height;
  std::uint16_t split;  // of the stream into tables, or head, and data
};

void bytes(Compression kind, std::span<const std::byte> in, std::size_t size) {
  std::vector<std::byte> out(size);
  std::vector<std::byte> again(size, std::byte{0xff});
  decode_bytes(kind, in, out);
  decode_bytes(kind, in, again);
  if (out != again) __builtin_trap();  // Not everything was written.
  for (const std::size_t needed : {size / 3, size - size / 16}) {
    std::fill(again.begin(), again.end(), std::byte{0xff});
    decode_bytes(kind, in, again, needed);
    if (!std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(needed), again.begin())) __builtin_trap();
  }
}

/// Parts of the stream as the tables of old-style JPEG.
OldJpeg old_tags(std::span<const std::byte> from, const Head& head) {
  OldJpeg tags;
  tags.restart_interval = head.split & 7;
  tags.horizontal_subsampling = 1 + (head.split >> 3) % 5;
  tags.vertical_subsampling = 1 + (head.split >> 6) % 5;
  if ((head.flags & 1) != 0) tags.interchange = from;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto part = [&](std::size_t at) { return from.subspan(std::min(at * (i + 1) / 2, from.size())); };
    tags.quantisation[i] = part(0);
    tags.dc[i] = part(64);
    tags.ac[i] = part(92);
  }
  return tags;
}

void image(Compression kind, std::span<const std::byte> in, const Head& head) {
  ImageRequest request;
  request.width = head.width % 400;
  request.height = head.height % 400;
  request.samples = head.samples % 6;
  request.bits = head.bits % 18;
  request.may_be_larger = (head.flags & 1) != 0;
  request.colour = static_cast<Colour>((head.flags >> 2) % 3);
  const std::size_t split = head.split % (in.size() + 1);
  const OldJpeg tags = old_tags(in.first(split), head);
  if (kind == Compression::old_jpeg) request.old_jpeg = &tags;
  if ((head.flags & 16) != 0) request.tables = in.first(split);
  if ((head.flags & 32) != 0) request.head = in.first(split);
  const bool two_parts = (head.flags & 48) != 0 || kind == Compression::old_jpeg;
  const std::span<const std::byte> stream = two_parts ? in.subspan(split) : in;
  if ((head.flags & 64) != 0 && kind != Compression::old_jpeg) {
    const ImageInfo info = probe(kind, stream);
    if (std::uint64_t{info.width} * info.height > (1 << 18)) return;
    request.width = info.width;
    request.height = info.height;
    request.samples = info.samples;
    request.bits = info.bits;
  }
  if ((head.flags & 128) != 0) request.shrink = 1U << head.bits % 5;
  const auto shrunk = [&](std::uint32_t n) { return n / request.shrink + (n % request.shrink != 0); };
  const std::uint32_t width = shrunk(request.width);
  const std::uint32_t height = shrunk(request.height);
  request.area = {0, 0, width, height};
  const std::size_t pixel = request.samples * (request.bits > 8 ? 2U : 1U);
  request.row_stride = width * pixel;
  std::vector<std::byte> whole(request.row_stride * height + 1);
  request.out = whole.data();
  decode_image(kind, stream, request);

  const std::size_t row = request.row_stride;
  request.area.x = head.split % width;
  request.area.y = head.bits * 7U % height;
  request.area.width = 1 + head.flags * 5U % (width - request.area.x);
  request.area.height = 1 + head.kind * 3U % (height - request.area.y);
  request.row_stride = request.area.width * pixel;
  std::vector<std::byte> part(request.row_stride * request.area.height);
  request.out = part.data();
  decode_image(kind, stream, request);
  for (std::size_t y = 0; y < request.area.height; ++y) {
    const std::byte* right = whole.data() + (request.area.y + y) * row + request.area.x * pixel;
    if (std::memcmp(part.data() + y * request.row_stride, right, request.row_stride) != 0) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Head head;
  if (size < sizeof(head)) return 0;
  std::memcpy(&head, data, sizeof(head));
  const std::span<const std::byte> in(reinterpret_cast<const std::byte*>(data) + sizeof(head), size - sizeof(head));
  const Compression kind = kinds[head.kind % std::size(kinds)];
  try {
    if (is_image_codec(kind)) {
      image(kind, in, head);
    } else {
      bytes(kind, in, std::size_t{head.width} * (1 + head.samples));
    }
  } catch (const opsin::Error&) {
  }
  return 0;
}
