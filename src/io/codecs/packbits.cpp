// SPDX-License-Identifier: Apache-2.0
// PackBits: TIFF 6.0 section 9.
#include <algorithm>
#include <cstring>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {

void decode_packbits(Bytes in, MutableBytes out) {
  const auto* from = data(in);
  const auto* const from_end = from + in.size();
  auto* to = data(out);
  auto* const to_end = to + out.size();
  while (to != to_end) {
    if (from_end - from < 2) break;  // The shortest packet is two bytes.
    const unsigned head = *from++;
    const auto room = static_cast<std::size_t>(to_end - to);
    if (head < 128) {
      const std::size_t count = std::min<std::size_t>(head + 1, room);
      if (static_cast<std::size_t>(from_end - from) < count) break;
      std::memcpy(to, from, count);
      from += count;
      to += count;
    } else if (head > 128) {
      const std::size_t count = std::min<std::size_t>(257 - head, room);
      std::memset(to, *from++, count);
      to += count;
    }  // 128 is a no-op by the specification.
  }
  if (to != to_end) {
    fail("PackBits", "the data end after ", out.size() - static_cast<std::size_t>(to_end - to), " of ", out.size(),
         " bytes");
  }
}

}  // namespace opsin::io::codecs
