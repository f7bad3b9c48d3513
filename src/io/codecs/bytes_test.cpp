// SPDX-License-Identifier: Apache-2.0
// The codecs that give bytes: round trips through the libraries' encoders, and through small ones of our own for LZW
// and PackBits; then damage.
#include <libdeflate.h>
#include <lzma.h>
#include <zstd.h>

#include <map>

#include "io/codecs/codec_testing.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::testing;

namespace {

Stream bytes_of(std::initializer_list<int> values) {
  Stream out;
  for (const int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

Stream decode(Compression compression, const Stream& in, std::size_t size) {
  Stream out(size, std::byte{0xa5});
  decode_bytes(compression, in, out);
  return out;
}

/// Text that compresses in parts.
Stream sample_bytes(std::size_t size, std::uint32_t seed = 1) {
  Numbers numbers(seed);
  Stream out;
  while (out.size() < size) {
    const auto value = static_cast<std::byte>(numbers.below(256));
    const std::uint32_t run = numbers.below(3) == 0 ? 1 + numbers.below(300) : 1;
    for (std::uint32_t i = 0; i < run; ++i) out.push_back(value);
    if (out.size() > 600 && numbers.below(4) == 0) {
      const std::size_t from = numbers.below(static_cast<std::uint32_t>(out.size() - 500));
      for (std::size_t i = 0; i < 400; ++i) out.push_back(out[from + i]);
    }
  }
  out.resize(size);
  return out;
}

Stream encode_deflate(const Stream& in, int level = 6) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
  Stream out(libdeflate_zlib_compress_bound(compressor, in.size()));
  out.resize(libdeflate_zlib_compress(compressor, in.data(), in.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  REQUIRE(!out.empty());
  return out;
}

Stream encode_zstd(const Stream& in) {
  Stream out(ZSTD_compressBound(in.size()));
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), in.data(), in.size());
  ZSTD_freeCCtx(context);
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

Stream encode_lzma(const Stream& in) {
  Stream out(lzma_stream_buffer_bound(in.size()));
  std::size_t size = 0;
  REQUIRE(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(in.data()),
                                  in.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                  out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

Stream encode_packbits(const Stream& in) {
  Stream out;
  std::size_t at = 0;
  while (at < in.size()) {
    std::size_t run = 1;
    while (run < 128 && at + run < in.size() && in[at + run] == in[at]) ++run;
    if (run > 1) {
      out.push_back(static_cast<std::byte>(257 - run));
      out.push_back(in[at]);
      at += run;
      continue;
    }
    std::size_t count = 1;
    while (count < 128 && at + count < in.size() && in[at + count] != in[at + count - 1]) ++count;
    out.push_back(static_cast<std::byte>(count - 1));
    out.insert(out.end(), in.begin() + static_cast<std::ptrdiff_t>(at),
               in.begin() + static_cast<std::ptrdiff_t>(at + count));
    at += count;
  }
  return out;
}

/// Codes of 9 to 12 bits in either order.
struct CodeWriter {
  bool old_order;
  std::vector<bool> bits;
  void put(unsigned code, unsigned width) {
    for (unsigned i = 0; i < width; ++i) bits.push_back((code >> (old_order ? i : width - 1 - i) & 1) != 0);
  }
  Stream finish() const {
    Stream out((bits.size() + 7) / 8);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      if (bits[i]) out[i / 8] |= static_cast<std::byte>(1U << (old_order ? i % 8 : 7 - i % 8));
    }
    return out;
  }
};

Stream encode_lzw(const Stream& in, bool old_order) {
  CodeWriter to{old_order, {}};
  const unsigned early = old_order ? 0 : 1;
  std::map<std::string, unsigned> table;
  unsigned next = 258;
  unsigned width = 9;
  const auto clear = [&] {
    to.put(256, width);
    table.clear();
    for (int i = 0; i < 256; ++i) table[std::string(1, static_cast<char>(i))] = static_cast<unsigned>(i);
    next = 258;
    width = 9;
  };
  clear();
  std::string text;
  for (const std::byte byte : in) {
    const std::string longer = text + static_cast<char>(byte);
    if (table.count(longer) != 0) {
      text = longer;
      continue;
    }
    to.put(table[text], width);
    table[longer] = next++;
    // The encoder is one entry ahead of the decoder.
    if (next - 1 == (1U << width) - early) ++width;
    if (next == 4094) clear();
    text = std::string(1, static_cast<char>(byte));
  }
  if (!text.empty()) to.put(table[text], width);
  if (!text.empty() && next == (1U << width) - early && width < 12) ++width;
  to.put(257, width);
  return to.finish();
}

struct ByteCodec {
  Compression compression;
  std::function<Stream(const Stream&)> encode;
  bool detects_damage;  // by a checksum
};

std::vector<ByteCodec> byte_codecs() {
  return {
      {Compression::lzw, [](const Stream& in) { return encode_lzw(in, false); }, false},
      {Compression::lzw, [](const Stream& in) { return encode_lzw(in, true); }, false},
      {Compression::deflate, [](const Stream& in) { return encode_deflate(in); }, true},
      {Compression::packbits, encode_packbits, false},
      {Compression::zstd, encode_zstd, true},
      {Compression::lzma, encode_lzma, true},
  };
}

}  // namespace

TEST_CASE("codecs: bytes come back") {
  for (const ByteCodec& codec : byte_codecs()) {
    CAPTURE(name(codec.compression));
    for (const std::size_t size : {1UL, 2UL, 15UL, 16UL, 17UL, 33UL, 1000UL, 65536UL, 700001UL}) {
      CAPTURE(size);
      const Stream right = sample_bytes(size);
      CHECK(decode(codec.compression, codec.encode(right), size) == right);
    }
    const Stream flat(100000, std::byte{7});
    CHECK(decode(codec.compression, codec.encode(flat), flat.size()) == flat);
    CHECK(decode(codec.compression, {}, 0).empty());
  }
}

TEST_CASE("codecs: a stream may hold more than the tile, and junk may follow it") {
  for (const ByteCodec& codec : byte_codecs()) {
    CAPTURE(name(codec.compression));
    const Stream right = sample_bytes(50000);
    const Stream coded = codec.encode(right);
    for (const std::size_t size : {1UL, 100UL, 32768UL, 49999UL}) {
      CAPTURE(size);
      CHECK(decode(codec.compression, coded, size) == Stream(right.begin(), right.begin() + static_cast<long>(size)));
    }
    Stream longer = coded;
    for (int i = 0; i < 100; ++i) longer.push_back(static_cast<std::byte>(i * 37));
    CHECK(decode(codec.compression, longer, right.size()) == right);
    CHECK_THROWS_AS(decode(codec.compression, coded, right.size() + 1), IoError);
  }
}

TEST_CASE("codecs: the first part of a tile") {
  for (const ByteCodec& codec : byte_codecs()) {
    CAPTURE(name(codec.compression));
    const Stream right = sample_bytes(150000);
    const Stream coded = codec.encode(right);
    for (const std::size_t needed : {1UL, 17UL, 5000UL, 75000UL, 140000UL, 149999UL, 150000UL}) {
      CAPTURE(needed);
      Stream out(right.size(), std::byte{0xa5});
      decode_bytes(codec.compression, coded, out, needed);
      const auto end = static_cast<std::ptrdiff_t>(needed);
      CHECK(std::equal(right.begin(), right.begin() + end, out.begin()));
      const Stream cut(coded.begin(), coded.begin() + 20);
      if (needed > 5000) CHECK_THROWS_AS(decode_bytes(codec.compression, cut, out, needed), IoError);
    }
  }
}

TEST_CASE("codecs: cut and damaged bytes are errors") {
  for (const ByteCodec& codec : byte_codecs()) {
    CAPTURE(name(codec.compression));
    const Stream right = sample_bytes(3000);
    const Stream coded = codec.encode(right);
    const std::size_t errors =
        check_prefixes(coded, right, [&](const Stream& in) { return decode(codec.compression, in, right.size()); });
    CHECK(errors > 50);
    std::size_t wrong = 0;
    const std::size_t found = check_damage(coded, 400, [&](const Stream& in) {
      if (decode(codec.compression, in, right.size()) != right) ++wrong;
    });
    CHECK(found + wrong > 200);
    if (codec.detects_damage) CHECK(wrong == 0);
  }
}

TEST_CASE("codecs: small input cannot ask for large memory") {
  const Stream zeros(64 << 20);
  const Stream bomb = encode_deflate(zeros, 9);
  CHECK(bomb.size() < 70000);
  CHECK(decode(Compression::deflate, bomb, 100) == Stream(100));
  const Stream packed = encode_zstd(zeros);
  CHECK(decode(Compression::zstd, packed, 100) == Stream(100));
}

TEST_CASE("codecs: LZW tables") {
  using std::string;
  // No clear code at the start; a code that the table does not have; an end code too early.
  CodeWriter plain{false, {}};
  for (const unsigned code : {65U, 66U, 258U}) plain.put(code, 9);
  CHECK(decode(Compression::lzw, plain.finish(), 4) == bytes_of({65, 66, 65, 66}));
  CodeWriter bad{false, {}};
  for (const unsigned code : {256U, 65U, 300U}) bad.put(code, 9);
  CHECK(error_of([&] { decode(Compression::lzw, bad.finish(), 4); }).find("code 300") != string::npos);
  CodeWriter first{false, {}};
  for (const unsigned code : {256U, 258U, 65U}) first.put(code, 9);
  CHECK(error_of([&] { decode(Compression::lzw, first.finish(), 4); }).find("code 258") != string::npos);
  CodeWriter early{false, {}};
  for (const unsigned code : {256U, 65U, 257U}) early.put(code, 9);
  CHECK(error_of([&] { decode(Compression::lzw, early.finish(), 4); }) == "LZW: the data end after 1 of 4 bytes");
  // A string that is defined by its own use.
  CodeWriter self{false, {}};
  for (const unsigned code : {256U, 65U, 258U, 259U}) self.put(code, 9);
  CHECK(decode(Compression::lzw, self.finish(), 6) == Stream(6, std::byte{65}));
  CHECK_THROWS_AS(decode(Compression::lzw, {}, 1), IoError);
}

TEST_CASE("codecs: the old order of bits begins with the same clear code") {
  const Stream right = sample_bytes(5000);
  const Stream coded = encode_lzw(right, true);
  CHECK(coded[0] == std::byte{0});
  CHECK((coded[1] & std::byte{1}) == std::byte{1});
}

TEST_CASE("codecs: PackBits packets") {
  // Apple's example, with a no-op.
  const Stream in = bytes_of({0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0x80, 0xfd, 0xaa, 0x03, 0x80, 0, 0x2a, 0x22});
  CHECK(decode(Compression::packbits, in, 14) ==
        bytes_of({0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0, 0x2a, 0x22}));
  CHECK_THROWS_AS(decode(Compression::packbits, bytes_of({5, 1, 2}), 4), IoError);
  CHECK_THROWS_AS(decode(Compression::packbits, bytes_of({0x80, 0x80, 0x80}), 1), IoError);
}

TEST_CASE("codecs: what has no decoder says so") {
  Stream out(4);
  const auto error = [&](Compression c) { return error_of([&] { decode_bytes(c, Stream(4), out); }); };
  CHECK(error(Compression::ccitt_t6) == "CCITT T.6: this compression is not supported");
  CHECK(error(Compression::unknown) == "unknown compression: there is no decoder for it");
  CHECK(error(Compression::jpeg) == "JPEG: gives samples, not bytes");
  CHECK(error_of([&] { decode_bytes(Compression::none, Stream(3), out); }) == "uncompressed: there are 3 of 4 bytes");
  CHECK(from_tiff_tag(52479) == Compression::unknown);
  for (const std::uint32_t tag :
       {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 32946U, 32773U, 33003U, 33005U, 34712U, 34925U, 50000U, 50001U}) {
    CHECK(from_tiff_tag(tag) != Compression::unknown);
  }
  Stream bits = bytes_of({0x01, 0x80, 0xf0, 0x35});
  reverse_bits(bits);
  CHECK(bits == bytes_of({0x80, 0x01, 0x0f, 0xac}));
}
