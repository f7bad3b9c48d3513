// SPDX-License-Identifier: Apache-2.0
#include "opsin/io.h"

#include "core/check.h"
#include "core/memory.h"
#include "io/formats/tiff_image.h"
#include "io/limits.h"
#include "io/region.h"
#include "io/slide_impl.h"

namespace opsin::io {
namespace {

/// All planes of level 0.
Array read_all(const SlideData& data, const std::string& name, const SlideLimits& limits) {
  const Level& level = data.levels[0];
  // Channels that adjoin in the file stay last; those of separate planes are a stack of images.
  const bool separate = data.groups > 1;
  const std::int64_t last = data.samples, planes = data.groups * data.z * data.t;
  const std::uint64_t bytes = product(name, level.width, level.height, last, planes, itemsize(data.dtype));
  core::check<IoError>(bytes <= limits.region_bytes, name, bytes, " bytes of pixels are more than the limit of ",
                       limits.region_bytes);
  Extents shape;
  if (data.t > 1) shape.push_back(data.t);
  if (data.z > 1) shape.push_back(data.z);
  if (separate) shape.push_back(data.groups);
  shape.push_back(level.height);
  shape.push_back(level.width);
  if (last > 1) shape.push_back(last);
  const Array array = core::empty_result(shape, data.dtype, Device{});
  const std::size_t plane_bytes = bytes / static_cast<std::uint64_t>(planes);
  RegionRequest request;
  request.width = level.width;
  request.height = level.height;
  RegionTarget target;
  target.channel = static_cast<std::ptrdiff_t>(itemsize(data.dtype));
  target.pixel = target.channel * last;
  target.row = target.pixel * level.width;
  target.data = array.mutable_data_as<std::byte>();
  for (request.t = 0; request.t < data.t; ++request.t) {
    for (request.z = 0; request.z < data.z; ++request.z) {
      for (std::int64_t group = 0; group < data.groups; ++group) {
        request.channels.clear();
        for (std::int64_t s = 0; s < last; ++s) request.channels.push_back(static_cast<int>(group * last + s));
        read_region({&data, 0, limits, TileErrors::raise}, request, target);
        target.data += plane_bytes;
      }
    }
  }
  return array;
}

Array read_page(const SourcePtr& source, int page, const SlideLimits& limits) {
  const auto file = tiff::File::parse_if_tiff(source, limits);
  const std::size_t count = file ? file->chain().size() : 1;
  core::check<IndexError>(page >= 0 && static_cast<std::size_t>(page) < count, source->name(), "there is no page ",
                          page, "; the file has ", count);
  if (!file) return read_all(open_data(source, "", {limits, TileErrors::raise, {}}), source->name(), limits);
  SlideData data = as_slide(tiff_image(file, file->chain()[static_cast<std::size_t>(page)]));
  finish(data, source->name(), limits);
  return read_all(data, source->name(), limits);
}

Array read(const SourcePtr& source, const std::string& path, const ImreadOptions& options) {
  if (options.page) return read_page(source, *options.page, options.limits);
  return read_all(open_data(source, path, {options.limits, TileErrors::raise, {}}), source->name(), options.limits);
}

}  // namespace

Array imread(const std::string& path, const ImreadOptions& options) { return read(open_file(path), path, options); }

Array imread(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const ImreadOptions& options) {
  return read(from_view(bytes, std::move(owner)), "", options);
}

Array imread(std::shared_ptr<const ByteSource> source, const ImreadOptions& options) {
  return read(from_caller(std::move(source)), "", options);
}

}  // namespace opsin::io
