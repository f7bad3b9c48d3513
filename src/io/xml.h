// SPDX-License-Identifier: Apache-2.0
// XML from files: parsed by pugixml inside limits, read by functions that trust nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "opsin/slide.h"

namespace opsin::io {

using XmlDocument = std::unique_ptr<pugi::xml_document>;

/// Parses a document. Entities other than XML's own five are left as they are and document types are skipped, so
/// nothing expands. Throws IoError("where: ...") for what is not well-formed or beyond the limits.
XmlDocument parse_xml(std::string_view text, const std::string& where, const SlideLimits& limits);

/// The same with null instead of an error; `beyond_limits` becomes true where a limit is the reason.
XmlDocument try_parse_xml(std::string_view text, const SlideLimits& limits, bool* beyond_limits = nullptr);

/// For detection: what `accepts` says of a document that can be parsed; false for what is not well-formed; and for a
/// document beyond the limits whether it holds `name`, so that opening it says which limit it is.
template <class Accepts>
bool detect_xml(std::string_view text, std::string_view name, const SlideLimits& limits, Accepts accepts) {
  bool beyond = false;
  const XmlDocument document = try_parse_xml(text, limits, &beyond);
  return document ? accepts(std::as_const(*document)) : beyond && text.find(name) != std::string_view::npos;
}

/// The name without a namespace's prefix.
std::string_view local_name(pugi::xml_node node);

/// The first child element with that local name; empty when there is none.
pugi::xml_node child(pugi::xml_node node, std::string_view name);

/// Follows child() along a path "a/b/c".
pugi::xml_node descendant(pugi::xml_node node, std::string_view path);

/// The text of an element without that of its children.
std::string element_text(pugi::xml_node node);

// Attributes that must be there and be numbers: finite, in range. They throw IoError("where: <element> name: ...").
double number_attribute(pugi::xml_node node, const char* name, const std::string& where);
std::int64_t integer_attribute(pugi::xml_node node, const char* name, const std::string& where, std::int64_t min,
                               std::int64_t max);

}  // namespace opsin::io
