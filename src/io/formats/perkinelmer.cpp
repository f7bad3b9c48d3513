// SPDX-License-Identifier: Apache-2.0
// PerkinElmer / Akoya QPTIFF: XML in every page says whether it is full or reduced resolution, thumbnail, overview or
// label. In fluorescence each channel is a page of its own; in brightfield a page is RGB.
#include <algorithm>
#include <string>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"
#include "io/xml.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

constexpr std::string_view root_name = "PerkinElmer-QPI-ImageDescription";

/// The document says utf-16 whatever it is written in; pugixml goes by its bytes.
std::string description(const tiff::Directory& d) {
  const auto bytes = d.bytes(tag::image_description).value_or(std::vector<std::byte>());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const tiff::Directory& d = c.tiff->chain()[0];
  if (!text_starts_with(d, tag::software, "PerkinElmer-QPI") || !d.has(tag::image_description)) return false;
  try {
    return detect_xml(description(d), root_name, c.limits,
                      [](const pugi::xml_document& xml) { return local_name(xml.document_element()) == root_name; });
  } catch (const IoError&) {
    return false;  // The text is not inside the file.
  }
}

struct Page {
  const tiff::Directory* directory;
  StoredImage image;
  ChannelData channel;
};

/// "0,0,255"
std::optional<std::array<std::uint8_t, 3>> colour(const std::string& text) {
  std::array<std::uint8_t, 3> out{};
  std::string_view rest = text;
  for (std::uint8_t& value : out) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const auto number = parse_integer(rest.substr(0, end));
    if (!number || *number < 0 || *number > 255) return std::nullopt;
    value = static_cast<std::uint8_t>(*number);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const Candidate& c) : c_(c), chain_(c.tiff->chain()) {}

  SlideData read() {
    data_.vendor = "perkinelmer";
    std::uint64_t text = 0;
    for (const tiff::Directory& d : chain_) {
      // Of all pages together: they may all point at one long text.
      if (const tiff::Entry* entry = d.find(tag::image_description))
        text += std::min(entry->count, c_.limits.xml_bytes);
      check(text <= c_.limits.xml_bytes, "the pages have more XML than the limit of ", c_.limits.xml_bytes, " bytes");
      const std::string where = d.where() + "ImageDescription";
      if (&d == &chain_[0]) {
        const XmlDocument xml = parse_xml(description(d), where, c_.limits);
        sort_in(d, xml->document_element());
        add_properties(xml->document_element());
      } else if (const XmlDocument xml = try_parse_xml(description(d), c_.limits)) {
        sort_in(d, xml->document_element());  // A page that says nothing of itself is none of the slide's.
      }
    }
    levels();
    set_downsamples(data_);
    describe_pixels(data_, *pages_[0].directory);
    channels();
    add_tiff_properties(data_.properties, chain_[0]);
    add_tiff_mpp(data_.properties, chain_[0]);
    // The XML is given in parts.
    data_.properties.erase("tiff.ImageDescription");
    data_.properties.erase("openslide.comment");
    set_tiff_quickhash(data_, data_.images.size() - 1, chain_[0]);
    return std::move(data_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, c_.tiff->source()->name(), parts...);
  }

  void sort_in(const tiff::Directory& d, pugi::xml_node root) {
    const std::string type = element_text(child(root, "ImageType"));
    if (type == "FullResolution" || type == "ReducedResolution") {
      Page page{&d, tiff_image(c_.tiff, d), {}};
      page.channel.name = element_text(child(root, "Name"));
      page.channel.colour = colour(element_text(child(root, "Color")));
      pages_.push_back(std::move(page));
    } else if (type == "Thumbnail") {
      add_associated(data_, "thumbnail", c_.tiff, d);
    } else if (type == "Overview") {
      add_associated(data_, "macro", c_.tiff, d);
    } else if (type == "Label") {
      add_associated(data_, "label", c_.tiff, d);
    }
  }

  /// Pages of one size are the channels of one level.
  void levels() {
    check(!pages_.empty(), "there is no page of full resolution");
    std::stable_sort(pages_.begin(), pages_.end(),
                     [](const Page& a, const Page& b) { return a.image.width > b.image.width; });
    const StoredImage& first = pages_[0].image;
    const auto same_size = [](const StoredImage& a, const StoredImage& b) {
      return a.width == b.width && a.height == b.height;
    };
    data_.groups =
        std::count_if(pages_.begin(), pages_.end(), [&](const Page& p) { return same_size(p.image, first); });
    const auto groups = static_cast<std::size_t>(data_.groups);
    check(pages_.size() % groups == 0, pages_.size(), " pages for levels of ", groups, " channels");
    for (std::size_t i = 0; i < pages_.size(); i += groups) {
      add_level(data_, pages_[i].image);
      const std::size_t number = data_.levels.size() - 1;
      for (std::size_t j = 1; j < groups; ++j) {
        const StoredImage& image = pages_[i + j].image;
        check(same_size(image, pages_[i].image), image.label, ": ", image.width, " x ", image.height, " pixels, ",
              pages_[i].image.label, " has ", pages_[i].image.width, " x ", pages_[i].image.height);
        data_.images.push_back(image);
        data_.levels[number].planes.push_back({{whole(data_, data_.images.size() - 1)}});
      }
    }
  }

  void channels() {
    if (data_.samples > 1) {
      check(data_.groups == 1, data_.groups, " pages of full resolution with ", data_.samples, " samples per pixel");
      return;
    }
    for (std::int64_t i = 0; i < data_.groups; ++i) {
      ChannelData& channel = pages_[static_cast<std::size_t>(i)].channel;
      if (channel.name.empty()) channel.name = core::text("channel ", i);
      data_.channels.push_back(std::move(channel));
    }
  }

  void add_properties(pugi::xml_node root) {
    auto& p = data_.properties;
    for (const pugi::xml_node element : root.children()) {
      if (element.type() != pugi::node_element) continue;
      std::string text = element_text(element);
      if (!text.empty() && child_elements(element) == 0)
        p[core::text("perkinelmer.", local_name(element))] = std::move(text);
    }
    if (const auto at = p.find("perkinelmer.Objective"); at != p.end()) {
      std::string_view power = trim(at->second);
      if (power.ends_with('x') || power.ends_with('X')) power.remove_suffix(1);
      if (const auto value = parse_number(power); value && *value > 0) {
        p["openslide.objective-power"] = number_text(*value);
      }
    }
    copy_text(p, "perkinelmer.Barcode", "openslide.barcode");
  }

  static std::ptrdiff_t child_elements(pugi::xml_node node) {
    return std::count_if(node.begin(), node.end(), [](pugi::xml_node n) { return n.type() == pugi::node_element; });
  }

  const Candidate& c_;
  std::span<const tiff::Directory> chain_;
  std::vector<Page> pages_;
  SlideData data_;
};

SlideData open(const Candidate& c) { return Reader(c).read(); }

}  // namespace

const Format perkinelmer{"perkinelmer", detect, open};

}  // namespace opsin::io
