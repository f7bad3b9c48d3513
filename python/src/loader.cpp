// SPDX-License-Identifier: Apache-2.0
#include "opsin/loader.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

#include <mutex>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

/// Joining waits for threads, which may wait for the GIL to read from a Python file: nothing here holds it meanwhile.
class Loader {
 public:
  Loader(const Slide& slide, std::vector<std::array<std::int64_t, 2>> locations, Size size,
         const LoaderOptions& options) {
    const nb::gil_scoped_release release;
    loader_.emplace(slide, std::move(locations), size, options);
  }
  ~Loader() { close(); }
  void close() {
    const nb::gil_scoped_release release;
    const auto lock = alone();
    loader_->close();
  }
  std::int64_t size() const { return loader_->size(); }
  nb::object next() {
    const std::optional<Array> batch = Call().invoke([&] {
      const auto lock = alone();
      return loader_->next();
    });
    if (!batch) return nb::none();
    return made(*batch);
  }

 private:
  /// For threads that share an iterator. In a forked child the lock may belong to a thread that is not there; the
  /// loader itself does nothing in a child.
  std::unique_lock<std::mutex> alone() {
    return getpid() == process_ ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }

  std::optional<RegionLoader> loader_;
  std::mutex mutex_;
  const pid_t process_ = getpid();
};

/// Rows of a C-contiguous int64 array (N, 2).
std::vector<std::array<std::int64_t, 2>> pairs(nb::handle rows) {
  Call call;
  const Array a = call.in(rows);
  if (a.dtype() != DType::int64 || a.ndim() != 2 || a.shape(1) != 2 || !a.is_contiguous())
    throw TypeError("locations: an int64 array of shape (N, 2) is needed");
  const auto* p = a.data_as<std::int64_t>();
  std::vector<std::array<std::int64_t, 2>> v(static_cast<std::size_t>(a.shape(0)));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = {p[2 * i], p[2 * i + 1]};
  return v;
}

}  // namespace

void bind_loader(nb::module_& m) {
  nb::class_<Loader>(m, "RegionLoader")
      .def(
          "__init__",
          [](Loader* self, const Slide& slide, nb::handle locations, std::int64_t width, std::int64_t height, int level,
             const std::optional<std::vector<int>>& channels, std::int64_t z, std::int64_t t, std::int64_t batch_size,
             int num_workers, int prefetch, bool drop_last, const std::string& device, nb::handle dtype, bool nchw,
             const std::vector<double>& mean, const std::vector<double>& std) {
            LoaderOptions o;
            o.level = level;
            o.channels = channels;
            o.z = z;
            o.t = t;
            o.batch_size = batch_size;
            o.num_workers = num_workers;
            o.prefetch = prefetch;
            o.drop_last = drop_last;
            o.device = Device::parse(device);
            if (!dtype.is_none()) o.dtype = dtype_from(dtype);
            o.layout = nchw ? BatchLayout::nchw : BatchLayout::nhwc;
            o.mean = mean;
            o.stddev = std;
            new (self) Loader(slide, pairs(locations), {width, height}, o);  // lint-allow: nanobind's way to construct
          },
          nb::arg("slide"), nb::arg("locations"), nb::arg("width"), nb::arg("height"), nb::arg("level"),
          nb::arg("channels").none(), nb::arg("z"), nb::arg("t"), nb::arg("batch_size"), nb::arg("num_workers"),
          nb::arg("prefetch"), nb::arg("drop_last"), nb::arg("device"), nb::arg("dtype").none(), nb::arg("nchw"),
          nb::arg("mean"), nb::arg("std"))
      .def("__len__", &Loader::size)
      .def("next", &Loader::next, "The next batch; None when there is none left.")
      .def("close", &Loader::close);
}

}  // namespace opsin::python
