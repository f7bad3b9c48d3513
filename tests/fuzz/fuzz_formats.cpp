// SPDX-License-Identifier: Apache-2.0
// The metadata of each vendor's slides: a template (seeds_formats.py writes them) is a small valid slide, and the input
// takes the place of one value in it, XML or a list of numbers. First byte of the input: the template; what follows is
// the value. With a first byte beyond the templates the rest is a whole file.
//
// fuzz_formats reads the templates from the folder that OPSIN_FUZZ_TEMPLATES names.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "opsin/error.h"
#include "opsin/slide.h"

namespace {

using opsin::IoError;
using opsin::Size;
using opsin::Slide;

/// Where a template's value is described. The file starts with these numbers, little-endian; the slide follows.
struct Field {
  std::uint64_t count_at, count_bytes, value_at, value_bytes, element_bytes;
};

struct Template {
  Field field;
  std::vector<char> slide;
};

std::vector<Template> templates;

std::vector<char> contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::byte> with_value(const Template& t, std::span<const std::uint8_t> value) {
  std::vector<std::byte> out(t.slide.size() + value.size());
  std::memcpy(out.data(), t.slide.data(), t.slide.size());
  if (!value.empty()) std::memcpy(out.data() + t.slide.size(), value.data(), value.size());
  const std::uint64_t count = value.size() / t.field.element_bytes, at = t.slide.size();
  std::memcpy(out.data() + t.field.count_at, &count, t.field.count_bytes);
  std::memcpy(out.data() + t.field.value_at, &at, t.field.value_bytes);
  return out;
}

void use(const Slide& slide) {
  (void)slide.properties();
  for (int level = 0; level < slide.level_count(); ++level) {
    const Size size = slide.level_dimensions(level);
    opsin::RegionOptions options;
    options.level = level;
    for (const std::int64_t x : {std::int64_t{-3}, size.width / 2}) {
      options.z = x < 0 ? 0 : slide.sizes().z - 1;
      options.t = x < 0 ? 0 : slide.sizes().t - 1;
      try {
        (void)slide.read_region(x, x, {std::min<std::int64_t>(size.width, 100), 40}, options);
      } catch (const IoError&) {
      } catch (const opsin::ValueError&) {  // So many channels that the region exceeds its limit.
      }
    }
  }
  for (const std::string& name : slide.associated_images()) {
    try {
      (void)slide.read_associated_image(name);
    } catch (const IoError&) {
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* folder = std::getenv("OPSIN_FUZZ_TEMPLATES");
  if (folder == nullptr) {
    std::fputs("OPSIN_FUZZ_TEMPLATES names no folder\n", stderr);
    std::exit(1);
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const std::vector<char> bytes = contents(path);
    Template t;
    std::memcpy(&t.field, bytes.data(), sizeof t.field);
    t.slide.assign(bytes.begin() + sizeof t.field, bytes.end());
    templates.push_back(std::move(t));
  }
  opsin::set_tile_cache_capacity(1 << 20);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  auto bytes = std::make_shared<std::vector<std::byte>>();
  if (data[0] < templates.size()) {
    *bytes = with_value(templates[data[0]], rest);
  } else {
    bytes->resize(rest.size());
    if (!rest.empty()) std::memcpy(bytes->data(), rest.data(), rest.size());
  }
  opsin::SlideOptions options;
  options.limits.pixels = 1 << 24;
  options.limits.tile_pixels = 1 << 20;
  options.limits.region_bytes = 1 << 24;
  options.limits.tiles = 1 << 16;
  options.limits.directories = 256;
  try {
    use(Slide(std::span<const std::byte>(*bytes), bytes, options));
  } catch (const IoError&) {
    // The only kind of error that a file may cause.
  }
  return 0;
}
