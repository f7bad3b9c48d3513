// SPDX-License-Identifier: Apache-2.0
// Base64 as XML documents have it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace opsin::io {

/// The bytes of a Base64 text (RFC 4648 section 4). White space is skipped; nothing for anything else that is not of
/// the alphabet, and for a wrong end.
std::optional<std::vector<std::byte>> decode_base64(std::string_view text);

}  // namespace opsin::io
