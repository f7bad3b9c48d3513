// SPDX-License-Identifier: Apache-2.0
// Text from files: encodings, numbers and key=value lists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace opsin::io {

/// Text as UTF-8: valid UTF-8 stays, anything else is read as Latin-1. Python strings and JSON need it.
std::string to_utf8(std::string_view text);

/// Without spaces, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// A double as OpenSlide writes it: 17 significant digits as C's %.17g, no locale.
std::string number_text(double value);

/// A decimal number with point or comma, surrounding spaces allowed; nothing for anything else, NaN and infinity
/// included.
std::optional<double> parse_number(std::string_view text);

/// A decimal integer, surrounding spaces allowed; nothing for anything else and for what does not fit.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace opsin::io
