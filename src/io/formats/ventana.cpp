// SPDX-License-Identifier: Apache-2.0
// Ventana BIF and TIF: XMP with <iScan> in IFD 0; IFDs whose description reads "level=N mag=M" are levels. In a BIF the
// XMP of level 0 says which rectangles of tiles are areas of interest, where they lie on the slide and how much their
// tiles overlap. A tile of a coarser level holds several of level 0, shrunk: cells.
#include <algorithm>
#include <array>
#include <cmath>
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

std::string xmp_of(const tiff::Directory& d) { return text_or_empty(d, tag::xmp); }

/// <iScan>, the root or in <Metadata>.
pugi::xml_node find_iscan(const pugi::xml_document& xml) {
  const pugi::xml_node root = xml.document_element();
  if (local_name(root) == "iScan") return root;
  return local_name(root) == "Metadata" ? child(root, "iScan") : pugi::xml_node();
}

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const std::string text = xmp_of(c.tiff->chain()[0]);
  if (text.find("iScan") == std::string::npos) return false;
  return detect_xml(text, "iScan", c.limits, [](const pugi::xml_document& xml) { return !find_iscan(xml).empty(); });
}

/// The number behind "key=" in "level=0 mag=40 quality=95".
std::optional<double> value_in(std::string_view description, std::string_view key) {
  while (!description.empty()) {
    const std::size_t end = std::min(description.find(' '), description.size());
    const std::string_view item = description.substr(0, end);
    if (item.size() > key.size() && item.starts_with(key) && item[key.size()] == '=') {
      return parse_number(item.substr(key.size() + 1));
    }
    description.remove_prefix(std::min(end + 1, description.size()));
  }
  return std::nullopt;
}

/// An area of interest: a rectangle of level 0's tiles and the place of its top left corner, in level-0 pixels.
struct Area {
  std::int64_t column, row, columns, rows;
  double x = 0, y = 0;
};

class Reader {
 public:
  explicit Reader(const Candidate& c) : c_(c), chain_(c.tiff->chain()) {}

  SlideData read() {
    data_.vendor = "ventana";
    levels();
    const tiff::Directory& first = chain_[directories_[0]];
    where_ = first.where() + "XMP";
    if (const std::string text = xmp_of(first); first.has(tag::xmp) && directories_[0] > 0) areas(text);
    describe_pixels(data_, first);
    properties(first);
    set_tiff_quickhash(data_, data_.images.size() - 1, first);
    return std::move(data_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, where_, parts...);
  }

  void levels() {
    double first = 0;
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      const tiff::Directory& d = chain_[i];
      where_ = d.where() + "ImageDescription";
      const std::string description = short_text_or_empty(d, tag::image_description);
      if (const auto number = value_in(description, "level")) {
        check(*number == static_cast<double>(data_.levels.size()), "level ", *number, " where level ",
              data_.levels.size(), " is expected");
        const double magnification = value_in(description, "mag").value_or(0);
        if (data_.levels.empty()) first = magnification;
        check(d.tiled(), "a level without tiles");
        check(magnification > 0, "level ", *number, ": there is no magnification");
        Level& level = add_level(data_, tiff_image(c_.tiff, d));
        level.downsample = first / magnification;
        check(data_.levels.size() == 1 || level.downsample >= data_.levels[data_.levels.size() - 2].downsample,
              "level ", *number, ": magnification ", magnification, " is larger than that of the level before");
        directories_.push_back(i);
      } else if (description == "Label Image" || description == "Label_Image") {
        add_associated(data_, "macro", c_.tiff, d);
      } else if (description == "Thumbnail") {
        add_associated(data_, "thumbnail", c_.tiff, d);
      }
    }
    where_ = c_.tiff->source()->name();
    check(!data_.levels.empty(), "there is no level");
  }

  void areas(const std::string& text) {
    const XmlDocument xml = parse_xml(text, where_, c_.limits);
    const pugi::xml_node root = xml->document_element();
    std::vector<pugi::xml_node> origins;
    for (const pugi::xml_node o : child(root, "AoiOrigin").children()) {
      if (o.type() == pugi::node_element) origins.push_back(o);
    }
    const StoredImage& image = data_.images[0];
    tile_ = {image.tile_width, image.tile_height};
    std::size_t number = 0;
    for (const pugi::xml_node info : child(root, "SlideStitchInfo").children()) {
      if (local_name(info) != "ImageInfo") continue;
      check(number < origins.size(), "there is no origin for area ", number);
      const pugi::xml_node origin = origins[number++];
      if (info.attribute("AOIScanned").as_int(0) != 0) area(info, origin, image);
    }
    check(!areas_.empty(), "there is no scanned area");
    check(areas_.size() * data_.levels.size() <= c_.limits.directories, areas_.size(), " areas on ",
          data_.levels.size(), " levels are more than the limit of ", c_.limits.directories);
    // Positions count from the bottom.
    double top = 0;
    for (const Area& a : areas_) top = std::max(top, a.y + size(a, 1));
    for (Area& a : areas_) a.y = top - a.y - size(a, 1);
    for (std::size_t i = 0; i < data_.levels.size(); ++i) place_areas(i);
    regions();
  }

  /// Pixels from one tile to the next.
  double advance(std::size_t axis) const {
    const double overlap = weights_[axis] > 0 ? overlaps_[axis] / weights_[axis] : 0;
    return static_cast<double>(tile_[axis]) - overlap;
  }

  double size(const Area& a, std::size_t axis) const {
    return static_cast<double>((axis == 0 ? a.columns : a.rows) - 1) * advance(axis) + static_cast<double>(tile_[axis]);
  }

  void area(pugi::xml_node info, pugi::xml_node origin, const StoredImage& image) {
    const auto integer = [&](pugi::xml_node node, const char* name, std::int64_t min) {
      return integer_attribute(node, name, where_, min, INT32_MAX);
    };
    check(integer(info, "Width", 1) == tile_[0] && integer(info, "Height", 1) == tile_[1],
          "an area's tiles are not of the size of the image's, ", tile_[0], " x ", tile_[1]);
    const std::int64_t x = integer(origin, "OriginX", 0), y = integer(origin, "OriginY", 0);
    check(x % tile_[0] == 0 && y % tile_[1] == 0, "an area starts at ", x, ", ", y, ", which is inside a tile");
    Area a{x / tile_[0], y / tile_[1], integer(info, "NumCols", 1), integer(info, "NumRows", 1)};
    check(a.columns <= image.columns() - a.column && a.rows <= image.rows() - a.row, "an area has tiles ", a.column,
          "+", a.columns, ", ", a.row, "+", a.rows, " of ", image.columns(), " x ", image.rows());
    const auto position = [&](const char* name) {
      const double value = number_attribute(info, name, where_);
      check(std::abs(value) <= INT32_MAX, "an area lies at ", value);
      return std::trunc(value);
    };
    a.x = position("Pos-X");
    a.y = position("Pos-Y");
    for (const pugi::xml_node joint : info.children()) {
      if (local_name(joint) == "TileJointInfo") add_joint(joint, a);
    }
    for (const std::size_t axis : {0U, 1U}) {
      check(advance(axis) >= 1 && advance(axis) <= 2.0 * static_cast<double>(tile_[axis]), "tiles of ", tile_[axis],
            " pixels overlap by ", static_cast<double>(tile_[axis]) - advance(axis));
    }
    areas_.push_back(a);
  }

  /// Tiles are numbered from 1 at the bottom left, every other row from the right.
  std::array<std::int64_t, 2> tile_at(std::int64_t number, const Area& a) const {
    const std::int64_t row = (number - 1) / a.columns, i = (number - 1) % a.columns;
    return {row % 2 == 0 ? i : a.columns - 1 - i, a.rows - 1 - row};
  }

  void add_joint(pugi::xml_node joint, const Area& a) {
    const std::int64_t count = a.columns * a.rows;  // Not more than the image has.
    const auto from = tile_at(integer_attribute(joint, "Tile1", where_, 1, count), a);
    const auto to = tile_at(integer_attribute(joint, "Tile2", where_, 1, count), a);
    const std::string_view direction = joint.attribute("Direction").value();
    const bool right = direction == "RIGHT";
    check(right || direction == "UP", "the direction of a tile joint is \"", to_utf8(direction.substr(0, 20)), "\"");
    const bool meets = right ? to[0] == from[0] + 1 && to[1] == from[1] : to[0] == from[0] && to[1] == from[1] - 1;
    check(meets, "tiles (", from[0], ", ", from[1], ") and (", to[0], ", ", to[1], ") are joined as if neighbours");
    const std::size_t axis = right ? 0 : 1;
    const double overlap = number_attribute(joint, right ? "OverlapX" : "OverlapY", where_);
    const double confidence = number_attribute(joint, "Confidence", where_);
    check(confidence >= 0 && confidence <= 100 && std::abs(overlap) <= static_cast<double>(tile_[axis]),
          "a tile joint overlaps by ", overlap, " with confidence ", confidence);
    overlaps_[axis] += overlap * confidence;
    weights_[axis] += confidence;
  }

  void place_areas(std::size_t number) {
    Level& level = data_.levels[number];
    const StoredImage& image = data_.images[number];
    const double shrink = level.downsample;
    check(shrink == std::round(shrink) && shrink <= static_cast<double>(std::min(tile_[0], tile_[1])), "level ", number,
          ": areas at a downsample of ", shrink, " are not supported");
    check(image.tile_width == tile_[0] && image.tile_height == tile_[1], "level ", number, ": tiles of another size");
    double width = 0, height = 0;
    Plane plane;
    for (const Area& a : areas_) {
      Placement p;
      p.image = number;
      p.cells = static_cast<std::int64_t>(shrink);
      p.column = a.column;
      p.row = a.row;
      p.columns = a.columns;
      p.rows = a.rows;
      p.x = a.x / shrink;
      p.y = a.y / shrink;
      p.pitch_x = advance(0) / shrink;
      p.pitch_y = advance(1) / shrink;
      plane.placements.push_back(p);
      width = std::max(width, a.x + size(a, 0));
      height = std::max(height, a.y + size(a, 1));
    }
    check(width >= 1 && height >= 1 && width <= INT32_MAX && height <= INT32_MAX, "the areas span ", width, " x ",
          height, " pixels");
    level.width = static_cast<std::int64_t>(std::ceil(width / shrink));
    level.height = static_cast<std::int64_t>(std::ceil(height / shrink));
    level.tile_width = level.tile_height = 0;
    level.planes = {std::move(plane)};
  }

  void regions() {
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      const Area& a = areas_[i];
      const std::string prefix = core::text("openslide.region[", i, "].");
      const auto set = [&](const char* name, double value) {
        data_.properties[prefix + name] = core::text(static_cast<std::int64_t>(value));
      };
      // OpenSlide gives the place on the grid of tiles, not on the level.
      set("x", std::floor(static_cast<double>(a.column) * advance(0)));
      set("y", std::floor(static_cast<double>(a.row) * advance(1)));
      set("width", std::ceil(size(a, 0)));
      set("height", std::ceil(size(a, 1)));
    }
  }

  void properties(const tiff::Directory& first) {
    auto& p = data_.properties;
    add_tiff_properties(p, first);
    const XmlDocument xml = parse_xml(xmp_of(chain_[0]), chain_[0].where() + "XMP", c_.limits);
    for (const pugi::xml_attribute a : find_iscan(*xml).attributes()) {
      p["ventana." + to_utf8(a.name())] = to_utf8(a.value());
    }
    copy_integer(p, "ventana.Magnification", "openslide.objective-power");
    copy_number(p, "ventana.ScanRes", "openslide.mpp-x");
    copy_number(p, "ventana.ScanRes", "openslide.mpp-y");
  }

  const Candidate& c_;
  std::span<const tiff::Directory> chain_;
  std::string where_;
  std::vector<std::size_t> directories_;  // of the levels
  std::array<std::int64_t, 2> tile_{};
  std::vector<Area> areas_;
  std::array<double, 2> overlaps_{}, weights_{};  // sums over all joints
  SlideData data_;
};

SlideData open(const Candidate& c) { return Reader(c).read(); }

}  // namespace

const Format ventana{"ventana", detect, open};

}  // namespace opsin::io
