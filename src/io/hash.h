// SPDX-License-Identifier: Apache-2.0
// SHA-256, for OpenSlide's quickhash-1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace opsin::io {

class Sha256 {
 public:
  void add(std::span<const std::byte> bytes);
  /// The text and a NUL: how OpenSlide hashes strings.
  void add_string(std::string_view text);
  /// Lower-case hexadecimal; the object is used up.
  std::string hex();

 private:
  void block(const std::byte* p);
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> pending_{};
  std::uint64_t length_ = 0;
};

}  // namespace opsin::io
