// SPDX-License-Identifier: Apache-2.0
#include "io/xml.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "io/text.h"

namespace opsin::io {
namespace {

// pugixml takes up to 64 bytes for an element or attribute whose text has 4: a document of the greatest size would take
// gigabytes. Real ones have thousands.
constexpr std::ptrdiff_t max_nodes = 1 << 21;

std::size_t depth(const pugi::xml_document& document) {
  // Not recursive: the stack would be the limit.
  std::size_t deepest = 0, level = 0;
  pugi::xml_node node = document;
  for (;;) {
    if (const pugi::xml_node first = node.first_child()) {
      node = first;
      deepest = std::max(deepest, ++level);
      continue;
    }
    while (node && !node.next_sibling()) {
      if (level == 0) return deepest;
      node = node.parent();
      --level;
    }
    if (level == 0) return deepest;
    node = node.next_sibling();
  }
}

/// The document, or the reason why there is none.
XmlDocument parse(std::string_view text, const SlideLimits& limits, std::string& reason, bool& beyond_limits) {
  beyond_limits = true;
  if (text.size() > limits.xml_bytes) {
    reason = core::text(text.size(), " bytes are more than the limit of ", limits.xml_bytes);
    return nullptr;
  }
  const auto nodes = std::count(text.begin(), text.end(), '<') + std::count(text.begin(), text.end(), '=');
  if (nodes > max_nodes) {
    reason = core::text(nodes, " elements and attributes are more than the limit of ", max_nodes);
    return nullptr;
  }
  auto document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result result = document->load_buffer(text.data(), text.size());
  if (!result) {
    reason = core::text(result.description(), " at byte ", result.offset);
    beyond_limits = false;
    return nullptr;
  }
  // The document is level 0, its text one more than its element.
  if (const std::size_t d = depth(*document); d > std::size_t{limits.xml_depth} + 1) {
    reason = core::text("elements are nested deeper than the limit of ", limits.xml_depth);
    return nullptr;
  }
  return document;
}

[[noreturn]] void fail(pugi::xml_node node, const char* name, const std::string& where, std::string_view reason) {
  throw IoError(core::text(where, ": XML: <", local_name(node), "> ", name, ": ", reason));
}

std::string shown(const char* value) {
  std::string text = to_utf8(std::string_view(value).substr(0, 40));
  return '"' + text + '"';
}

}  // namespace

XmlDocument parse_xml(std::string_view text, const std::string& where, const SlideLimits& limits) {
  std::string reason;
  bool beyond_limits = false;
  XmlDocument document = parse(text, limits, reason, beyond_limits);
  if (!document) throw IoError(core::text(where, ": XML: ", reason));
  return document;
}

XmlDocument try_parse_xml(std::string_view text, const SlideLimits& limits, bool* beyond_limits) {
  std::string reason;
  bool beyond = false;
  XmlDocument document = parse(text, limits, reason, beyond);
  if (beyond_limits) *beyond_limits = !document && beyond;
  return document;
}

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_node c : node.children()) {
    if (c.type() == pugi::node_element && local_name(c) == name) return c;
  }
  return {};
}

pugi::xml_node descendant(pugi::xml_node node, std::string_view path) {
  while (node && !path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    node = child(node, path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return node;
}

std::string element_text(pugi::xml_node node) {
  std::string out;
  for (const pugi::xml_node c : node.children()) {
    if (c.type() == pugi::node_pcdata || c.type() == pugi::node_cdata) out += c.value();
  }
  return to_utf8(out);
}

double number_attribute(pugi::xml_node node, const char* name, const std::string& where) {
  const pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) fail(node, name, where, "it is missing");
  const auto value = parse_number(attribute.value());
  if (!value) fail(node, name, where, shown(attribute.value()) + " is not a number");
  return *value;
}

std::int64_t integer_attribute(pugi::xml_node node, const char* name, const std::string& where, std::int64_t min,
                               std::int64_t max) {
  const pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) fail(node, name, where, "it is missing");
  const auto value = parse_integer(attribute.value());
  if (!value) fail(node, name, where, shown(attribute.value()) + " is not an integer");
  if (*value < min || *value > max) {
    fail(node, name, where, core::text(*value, " is not between ", min, " and ", max));
  }
  return *value;
}

}  // namespace opsin::io
