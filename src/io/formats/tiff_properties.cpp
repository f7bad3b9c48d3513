// SPDX-License-Identifier: Apache-2.0
// Properties that OpenSlide makes of TIFF tags.
#include <algorithm>
#include <array>

#include "core/check.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

struct Named {
  const char* name;
  std::uint16_t tag;
};

// The order is that of OpenSlide's hash.
constexpr std::array strings{
    Named{"tiff.ImageDescription", tag::image_description},
    Named{"tiff.Make", tag::make},
    Named{"tiff.Model", tag::model},
    Named{"tiff.Software", tag::software},
    Named{"tiff.DateTime", tag::date_time},
    Named{"tiff.Artist", tag::artist},
    Named{"tiff.HostComputer", tag::host_computer},
    Named{"tiff.Copyright", tag::copyright},
    Named{"tiff.DocumentName", tag::document_name},
};

constexpr std::array numbers{
    Named{"tiff.XResolution", tag::x_resolution},
    Named{"tiff.YResolution", tag::y_resolution},
    Named{"tiff.XPosition", tag::x_position},
    Named{"tiff.YPosition", tag::y_position},
};

/// Text of a tag that is text; nothing otherwise. Wrong types of such tags must not make a slide unreadable.
std::optional<std::string> text_of(const tiff::Directory& d, std::uint16_t number) {
  const tiff::Entry* entry = d.find(number);
  if (!entry || entry->type != tiff::Type::ascii) return std::nullopt;
  return d.ascii(number);
}

std::optional<double> number_of(const tiff::Directory& d, std::uint16_t number) {
  const tiff::Entry* entry = d.find(number);
  if (!entry || entry->count == 0 || entry->type == tiff::Type::ascii || entry->type == tiff::Type::undefined ||
      tiff::type_size(entry->type) == 0) {
    return std::nullopt;
  }
  return d.real(number);
}

std::uint64_t resolution_unit(const tiff::Directory& d) {
  const auto unit = number_of(d, tag::resolution_unit);
  return unit && *unit >= 0 && *unit < 100 ? static_cast<std::uint64_t>(*unit) : 2;
}

}  // namespace

void add_tiff_properties(std::map<std::string, std::string>& properties, const tiff::Directory& d) {
  for (const auto& [name, number] : strings) {
    if (const auto value = text_of(d, number)) properties[name] = to_utf8(*value);
  }
  if (const auto value = text_of(d, tag::image_description)) properties["openslide.comment"] = to_utf8(*value);
  for (const auto& [name, number] : numbers) {
    if (const auto value = number_of(d, number)) properties[name] = number_text(*value);
  }
  const std::uint64_t unit = resolution_unit(d);
  properties["tiff.ResolutionUnit"] = unit == 1 ? "none" : unit == 2 ? "inch" : unit == 3 ? "centimeter" : "unknown";
  // Not OpenSlide's: pixels are given as they are stored, and this says how to turn them.
  if (const auto orientation = number_of(d, tag::orientation); orientation && *orientation != 1) {
    properties["tiff.Orientation"] = number_text(*orientation);
  }
}

void add_tiff_mpp(std::map<std::string, std::string>& properties, const tiff::Directory& d) {
  const std::uint64_t unit = resolution_unit(d);
  if (unit != 2 && unit != 3) return;
  const double micrometres = unit == 2 ? 25400 : 10000;
  const auto add = [&](const char* name, std::uint16_t number) {
    const auto value = number_of(d, number);
    if (value && *value > 0) properties[name] = number_text(micrometres / *value);
  };
  add("openslide.mpp-x", tag::x_resolution);
  add("openslide.mpp-y", tag::y_resolution);
}

void set_tiff_quickhash(SlideData& data, std::size_t lowest, const tiff::Directory& properties_of) {
  QuickHash hash;
  hash.images = {lowest};
  for (const auto& [name, number] : strings) {
    hash.strings.emplace_back(name);
    hash.strings.push_back(text_of(properties_of, number).value_or(""));
  }
  data.quickhash = std::move(hash);
}

}  // namespace opsin::io
