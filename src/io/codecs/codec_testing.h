// SPDX-License-Identifier: Apache-2.0
// What the tests of the codecs share: a picture to code, and the rules that every decoder keeps with damaged data.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/codecs/codec.h"
#include "opsin/error.h"

namespace opsin::io::testing {

using Stream = std::vector<std::byte>;

/// Numbers from 0 to 2^32 - 1, the same ones on every machine.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 32);
  }
  std::uint32_t below(std::uint32_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t samples = 0;
  std::uint32_t bits = 8;
  std::vector<std::byte> pixels;  // uint8, or host-order uint16 for more than 8 bits

  std::size_t sample_bytes() const { return bits > 8 ? 2 : 1; }
  std::size_t row() const { return std::size_t{width} * samples * sample_bytes(); }
};

/// Slopes, edges and noise: something for every part of a coder.
inline Picture make_picture(std::uint32_t width, std::uint32_t height, std::uint32_t samples, std::uint32_t bits = 8) {
  Picture picture{width, height, samples, bits, {}};
  picture.pixels.resize(picture.row() * height);
  Numbers numbers(width * 31 + height * 7 + samples + bits);
  const std::uint32_t top = (1U << bits) - 1;
  std::size_t at = 0;
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      for (std::uint32_t c = 0; c < samples; ++c, at += picture.sample_bytes()) {
        std::uint32_t value = (x * (c + 1) * 5 + y * 3) * (top / 255 + 1) / 2 % (top + 1);
        if ((x / 9 + y / 7) % 4 == c % 4) value = top - value;
        if ((x + y) % 11 == 0) value = numbers.below(top + 1);
        picture.pixels[at] = static_cast<std::byte>(value & 0xff);
        if (bits > 8) picture.pixels[at + 1] = static_cast<std::byte>(value >> 8);
      }
    }
  }
  return picture;
}

/// A request for the whole of `picture`, into its own pixels.
inline ImageRequest request_for(Picture& picture) {
  ImageRequest request;
  request.width = picture.width;
  request.height = picture.height;
  request.samples = picture.samples;
  request.bits = picture.bits;
  request.area = {0, 0, picture.width, picture.height};
  request.out = picture.pixels.data();
  request.row_stride = picture.row();
  return request;
}

/// Decodes with a picture's sizes into a new picture whose bytes were all set before.
inline Picture decoded(Compression compression, const Stream& in, const Picture& like,
                       const std::function<void(ImageRequest&)>& change = {}) {
  Picture out = like;
  std::fill(out.pixels.begin(), out.pixels.end(), std::byte{0xa5});
  ImageRequest request = request_for(out);
  if (change) change(request);
  decode_image(compression, in, request);
  return out;
}

/// The area decoded alone equals that part of the whole, and nothing is written beside it.
inline bool area_matches(Compression compression, const Stream& in, const Picture& whole, Area area,
                         const std::function<void(ImageRequest&)>& change = {}) {
  const std::size_t pixel = whole.samples * whole.sample_bytes();
  const std::size_t wanted = area.width * pixel;
  const std::size_t stride = wanted + 5 * whole.sample_bytes();
  std::vector<std::byte> out(stride * area.height + 2, std::byte{0xa5});
  ImageRequest request;
  request.width = whole.width;
  request.height = whole.height;
  request.samples = whole.samples;
  request.bits = whole.bits;
  request.area = area;
  request.out = out.data();
  request.row_stride = stride;
  if (change) change(request);
  decode_image(compression, in, request);
  for (std::uint32_t y = 0; y < area.height; ++y) {
    const auto* row = out.data() + y * stride;
    if (!std::equal(row, row + wanted, whole.pixels.data() + (area.y + y) * whole.row() + area.x * pixel)) return false;
    if (!std::all_of(row + wanted, row + stride, [](std::byte b) { return b == std::byte{0xa5}; })) return false;
  }
  return true;
}

/// What IoError says, or "" when there is none.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const IoError& error) {
    return error.what();
  }
  return {};
}

/// Every prefix of a stream is an error or gives the very same pixels. Returns how many prefixes were errors.
inline std::size_t check_prefixes(const Stream& in, const std::vector<std::byte>& right,
                                  const std::function<std::vector<std::byte>(const Stream&)>& decode) {
  std::size_t errors = 0;
  const std::size_t step = std::max<std::size_t>(1, in.size() / 400);
  for (std::size_t n = 0; n < in.size(); n += n + 2 * step < in.size() ? step : 1) {
    const Stream prefix(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n));
    try {
      const bool same = decode(prefix) == right;
      CAPTURE(n);
      CHECK(same);
    } catch (const IoError&) {
      ++errors;
    }
  }
  return errors;
}

/// Random damage: an error or pixels, never a crash. Returns how many trials were errors.
inline std::size_t check_damage(const Stream& in, int trials, const std::function<void(const Stream&)>& decode) {
  Numbers numbers(in.size());
  std::size_t errors = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Stream damaged = in;
    const std::uint32_t changes = 1 + numbers.below(4);
    for (std::uint32_t i = 0; i < changes; ++i) {
      damaged[numbers.below(static_cast<std::uint32_t>(in.size()))] = static_cast<std::byte>(numbers.below(256));
    }
    if (numbers.below(4) == 0) damaged.resize(numbers.below(static_cast<std::uint32_t>(in.size())));
    try {
      decode(damaged);
    } catch (const IoError&) {
      ++errors;
    }
  }
  return errors;
}

}  // namespace opsin::io::testing
