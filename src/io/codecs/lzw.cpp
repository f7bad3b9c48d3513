// SPDX-License-Identifier: Apache-2.0
// LZW: TIFF 6.0 section 13, and the older order of bits that writers before TIFF 5 used.
//
// Every string of the table has already been written to the output, so an entry is where and how long: its text is the
// string before it and one more byte, which are neighbours there. Copying goes in blocks of 16 bytes; the last bytes of
// the output are copied singly.
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

constexpr unsigned clear_code = 256;
constexpr unsigned end_code = 257;
constexpr unsigned first_code = 258;
constexpr unsigned table_size = 4096;
constexpr unsigned max_width = 12;
constexpr std::size_t block = 16;

/// Strings of one byte, with readable bytes after the last.
constexpr auto single_bytes = [] {
  std::array<unsigned char, 256 + block> bytes{};
  for (unsigned i = 0; i < 256; ++i) bytes[i] = static_cast<unsigned char>(i);
  return bytes;
}();

/// Codes of up to 12 bits. After the last bit come zeros; `exhausted` tells.
template <bool msb_first>
class Codes {
 public:
  explicit Codes(Bytes in) : next_(data(in)), end_(next_ + in.size()) {}

  /// Makes at least 48 bits available, enough for four codes.
  void refill() {
    if (end_ - next_ >= 8) {
      std::uint64_t word;
      std::memcpy(&word, next_, 8);
      if constexpr (msb_first == (std::endian::native == std::endian::little)) word = __builtin_bswap64(word);
      bits_ |= msb_first ? word >> count_ : word << count_;
      next_ += (63 - count_) >> 3;
      count_ |= 56;
      return;
    }
    while (count_ <= 56 && next_ != end_) {
      const std::uint64_t byte = *next_++;
      bits_ |= msb_first ? byte << (56 - count_) : byte << count_;
      count_ += 8;
    }
  }

  unsigned take(unsigned width) {
    unsigned code;
    if constexpr (msb_first) {
      code = static_cast<unsigned>(bits_ >> (64 - width));
      bits_ <<= width;
    } else {
      code = static_cast<unsigned>(bits_ & ((1U << width) - 1));
      bits_ >>= width;
    }
    count_ -= width;
    return code;
  }

  bool exhausted(unsigned width) const { return count_ < width; }

 private:
  const unsigned char* next_;
  const unsigned char* end_;
  std::uint64_t bits_ = 0;
  unsigned count_ = 0;
};

struct Entry {
  const unsigned char* text;
  std::size_t length;
};

[[noreturn]] void ended(std::size_t at, std::size_t size) {
  fail("LZW", "the data end after ", at, " of ", size, " bytes");
}

/// Writers of the old order also widen codes one entry later.
template <bool msb_first>
void decode(Bytes in, MutableBytes out) {
  constexpr unsigned early = msb_first ? 1 : 0;
  Codes<msb_first> codes(in);
  std::array<Entry, table_size> table;
  for (unsigned i = 0; i < 256; ++i) table[i] = {&single_bytes[i], 1};
  table[clear_code] = table[end_code] = {nullptr, 0};

  unsigned char* const begin = data(out);
  unsigned char* to = begin;
  unsigned char* const end = to + out.size();
  unsigned next = first_code;
  unsigned width = 9;
  unsigned last_of_width = (1U << 9) - early;
  const unsigned char* before = nullptr;  // The string written last: it grows by the byte after it.
  std::size_t before_length = 0;

  while (to != end) {
    codes.refill();
    for (int i = 0; i < 4 && to != end; ++i) {
      if (codes.exhausted(width)) [[unlikely]]
        ended(static_cast<std::size_t>(to - begin), out.size());
      const unsigned code = codes.take(width);
      if (code == clear_code) [[unlikely]] {
        next = first_code;
        width = 9;
        last_of_width = (1U << 9) - early;
        before = nullptr;
        continue;
      }
      // The new entry may be the very string that comes now: its last byte is then the first that is written here.
      const bool grows = before != nullptr && next < table_size;
      if (grows) table[next++] = {before, before_length + 1};
      if (code >= next || code == end_code) [[unlikely]] {
        if (code == end_code) ended(static_cast<std::size_t>(to - begin), out.size());
        fail("LZW", "code ", code, " is not in the table, after ", static_cast<std::size_t>(to - begin), " of ",
             out.size(), " bytes");
      }
      if (next >= last_of_width && width < max_width) {
        ++width;
        last_of_width = (1U << width) - early;
      }
      const Entry entry = table[code];
      const auto room = static_cast<std::size_t>(end - to);
      if (room >= entry.length + block) [[likely]] {
        const unsigned char* from = entry.text;
        unsigned char* const stop = to + entry.length;
        before = to;
        // Source and target of the entry made just now touch in their last byte only; it is set last.
        for (unsigned char* p = to; p < stop; p += block, from += block) {
          unsigned char buffer[block];
          std::memcpy(buffer, from, block);
          std::memcpy(p, buffer, block);
        }
        if (grows && code == next - 1) stop[-1] = *before;
        to = stop;
      } else {
        before = to;
        const std::size_t count = std::min(entry.length, room);
        for (std::size_t k = 0; k < count; ++k) to[k] = entry.text[k];
        to += count;
      }
      before_length = entry.length;
    }
  }
}

}  // namespace

void decode_lzw(Bytes in, MutableBytes out) {
  // A stream begins with the clear code: 1 0000 0000 from the first bit down, or from the last bit up.
  const bool old_order = in.size() >= 2 && u8(in, 0) == 0 && (u8(in, 1) & 1) != 0;
  if (old_order) {
    decode<false>(in, out);
  } else {
    decode<true>(in, out);
  }
}

}  // namespace opsin::io::codecs
