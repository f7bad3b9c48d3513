// SPDX-License-Identifier: Apache-2.0
#include "io/base64.h"

#include <cstdint>

namespace opsin::io {
namespace {

int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::optional<std::vector<std::byte>> decode_base64(std::string_view text) {
  std::vector<std::byte> out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  int digits = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = digit(c);
    if (value < 0 || padding > 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (++digits == 4) {
      for (const int shift : {16, 8, 0}) out.push_back(static_cast<std::byte>(group >> shift));
      group = 0;
      digits = 0;
    }
  }
  if (digits == 1 || (digits > 0 && digits + padding != 4) || (digits == 0 && padding > 0)) return std::nullopt;
  if (digits == 2) out.push_back(static_cast<std::byte>(group >> 4));
  if (digits == 3) {
    out.push_back(static_cast<std::byte>(group >> 10));
    out.push_back(static_cast<std::byte>(group >> 2));
  }
  return out;
}

}  // namespace opsin::io
