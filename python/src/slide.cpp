// SPDX-License-Identifier: Apache-2.0
#include "opsin/slide.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstring>
#include <mutex>

#include "array_caster.h"
#include "modules.h"
#include "opsin/io.h"

namespace opsin::python {
namespace {

/// Keeps a Python object alive from C++, whichever thread lets go of it.
std::shared_ptr<const void> keep(nb::handle object) {
  return {object.inc_ref().ptr(), [](const void* p) {
            const nb::gil_scoped_acquire gil;
            nb::handle(static_cast<PyObject*>(const_cast<void*>(p))).dec_ref();
          }};
}

/// A Python file object: seek and read under a lock, since both share one position.
class PythonFile final : public ByteSource {
 public:
  explicit PythonFile(nb::handle file) : owner_(keep(file)), file_(file.ptr()) {
    name_ = nb::cast<std::string>(nb::repr(file));
    size_ = nb::cast<std::uint64_t>(file.attr("seek")(0, 2));
  }
  std::uint64_t size() const override { return size_; }
  std::string name() const override { return name_; }
  std::size_t read(std::uint64_t offset, std::span<std::byte> out) const override {
    // The lock first: a thread that holds the GIL never waits for it.
    const std::lock_guard lock(mutex_);
    const nb::gil_scoped_acquire gil;
    try {
      file_.attr("seek")(offset);
      const nb::object data = file_.attr("read")(out.size());
      nb::bytes bytes;
      if (!nb::try_cast(data, bytes)) throw IoError(name_ + ": read() gave no bytes");
      if (bytes.size() > out.size()) throw IoError(name_ + ": read() gave more bytes than it was asked for");
      std::memcpy(out.data(), bytes.c_str(), bytes.size());
      return bytes.size();
    } catch (const nb::python_error& e) {
      throw IoError(name_ + ": " + e.what());
    }
  }

 private:
  std::shared_ptr<const void> owner_;
  nb::handle file_;
  std::string name_;
  std::uint64_t size_ = 0;
  mutable std::mutex mutex_;
};

template <class T>
bool take(T& field, const char* name, const std::string& key, nb::handle value) {
  if (key != name) return false;
  field = nb::cast<T>(value);
  return true;
}

SlideLimits limits_from(nb::handle limits) {
  SlideLimits l;
  if (limits.is_none()) return l;
  for (const auto& [k, v] : nb::cast<nb::dict>(limits)) {
    const auto key = nb::cast<std::string>(k);
    const bool known = take(l.pixels, "pixels", key, v) || take(l.tile_pixels, "tile_pixels", key, v) ||
                       take(l.region_bytes, "region_bytes", key, v) || take(l.directories, "directories", key, v) ||
                       take(l.tags, "tags", key, v) || take(l.tag_bytes, "tag_bytes", key, v) ||
                       take(l.tiles, "tiles", key, v) || take(l.xml_bytes, "xml_bytes", key, v) ||
                       take(l.xml_depth, "xml_depth", key, v) ||
                       take(l.decompression_ratio, "decompression_ratio", key, v);
    if (!known) throw ValueError("limits: there is no \"" + key + "\"");
  }
  return l;
}

/// Calls f with what a Slide or imread is made from: a path, bytes, or a file object.
template <class F>
auto with_source(nb::handle source, F f) {
  if (nb::isinstance<nb::str>(source)) {
    // The file system's own encoding, undecodable names included.
    const nb::bytes path = nb::steal<nb::bytes>(PyUnicode_EncodeFSDefault(source.ptr()));
    if (!path.is_valid()) throw nb::python_error();
    return f(std::string(path.c_str(), path.size()));
  }
  nb::bytes bytes;
  if (nb::try_cast(source, bytes)) {
    return f(std::span(reinterpret_cast<const std::byte*>(bytes.c_str()), bytes.size()), keep(bytes));
  }
  return f(std::shared_ptr<const ByteSource>(std::make_shared<const PythonFile>(source)));
}

Slide open(nb::handle source, nb::handle limits, const std::string& errors, std::optional<double> fill) {
  SlideOptions options;
  options.limits = limits_from(limits);
  if (errors != "raise" && errors != "fill")
    throw ValueError("errors is \"raise\" or \"fill\", not \"" + errors + "\"");
  options.errors = errors == "fill" ? TileErrors::fill : TileErrors::raise;
  options.fill = fill;
  return with_source(source, [&](auto... from) {
    const nb::gil_scoped_release release;
    return Slide(std::move(from)..., options);
  });
}

RegionOptions region_options(int level, const std::optional<std::vector<int>>& channels, std::int64_t z, std::int64_t t,
                             const std::string& device) {
  RegionOptions o;
  o.level = level;
  o.channels = channels;
  o.z = z;
  o.t = t;
  if (device != "cpu") o.device = Device::parse(device);
  return o;
}

/// Runs a read that may write into the caller's `out`, which is then the result.
template <class F>
nb::object run(nb::handle out, RegionOptions& options, F read) {
  Call call;
  if (out.is_none()) return made(call.invoke([&] { return read(options); }));
  options.out = call.out(out);
  return call.run([&] { return read(options); });
}

nb::bytes to_bytes(const std::vector<std::byte>& v) { return nb::bytes(v.data(), v.size()); }

using Channels = std::optional<std::vector<int>>;

}  // namespace

void bind_slide(nb::module_& m) {
  nb::class_<Slide>(m, "Slide")
      .def_prop_ro("vendor", &Slide::vendor)
      .def_prop_ro("name", &Slide::name)
      .def_prop_ro("level_count", &Slide::level_count)
      .def("level_dimensions",
           [](const Slide& s, int level) {
             const Size size = s.level_dimensions(level);
             return nb::make_tuple(size.width, size.height);
           })
      .def("level_downsample", &Slide::level_downsample)
      .def("level_tile_size",
           [](const Slide& s, int level) {
             const Size size = s.level_tile_size(level);
             return nb::make_tuple(size.width, size.height);
           })
      .def("best_level_for_downsample", &Slide::best_level_for_downsample)
      .def("level_codec", &Slide::level_codec)
      .def("tile_count", &Slide::tile_count)
      .def("verify_tiles",
           [](const Slide& s, std::uint64_t first, std::uint64_t last) {
             const TileReport report = Call().invoke([&] { return s.verify_tiles(first, last); });
             return nb::make_tuple(report.sparse, report.broken);
           })
      .def_prop_ro("dtype", [](const Slide& s) { return numpy_dtype(s.dtype()); })
      .def_prop_ro("sizes", [](const Slide& s) { return nb::make_tuple(s.sizes().c, s.sizes().z, s.sizes().t); })
      .def_prop_ro("channels",
                   [](const Slide& s) {
                     nb::list list;
                     for (const SlideChannel& c : s.channels()) list.append(nb::make_tuple(c.name, c.colour));
                     return list;
                   })
      .def_prop_ro("photometric", [](const Slide& s) { return static_cast<int>(s.photometric()); })
      .def_prop_ro("colour_map", &Slide::colour_map)
      .def_prop_ro("mpp", &Slide::mpp)
      .def_prop_ro("objective_power", &Slide::objective_power)
      .def_prop_ro("properties",
                   [](const Slide& s) {
                     const auto* properties = [&] {
                       const nb::gil_scoped_release release;  // The quickhash reads the file.
                       return &s.properties();
                     }();
                     return *properties;
                   })
      .def_prop_ro("icc_profile", [](const Slide& s) { return to_bytes(s.icc_profile()); })
      .def(
          "read_region",
          [](const Slide& s, std::int64_t x, std::int64_t y, std::int64_t w, std::int64_t h, int level,
             const Channels& channels, std::int64_t z, std::int64_t t, const std::string& device, nb::handle out) {
            RegionOptions options = region_options(level, channels, z, t, device);
            return run(out, options, [&](const RegionOptions& o) { return s.read_region(x, y, {w, h}, o); });
          },
          nb::arg("x"), nb::arg("y"), nb::arg("width"), nb::arg("height"), nb::arg("level"), nb::arg("channels").none(),
          nb::arg("z"), nb::arg("t"), nb::arg("device"), nb::arg("out").none())
      .def("read_region_with_coverage",
           [](const Slide& s, std::int64_t x, std::int64_t y, std::int64_t w, std::int64_t h, int level) {
             RegionOptions options;
             options.level = level;
             Call call;
             const auto [pixels, coverage] = call.invoke([&] {
               options.coverage =
                   Array::empty({std::max<std::int64_t>(h, 0), std::max<std::int64_t>(w, 0)}, DType::uint8);
               return std::pair(s.read_region(x, y, {w, h}, options), *options.coverage);
             });
             return nb::make_tuple(made(pixels), made(coverage));
           })
      .def(
          "read_at_mpp",
          [](const Slide& s, std::int64_t x, std::int64_t y, std::int64_t w, std::int64_t h, double mpp,
             const Channels& channels, std::int64_t z, std::int64_t t, const std::string& device, nb::handle out) {
            RegionOptions options = region_options(0, channels, z, t, device);
            return run(out, options, [&](const RegionOptions& o) { return s.read_at_mpp(x, y, {w, h}, mpp, o); });
          },
          nb::arg("x"), nb::arg("y"), nb::arg("width"), nb::arg("height"), nb::arg("mpp"), nb::arg("channels").none(),
          nb::arg("z"), nb::arg("t"), nb::arg("device"), nb::arg("out").none())
      .def(
          "thumbnail",
          [](const Slide& s, std::int64_t w, std::int64_t h, const Channels& channels, std::int64_t z, std::int64_t t,
             const std::string& device) {
            const RegionOptions options = region_options(0, channels, z, t, device);
            return made(Call().invoke([&] { return s.thumbnail({w, h}, options); }));
          },
          nb::arg("width"), nb::arg("height"), nb::arg("channels").none(), nb::arg("z"), nb::arg("t"),
          nb::arg("device"))
      .def("associated_images", &Slide::associated_images)
      .def("read_associated_image",
           [](const Slide& s, const std::string& name) {
             return made(Call().invoke([&] { return s.read_associated_image(name); }));
           })
      .def("associated_image_dimensions",
           [](const Slide& s, const std::string& name) {
             const Size size = s.associated_image_dimensions(name);
             return nb::make_tuple(size.width, size.height);
           })
      .def("associated_image_photometric",
           [](const Slide& s, const std::string& name) {
             return static_cast<int>(s.associated_image_photometric(name));
           })
      .def("associated_image_icc_profile",
           [](const Slide& s, const std::string& name) { return to_bytes(s.associated_image_icc_profile(name)); });

  m.def("open_slide", &open, nb::arg("source"), nb::arg("limits").none(), nb::arg("errors"), nb::arg("fill").none());
  m.def("detect_vendor", [](nb::handle path) {
    return with_source(path, [](auto... from) -> std::optional<std::string> {
      if constexpr (std::is_same_v<std::tuple<decltype(from)...>, std::tuple<std::string>>) {
        const nb::gil_scoped_release release;
        return Slide::detect_vendor(from...);
      } else {
        throw TypeError("a path is needed");
      }
    });
  });
  m.def(
      "imread",
      [](nb::handle source, std::optional<int> page, nb::handle limits) {
        io::ImreadOptions options;
        options.page = page;
        options.limits = limits_from(limits);
        return with_source(source, [&](auto... from) {
          return made(Call().invoke([&] { return io::imread(std::move(from)..., options); }));
        });
      },
      nb::arg("source"), nb::arg("page").none(), nb::arg("limits").none());
  m.def("tile_cache_statistics", [] {
    const CacheStatistics s = tile_cache_statistics();
    nb::dict d;
    d["capacity"] = s.capacity;
    d["bytes"] = s.bytes;
    d["tiles"] = s.tiles;
    d["hits"] = s.hits;
    d["misses"] = s.misses;
    d["evictions"] = s.evictions;
    return d;
  });
  m.def("reset_tile_cache_statistics", &reset_tile_cache_statistics);
  m.def("set_tile_cache_capacity", &set_tile_cache_capacity);
}

}  // namespace opsin::python
