// SPDX-License-Identifier: Apache-2.0
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Context = std::unique_ptr<ZSTD_DCtx, FreeContext>;

Context make_context() {
  Context context(ZSTD_createDCtx());
  if (!context) throw MemoryError("Zstandard: no memory for a decompressor");
  return context;
}

/// The first bytes of a stream. The window that a stream declares is allocated here, unlike in one call:
/// streams of sizes that encoders use pass, a frame that wants gigabytes for one tile does not.
void decode_prefix(Bytes in, MutableBytes out, bool check) {
  const Context context = make_context();
  const int window = std::clamp(static_cast<int>(std::bit_width(out.size())) + 1, 23, 27);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, window);
  ZSTD_inBuffer from{in.data(), in.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  while (to.pos < to.size) {
    const std::size_t before = to.pos + from.pos;
    const std::size_t status = ZSTD_decompressStream(context.get(), &to, &from);
    if (ZSTD_isError(status) != 0) fail("Zstandard", ZSTD_getErrorName(status), " after ", to.pos, " bytes");
    if (to.pos + from.pos == before) {
      fail("Zstandard", "the data end after ", to.pos, " of ", out.size(), " bytes");
    }
  }
  if (!check) return;
  // The checksum comes after the last byte, unless more pixels follow, which do not matter.
  const std::size_t status = ZSTD_decompressStream(context.get(), &to, &from);
  if (ZSTD_getErrorCode(status) == ZSTD_error_checksum_wrong) {
    fail("Zstandard", "the checksum does not fit the data");
  }
}

}  // namespace

void decode_zstd(Bytes in, MutableBytes out, std::size_t needed) {
  // One call for the whole is faster than pieces of more than about three quarters of it.
  if (needed < out.size() / 4 * 3) return decode_prefix(in, out.first(needed), false);
  thread_local const Context context = make_context();
  const std::size_t given = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), in.data(), in.size());
  // An error may be a stream that holds more than the tile, or junk after it.
  if (ZSTD_isError(given) != 0) return decode_prefix(in, out.first(needed), needed == out.size());
  if (given < needed) fail("Zstandard", "the data end after ", given, " of ", out.size(), " bytes");
}

}  // namespace opsin::io::codecs
