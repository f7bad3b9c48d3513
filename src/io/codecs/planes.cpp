// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/planes.h"

#include "core/math.h"
#include "core/simd.h"

namespace opsin::io::codecs {
namespace {

namespace hn = OPSIN_TARGET::hn;
using Bytes = hn::ScalableTag<std::uint8_t>;

hn::Vec<Bytes> load(const std::uint8_t* from) { return hn::LoadU(Bytes(), from); }

template <class From>
void interleave(const std::array<const From*, 3>& planes, std::size_t width, std::uint8_t* out) {
  const std::size_t lanes = hn::Lanes(Bytes());
  std::size_t x = 0;
  if constexpr (sizeof(From) == 1) {
    for (; x + lanes <= width; x += lanes) {
      hn::StoreInterleaved3(load(planes[0] + x), load(planes[1] + x), load(planes[2] + x), Bytes(), out + 3 * x);
    }
  } else {
    // A block is narrowed first: the compiler's loop does that well.
    alignas(64) std::array<std::array<std::uint8_t, 64>, 3> block;
    for (; x + block[0].size() <= width; x += block[0].size()) {
      for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < block[0].size(); ++i) block[c][i] = static_cast<std::uint8_t>(planes[c][x + i]);
      }
      for (std::size_t i = 0; i < block[0].size(); i += lanes) {
        hn::StoreInterleaved3(load(&block[0][i]), load(&block[1][i]), load(&block[2][i]), Bytes(), out + 3 * (x + i));
      }
    }
  }
  for (; x < width; ++x) {
    for (std::size_t c = 0; c < 3; ++c) out[3 * x + c] = static_cast<std::uint8_t>(planes[c][x]);
  }
}

}  // namespace

void interleave3(const std::array<const std::uint8_t*, 3>& planes, std::size_t width, std::uint8_t* out) {
  interleave(planes, width, out);
}

void interleave3(const std::array<const std::int32_t*, 3>& planes, std::size_t width, std::uint8_t* out) {
  interleave(planes, width, out);
}

}  // namespace opsin::io::codecs
