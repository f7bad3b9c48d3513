// SPDX-License-Identifier: Apache-2.0
// OME-TIFF: XML in the first page says which page of which file is which channel, focal plane and time; the SubIFDs of
// those pages are coarser levels.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/metadata.h"
#include "io/formats/ome_xml.h"
#include "io/formats/tiff_image.h"
#include "io/text.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) {
  if (!c.tiff || c.tiff->layout() == tiff::Layout::ndpi) return false;
  const std::string text = text_or_empty(c.tiff->chain()[0], tag::image_description);
  if (text.find("OME") == std::string::npos) return false;
  return detect_xml(text, "Schemas/OME", c.limits, [](const pugi::xml_document& xml) {
    const pugi::xml_node root = xml.document_element();
    return local_name(root) == "OME" && (child(root, "Image") || child(root, "BinaryOnly"));
  });
}

/// The files of a data set, all in one folder. Each is parsed once.
class Files {
 public:
  explicit Files(const Candidate& c) : c_(c), where_(c.tiff->source()->name()) {}

  std::shared_ptr<const tiff::File> tiff(const std::string& name) {
    if (name.empty() || is_own(name)) return c_.tiff;
    auto& file = files_[name];
    if (!file) file = tiff::File::parse(open(name), c_.limits);
    return file;
  }

  std::string text(const std::string& name) const {
    const SourcePtr source = open(name);
    core::check<IoError>(source->size() <= c_.limits.xml_bytes, source->name(), source->size(),
                         " bytes of XML are more than the limit of ", c_.limits.xml_bytes);
    const auto bytes = source->read(0, source->size());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  bool is_own(const std::string& name) const { return c_.path.substr(c_.path.rfind('/') + 1) == name; }

  /// A file may name others beside it, not elsewhere.
  SourcePtr open(const std::string& name) const {
    const bool beside =
        name.find('/') == std::string::npos && name.find('\\') == std::string::npos && name != "." && name != "..";
    core::check<IoError>(beside, where_, "the data set names a file outside its folder: \"", name, "\"");
    core::check<IoError>(!c_.path.empty(), where_, "the data set has another file, \"", name,
                         "\", which can be found only when this one is opened by its path");
    return open_file(c_.path.substr(0, c_.path.rfind('/') + 1) + name);
  }

  const Candidate& c_;
  std::string where_;
  std::map<std::string, std::shared_ptr<const tiff::File>> files_;
};

class Reader {
 public:
  explicit Reader(const Candidate& c) : c_(c), files_(c), where_(c.tiff->chain()[0].where() + "ImageDescription") {}

  SlideData read() {
    const auto chain = c_.tiff->chain();
    OmeMetadata metadata = parse_ome(text_or_empty(chain[0], tag::image_description), where_, chain.size(), c_.limits);
    if (!metadata.metadata_file.empty()) {
      metadata = parse_ome(files_.text(metadata.metadata_file), metadata.metadata_file, chain.size(), c_.limits);
      core::check<IoError>(metadata.metadata_file.empty(), where_, "the metadata file refers to a further one");
    }
    // Labels and overviews are images as well. The slide is the largest.
    const auto pixels = [](const OmeImage& i) { return static_cast<double>(i.width) * static_cast<double>(i.height); };
    const auto main = std::max_element(metadata.images.begin(), metadata.images.end(),
                                       [&](const OmeImage& a, const OmeImage& b) { return pixels(a) < pixels(b); });
    slide(*main);
    for (const OmeImage& image : metadata.images) {
      if (&image != &*main && image.planes.size() == 1) associated(image);
    }
    return std::move(data_);
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, where_, parts...);
  }

  const tiff::Directory& directory(const std::shared_ptr<const tiff::File>& file, const OmePlane& plane) const {
    check(plane.known, "a plane has no TiffData");
    check(plane.directory < file->chain().size(), "TiffData names page ", plane.directory, " of ",
          file->source()->name(), ", which has ", file->chain().size());
    return file->chain()[plane.directory];
  }

  void slide(const OmeImage& image) {
    data_.vendor = "ome-tiff";
    data_.groups = image.groups;
    data_.z = image.z;
    data_.t = image.t;
    std::size_t levels = 0;
    for (std::size_t i = 0; i < image.planes.size(); ++i) {
      const auto file = files_.tiff(image.planes[i].file);
      const tiff::Directory& d = directory(file, image.planes[i]);
      if (i == 0) levels = 1 + d.sub_directories().size();
      check(d.sub_directories().size() + 1 == levels, d.label(), " has ", d.sub_directories().size() + 1,
            " levels, others have ", levels);
      // Planes may name one page many times, and its SubIFDs with it.
      check(data_.images.size() + levels <= c_.limits.directories, "more pages than the limit of ",
            c_.limits.directories);
      for (std::size_t level = 0; level < levels; ++level) {
        const tiff::Directory& at = level == 0 ? d : file->directories()[d.sub_directories()[level - 1]];
        add_plane(level, tiff_image(file, at), i == 0);
      }
    }
    const Level& first = data_.levels[0];
    check(first.width == image.width && first.height == image.height, "Pixels says ", image.width, " x ", image.height,
          ", the page has ", first.width, " x ", first.height);
    std::stable_sort(data_.levels.begin(), data_.levels.end(),
                     [](const Level& a, const Level& b) { return a.width > b.width; });
    set_downsamples(data_);
    const auto file = files_.tiff(image.planes[0].file);
    describe_pixels(data_, directory(file, image.planes[0]));
    check(data_.samples == image.samples, "the channels have ", image.samples, " samples, the page has ",
          data_.samples);
    data_.channels = image.channels;
    properties(image);
    set_tiff_quickhash(data_, data_.levels.back().planes[0].placements[0].image, c_.tiff->chain()[0]);
  }

  void add_plane(std::size_t number, StoredImage image, bool first) {
    if (first) {
      add_level(data_, std::move(image));
      return;
    }
    Level& level = data_.levels[number];
    check(image.width == level.width && image.height == level.height, image.label, ": ", image.width, " x ",
          image.height, " pixels on a level of ", level.width, " x ", level.height);
    data_.images.push_back(std::move(image));
    level.planes.push_back({{whole(data_, data_.images.size() - 1)}});
  }

  void associated(const OmeImage& image) {
    const auto file = files_.tiff(image.planes[0].file);
    std::string name = image.name;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    // Writers say "label image" or "slide.svs [label]".
    for (const char* known : {"label", "macro", "thumbnail"}) {
      if (name.find(known) != std::string::npos) name = known;
    }
    if (name.empty() || data_.associated.contains(name)) name = core::text("image ", data_.associated.size() + 1);
    add_associated(data_, name, file, directory(file, image.planes[0]));
  }

  void properties(const OmeImage& image) {
    auto& p = data_.properties;
    add_tiff_properties(p, c_.tiff->chain()[0]);
    if (!image.name.empty()) p["ome.Name"] = image.name;
    if (image.mpp[0] && image.mpp[1]) {
      p["openslide.mpp-x"] = number_text(*image.mpp[0]);
      p["openslide.mpp-y"] = number_text(*image.mpp[1]);
    }
    if (image.objective_power) p["openslide.objective-power"] = number_text(*image.objective_power);
  }

  const Candidate& c_;
  Files files_;
  std::string where_;
  SlideData data_;
};

SlideData open(const Candidate& c) { return Reader(c).read(); }

}  // namespace

const Format ome_tiff{"ome-tiff", detect, open};

}  // namespace opsin::io
