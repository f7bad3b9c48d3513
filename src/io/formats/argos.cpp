// SPDX-License-Identifier: Apache-2.0
// Argos AVS: XML in tag 65000; all levels of the lowest focal plane, then those of the next; thumbnail, macro.
#include <string>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/tiff_image.h"
#include "io/xml.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const tiff::Directory& d = c.tiff->chain()[0];
  if (!d.tiled() || !d.has(tag::argos_xml)) return false;
  constexpr std::string_view root = "Argos.Scan.Metadata";
  return detect_xml(text_or_empty(d, tag::argos_xml), root, c.limits,
                    [&](const pugi::xml_document& xml) { return local_name(xml.document_element()) == root; });
}

void add_elements(Properties& properties, pugi::xml_node node, const std::string& prefix) {
  for (const pugi::xml_node element : node.children()) {
    if (element.type() != pugi::node_element) continue;
    const std::string name = core::text(prefix, ".", local_name(element));
    if (std::string text = element_text(element); !text.empty()) properties[name] = std::move(text);
    add_elements(properties, element, name);  // As deep as SlideLimits::xml_depth allows.
  }
}

/// The tiled directories, one list per focal plane: where the width grows, the next plane begins.
std::vector<std::vector<std::size_t>> focal_planes(std::span<const tiff::Directory> chain) {
  std::vector<std::vector<std::size_t>> planes;
  std::uint64_t width = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!chain[i].tiled()) continue;
    const std::uint64_t w = chain[i].require_uint(tag::image_width);
    if (planes.empty() || w > width) planes.emplace_back();
    planes.back().push_back(i);
    width = w;
  }
  return planes;
}

SlideData open(const Candidate& c) {
  SlideData data;
  data.vendor = "argos";
  const auto chain = c.tiff->chain();
  const auto planes = focal_planes(chain);
  // OpenSlide shows the middle plane alone: it is the first one here, the others follow from the lowest on.
  const std::size_t middle = planes.size() / 2;
  for (const std::size_t i : planes[middle]) add_level(data, tiff_image(c.tiff, chain[i]));
  const std::size_t lowest = data.images.size() - 1;
  std::vector<std::int64_t> shown{0};
  for (std::size_t p = 0; p < planes.size(); ++p) {
    if (p == middle) continue;
    std::vector<StoredImage> images;
    for (const std::size_t i : planes[p]) images.push_back(tiff_image(c.tiff, chain[i]));
    const auto from_middle = static_cast<std::int64_t>(p) - static_cast<std::int64_t>(middle);
    if (add_focal_plane(data, std::move(images))) shown.push_back(from_middle);
  }
  name_focal_planes(data, shown);
  std::vector<std::size_t> stripped;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!chain[i].tiled()) stripped.push_back(i);
  }
  core::check<IoError>(stripped.size() <= 2, c.tiff->source()->name(), stripped.size(),
                       " stripped images where thumbnail and macro are expected");
  if (!stripped.empty()) add_associated(data, "macro", c.tiff, chain[stripped.back()]);
  if (stripped.size() == 2) add_associated(data, "thumbnail", c.tiff, chain[stripped[0]]);
  set_downsamples(data);
  describe_pixels(data, chain[0]);
  add_tiff_properties(data.properties, chain[0]);
  add_tiff_mpp(data.properties, chain[0]);
  const std::string text = text_or_empty(chain[0], tag::argos_xml);
  const XmlDocument xml = parse_xml(text, chain[0].where() + "tag 65000", c.limits);
  add_elements(data.properties, xml->document_element(), "argos");
  copy_text(data.properties, "argos.Barcode", "openslide.barcode");
  copy_number(data.properties, "argos.ObjectiveMagnification", "openslide.objective-power");
  set_tiff_quickhash(data, lowest, chain[0]);
  data.quickhash->strings.push_back(text);
  return data;
}

}  // namespace

const Format argos{"argos", detect, open};

}  // namespace opsin::io
