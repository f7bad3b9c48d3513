// SPDX-License-Identifier: Apache-2.0
// A whole file of any format: opening, properties, regions of every level and plane, associated images, thumbnail.
#include <cstdint>
#include <span>
#include <string>

#include "opsin/error.h"
#include "opsin/io.h"
#include "opsin/slide.h"

namespace {

using opsin::Size;
using opsin::Slide;

template <class F>
void may_fail(F f) {
  try {
    f();
  } catch (const opsin::IoError&) {     // Damage.
  } catch (const opsin::ValueError&) {  // A region over the limit.
  } catch (const opsin::TypeError&) {   // Scaling of complex samples.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  opsin::SlideOptions options;
  options.limits.pixels = 1 << 26;
  options.limits.tile_pixels = 1 << 20;
  options.limits.region_bytes = 1 << 24;
  options.limits.directories = 32;
  options.limits.tiles = 1 << 14;
  for (const auto errors : {opsin::TileErrors::raise, opsin::TileErrors::fill}) {
    options.errors = errors;
    may_fail([&] {
      const Slide slide(bytes, nullptr, options);
      (void)slide.properties();
      for (int level = 0; level < slide.level_count(); ++level) {
        opsin::RegionOptions region;
        region.level = level;
        const Size all = slide.level_dimensions(level);
        const Size part{std::min<std::int64_t>(all.width + 9, 300), std::min<std::int64_t>(all.height + 9, 300)};
        for (int repeat = 0; repeat < 2; ++repeat) may_fail([&] { (void)slide.read_region(-5, -3, part, region); });
        region.z = slide.sizes().z - 1;
        region.t = slide.sizes().t - 1;
        region.channels = {{static_cast<int>(slide.sizes().c - 1), 0}};
        may_fail([&] { (void)slide.read_region(7, 5, {40, 30}, region); });
      }
      for (const std::string& name : slide.associated_images())
        may_fail([&] { (void)slide.read_associated_image(name); });
      may_fail([&] { (void)slide.thumbnail({16, 16}); });
    });
    (void)opsin::take_warnings();
  }
  may_fail([&] { (void)opsin::io::imread(bytes, nullptr, {std::nullopt, options.limits}); });
  return 0;
}
