// SPDX-License-Identifier: Apache-2.0
// Any other TIFF: one page, or pages of one size as a stack, ImageJ's hyperstacks included. Reduced pages and SubIFDs
// of the stack's pages are coarser levels; pages that fit nowhere are associated images "page-N".
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "io/formats/format.h"
#include "io/formats/tiff_image.h"
#include "io/limits.h"
#include "io/text.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

bool detect(const Candidate& c) { return c.tiff && c.tiff->layout() != tiff::Layout::ndpi; }

bool same_pixels(const StoredImage& a, const StoredImage& b) {
  return a.encoding->dtype() == b.encoding->dtype() && a.encoding->samples == b.encoding->samples &&
         a.encoding->photometric == b.encoding->photometric;
}

bool same_size(const StoredImage& a, const StoredImage& b) { return a.width == b.width && a.height == b.height; }

/// ImageJ's description: lines "key=value" after "ImageJ=version".
struct ImageJ {
  std::int64_t images = 1, channels = 1, slices = 1, frames = 1;
  bool micrometres = false;

  static std::optional<ImageJ> parse(std::string_view text) {
    if (!text.starts_with("ImageJ=")) return std::nullopt;
    ImageJ j;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view key = line.substr(0, equals), value = trim(line.substr(equals + 1));
      const auto count = [&](std::int64_t& n) {
        if (const auto v = parse_integer(value); v && *v > 0) n = *v;
      };
      if (key == "images") count(j.images);
      if (key == "channels") count(j.channels);
      if (key == "slices") count(j.slices);
      if (key == "frames") count(j.frames);
      if (key == "unit") j.micrometres = value == "micron" || value == "um" || value == "\\u00B5m" || value == "\xb5m";
    }
    return j;
  }
};

class Opener {
 public:
  explicit Opener(const Candidate& c) : c_(c) {}

  SlideData run() {
    data_.vendor = "plain-tiff";
    const auto chain = c_.tiff->chain();
    pages_.push_back({0, tiff_image(c_.tiff, chain[0])});
    std::vector<Page> rest;
    for (std::size_t i = 1; i < chain.size(); ++i) {
      Page page{i, tiff_image(c_.tiff, chain[i])};
      const bool full =
          (chain[i].uint_or(tag::new_subfile_type, 0) & (tiff::subfile_reduced | tiff::subfile_mask)) == 0;
      const bool stacked = full && same_size(page.image, pages_[0].image) && same_pixels(page.image, pages_[0].image);
      (stacked ? pages_ : rest).push_back(std::move(page));
    }
    const auto description = chain[0].ascii(tag::image_description);
    const auto imagej = description ? ImageJ::parse(*description) : std::nullopt;
    if (imagej) hyperstack(*imagej);
    const bool known_axes = data_.groups * data_.z * data_.t == std::ssize(pages_);
    if (!known_axes) {
      data_.groups = data_.t = 1;
      data_.z = std::ssize(pages_);
    }
    std::vector<StoredImage> full;
    for (const Page& p : pages_) full.push_back(p.image);
    add(full);
    sub_levels();
    reduced(rest);
    std::stable_sort(data_.levels.begin(), data_.levels.end(),
                     [](const Level& a, const Level& b) { return a.width > b.width; });
    set_downsamples(data_);
    describe_pixels(data_, chain[0]);
    for (Page& p : rest) {
      data_.associated.emplace(core::text("page-", p.index),
                               Associated{std::move(p.image), icc_profile(chain[p.index])});
    }
    add_tiff_properties(data_.properties, chain[0]);
    add_tiff_mpp(data_.properties, chain[0]);
    if (imagej && imagej->micrometres) {
      const auto x = chain[0].real(tag::x_resolution), y = chain[0].real(tag::y_resolution);
      if (x && y && *x > 0 && *y > 0) data_.mpp = {{1 / *x, 1 / *y}};
    }
    return std::move(data_);
  }

 private:
  struct Page {
    std::size_t index;
    StoredImage image;
  };

  /// Appends a level with one plane per image.
  void add(std::vector<StoredImage>& images) {
    std::vector<Plane> planes;
    for (StoredImage& i : images) {
      data_.images.push_back(std::move(i));
      planes.push_back({{whole(data_, data_.images.size() - 1)}});
    }
    const StoredImage& first = data_.images[data_.images.size() - images.size()];
    Level level;
    level.width = first.width;
    level.height = first.height;
    if (!first.short_last_row) {
      level.tile_width = first.tile_width;
      level.tile_height = first.tile_height;
    }
    level.planes = std::move(planes);
    data_.levels.push_back(std::move(level));
  }

  /// ImageJ writes files of more than 4 GiB with one IFD: all planes follow each other behind its offset.
  void hyperstack(const ImageJ& j) {
    const std::int64_t limit = c_.limits.directories;
    if (j.images > limit || j.channels > limit || j.slices > limit || j.frames > limit) return;
    data_.groups = j.channels;
    data_.z = j.slices;
    data_.t = j.frames;
    const StoredImage first = pages_[0].image;
    if (c_.tiff->chain().size() != 1 || j.images == 1 || first.encoding->compression != Compression::none ||
        first.tiles->size() != 1) {
      return;
    }
    const TileRange range = first.tiles->ranges()[0];
    const std::uint64_t bytes =
        product("ImageJ stack", first.width, first.height, first.encoding->samples, itemsize(first.encoding->dtype()));
    for (std::int64_t i = 1; i < j.images; ++i) {
      const auto offset = add_checked(range.offset, product("ImageJ stack", bytes, i));
      if (!inside(offset, bytes, first.source->size())) return;  // Not what ImageJ wrote; pages count as they are.
      StoredImage plane = first;
      plane.tiles = std::make_shared<const TileTable>(std::vector<TileRange>{{offset, bytes}});
      plane.label = core::text(first.label, ", plane ", i);
      pages_.push_back({0, std::move(plane)});
    }
  }

  static std::uint64_t add_checked(std::uint64_t a, std::uint64_t b) {
    const auto sum = io::add<std::uint64_t>(a, b);
    core::check<IoError>(sum.has_value(), "ImageJ stack", "the size does not fit 64 bits");
    return *sum;
  }

  /// The k-th SubIFDs of all pages are a level when they have one size and the pages' pixels.
  void sub_levels() {
    const auto chain = c_.tiff->chain();
    const auto subs = [&](const Page& p) { return chain[p.index].sub_directories(); };
    for (std::size_t k = 0; k < subs(pages_[0]).size(); ++k) {
      std::vector<StoredImage> images;
      for (const Page& p : pages_) {
        if (k >= subs(p).size()) return;
        images.push_back(tiff_image(c_.tiff, c_.tiff->directories()[subs(p)[k]]));
        if (!same_size(images[0], images.back()) || !same_pixels(data_.images[0], images.back()) ||
            images.back().width > data_.images[0].width) {
          return;
        }
      }
      add(images);
    }
  }

  /// Pages with the reduced bit: a level for each size that as many of them have as the stack has pages.
  void reduced(std::vector<Page>& rest) {
    const auto chain = c_.tiff->chain();
    const auto fits = [&](const Page& p) {
      return (chain[p.index].uint_or(tag::new_subfile_type, 0) & tiff::subfile_reduced) != 0 &&
             same_pixels(p.image, data_.images[0]) && p.image.width <= data_.images[0].width &&
             p.image.height <= data_.images[0].height;
    };
    for (std::size_t i = 0; i < rest.size();) {
      if (!fits(rest[i])) {
        ++i;
        continue;
      }
      const StoredImage size = rest[i].image;
      const auto same = [&](const Page& p) { return fits(p) && same_size(p.image, size); };
      if (std::count_if(rest.begin(), rest.end(), same) != std::ssize(pages_)) {
        ++i;
        continue;
      }
      std::vector<StoredImage> images;
      for (const Page& p : rest) {
        if (same(p)) images.push_back(p.image);
      }
      std::erase_if(rest, same);
      add(images);
    }
  }

  const Candidate& c_;
  SlideData data_;
  std::vector<Page> pages_;
};

SlideData open(const Candidate& c) { return Opener(c).run(); }

}  // namespace

const Format plain_tiff{"plain-tiff", detect, open};

}  // namespace opsin::io
