// SPDX-License-Identifier: Apache-2.0
#include "io/formats/metadata.h"

#include <algorithm>

#include "core/check.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"

namespace opsin::io {

void add_key_values(Properties& properties, std::string_view prefix, std::string_view text, char separator) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view item = text.substr(0, end);
    if (const std::size_t equals = item.find('='); equals != std::string_view::npos) {
      const std::string key = core::text(prefix, ".", trim(item.substr(0, equals)));
      properties[to_utf8(key)] = to_utf8(trim(item.substr(equals + 1)));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void copy_text(Properties& properties, const std::string& from, const char* to) {
  if (const auto at = properties.find(from); at != properties.end()) properties[to] = at->second;
}

void copy_number(Properties& properties, const std::string& from, const char* to) {
  const auto at = properties.find(from);
  if (at == properties.end()) return;
  if (const auto value = parse_number(at->second)) properties[to] = number_text(*value);
}

void copy_integer(Properties& properties, const std::string& from, const char* to) {
  const auto at = properties.find(from);
  if (at == properties.end()) return;
  if (const auto value = parse_integer(at->second)) properties[to] = core::text(*value);
}

void name_focal_planes(SlideData& data, const std::vector<std::int64_t>& planes) {
  if (planes.size() < 2) return;
  for (std::size_t z = 0; z < planes.size(); ++z) {
    data.properties[core::text("opsin.z[", z, "].focal-plane")] = core::text(planes[z]);
  }
}

void add_associated(SlideData& data, const std::string& name, const std::shared_ptr<const tiff::File>& file,
                    const tiff::Directory& directory) {
  data.associated.insert_or_assign(name, Associated{tiff_image(file, directory), icc_profile(directory)});
}

std::string text_or_empty(const tiff::Directory& directory, std::uint16_t tag) {
  const tiff::Entry* entry = directory.find(tag);
  if (!entry) return {};
  try {
    return directory.ascii(tag).value_or("");
  } catch (const IoError&) {
    return {};
  }
}

std::string short_text_or_empty(const tiff::Directory& directory, std::uint16_t tag) {
  constexpr std::uint64_t longest = 4096;
  const tiff::Entry* entry = directory.find(tag);
  return entry && entry->count <= longest ? text_or_empty(directory, tag) : std::string();
}

bool text_starts_with(const tiff::Directory& directory, std::uint16_t tag, std::string_view prefix) {
  return text_or_empty(directory, tag).starts_with(prefix);
}

}  // namespace opsin::io
