// SPDX-License-Identifier: Apache-2.0
// What the codecs share with each other and hide from the rest: one function per codec, and the spelling of their
// errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/check.h"
#include "io/codecs/codec.h"

namespace opsin::io::codecs {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

template <class... Parts>
[[noreturn]] void fail(std::string_view codec, const Parts&... parts) {
  throw IoError(core::text(codec, ": ", parts...));
}

inline const unsigned char* data(Bytes bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* data(MutableBytes bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

inline std::uint32_t u8(Bytes in, std::size_t at) { return std::to_integer<std::uint32_t>(in[at]); }
inline std::uint32_t big16(Bytes in, std::size_t at) { return u8(in, at) << 8 | u8(in, at + 1); }
inline std::uint32_t big32(Bytes in, std::size_t at) { return big16(in, at) << 16 | big16(in, at + 2); }

void decode_none(Bytes in, MutableBytes out);
void decode_lzw(Bytes in, MutableBytes out);
void decode_deflate(Bytes in, MutableBytes out, std::size_t needed);
void decode_packbits(Bytes in, MutableBytes out);
void decode_zstd(Bytes in, MutableBytes out, std::size_t needed);
void decode_lzma(Bytes in, MutableBytes out);

void decode_jpeg(Bytes in, const ImageRequest& request);
void decode_old_jpeg(Bytes in, const ImageRequest& request);
void decode_jpeg2000(Bytes in, const ImageRequest& request);
void decode_webp(Bytes in, const ImageRequest& request);
void decode_png(Bytes in, const ImageRequest& request);

ImageInfo probe_jpeg(Bytes in);
ImageInfo probe_jpeg2000(Bytes in);
ImageInfo probe_webp(Bytes in);
ImageInfo probe_png(Bytes in);

/// Throws unless the stream's size is the requested one, or larger where that is allowed. What a larger image may make
/// a decoder allocate stays within a fixed multiple of what was asked for.
void check_size(std::string_view codec, std::uint64_t width, std::uint64_t height, const ImageRequest& request);

inline std::size_t bytes_per_sample(const ImageRequest& request) { return request.bits > 8 ? 2 : 1; }
inline bool is_whole(const ImageRequest& request) {
  return request.area.width == request.width && request.area.height == request.height;
}

}  // namespace opsin::io::codecs
