// SPDX-License-Identifier: Apache-2.0
// Philips TIFF: XML of DICOM-like attributes in the description. Levels are padded to whole tiles; their true size
// follows from the pixel spacings. Label and macro are stripped IFDs, or Base64 JPEGs in the XML.
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "io/base64.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"
#include "io/xml.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool is_object(pugi::xml_node node, std::string_view type) {
  return local_name(node) == "DataObject" && node.attribute("ObjectType").value() == type;
}

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const tiff::Directory& d = c.tiff->chain()[0];
  if (!d.tiled() || !text_starts_with(d, tag::software, "Philips")) return false;
  return detect_xml(text_or_empty(d, tag::image_description), "DPUfsImport", c.limits,
                    [](const pugi::xml_document& xml) { return is_object(xml.document_element(), "DPUfsImport"); });
}

/// The attribute of an object with that name.
pugi::xml_node attribute(pugi::xml_node object, std::string_view name) {
  for (const pugi::xml_node a : object.children()) {
    if (local_name(a) == "Attribute" && a.attribute("Name").value() == name) return a;
  }
  return {};
}

/// The objects in an attribute's array.
std::vector<pugi::xml_node> objects(pugi::xml_node attribute) {
  std::vector<pugi::xml_node> out;
  for (const pugi::xml_node o : child(attribute, "Array").children()) {
    if (local_name(o) == "DataObject") out.push_back(o);
  }
  return out;
}

void add_attributes(Properties& properties, pugi::xml_node object, const std::string& prefix) {
  for (const pugi::xml_node a : object.children()) {
    const std::string name = to_utf8(a.attribute("Name").value());
    if (local_name(a) != "Attribute" || name.empty() || name == "PIM_DP_SCANNED_IMAGES" ||
        name == "PIM_DP_IMAGE_DATA") {
      continue;
    }
    if (child(a, "Array").empty()) {
      properties[prefix + name] = element_text(a);
      continue;
    }
    const auto inner = objects(a);
    for (std::size_t i = 0; i < inner.size(); ++i) {
      add_attributes(properties, inner[i], core::text(prefix, name, "[", i, "]."));  // limited by xml_depth
    }
  }
}

/// "\"rows\" \"columns\"" in millimetres, as (x, y).
std::optional<std::array<double, 2>> spacing(const std::string& text) {
  std::array<double, 2> out{};
  std::string_view rest = text;
  for (const std::size_t axis : {1U, 0U}) {
    const std::size_t open = rest.find('"');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    const auto value = parse_number(rest.substr(open + 1, close - open - 1));
    if (!value || *value <= 0) return std::nullopt;
    out[axis] = *value;
    rest.remove_prefix(close + 1);
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const Candidate& c)
      : c_(c),
        chain_(c.tiff->chain()),
        where_(chain_[0].where() + "ImageDescription"),
        xml_(parse_xml(text_or_empty(chain_[0], tag::image_description), where_, c.limits)) {}

  SlideData read() {
    data_.vendor = "philips";
    const pugi::xml_node root = xml_->document_element();
    std::vector<pugi::xml_node> slides;
    const auto images = objects(attribute(root, "PIM_DP_SCANNED_IMAGES"));
    for (const pugi::xml_node image : images) {
      const std::string type = element_text(attribute(image, "PIM_DP_IMAGE_TYPE"));
      if (type == "WSI") slides.push_back(image);
      if (type == "LABELIMAGE") add_encoded("label", image);
      if (type == "MACROIMAGE") add_encoded("macro", image);
    }
    check(slides.size() == 1, "one WSI image is expected, there are ", slides.size());
    levels();
    true_sizes(slides[0]);
    describe_pixels(data_, chain_[0]);
    properties(root, slides[0]);
    set_tiff_quickhash(data_, data_.images.size() - 1, chain_[0]);
    return std::move(data_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, where_, parts...);
  }

  void add_encoded(const char* name, pugi::xml_node image) {
    const std::string text = element_text(attribute(image, "PIM_DP_IMAGE_DATA"));
    if (text.empty()) return;
    auto bytes = decode_base64(text);
    check(bytes.has_value(), "the ", name, " is no Base64");
    auto source = from_bytes(std::move(*bytes), c_.tiff->source()->name());
    data_.associated.insert_or_assign(name, encoded_image(std::move(source), Compression::jpeg, name));
  }

  void levels() {
    for (const tiff::Directory& d : chain_) {
      if (d.tiled()) {
        add_level(data_, tiff_image(c_.tiff, d));
        continue;
      }
      const std::string description = short_text_or_empty(d, tag::image_description);
      if (description.starts_with("Label")) add_associated(data_, "label", c_.tiff, d);
      if (description.starts_with("Macro")) add_associated(data_, "macro", c_.tiff, d);
    }
  }

  void true_sizes(pugi::xml_node slide) {
    const auto representations = objects(attribute(slide, "PIIM_PIXEL_DATA_REPRESENTATION_SEQUENCE"));
    check(representations.size() >= data_.levels.size(), representations.size(), " pixel data representations for ",
          data_.levels.size(), " levels");
    std::array<double, 2> first{};
    for (std::size_t i = 0; i < data_.levels.size(); ++i) {
      const auto s = spacing(element_text(attribute(representations[i], "DICOM_PIXEL_SPACING")));
      check(s.has_value(), "level ", i, ": the pixel spacing is no pair of positive numbers");
      if (i == 0) {
        first = *s;
        continue;
      }
      Level& level = data_.levels[i];
      level.downsample = std::round(((*s)[0] / first[0] + (*s)[1] / first[1]) / 2);
      check(level.downsample >= data_.levels[i - 1].downsample && level.downsample <= INT32_MAX, "level ", i,
            ": a downsample of ", level.downsample, " after ", data_.levels[i - 1].downsample);
      const auto divisor = static_cast<std::int64_t>(level.downsample);
      level.width = data_.levels[0].width / divisor;
      level.height = data_.levels[0].height / divisor;
      check(level.width > 0 && level.height > 0, "level ", i, ": nothing is left at a downsample of ", divisor);
    }
  }

  void properties(pugi::xml_node root, pugi::xml_node slide) {
    auto& p = data_.properties;
    add_tiff_properties(p, chain_[0]);
    // The XML is given in parts.
    p.erase("tiff.ImageDescription");
    p.erase("openslide.comment");
    add_attributes(p, root, "philips.");
    add_attributes(p, slide, "philips.");
    const auto at = p.find("philips.DICOM_PIXEL_SPACING");
    if (const auto s = at == p.end() ? std::nullopt : spacing(at->second)) {
      p["openslide.mpp-x"] = number_text((*s)[0] * 1000);
      p["openslide.mpp-y"] = number_text((*s)[1] * 1000);
    }
    if (const auto code = p.find("philips.PIM_DP_UFS_BARCODE"); code != p.end()) {
      if (const auto bytes = decode_base64(code->second); bytes && !bytes->empty()) {
        p["openslide.barcode"] = to_utf8({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
      }
    }
  }

  const Candidate& c_;
  std::span<const tiff::Directory> chain_;
  std::string where_;
  XmlDocument xml_;
  SlideData data_;
};

SlideData open(const Candidate& c) { return Reader(c).read(); }

}  // namespace

const Format philips{"philips", detect, open};

}  // namespace opsin::io
