// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/jpeg2000_header.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace opsin::io::codecs {
namespace {

constexpr std::string_view codec = "JPEG 2000";

constexpr std::uint32_t box(const char (&name)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(name[i]);
  return value;
}

bool is_codestream(Bytes in) { return in.size() >= 4 && big32(in, 0) == 0xff4fff51; }

/// The contents of the first box of that name.
std::optional<Bytes> find_box(Bytes in, std::uint32_t name) {
  while (in.size() >= 8) {
    std::uint64_t size = big32(in, 0);
    std::size_t head = 8;
    if (size == 1) {
      if (in.size() < 16) return std::nullopt;
      size = std::uint64_t{big32(in, 8)} << 32 | big32(in, 12);
      head = 16;
    }
    if (size == 0 || size > in.size()) size = in.size();  // 0: up to the end. More: the file was cut off.
    if (size < head) return std::nullopt;
    if (big32(in, 4) == name) return in.subspan(head, static_cast<std::size_t>(size) - head);
    in = in.subspan(static_cast<std::size_t>(size));
  }
  return std::nullopt;
}

}  // namespace

Bytes jpeg2000_codestream(Bytes in) {
  if (is_codestream(in)) return in;
  const auto found = find_box(in, box("jp2c"));
  if (!found || !is_codestream(*found)) fail(codec, "there is no codestream");
  return *found;
}

bool jpeg2000_is_ycbcr(Bytes in) {
  if (is_codestream(in)) return false;
  const auto header = find_box(in, box("jp2h"));
  if (!header) return false;
  const auto colour = find_box(*header, box("colr"));
  return colour && colour->size() >= 7 && u8(*colour, 0) == 1 && big32(*colour, 3) == 18;
}

Jpeg2000Header read_jpeg2000_header(Bytes in) {
  constexpr std::size_t fixed = 42;  // SOC, SIZ up to the number of components
  if (in.size() < fixed) fail(codec, "the data end in the header");
  const std::size_t count = big16(in, 40);
  if (count == 0 || big16(in, 4) != 38 + 3 * count || in.size() < fixed + 3 * count) {
    fail(codec, "the header is damaged");
  }
  Jpeg2000Header header;
  header.x1 = big32(in, 8);
  header.y1 = big32(in, 12);
  header.x0 = big32(in, 16);
  header.y0 = big32(in, 20);
  header.tile_width = big32(in, 24);
  header.tile_height = big32(in, 28);
  header.tile_x0 = big32(in, 32);
  header.tile_y0 = big32(in, 36);
  constexpr std::uint32_t most = std::numeric_limits<std::int32_t>::max();
  const bool valid = header.x0 < header.x1 && header.y0 < header.y1 && header.x1 <= most && header.y1 <= most &&
                     header.tile_x0 <= header.x0 && header.tile_y0 <= header.y0 && header.tile_width > 0 &&
                     header.tile_height > 0 && std::uint64_t{header.tile_x0} + header.tile_width > header.x0 &&
                     std::uint64_t{header.tile_y0} + header.tile_height > header.y0;
  if (!valid) fail(codec, "the header gives an impossible size or position");
  const auto tiles = [](std::uint32_t from, std::uint32_t to, std::uint32_t size) {
    return (std::uint64_t{to} - from + size - 1) / size;
  };
  header.tiles =
      tiles(header.tile_x0, header.x1, header.tile_width) * tiles(header.tile_y0, header.y1, header.tile_height);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = fixed + 3 * i;
    const std::uint32_t depth = u8(in, at);
    const Jpeg2000Component component{(depth & 0x7f) + 1, (depth & 0x80) != 0, u8(in, at + 1), u8(in, at + 2)};
    if (component.dx == 0 || component.dy == 0) fail(codec, "component ", i, " has subsampling 0");
    header.bits = std::max(header.bits, component.bits);
    header.is_signed = header.is_signed || component.is_signed;
    header.components.push_back(component);
  }
  return header;
}

void check_jpeg2000_header(const Jpeg2000Header& header, const ImageRequest& request) {
  if (header.components.size() != request.samples) {
    fail(codec, "there are ", header.components.size(), " components, not ", request.samples);
  }
  const std::uint32_t room = request.bits > 8 ? 16 : 8;
  for (const auto& component : header.components) {
    if (component.bits > room) fail(codec, "a component has ", component.bits, " bits, more than ", request.bits);
    if (component.dx > 4 || component.dy > 4) {
      fail(codec, "subsampling by ", component.dx, " x ", component.dy, " is not supported");
    }
  }
  // OpenJPEG keeps some KiB for each tile of the grid; encoders make tiles of 64 pixels and more.
  if (header.tiles > 4 + std::uint64_t{header.width()} * header.height() / 1024) {
    fail(codec, "the image has ", header.tiles, " tiles inside");
  }
}

}  // namespace opsin::io::codecs
