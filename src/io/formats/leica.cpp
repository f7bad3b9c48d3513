// SPDX-License-Identifier: Apache-2.0
// Leica SCN: XML places images, in nanometres, on a collection. Those of brightfield are the areas of the slide; one
// that covers the whole collection is the macro.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
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

constexpr std::int64_t max_nanometres = std::int64_t{1} << 40;  // a kilometre

bool known_namespace(std::string_view name) {
  return name == "http://www.leica-microsystems.com/scn/2010/03/10" ||
         name == "http://www.leica-microsystems.com/scn/2010/10/01";
}

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const tiff::Directory& d = c.tiff->chain()[0];
  if (!d.tiled()) return false;
  const std::string text = text_or_empty(d, tag::image_description);
  if (text.find("leica-microsystems.com/scn") == std::string::npos) return false;
  return detect_xml(text, "<scn", c.limits, [](const pugi::xml_document& xml) {
    const pugi::xml_node root = xml.document_element();
    return local_name(root) == "scn" && known_namespace(root.attribute("xmlns").value());
  });
}

struct Dimension {
  std::int64_t width, height;
  std::size_t directory;
};

struct Area {
  pugi::xml_node node;
  std::array<std::int64_t, 2> position, size;  // nanometres
  std::vector<Dimension> levels;               // finest first
  std::string objective;
  bool brightfield;
};

class Reader {
 public:
  explicit Reader(const Candidate& c)
      : c_(c),
        chain_(c.tiff->chain()),
        where_(chain_[0].where() + "ImageDescription"),
        xml_(parse_xml(text_or_empty(chain_[0], tag::image_description), where_, c.limits)),
        collection_(descendant(*xml_, "scn/collection")) {}

  SlideData read() {
    check(!collection_.empty(), "there is no collection");
    size_ = {nanometres(collection_, "sizeX", 1), nanometres(collection_, "sizeY", 1)};
    for (const pugi::xml_node image : collection_.children()) {
      if (image.type() == pugi::node_element && local_name(image) == "image") sort_in(area(image));
    }
    check(!areas_.empty(), "there is no brightfield image beside the macro");
    data_.vendor = "leica";
    levels();
    regions();
    properties();
    return std::move(data_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, where_, parts...);
  }

  std::int64_t nanometres(pugi::xml_node node, const char* name, std::int64_t min) const {
    return integer_attribute(node, name, where_, min, max_nanometres);
  }

  Area area(pugi::xml_node node) const {
    Area a;
    a.node = node;
    const pugi::xml_node view = child(node, "view");
    check(!view.empty(), "an image has no view");
    a.position = {nanometres(view, "offsetX", -max_nanometres), nanometres(view, "offsetY", -max_nanometres)};
    a.size = {nanometres(view, "sizeX", 1), nanometres(view, "sizeY", 1)};
    for (const pugi::xml_node d : child(node, "pixels").children()) {
      // Other focal planes are left out, as OpenSlide does.
      if (d.type() != pugi::node_element || local_name(d) != "dimension" || d.attribute("z").as_int(0) != 0) continue;
      a.levels.push_back({integer_attribute(d, "sizeX", where_, 1, INT32_MAX),
                          integer_attribute(d, "sizeY", where_, 1, INT32_MAX),
                          static_cast<std::size_t>(integer_attribute(d, "ifd", where_, 0, std::ssize(chain_) - 1))});
    }
    check(!a.levels.empty(), "an image has no dimension");
    std::stable_sort(a.levels.begin(), a.levels.end(),
                     [](const Dimension& x, const Dimension& y) { return x.width > y.width; });
    a.objective = element_text(descendant(node, "scanSettings/objectiveSettings/objective"));
    a.brightfield = element_text(descendant(node, illumination)) == "brightfield";
    return a;
  }

  void sort_in(Area a) {
    const bool covers = a.position == std::array<std::int64_t, 2>{0, 0} && a.size == size_;
    if (covers && data_.associated.empty()) {
      add_associated(data_, "macro", c_.tiff, chain_[a.levels[0].directory]);
    } else if (a.brightfield) {
      if (!areas_.empty()) {
        check(a.objective == areas_[0].objective && a.levels.size() == areas_[0].levels.size(),
              "images with different objectives or numbers of levels on one slide are not supported");
      }
      areas_.push_back(std::move(a));
    }
  }

  static double ratio(std::int64_t a, std::int64_t b) { return static_cast<double>(a) / static_cast<double>(b); }

  void levels() {
    for (std::size_t i = 0; i < areas_[0].levels.size(); ++i) {
      const Dimension& first = areas_[0].levels[i];
      // Nanometres per pixel. The collection, too, is seen at this scale.
      const std::array<double, 2> scale{ratio(areas_[0].size[0], first.width), ratio(areas_[0].size[1], first.height)};
      Level level;
      level.width = extent(size_[0], scale[0]);
      level.height = extent(size_[1], scale[1]);
      Plane plane;
      for (const Area& a : areas_) {
        const Dimension& d = a.levels[i];
        const double own = ratio(a.size[0], d.width);
        check(std::abs(own / scale[0] - 1) < 0.01, "images of different resolutions on one level");
        check(data_.images.size() < c_.limits.directories, "more images than the limit of ", c_.limits.directories);
        data_.images.push_back(tiff_image(c_.tiff, chain_[d.directory]));
        Placement p = whole(data_, data_.images.size() - 1);
        p.x = std::trunc(static_cast<double>(a.position[0]) / scale[0]);
        p.y = std::trunc(static_cast<double>(a.position[1]) / scale[1]);
        plane.placements.push_back(p);
      }
      level.planes.push_back(std::move(plane));
      data_.levels.push_back(std::move(level));
    }
    set_downsamples(data_);
  }

  std::int64_t extent(std::int64_t nm, double scale) const {
    const double pixels = std::ceil(static_cast<double>(nm) / scale);
    check(pixels >= 1 && pixels <= INT32_MAX, "a collection of ", nm, " nm at ", scale, " nm per pixel");
    return static_cast<std::int64_t>(pixels);
  }

  void regions() {
    std::array<std::int64_t, 2> low{INT64_MAX, INT64_MAX}, high{INT64_MIN, INT64_MIN};
    const auto& placements = data_.levels[0].planes[0].placements;
    for (std::size_t i = 0; i < placements.size(); ++i) {
      const StoredImage& image = data_.images[placements[i].image];
      const std::array at{static_cast<std::int64_t>(placements[i].x), static_cast<std::int64_t>(placements[i].y)};
      const std::array size{image.width, image.height};
      const std::string prefix = core::text("openslide.region[", i, "].");
      for (const std::size_t axis : {0U, 1U}) {
        data_.properties[prefix + "xy"[axis]] = core::text(at[axis]);
        data_.properties[prefix + (axis == 0 ? "width" : "height")] = core::text(size[axis]);
        low[axis] = std::min(low[axis], at[axis]);
        high[axis] = std::max(high[axis], at[axis] + size[axis]);
      }
    }
    data_.properties["openslide.bounds-x"] = core::text(low[0]);
    data_.properties["openslide.bounds-y"] = core::text(low[1]);
    data_.properties["openslide.bounds-width"] = core::text(high[0] - low[0]);
    data_.properties["openslide.bounds-height"] = core::text(high[1] - low[1]);
  }

  void properties() {
    auto& p = data_.properties;
    const pugi::xml_node main = areas_[0].node;
    const tiff::Directory& d = chain_[areas_[0].levels[0].directory];
    describe_pixels(data_, d);
    add_tiff_properties(p, d);
    add_tiff_mpp(p, d);
    const auto add = [&](const char* name, pugi::xml_node node) {
      if (!node.empty()) p[name] = element_text(node);
    };
    add("leica.creation-date", child(main, "creationDate"));
    add("leica.objective", descendant(main, "scanSettings/objectiveSettings/objective"));
    add("leica.aperture", descendant(main, "scanSettings/illuminationSettings/numericalAperture"));
    add("leica.illumination-source", descendant(main, illumination));
    const pugi::xml_node device = child(main, "device");
    if (const auto model = device.attribute("model")) p["leica.device-model"] = to_utf8(model.value());
    if (const auto version = device.attribute("version")) p["leica.device-version"] = to_utf8(version.value());
    if (const pugi::xml_node barcode = child(collection_, "barcode"); !barcode.empty()) {
      const auto bytes = decode_base64(element_text(barcode)).value_or(std::vector<std::byte>());
      p["leica.barcode"] = to_utf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    copy_text(p, "leica.barcode", "openslide.barcode");
    copy_number(p, "leica.objective", "openslide.objective-power");
    // The hash is made of the only area's coarsest level, or of the macro where there are several.
    std::size_t hashed = data_.levels.back().planes[0].placements[0].image;
    if (areas_.size() > 1 && data_.associated.contains("macro")) {
      data_.images.push_back(data_.associated.at("macro").image);
      hashed = data_.images.size() - 1;
    }
    set_tiff_quickhash(data_, hashed, d);
  }

  static constexpr std::string_view illumination = "scanSettings/illuminationSettings/illuminationSource";

  const Candidate& c_;
  std::span<const tiff::Directory> chain_;
  std::string where_;
  XmlDocument xml_;
  pugi::xml_node collection_;
  std::array<std::int64_t, 2> size_{};
  std::vector<Area> areas_;
  SlideData data_;
};

SlideData open(const Candidate& c) { return Reader(c).read(); }

}  // namespace

const Format leica{"leica", detect, open};

}  // namespace opsin::io
