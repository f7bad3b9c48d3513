// SPDX-License-Identifier: Apache-2.0
#include "io/formats/ome_xml.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "io/limits.h"
#include "io/text.h"

namespace opsin::io {
namespace {

/// Micrometres per unit; nothing for lengths that are none, such as pixels.
std::optional<double> micrometres(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 8> units{
      {{"", 1}, {"\u00b5m", 1}, {"um", 1}, {"nm", 1e-3}, {"mm", 1e3}, {"cm", 1e4}, {"m", 1e6}, {"\u00c5", 1e-4}}};
  for (const auto& [name, factor] : units) {
    if (unit == name) return factor;
  }
  return std::nullopt;
}

class ImageReader {
 public:
  /// `planes_left` is what earlier images have left of the limit.
  ImageReader(pugi::xml_node root, pugi::xml_node image, const std::string& where, std::uint64_t directories,
              std::uint64_t planes_left)
      : root_(root),
        node_(image),
        pixels_(child(image, "Pixels")),
        where_(where),
        directories_(directories),
        planes_left_(planes_left) {}

  OmeImage read() {
    check(!pixels_.empty(), "an Image without Pixels");
    out_.name = to_utf8(node_.attribute("Name").value());
    out_.width = extent("SizeX");
    out_.height = extent("SizeY");
    out_.z = extent("SizeZ");
    out_.t = extent("SizeT");
    channels(extent("SizeC"));
    const auto planes = product(where_, out_.groups, out_.z, out_.t);
    check(planes <= planes_left_, planes, " planes are more than the limit of ", planes_left_);
    out_.planes.resize(planes);
    order();
    bool any = false;
    for (const pugi::xml_node data : pixels_.children()) {
      if (local_name(data) != "TiffData") continue;
      tiff_data(data);
      any = true;
    }
    check(any, "the pixels are not in a TIFF");
    for (const std::size_t axis : {0U, 1U})
      out_.mpp[axis] = physical_size(axis == 0 ? "PhysicalSizeX" : "PhysicalSizeY");
    objective();
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, where_, parts...);
  }

  std::int64_t extent(const char* name) const { return integer_attribute(pixels_, name, where_, 1, INT32_MAX); }

  std::int64_t optional_integer(pugi::xml_node node, const char* name, std::int64_t otherwise, std::int64_t max) const {
    return node.attribute(name) ? integer_attribute(node, name, where_, 0, max) : otherwise;
  }

  void channels(std::int64_t count) {
    bool first = true;
    for (const pugi::xml_node c : pixels_.children()) {
      if (local_name(c) != "Channel") continue;
      const std::int64_t samples = std::max<std::int64_t>(1, optional_integer(c, "SamplesPerPixel", 1, UINT16_MAX));
      check(first || samples == out_.samples, "channels of different SamplesPerPixel are not supported");
      out_.samples = samples;
      first = false;
    }
    check(count % out_.samples == 0, "SizeC is ", count, " for channels of ", out_.samples, " samples");
    out_.groups = count / out_.samples;
    if (out_.samples > 1) return;
    for (const pugi::xml_node c : pixels_.children()) {
      if (local_name(c) != "Channel" || std::ssize(out_.channels) == count) continue;
      ChannelData channel{to_utf8(c.attribute("Name").value()), {}};
      if (channel.name.empty()) channel.name = core::text("channel ", out_.channels.size());
      // RGBA in a signed number.
      if (const auto value = parse_integer(c.attribute("Color").value());
          value && *value >= INT32_MIN && *value <= UINT32_MAX) {
        const auto rgba = static_cast<std::uint32_t>(*value);
        channel.colour = {static_cast<std::uint8_t>(rgba >> 24), static_cast<std::uint8_t>(rgba >> 16),
                          static_cast<std::uint8_t>(rgba >> 8)};
      }
      out_.channels.push_back(std::move(channel));
    }
    if (std::ssize(out_.channels) != count) out_.channels.clear();
  }

  /// "XYCZT": the first of the three letters changes fastest.
  void order() {
    const std::string_view text = pixels_.attribute("DimensionOrder").value();
    check(text.size() == 5 && text.starts_with("XY"), "DimensionOrder is \"", to_utf8(text.substr(0, 20)), "\"");
    order_ = text.substr(2);
    std::string sorted(order_);
    std::sort(sorted.begin(), sorted.end());
    check(sorted == "CTZ", "DimensionOrder is \"", to_utf8(text.substr(0, 20)), "\"");
  }

  void tiff_data(pugi::xml_node data) {
    const auto total = std::ssize(out_.planes);
    std::int64_t c = optional_integer(data, "FirstC", 0, out_.groups - 1);
    std::int64_t z = optional_integer(data, "FirstZ", 0, out_.z - 1);
    std::int64_t t = optional_integer(data, "FirstT", 0, out_.t - 1);
    const bool one = bool(data.attribute("IFD"));
    const std::int64_t first = optional_integer(data, "IFD", 0, UINT32_MAX);
    std::string file;
    if (const pugi::xml_node uuid = child(data, "UUID")) {
      const std::string_view own = root_.attribute("UUID").value();
      if (own.empty() || trim(element_text(uuid)) != own) file = to_utf8(uuid.attribute("FileName").value());
    }
    // Without a count: one page when it was named, otherwise all that there are.
    const std::int64_t rest = std::min(total, file.empty() ? static_cast<std::int64_t>(directories_) : total);
    const std::int64_t count = optional_integer(data, "PlaneCount", one ? 1 : rest, total);
    // A plane may be said twice, not any number of times.
    assigned_ += count;
    check(assigned_ <= 2 * total, "TiffData names ", assigned_, " planes, the image has ", total);
    for (std::int64_t i = 0; i < count; ++i) {
      check(c < out_.groups && z < out_.z && t < out_.t, "TiffData has more planes than the image");
      OmePlane& plane = out_.planes[static_cast<std::size_t>((t * out_.z + z) * out_.groups + c)];
      plane = {file, static_cast<std::uint64_t>(first + i), true};
      for (const char axis : order_) {
        std::int64_t& index = axis == 'C' ? c : axis == 'Z' ? z : t;
        const std::int64_t size = axis == 'C' ? out_.groups : axis == 'Z' ? out_.z : out_.t;
        if (++index < size) break;
        if (axis != order_.back()) index = 0;
      }
    }
  }

  std::optional<double> physical_size(const std::string& name) const {
    const auto value = parse_number(pixels_.attribute(name.c_str()).value());
    const auto unit = micrometres(pixels_.attribute((name + "Unit").c_str()).value());
    if (!value || !unit || *value <= 0) return std::nullopt;
    return *value * *unit;
  }

  void objective() {
    const std::string_view id = child(node_, "ObjectiveSettings").attribute("ID").value();
    if (id.empty()) return;
    for (const pugi::xml_node instrument : root_.children()) {
      if (local_name(instrument) != "Instrument") continue;
      for (const pugi::xml_node objective : instrument.children()) {
        if (local_name(objective) != "Objective" || objective.attribute("ID").value() != id) continue;
        const auto power = parse_number(objective.attribute("NominalMagnification").value());
        if (power && *power > 0) out_.objective_power = power;
      }
    }
  }

  pugi::xml_node root_, node_, pixels_;
  const std::string& where_;
  std::uint64_t directories_;
  std::uint64_t planes_left_;
  std::string_view order_;
  std::int64_t assigned_ = 0;  // by all TiffData
  OmeImage out_;
};

}  // namespace

OmeMetadata parse_ome(std::string_view text, const std::string& where, std::uint64_t directories,
                      const SlideLimits& limits) {
  const XmlDocument xml = parse_xml(text, where, limits);
  const pugi::xml_node root = xml->document_element();
  core::check<IoError>(local_name(root) == "OME", where, "this is no OME-XML");
  OmeMetadata out;
  if (const pugi::xml_node binary = child(root, "BinaryOnly")) {
    out.metadata_file = to_utf8(binary.attribute("MetadataFile").value());
    core::check<IoError>(!out.metadata_file.empty(), where, "BinaryOnly without MetadataFile");
    return out;
  }
  std::uint64_t left = limits.directories;
  for (const pugi::xml_node image : root.children()) {
    if (local_name(image) != "Image") continue;
    out.images.push_back(ImageReader(root, image, where, directories, left).read());
    left -= out.images.back().planes.size();
  }
  core::check<IoError>(!out.images.empty(), where, "there is no Image");
  return out;
}

}  // namespace opsin::io
