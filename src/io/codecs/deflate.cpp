// SPDX-License-Identifier: Apache-2.0
// Deflate in a zlib wrapper. libdeflate is the fastest for a whole stream, and wants room for all of it. ISA-L is
// nearly as fast and stops where it is told to: for the first rows of a tile, and for streams that hold more than the
// tile. docs/adr/0012 has the figures.
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> own(libdeflate_alloc_decompressor());
  if (!own) throw MemoryError("Deflate: no memory for a decompressor");
  return own.get();
}

/// ISA-L's decoder between memory and memory.
class Inflater {
 public:
  enum class End { none, complete, cut, damaged, wrong_checksum };

  explicit Inflater(Bytes in) : left_(in) {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_ZLIB;
    state_.avail_in = 0;
  }

  End end() const { return end_; }

  /// How many of the bytes were given: fewer when the stream ends there.
  std::size_t read(MutableBytes out) {
    std::size_t given = 0;
    while (given < out.size() && end_ == End::none) given += step(out.subspan(given));
    return given;
  }

 private:
  // ISA-L counts in 32 bits.
  static constexpr std::size_t piece = std::numeric_limits<std::uint32_t>::max() / 2;

  static inflate_state& state_of_thread() {
    thread_local const auto own = std::make_unique<inflate_state>();  // 100 KiB
    return *own;
  }

  std::size_t step(MutableBytes out) {
    if (state_.avail_in == 0) {
      const Bytes next = left_.first(std::min(left_.size(), piece));
      state_.next_in = const_cast<unsigned char*>(data(next));
      state_.avail_in = static_cast<std::uint32_t>(next.size());
      left_ = left_.subspan(next.size());
    }
    const auto room = static_cast<std::uint32_t>(std::min(out.size(), piece));
    const std::uint32_t in_before = state_.avail_in;
    state_.next_out = data(out);
    state_.avail_out = room;
    const int status = isal_inflate(&state_);
    const std::uint32_t given = room - state_.avail_out;
    if (status != ISAL_DECOMP_OK) {
      end_ = status == ISAL_INCORRECT_CHECKSUM ? End::wrong_checksum : End::damaged;
    } else if (state_.block_state == ISAL_BLOCK_FINISH) {
      end_ = End::complete;
    } else if (given == 0 && state_.avail_in == in_before) {
      end_ = in_before == 0 ? End::cut : End::damaged;
    }
    return given;
  }

  inflate_state& state_ = state_of_thread();
  Bytes left_;
  End end_ = End::none;
};

/// The first bytes of a stream, and with `check` what can be said about the whole.
void inflate_first(Bytes in, MutableBytes out, bool check) {
  Inflater inflater(in);
  const std::size_t given = inflater.read(out);
  if (given < out.size()) {
    const bool cut = inflater.end() == Inflater::End::cut || inflater.end() == Inflater::End::complete;
    fail("Deflate", cut ? "the data end" : "damaged data", " after ", given, " of ", out.size(), " bytes");
  }
  if (!check) return;
  // The checksum comes after the last byte, or after pixels that nobody wants: some of those are decoded for its sake.
  std::array<std::byte, 4096> surplus;
  const std::size_t most = 4 * out.size() + (1 << 16);
  for (std::size_t n = 0; inflater.end() == Inflater::End::none && n <= most;) n += inflater.read(surplus);
  switch (inflater.end()) {
    case Inflater::End::none:
    case Inflater::End::complete: return;
    case Inflater::End::cut: fail("Deflate", "the data end before the checksum");
    case Inflater::End::damaged:
    case Inflater::End::wrong_checksum: fail("Deflate", "the checksum does not fit the data");
  }
}

}  // namespace

void decode_deflate(Bytes in, MutableBytes out, std::size_t needed) {
  // ISA-L takes 6 % longer for a whole tile, and its share of the time for a part.
  if (needed < out.size() / 8 * 7) return inflate_first(in, out.first(needed), false);
  std::size_t used = 0;
  std::size_t given = 0;
  const auto result =
      libdeflate_zlib_decompress_ex(decompressor(), in.data(), in.size(), out.data(), out.size(), &used, &given);
  if (result != LIBDEFLATE_SUCCESS) return inflate_first(in, out.first(needed), needed == out.size());
  if (given < needed) fail("Deflate", "the data end after ", given, " of ", out.size(), " bytes");
}

}  // namespace opsin::io::codecs
