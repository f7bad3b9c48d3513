// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/jpeg_head.h"

#include <algorithm>
#include <array>

namespace opsin::io::codecs {
namespace {

constexpr std::uint32_t soi = 0xd8, sof0 = 0xc0, dht = 0xc4, jpg = 0xc8, dac = 0xcc, sof15 = 0xcf, dqt = 0xdb;
constexpr std::uint32_t sos = 0xda, dri = 0xdd;

bool is_frame(std::uint32_t marker) {
  return marker >= sof0 && marker <= sof15 && marker != dht && marker != jpg && marker != dac;
}

struct Head {
  std::size_t size = 0;   // to the end of SOS; 0: there is none
  std::size_t frame = 0;  // where the frame's height stands; 0: no frame
};

/// Follows the marker segments. Their lengths are those of the stream, so each is checked.
Head follow(Bytes in) {
  Head head;
  if (in.size() < 4 || u8(in, 0) != 0xff || u8(in, 1) != soi) return head;
  std::size_t at = 2;
  while (in.size() - at >= 4) {
    if (u8(in, at) != 0xff) return head;
    const std::uint32_t marker = u8(in, at + 1);
    if (marker == 0xff) {  // Fill bytes may stand before a marker.
      ++at;
      continue;
    }
    const std::size_t length = big16(in, at + 2);
    if (length < 2 || length > in.size() - at - 2) return head;
    if (is_frame(marker) && length >= 8) head.frame = at + 5;
    at += 2 + length;
    if (marker == sos) {
      head.size = at;
      return head;
    }
  }
  return head;
}

class Writer {
 public:
  void bytes(std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) out.push_back(static_cast<std::byte>(value & 0xff));
  }
  void word(std::uint32_t value) { bytes({value >> 8, value}); }
  void segment(std::uint32_t marker, std::size_t payload) {
    bytes({0xff, marker});
    word(static_cast<std::uint32_t>(payload + 2));
  }
  void copy(Bytes from) { out.insert(out.end(), from.begin(), from.end()); }

  std::vector<std::byte> out;
};

void write_huffman(Writer& to, std::uint32_t id, Bytes table) {
  std::size_t values = 0;
  for (std::size_t i = 0; i < 16 && i < table.size(); ++i) values += u8(table, i);
  if (table.size() < 16 || values > 256 || table.size() < 16 + values) {
    fail("old-style JPEG", "a Huffman table is shorter than it says");
  }
  to.segment(dht, 17 + values);
  to.bytes({id});
  to.copy(table.first(16 + values));
}

}  // namespace

std::size_t jpeg_head_size(Bytes stream) { return follow(stream).size; }

std::vector<std::byte> jpeg_head_with_size(Bytes head, std::uint32_t width, std::uint32_t height) {
  const Head found = follow(head);
  if (found.size == 0 || found.frame == 0) fail("JPEG", "the head of the stream is damaged");
  if (width > 65535 || height > 65535) fail("JPEG", width, " x ", height, " pixels are more than JPEG can have");
  std::vector<std::byte> out(head.begin(), head.begin() + static_cast<std::ptrdiff_t>(found.size));
  const std::array<std::uint32_t, 4> size{height >> 8, height & 0xff, width >> 8, width & 0xff};
  std::ranges::transform(size, out.begin() + static_cast<std::ptrdiff_t>(found.frame),
                         [](std::uint32_t b) { return static_cast<std::byte>(b); });
  return out;
}

std::vector<std::byte> jpeg_head_from_tags(const OldJpeg& tags, std::uint32_t width, std::uint32_t height,
                                           std::uint32_t samples) {
  constexpr std::string_view codec = "old-style JPEG";
  if (tags.process != 1) fail(codec, "process ", tags.process, " is not supported, only baseline (1)");
  if (samples < 1 || samples > 4) fail(codec, "there are ", samples, " samples, not 1 to 4");
  if (width > 65535 || height > 65535) fail(codec, width, " x ", height, " pixels are more than JPEG can have");
  if (tags.restart_interval > 65535) fail(codec, "the restart interval ", tags.restart_interval, " is too large");
  const auto h = samples == 1 ? 1 : tags.horizontal_subsampling;
  const auto v = samples == 1 ? 1 : tags.vertical_subsampling;
  if (h < 1 || h > 4 || v < 1 || v > 4) fail(codec, "subsampling ", h, " x ", v, " is not possible");

  Writer to;
  to.bytes({0xff, soi});
  for (std::uint32_t i = 0; i < samples; ++i) {
    if (tags.quantisation[i].size() < 64) fail(codec, "there is no quantisation table for sample ", i);
    to.segment(dqt, 65);
    to.bytes({i});
    to.copy(tags.quantisation[i].first(64));
    write_huffman(to, i, tags.dc[i]);
    write_huffman(to, 0x10 | i, tags.ac[i]);
  }
  if (tags.restart_interval > 0) {
    to.segment(dri, 2);
    to.word(tags.restart_interval);
  }
  to.segment(sof0, 6 + 3 * std::size_t{samples});
  to.bytes({8});
  to.word(height);
  to.word(width);
  to.bytes({samples});
  for (std::uint32_t i = 0; i < samples; ++i) to.bytes({i + 1, i == 0 ? h << 4 | v : 0x11, i});
  to.segment(sos, 4 + 2 * std::size_t{samples});
  to.bytes({samples});
  for (std::uint32_t i = 0; i < samples; ++i) to.bytes({i + 1, i << 4 | i});
  to.bytes({0, 63, 0});
  return std::move(to.out);
}

}  // namespace opsin::io::codecs
