// SPDX-License-Identifier: Apache-2.0
#include "io/tiff/directory.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/check.h"
#include "io/limits.h"

namespace opsin::io::tiff {
namespace {

bool is_unsigned(Type t) {
  return t == Type::byte || t == Type::short_ || t == Type::long_ || t == Type::long8 || t == Type::ifd ||
         t == Type::ifd8;
}

bool is_signed(Type t) { return t == Type::sbyte || t == Type::sshort || t == Type::slong || t == Type::slong8; }

bool is_text(Type t) { return t == Type::ascii || t == Type::byte || t == Type::sbyte || t == Type::undefined; }

std::string_view type_name(Type t) {
  switch (t) {
    case Type::byte: return "BYTE";
    case Type::ascii: return "ASCII";
    case Type::short_: return "SHORT";
    case Type::long_: return "LONG";
    case Type::rational: return "RATIONAL";
    case Type::sbyte: return "SBYTE";
    case Type::undefined: return "UNDEFINED";
    case Type::sshort: return "SSHORT";
    case Type::slong: return "SLONG";
    case Type::srational: return "SRATIONAL";
    case Type::float_: return "FLOAT";
    case Type::double_: return "DOUBLE";
    case Type::ifd: return "IFD";
    case Type::long8: return "LONG8";
    case Type::slong8: return "SLONG8";
    case Type::ifd8: return "IFD8";
  }
  return "an unknown type";
}

std::int64_t sign_extend(std::uint64_t value, std::size_t bytes) {
  const auto shift = static_cast<int>(64 - 8 * bytes);
  return static_cast<std::int64_t>(value << shift) >> shift;
}

/// The value at p of any numeric type; nothing for a fraction without a denominator.
std::optional<double> number(const std::byte* p, Type type, bool big_endian) {
  const std::size_t size = type_size(type);
  switch (type) {
    case Type::rational:
    case Type::srational: {
      const std::uint64_t a = load_uint(p, 4, big_endian), b = load_uint(p + 4, 4, big_endian);
      if (b == 0) return std::nullopt;
      if (type == Type::rational) return static_cast<double>(a) / static_cast<double>(b);
      return static_cast<double>(sign_extend(a, 4)) / static_cast<double>(sign_extend(b, 4));
    }
    case Type::float_: return std::bit_cast<float>(static_cast<std::uint32_t>(load_uint(p, 4, big_endian)));
    case Type::double_: return std::bit_cast<double>(load_uint(p, 8, big_endian));
    default: break;
  }
  const std::uint64_t value = load_uint(p, size, big_endian);
  return is_signed(type) ? static_cast<double>(sign_extend(value, size)) : static_cast<double>(value);
}

[[noreturn]] void wrong_type(const Directory& d, const Entry& e, std::string_view wanted) {
  throw IoError(core::text(d.where(), tag_name(e.tag), ": ", wanted, " expected, found ", type_name(e.type)));
}

}  // namespace

std::uint64_t load_uint(const std::byte* p, std::size_t size, bool big_endian) {
  switch (size) {
    case 1: return std::to_integer<std::uint64_t>(*p);
    case 2: {
      std::uint16_t v;
      std::memcpy(&v, p, 2);
      return big_endian ? __builtin_bswap16(v) : v;
    }
    case 4: {
      std::uint32_t v;
      std::memcpy(&v, p, 4);
      return big_endian ? __builtin_bswap32(v) : v;
    }
    default: {
      std::uint64_t v;
      std::memcpy(&v, p, 8);
      return big_endian ? __builtin_bswap64(v) : v;
    }
  }
}

void widen(std::span<const std::byte> raw, Type type, bool big_endian, std::span<std::uint64_t> out) {
  const std::size_t size = type_size(type);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = load_uint(raw.data() + i * size, size, big_endian);
}

const Entry* Directory::find(std::uint16_t tag) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), tag,
                                   [](const Entry& e, std::uint16_t t) { return e.tag < t; });
  return at != entries_.end() && at->tag == tag ? &*at : nullptr;
}

std::string Directory::where() const { return file_->source()->name() + ": " + label_ + ": "; }

std::optional<std::uint64_t> Directory::uint(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e) return std::nullopt;
  if (is_signed(e->type)) {
    const auto value = integer(tag);
    if (*value < 0) throw IoError(core::text(where(), tag_name(tag), ": ", *value, " is negative"));
    return static_cast<std::uint64_t>(*value);
  }
  if (!is_unsigned(e->type)) wrong_type(*this, *e, "an integer");
  const auto raw = file_->first_value(*this, *e);
  return load_uint(raw.data(), type_size(e->type), file_->big_endian());
}

std::uint64_t Directory::require_uint(std::uint16_t tag) const {
  const auto value = uint(tag);
  if (!value) throw IoError(core::text(where(), tag_name(tag), " is missing"));
  return *value;
}

std::optional<std::int64_t> Directory::integer(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e) return std::nullopt;
  if (!is_unsigned(e->type) && !is_signed(e->type)) wrong_type(*this, *e, "an integer");
  const auto raw = file_->first_value(*this, *e);
  const std::size_t size = type_size(e->type);
  const std::uint64_t value = load_uint(raw.data(), size, file_->big_endian());
  if (is_signed(e->type)) return sign_extend(value, size);
  if (value > INT64_MAX) throw IoError(core::text(where(), tag_name(tag), ": ", value, " is too large"));
  return static_cast<std::int64_t>(value);
}

std::optional<double> Directory::real(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e) return std::nullopt;
  if (e->type == Type::ascii || e->type == Type::undefined || type_size(e->type) == 0)
    wrong_type(*this, *e, "a number");
  const auto raw = file_->first_value(*this, *e);
  return number(raw.data(), e->type, file_->big_endian());
}

std::optional<std::string> Directory::ascii(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e) return std::nullopt;
  if (!is_text(e->type)) wrong_type(*this, *e, "text");
  if (e->count == 0) return std::string();
  const auto raw = file_->value_bytes(*this, *e, e->count, file_->limits().tag_bytes);
  const auto* text = reinterpret_cast<const char*>(raw.data());
  return std::string(text, std::find(text, text + raw.size(), '\0'));
}

std::optional<std::vector<std::byte>> Directory::bytes(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e) return std::nullopt;
  if (!is_text(e->type)) wrong_type(*this, *e, "bytes");
  if (e->count == 0) return std::vector<std::byte>();
  return file_->value_bytes(*this, *e, e->count, file_->limits().tag_bytes);
}

std::vector<std::uint64_t> Directory::uints(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e || e->count == 0) return {};
  if (!is_unsigned(e->type)) wrong_type(*this, *e, "integers");
  const auto raw = file_->value_bytes(*this, *e, e->count, file_->limits().tag_bytes);
  std::vector<std::uint64_t> values(e->count);
  widen(raw, e->type, file_->big_endian(), values);
  return values;
}

std::vector<double> Directory::reals(std::uint16_t tag) const {
  const Entry* e = find(tag);
  if (!e || e->count == 0) return {};
  if (e->type == Type::ascii || e->type == Type::undefined || type_size(e->type) == 0) wrong_type(*this, *e, "numbers");
  const auto raw = file_->value_bytes(*this, *e, e->count, file_->limits().tag_bytes);
  std::vector<double> values(e->count);
  const std::size_t size = type_size(e->type);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = number(raw.data() + i * size, e->type, file_->big_endian());
    if (!value) throw IoError(core::text(where(), tag_name(tag), ": a denominator is 0"));
    values[i] = *value;
  }
  return values;
}

std::span<const std::byte> File::cached(std::uint64_t offset, std::uint64_t length) const {
  auto at = std::upper_bound(blocks_.begin(), blocks_.end(), offset,
                             [](std::uint64_t o, const Block& b) { return o < b.offset; });
  if (at == blocks_.begin()) return {};
  --at;
  if (!inside(offset - at->offset, length, at->bytes.size())) return {};
  return std::span(at->bytes).subspan(offset - at->offset, length);
}

std::array<std::byte, 16> File::first_value(const Directory& d, const Entry& e) const {
  std::array<std::byte, 16> value{};
  if (e.is_inline && e.count > 0 && type_size(e.type) > 0) {
    std::ranges::copy(e.value, value.begin());
  } else {
    std::ranges::copy(value_bytes(d, e, 1, value.size()), value.begin());
  }
  return value;
}

std::vector<std::byte> File::value_bytes(const Directory& d, const Entry& e, std::uint64_t count,
                                         std::uint64_t limit) const {
  const auto fail = [&](const auto&... parts) {
    throw IoError(core::text(d.where(), tag_name(e.tag), ": ", parts...));
  };
  if (type_size(e.type) == 0) fail("type ", static_cast<unsigned>(e.type), " is unknown");
  if (e.count == 0) fail("it has no value");
  if (count > e.count) fail(count, " values needed, it has ", e.count);
  const auto total = multiply<std::uint64_t>(e.count, type_size(e.type));
  if (!total) fail("its ", e.count, " values do not fit 64 bits");
  const std::uint64_t length = count * type_size(e.type);
  if (e.is_inline) return {e.value.begin(), e.value.begin() + static_cast<std::ptrdiff_t>(length)};
  if (!inside(e.offset, *total, source_->size())) {
    fail(*total, " bytes at offset ", e.offset, " reach beyond the end of the file (", source_->size(), " bytes)");
  }
  if (length > limit) fail(length, " bytes are more than the limit of ", limit);
  const auto known = cached(e.offset, length);
  if (!known.empty()) return {known.begin(), known.end()};
  return source_->read(e.offset, length);
}

}  // namespace opsin::io::tiff
