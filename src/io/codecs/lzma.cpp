// SPDX-License-Identifier: Apache-2.0
// LZMA as libtiff writes it: one .xz stream per tile.
#include <lzma.h>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

// The largest dictionary of xz's own presets is 64 MiB.
constexpr std::uint64_t memory_limit = std::uint64_t{96} << 20;

struct Decoder {
  lzma_stream stream = LZMA_STREAM_INIT;
  Decoder() {
    if (lzma_stream_decoder(&stream, memory_limit, 0) != LZMA_OK) throw MemoryError("LZMA: no memory for a decoder");
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { lzma_end(&stream); }
};

}  // namespace

void decode_lzma(Bytes in, MutableBytes out) {
  Decoder decoder;
  lzma_stream& stream = decoder.stream;
  stream.next_in = data(in);
  stream.avail_in = in.size();
  stream.next_out = data(out);
  stream.avail_out = out.size();
  lzma_ret status = LZMA_OK;
  while (status == LZMA_OK && stream.avail_out > 0) status = lzma_code(&stream, LZMA_RUN);
  if (stream.avail_out > 0) {
    if (status == LZMA_MEM_ERROR) throw MemoryError("LZMA: no memory");
    const char* why = "damaged data";
    if (status == LZMA_STREAM_END || status == LZMA_BUF_ERROR) why = "the data end";
    if (status == LZMA_MEMLIMIT_ERROR) why = "the dictionary is larger than 96 MiB; stopped";
    fail("LZMA", why, " after ", out.size() - stream.avail_out, " of ", out.size(), " bytes");
  }
  // The integrity check comes after the last byte, unless more pixels follow, which do not matter.
  while (status == LZMA_OK) status = lzma_code(&stream, LZMA_RUN);
  if (status == LZMA_DATA_ERROR) fail("LZMA", "the integrity check does not fit the data");
  if (status == LZMA_BUF_ERROR && stream.avail_in == 0) fail("LZMA", "the data end before the integrity check");
}

}  // namespace opsin::io::codecs
