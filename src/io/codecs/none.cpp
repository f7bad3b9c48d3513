// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {

void decode_none(Bytes in, MutableBytes out) {
  if (in.size() < out.size()) fail("uncompressed", "there are ", in.size(), " of ", out.size(), " bytes");
  std::memcpy(out.data(), in.data(), out.size());
}

}  // namespace opsin::io::codecs
