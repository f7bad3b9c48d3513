// SPDX-License-Identifier: Apache-2.0
#include "io/samples.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/check.h"
#include "io/tiff/directory.h"

namespace opsin::io {
namespace {

bool whole_bytes(std::uint16_t bits) { return bits == 8 || bits == 16 || bits == 32 || bits == 64; }

/// Bytes of a number that byte order applies to: half of a complex one.
std::size_t number_bytes(const Encoding& e) {
  const std::size_t bytes = e.bits / 8u;
  return e.sample_format == tiff::SampleFormat::complex_floating ? bytes / 2 : bytes;
}

template <class T>
T swapped(T v) {
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(v);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(v);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(v);
  return v;
}

/// Calls f with a value of the unsigned type of that many bytes.
template <class F>
void with_unsigned(std::size_t bytes, F f) {
  switch (bytes) {
    case 1: return f(std::uint8_t{});
    case 2: return f(std::uint16_t{});
    case 4: return f(std::uint32_t{});
    default: return f(std::uint64_t{});
  }
}

void to_host_order(std::span<std::byte> row, std::size_t number) {
  with_unsigned(number, [&]<class T>(T) {
    for (std::size_t i = 0; i + sizeof(T) <= row.size(); i += sizeof(T)) {
      T v;
      std::memcpy(&v, row.data() + i, sizeof v);
      v = swapped(v);
      std::memcpy(row.data() + i, &v, sizeof v);
    }
  });
}

/// Predictor 2: each sample was stored as its difference to the same sample of the pixel before.
void undo_differences(std::span<std::byte> row, std::size_t samples, std::size_t size) {
  with_unsigned(size, [&]<class T>(T) {
    const std::size_t n = row.size() / sizeof(T);
    const auto run = [&](auto stride) {
      for (std::size_t i = stride; i < n; ++i) {
        T a, b;
        std::memcpy(&a, row.data() + i * sizeof(T), sizeof a);
        std::memcpy(&b, row.data() + (i - stride) * sizeof(T), sizeof b);
        a = static_cast<T>(a + b);
        std::memcpy(row.data() + i * sizeof(T), &a, sizeof a);
      }
    };
    if (samples == 1) {
      run(std::integral_constant<std::size_t, 1>{});
    } else if (samples == 3) {
      run(std::integral_constant<std::size_t, 3>{});
    } else if (samples == 4) {
      run(std::integral_constant<std::size_t, 4>{});
    } else {
      run(samples);
    }
  });
}

/// Predictor 3 (Adobe's floating point predictor): the bytes of a row were sorted by significance, most significant
/// first, and then stored as differences. `result` gets numbers in host order.
void undo_float_predictor(std::span<std::byte> row, std::size_t samples, std::size_t size, std::byte* result) {
  for (std::size_t i = samples; i < row.size(); ++i) {
    row[i] = static_cast<std::byte>(std::to_integer<unsigned>(row[i]) + std::to_integer<unsigned>(row[i - samples]));
  }
  const std::size_t n = row.size() / size;
  for (std::size_t b = 0; b < size; ++b) {
    for (std::size_t i = 0; i < n; ++i) result[i * size + (size - 1 - b)] = row[b * n + i];
  }
}

/// 24 bits (1 sign, 7 exponent with bias 63, 16 mantissa) as float.
float float24(std::uint32_t v) {
  const std::uint32_t sign = v >> 23 << 31, exponent = v >> 16 & 0x7f, mantissa = v & 0xffff;
  if (exponent == 0x7f) return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 7);
  if (exponent == 0) {
    const float value = std::ldexp(static_cast<float>(mantissa), -62 - 16);
    return sign ? -value : value;
  }
  return std::bit_cast<float>(sign | (exponent - 63 + 127) << 23 | mantissa << 7);
}

/// `count` numbers of `bits` bits from bit `first` on, most significant bit first.
void unpack_bits(const std::byte* row, std::uint64_t first, std::uint16_t bits, bool is_signed, std::uint64_t count,
                 std::size_t size, std::byte* out) {
  with_unsigned(size, [&]<class T>(T) {
    for (std::uint64_t i = 0; i < count; ++i) {
      std::uint64_t at = first + i * bits, value = 0;
      for (unsigned left = bits; left > 0;) {
        const unsigned offset = at % 8, take = std::min(left, 8 - offset);
        const unsigned byte = std::to_integer<unsigned>(row[at / 8]);
        value = value << take | (byte >> (8 - offset - take) & ((1u << take) - 1));
        at += take;
        left -= take;
      }
      if (is_signed && bits < 64 && value >> (bits - 1)) value |= ~std::uint64_t{0} << bits;
      const T v = static_cast<T>(value);
      std::memcpy(out + i * sizeof(T), &v, sizeof v);
    }
  });
}

/// A row of pixels in columns [x, x + width), everything but YCbCr units.
void unpack_row(const Packing& p, std::span<std::byte> row, std::int64_t x, std::int64_t width, std::byte* out,
                std::vector<std::byte>& scratch) {
  const Encoding& e = *p.encoding;
  const auto samples = static_cast<std::size_t>(p.samples);
  const std::uint64_t first = static_cast<std::uint64_t>(x) * samples;
  const std::uint64_t count = static_cast<std::uint64_t>(width) * samples;
  if (e.bits == 24 && e.sample_format == tiff::SampleFormat::floating) {
    const std::byte* from = row.data();
    bool big_endian = e.big_endian;
    if (e.predictor == 3) {
      scratch.resize(row.size());
      undo_float_predictor(row, samples, 3, scratch.data());
      from = scratch.data();
      big_endian = false;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::byte* b = from + (first + i) * 3;
      const auto byte = [&](int k) { return std::to_integer<std::uint32_t>(b[big_endian ? k : 2 - k]); };
      const float v = float24(byte(0) << 16 | byte(1) << 8 | byte(2));
      std::memcpy(out + i * sizeof v, &v, sizeof v);
    }
    return;
  }
  if (whole_bytes(e.bits) || e.sample_format == tiff::SampleFormat::complex_floating) {
    const std::size_t size = e.bits / 8u;
    const std::byte* from = row.data();
    if (e.predictor == 3) {
      scratch.resize(row.size());
      undo_float_predictor(row, samples, size, scratch.data());
      from = scratch.data();
    } else {
      // A predictor needs the row from its start up to the last column asked for; without one only those columns count.
      const std::span<std::byte> used = row.first((first + count) * size);
      const bool differences = e.predictor == 2;
      if (e.big_endian && number_bytes(e) > 1) {
        to_host_order(differences ? used : used.subspan(first * size), number_bytes(e));
      }
      if (differences) undo_differences(used, samples, size);
    }
    std::memcpy(out, from + first * size, count * size);
    return;
  }
  const bool is_signed = e.sample_format == tiff::SampleFormat::signed_integer;
  const std::size_t size = e.bits == 1 ? 1 : itemsize(e.dtype());
  unpack_bits(row.data(), first * e.bits, e.bits, is_signed && e.bits > 1, count, size, out);
}

struct YcbcrTables {
  std::array<float, 256> luma, blue, red;  // luma; chroma of both, centred at 0
  float red_cr, blue_cb, green_red, green_blue, inverse_green;

  explicit YcbcrTables(const Encoding& e) {
    const auto& r = e.reference_black_white;
    const auto [lr, lg, lb] = e.ycbcr_coefficients;
    for (int code = 0; code < 256; ++code) {
      const auto at = static_cast<std::size_t>(code);
      luma[at] = static_cast<float>((code - r[0]) * 255 / (r[1] - r[0]));
      blue[at] = static_cast<float>((code - r[2]) * 127 / (r[3] - r[2]));
      red[at] = static_cast<float>((code - r[4]) * 127 / (r[5] - r[4]));
    }
    red_cr = static_cast<float>(2 - 2 * lr);
    blue_cb = static_cast<float>(2 - 2 * lb);
    green_red = static_cast<float>(lr);
    green_blue = static_cast<float>(lb);
    inverse_green = static_cast<float>(1 / lg);
  }

  static std::byte code(float v) {
    return static_cast<std::byte>(static_cast<unsigned>(std::clamp(v, 0.0f, 255.0f) + 0.5f));
  }

  void pixel(std::byte y, std::byte cb, std::byte cr, std::byte* rgb) const {
    const float l = luma[std::to_integer<std::size_t>(y)];
    const float r = l + red[std::to_integer<std::size_t>(cr)] * red_cr;
    const float b = l + blue[std::to_integer<std::size_t>(cb)] * blue_cb;
    const float g = (l - green_red * r - green_blue * b) * inverse_green;
    rgb[0] = code(r);
    rgb[1] = code(g);
    rgb[2] = code(b);
  }
};

/// Data units of subsampled YCbCr: h * v luma samples, Cb, Cr; chroma is repeated over its unit.
void unpack_units(const Packing& p, std::span<const std::byte> packed, std::int64_t packed_first, const Area& area,
                  std::byte* out, std::size_t row_stride) {
  const YcbcrTables tables(*p.encoding);
  const std::size_t h = p.encoding->subsampling[0], v = p.encoding->subsampling[1], unit = h * v + 2;
  for (std::uint32_t row = 0; row < area.height; ++row) {
    const std::size_t y = area.y + row - static_cast<std::size_t>(packed_first);
    const std::byte* units = packed.data() + y / v * p.unit_bytes();
    std::byte* to = out + row * row_stride;
    for (std::uint32_t i = 0; i < area.width; ++i, to += 3) {
      const std::size_t x = area.x + i;
      const std::byte* u = units + x / h * unit;
      tables.pixel(u[y % v * h + x % h], u[h * v], u[h * v + 1], to);
    }
  }
}

}  // namespace

std::uint64_t Packing::unit_bytes() const {
  const auto w = static_cast<std::uint64_t>(width);
  if (subsampled()) {
    const std::uint64_t h = encoding->subsampling[0], v = encoding->subsampling[1];
    return (w + h - 1) / h * (h * v + 2);
  }
  return (w * static_cast<std::uint64_t>(samples) * encoding->bits + 7) / 8;
}

std::uint64_t Packing::bytes(std::int64_t rows) const {
  const std::int64_t unit = rows_per_unit();
  return static_cast<std::uint64_t>((rows + unit - 1) / unit) * unit_bytes();
}

bool Packing::is_plain() const {
  const Encoding& e = *encoding;
  return (whole_bytes(e.bits) || e.sample_format == tiff::SampleFormat::complex_floating) && e.predictor == 1 &&
         (!e.big_endian || number_bytes(e) == 1) && e.photometric != tiff::Photometric::ycbcr;
}

void unpack(const Packing& p, std::span<std::byte> packed, std::int64_t packed_first, const Area& area, std::byte* out,
            std::size_t row_stride) {
  if (p.subsampled()) {
    unpack_units(p, packed, packed_first, area, out, row_stride);
    return;
  }
  const std::uint64_t row_bytes = p.unit_bytes();
  std::vector<std::byte> scratch;
  for (std::uint32_t row = 0; row < area.height; ++row) {
    const auto at = static_cast<std::uint64_t>(area.y + row - packed_first) * row_bytes;
    unpack_row(p, packed.subspan(at, row_bytes), area.x, area.width, out + row * row_stride, scratch);
  }
}

void ycbcr_to_rgb(const Encoding& e, std::byte* pixels, std::size_t count) {
  const YcbcrTables tables(e);
  for (std::size_t i = 0; i < count; ++i, pixels += 3) tables.pixel(pixels[0], pixels[1], pixels[2], pixels);
}

void copy_samples(const SampleCopy& c, std::int64_t width, std::int64_t height, std::size_t size) {
  for (std::int64_t row = 0; row < height; ++row) {
    const std::byte* from = c.from + static_cast<std::size_t>(row) * c.from_row;
    std::byte* to = c.to + row * c.to_row;
    if (c.from_pixel == size && c.to_pixel == static_cast<std::ptrdiff_t>(size)) {
      std::memcpy(to, from, static_cast<std::size_t>(width) * size);
      continue;
    }
    const auto run = [&](auto n) {
      for (std::int64_t i = 0; i < width; ++i) {
        std::memcpy(to + i * c.to_pixel, from + static_cast<std::size_t>(i) * c.from_pixel, n);
      }
    };
    switch (size) {
      case 1: run(std::integral_constant<std::size_t, 1>{}); break;
      case 2: run(std::integral_constant<std::size_t, 2>{}); break;
      case 3: run(std::integral_constant<std::size_t, 3>{}); break;
      case 4: run(std::integral_constant<std::size_t, 4>{}); break;
      case 8: run(std::integral_constant<std::size_t, 8>{}); break;
      default: run(size);
    }
  }
}

}  // namespace opsin::io
