// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/ycbcr.h"

#include <algorithm>

namespace opsin::io::codecs {
namespace {

constexpr int shift = 16;
constexpr int half = 1 << (shift - 1);
constexpr int fixed(double x) { return static_cast<int>(x * (1 << shift) + 0.5); }
std::uint8_t clamp(int v) { return static_cast<std::uint8_t>(std::clamp(v, 0, 255)); }

}  // namespace

void ycbcr_to_rgb(std::uint8_t* pixels, std::size_t count, std::size_t samples) {
  for (std::size_t i = 0; i < count; ++i, pixels += samples) {
    const int y = pixels[0];
    const int cb = pixels[1] - 128;
    const int cr = pixels[2] - 128;
    pixels[0] = clamp(y + ((fixed(1.402) * cr + half) >> shift));
    pixels[1] = clamp(y + ((-fixed(0.344136286) * cb - fixed(0.714136286) * cr + half) >> shift));
    pixels[2] = clamp(y + ((fixed(1.772) * cb + half) >> shift));
  }
}

}  // namespace opsin::io::codecs
