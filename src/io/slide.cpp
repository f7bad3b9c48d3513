// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/assign.h"
#include "core/check.h"
#include "core/memory.h"
#include "io/cache.h"
#include "io/formats/format.h"
#include "io/limits.h"
#include "io/resample.h"
#include "io/samples.h"
#include "io/slide_impl.h"

namespace opsin {
namespace {

io::Candidate candidate(io::SourcePtr source, std::string path, const SlideLimits& limits) {
  io::Candidate c{std::move(source), std::move(path), limits, nullptr};
  c.tiff = io::tiff::File::parse_if_tiff(c.source, limits);
  return c;
}

std::shared_ptr<const Slide::Impl> open(const io::SourcePtr& source, const std::string& path,
                                        const SlideOptions& options) {
  return std::make_shared<const Slide::Impl>(io::open_data(source, path, options), source->name(), options);
}

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// Memory for a region, the caller's or new, and the bytes strides to it.
struct Result {
  Array wanted;  // The caller's; undefined otherwise.
  Array array;   // What is written to.

  Result(const Slide::Impl& slide, const io::RegionRequest& request, const RegionOptions& options) {
    const Extents shape{request.height, request.width, std::ssize(request.channels)};
    const DType dtype = slide.data.dtype;
    io::region_bytes(slide, request);
    if (options.out) {
      wanted = *options.out;
      core::check(wanted.shape() == shape, "read_region", "out has shape ", wanted.shape(), ", the region ", shape);
      core::check(wanted.dtype() == dtype, "read_region", "out has dtype ", wanted.dtype(), ", the slide ", dtype);
      core::check(!wanted.readonly(), "read_region", "out is read-only");
      array = wanted.device().kind == DeviceKind::cpu ? wanted : Array::empty(shape, dtype);
    } else {
      array = options.device.kind == DeviceKind::cpu ? core::empty_result(shape, dtype, Device{})
                                                     : Array::empty(shape, dtype);
    }
  }

  Array finish(Device device) const {
    if (!wanted.defined()) return array.to(device);
    if (wanted.data() != array.data()) memory::assign(wanted, array);
    return wanted;
  }
};

}  // namespace

std::int64_t io::level_position(std::int64_t x, double downsample) {
  constexpr double far = 1e15;
  return static_cast<std::int64_t>(std::clamp(std::floor(static_cast<double>(x) / downsample), -far, far));
}

void io::warn_of_failures(std::size_t failures, const std::string& first) {
  if (failures == 0) return;
  core::warn(Warning::Category::runtime,
             core::text(failures, failures == 1 ? " tile" : " tiles", " could not be decoded and ",
                        failures == 1 ? "was" : "were", " filled; the first: ", first));
}

io::SlideData io::open_data(const SourcePtr& source, const std::string& path, const SlideOptions& options) {
  const Candidate c = candidate(source, path, options.limits);
  const Format* format = detect(c);
  if (!format) throw UnsupportedFormatError(source->name() + ": not a slide or image of a known format");
  SlideData data = format->open(c);
  if (options.fill) data.fill = {*options.fill};
  finish(data, source->name(), options.limits);
  return data;
}

Slide::Impl::Impl(io::SlideData slide, std::string slide_name, const SlideOptions& slide_options)
    : data(std::move(slide)),
      options(slide_options),
      name(std::move(slide_name)),
      id(next_id()),
      sizes{data.samples * data.groups, data.z, data.t} {
  for (std::int64_t c = 0; c < sizes.c; ++c) {
    SlideChannel channel;
    if (!data.channels.empty()) {
      channel = {data.channels[static_cast<std::size_t>(c)].name, data.channels[static_cast<std::size_t>(c)].colour};
    } else if (data.photometric == io::tiff::Photometric::rgb && data.groups == 1 && c < 4) {
      constexpr std::array names{"Red", "Green", "Blue", "Alpha"};
      channel.name = names[static_cast<std::size_t>(c)];
    } else {
      channel.name = "Channel " + std::to_string(c);
    }
    channels.push_back(std::move(channel));
  }
}

Slide::Impl::~Impl() {
  io::TileCache::shared().forget(id);
  delete properties_.load(std::memory_order_relaxed);
}

const std::map<std::string, std::string>& Slide::Impl::properties() const {
  if (const auto* known = properties_.load(std::memory_order_acquire)) return *known;
  auto made = std::make_unique<std::map<std::string, std::string>>(data.properties);
  if (data.quickhash) {
    if (const auto hash = io::compute(*data.quickhash, data.images)) made->emplace("openslide.quickhash-1", *hash);
  }
  const std::map<std::string, std::string>* other = nullptr;
  if (properties_.compare_exchange_strong(other, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *other;
}

Slide::Slide(const std::string& path, const SlideOptions& options) : impl_(open(io::open_file(path), path, options)) {}

Slide::Slide(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const SlideOptions& options)
    : impl_(open(io::from_view(bytes, std::move(owner)), "", options)) {}

Slide::Slide(std::shared_ptr<const ByteSource> source, const SlideOptions& options)
    : impl_(open(io::from_caller(std::move(source)), "", options)) {}

std::optional<std::string> Slide::detect_vendor(const std::string& path) {
  const io::Candidate c = candidate(io::open_file(path), path, {});
  const io::Format* format = io::detect(c);
  return format ? std::optional<std::string>(format->name) : std::nullopt;
}

const std::string& Slide::vendor() const { return impl_->data.vendor; }
const std::string& Slide::name() const { return impl_->name; }
int Slide::level_count() const { return static_cast<int>(impl_->data.levels.size()); }

namespace {
const io::Level& level_of(const Slide::Impl& impl, int level) {
  core::check<IndexError>(level >= 0 && level < std::ssize(impl.data.levels), impl.name, "there is no level ", level,
                          "; the slide has ", impl.data.levels.size());
  return impl.data.levels[static_cast<std::size_t>(level)];
}

const io::Associated& associated_of(const Slide::Impl& impl, const std::string& name) {
  const auto at = impl.data.associated.find(name);
  core::check<IndexError>(at != impl.data.associated.end(), impl.name, "there is no associated image \"", name, "\"");
  return at->second;
}
}  // namespace

Size Slide::level_dimensions(int level) const {
  const io::Level& l = level_of(*impl_, level);
  return {l.width, l.height};
}

double Slide::level_downsample(int level) const { return level_of(*impl_, level).downsample; }

Size Slide::level_tile_size(int level) const {
  const io::Level& l = level_of(*impl_, level);
  return {l.tile_width, l.tile_height};
}

int Slide::best_level_for_downsample(double downsample) const {
  const auto& levels = impl_->data.levels;
  int best = 0;
  for (int i = 0; i < std::ssize(levels); ++i) {
    if (levels[static_cast<std::size_t>(i)].downsample <= downsample) best = i;
  }
  return best;
}

DType Slide::dtype() const { return impl_->data.dtype; }
const SlideSizes& Slide::sizes() const { return impl_->sizes; }
const std::vector<SlideChannel>& Slide::channels() const { return impl_->channels; }
Photometric Slide::photometric() const { return static_cast<Photometric>(impl_->data.photometric); }
const std::vector<std::uint16_t>& Slide::colour_map() const { return impl_->data.colour_map; }
std::optional<std::array<double, 2>> Slide::mpp() const { return impl_->data.mpp; }
std::optional<double> Slide::objective_power() const { return impl_->data.objective_power; }
const std::map<std::string, std::string>& Slide::properties() const { return impl_->properties(); }
const std::vector<std::byte>& Slide::icc_profile() const { return impl_->data.icc_profile; }

io::RegionRequest io::request_of(const Slide::Impl& impl, Size size, const RegionOptions& options) {
  core::check(size.width >= 0 && size.height >= 0, "read_region", "the size must not be negative, got ", size.width,
              " x ", size.height);
  const SlideSizes& s = impl.sizes;
  core::check<IndexError>(options.z >= 0 && options.z < s.z, impl.name, "there is no z ", options.z, "; the slide has ",
                          s.z);
  core::check<IndexError>(options.t >= 0 && options.t < s.t, impl.name, "there is no t ", options.t, "; the slide has ",
                          s.t);
  io::RegionRequest request;
  request.level = static_cast<std::size_t>(options.level);
  request.width = size.width;
  request.height = size.height;
  request.z = options.z;
  request.t = options.t;
  if (options.channels) {
    for (const int c : *options.channels) {
      core::check<IndexError>(c >= 0 && c < s.c, impl.name, "there is no channel ", c, "; the slide has ", s.c);
    }
    request.channels = *options.channels;
  } else {
    for (int c = 0; c < s.c; ++c) request.channels.push_back(c);
  }
  return request;
}

std::uint64_t io::region_bytes(const Slide::Impl& impl, const RegionRequest& request, std::int64_t count) {
  std::optional<std::uint64_t> bytes = itemsize(impl.data.dtype);
  for (const std::int64_t n : {request.width, request.height, std::int64_t{std::ssize(request.channels)}, count}) {
    if (bytes) bytes = multiply<std::uint64_t>(*bytes, static_cast<std::uint64_t>(n));
  }
  const std::uint64_t limit = impl.options.limits.region_bytes;
  core::check(bytes && *bytes <= limit, "read_region", count == 1 ? "a region" : core::text(count, " regions"), " of ",
              request.width, " x ", request.height, " pixels ", count == 1 ? "is" : "are", " larger than the limit of ",
              limit, " bytes");
  return *bytes;
}

namespace {

void read_into(const Slide::Impl& impl, const io::RegionRequest& request, const Array& array, std::byte* coverage) {
  io::RegionTarget target;
  target.data = static_cast<std::byte*>(array.mutable_data());
  target.row = array.strides()[0];
  target.pixel = array.strides()[1];
  target.channel = array.strides()[2];
  target.coverage = coverage;
  std::string first_error;
  io::warn_of_failures(io::read_region(impl.source(), request, target, &first_error), first_error);
}

/// A C-contiguous (rows, width, channels) array into rows of one of any strides.
void copy_rows(const Array& from, const Array& to, std::int64_t first) {
  const std::size_t size = itemsize(from.dtype());
  const auto& stride = to.strides();
  const auto n = static_cast<std::size_t>(from.shape(2)), width = static_cast<std::size_t>(from.shape(1));
  for (std::size_t c = 0; c < n; ++c) {
    io::SampleCopy copy{
        from.data_as<std::byte>() + c * size,
        n * size,
        n * width * size,
        to.mutable_data_as<std::byte>() + first * stride[0] + static_cast<std::ptrdiff_t>(c) * stride[2],
        stride[1],
        stride[0]};
    io::copy_samples(copy, from.shape(1), from.shape(0), size);
  }
}

/// `grid` of a level, in its pixels, scaled to `size`; rows and columns outside [0, bounds) do not count where bounds
/// are given. In bands, so that a large level is never in memory as a whole.
Array read_scaled(const Slide::Impl& impl, Size size, const io::Grid& grid, std::optional<Size> bounds,
                  const RegionOptions& options) {
  io::RegionRequest request = io::request_of(impl, size, options);
  const auto n = static_cast<std::int64_t>(request.channels.size());
  const Result result(impl, request, options);
  if (result.array.size() == 0) return result.finish(options.device);
  const double margin_x = std::max(grid.sx, 1.0), margin_y = std::max(grid.sy, 1.0);  // How far the filter reaches.
  const auto range = [](double from, double to, std::optional<std::int64_t> bound) {
    auto first = static_cast<std::int64_t>(std::floor(from)), last = static_cast<std::int64_t>(std::ceil(to));
    if (bound) {
      first = std::clamp<std::int64_t>(first, 0, *bound - 1);
      last = std::clamp<std::int64_t>(last, first + 1, *bound);
    }
    return std::pair(first, last);
  };
  const auto [x0, x1] = range(grid.x0 - margin_x, grid.x0 + static_cast<double>(size.width) * grid.sx + margin_x,
                              bounds ? std::optional(bounds->width) : std::nullopt);
  request.x = x0;
  request.width = x1 - x0;
  constexpr double band_bytes = 64 << 20;
  const double row_bytes =
      static_cast<double>(request.width) * static_cast<double>(n) * static_cast<double>(itemsize(impl.data.dtype));
  const auto rows =
      static_cast<std::int64_t>(std::clamp(band_bytes / (row_bytes * grid.sy), 1.0, static_cast<double>(size.height)));
  for (std::int64_t begin = 0; begin < size.height; begin += rows) {
    const std::int64_t count = std::min(rows, size.height - begin);
    const double top = grid.y0 + static_cast<double>(begin) * grid.sy;
    const auto [y0, y1] = range(top - margin_y, top + static_cast<double>(count) * grid.sy + margin_y,
                                bounds ? std::optional(bounds->height) : std::nullopt);
    request.y = y0;
    request.height = y1 - y0;
    core::check(
        row_bytes * static_cast<double>(request.height) <= static_cast<double>(impl.options.limits.region_bytes),
        "read_region", "scaling needs ", request.width, " x ", request.height, " pixels at once");
    const Array band = Array::empty({request.height, request.width, n}, impl.data.dtype);
    read_into(impl, request, band, nullptr);
    const io::Grid part{grid.x0 - static_cast<double>(x0), top - static_cast<double>(y0), grid.sx, grid.sy};
    copy_rows(io::resize(band, {size.width, count}, part), result.array, begin);
  }
  return result.finish(options.device);
}

}  // namespace

Array Slide::read_region(std::int64_t x, std::int64_t y, Size size, const RegionOptions& options) const {
  const io::Level& level = level_of(*impl_, options.level);
  io::RegionRequest request = io::request_of(*impl_, size, options);
  request.x = io::level_position(x, level.downsample);
  request.y = io::level_position(y, level.downsample);
  const Result result(*impl_, request, options);
  std::byte* coverage = nullptr;
  if (options.coverage) {
    const Array& c = *options.coverage;
    core::check(c.shape() == Extents{size.height, size.width} && c.dtype() == DType::uint8 && c.is_contiguous() &&
                    c.device().kind == DeviceKind::cpu && !c.readonly(),
                "read_region", "coverage must be a writable, C-contiguous uint8 array of shape (height, width)");
    coverage = c.mutable_data_as<std::byte>();
  }
  read_into(*impl_, request, result.array, coverage);
  return result.finish(options.device);
}

Array Slide::read_at_mpp(std::int64_t x, std::int64_t y, Size size, double mpp, const RegionOptions& options) const {
  core::check(std::isfinite(mpp) && mpp > 0, "read_at_mpp", "mpp must be > 0, got ", mpp);
  core::check(impl_->data.mpp.has_value(), "read_at_mpp", impl_->name,
              ": the slide does not say how large its pixels are");
  const auto [mpp_x, mpp_y] = *impl_->data.mpp;
  const double step_x = mpp / mpp_x, step_y = mpp / mpp_y;  // Level-0 pixels per result pixel.
  RegionOptions o = options;
  // The small slack lets 0.5 um take the level of 0.499 um instead of one four times as large.
  o.level = best_level_for_downsample(std::min(step_x, step_y) * 1.01);
  const io::Level& l = level_of(*impl_, o.level);
  const double ds = l.downsample;
  return read_scaled(*impl_, size, {static_cast<double>(x) / ds, static_cast<double>(y) / ds, step_x / ds, step_y / ds},
                     std::nullopt, o);
}

Array Slide::thumbnail(Size max_size, const RegionOptions& options) const {
  core::check(max_size.width > 0 && max_size.height > 0, "thumbnail", "the size must be > 0, got ", max_size.width,
              " x ", max_size.height);
  const Size full = dimensions();
  const auto w = static_cast<double>(full.width), h = static_cast<double>(full.height);
  const double step =
      std::max({w / static_cast<double>(max_size.width), h / static_cast<double>(max_size.height), 1.0});
  const auto side = [&](double v, std::int64_t most) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(v / step + 0.5)), 1, most);
  };
  const Size size{side(w, max_size.width), side(h, max_size.height)};
  RegionOptions o = options;
  o.level = best_level_for_downsample(step);
  const Size level = level_dimensions(o.level);
  return read_scaled(*impl_, size,
                     {0, 0, static_cast<double>(level.width) / static_cast<double>(size.width),
                      static_cast<double>(level.height) / static_cast<double>(size.height)},
                     level, o);
}

std::vector<std::string> Slide::associated_images() const {
  std::vector<std::string> names;
  for (const auto& [name, image] : impl_->data.associated) names.push_back(name);
  return names;
}

Size Slide::associated_image_dimensions(const std::string& name) const {
  const io::StoredImage& image = associated_of(*impl_, name).image;
  return {image.width, image.height};
}

Photometric Slide::associated_image_photometric(const std::string& name) const {
  return static_cast<Photometric>(io::shown(*associated_of(*impl_, name).image.encoding));
}

const std::vector<std::byte>& Slide::associated_image_icc_profile(const std::string& name) const {
  return associated_of(*impl_, name).icc_profile;
}

Array Slide::read_associated_image(const std::string& name) const {
  const io::SlideData data = io::as_slide(associated_of(*impl_, name).image);
  const auto n = data.samples;
  const io::StoredImage& image = data.images[0];
  const auto bytes = io::product(name, image.width, image.height, n, itemsize(data.dtype));
  core::check<IoError>(bytes <= impl_->options.limits.region_bytes, impl_->name, "associated image \"", name,
                       "\": ", bytes, " bytes are more than the limit of ", impl_->options.limits.region_bytes);
  Array array = core::empty_result({image.height, image.width, n}, data.dtype, Device{});
  io::RegionRequest request;
  request.width = image.width;
  request.height = image.height;
  for (int c = 0; c < n; ++c) request.channels.push_back(c);
  io::RegionTarget target;
  target.data = array.mutable_data_as<std::byte>();
  target.channel = static_cast<std::ptrdiff_t>(itemsize(data.dtype));
  target.pixel = target.channel * n;
  target.row = target.pixel * image.width;
  std::string first_error;
  io::warn_of_failures(
      io::read_region({&data, 0, impl_->options.limits, impl_->options.errors}, request, target, &first_error),
      first_error);
  return array;
}

CacheStatistics tile_cache_statistics() { return io::TileCache::shared().statistics(); }
void reset_tile_cache_statistics() { io::TileCache::shared().reset_statistics(); }
void set_tile_cache_capacity(std::size_t bytes) { io::TileCache::shared().set_capacity(bytes); }

}  // namespace opsin
