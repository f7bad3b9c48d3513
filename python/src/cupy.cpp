// SPDX-License-Identifier: Apache-2.0
// CuPy by attributes, since its __cuda_array_interface__ builds a dict for each call; every other library by that dict.
#include <nanobind/stl/string.h>

#include "core/device_api.h"
#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

struct Cupy {
  nb::object module = nb::module_::import_("cupy");
  nb::object ndarray = module.attr("ndarray");
  nb::object cuda = module.attr("cuda");
  nb::object alloc = cuda.attr("alloc");
  nb::object stream = cuda.attr("get_current_stream");
  nb::object device = cuda.attr("device").attr("get_device_id");
};

const Cupy& cupy() {
  static const Cupy* const c = new Cupy;
  return *c;
}

}  // namespace

Array from_cupy(nb::handle array) {
  const DType dtype = dtype_from(attribute<"dtype">(array));
  const nb::object data = attribute<"data">(array);
  const Device device{DeviceKind::cuda, static_cast<int>(integer(attribute<"device_id">(data)))};
  void* const address = pointer(attribute<"ptr">(data));
  const Extents shape = extents_from(attribute<"shape">(array));
  const Extents strides = aligned_strides(address, shape, extents_from(attribute<"strides">(array)), dtype);
  return Array::view_of(address, shape, strides, dtype, device, keep(nb::borrow(array)));
}

StreamHandle cupy_stream(int device) { return pointer(attribute<"ptr">(cupy().stream(device))); }

nb::object cupy_memory(std::size_t bytes, Device device) {
  const Cupy& c = cupy();
  const auto make = [&] { return c.alloc(bytes); };
  // CuPy allocates on its current device. opsin selects the device with the CUDA runtime of its own, which need not be
  // the copy of the runtime that CuPy asks.
  if (integer(c.device()) == device.index) return make();
  const nb::object scope = c.cuda.attr("Device")(device.index);
  scope.attr("__enter__")();
  try {
    nb::object memory = make();
    scope.attr("__exit__")(nb::none(), nb::none(), nb::none());
    return memory;
  } catch (...) {
    scope.attr("__exit__")(nb::none(), nb::none(), nb::none());
    throw;
  }
}

nb::object cupy_array(nb::object memory, const Array& array) {
  const auto* const first = static_cast<const std::byte*>(cupy_address(memory));
  const std::ptrdiff_t offset = static_cast<const std::byte*>(array.data()) - first;
  if (offset != 0) memory = memory + nb::int_(offset);
  const nb::object size = shape_tuple(array.shape());
  const nb::object type = numpy_dtype(array.dtype());
  nb::object strides;
  if (!array.is_contiguous()) strides = shape_tuple(array.strides());
  PyObject* arguments[] = {size.ptr(), type.ptr(), memory.ptr(), strides.ptr()};
  PyObject* made = PyObject_Vectorcall(cupy().ndarray.ptr(), arguments, strides.is_valid() ? 4 : 3, nullptr);
  if (!made) throw nb::python_error();
  return nb::steal(made);
}

nb::object cupy_memory_of(nb::handle array) { return attribute<"data">(array); }
void* cupy_address(nb::handle memory) { return pointer(attribute<"ptr">(memory)); }

Array from_cuda_interface(nb::handle object, std::optional<StreamHandle>& stream) {
  const nb::dict d = nb::cast<nb::dict>(object.attr("__cuda_array_interface__"));
  const std::string type = nb::cast<std::string>(d["typestr"]);
  const std::optional<DType> dtype = dtype_from_typestr(type);
  if (!dtype) throw TypeError("arrays of dtype " + type + " are not supported");
  const nb::tuple data = nb::cast<nb::tuple>(d["data"]);
  const Extents shape = extents_from(d["shape"]);
  Extents strides = core::c_strides(shape, *dtype);
  if (d.contains("strides") && !d["strides"].is_none()) strides = extents_from(d["strides"]);
  if (d.contains("mask") && !d["mask"].is_none()) throw TypeError("masked CUDA arrays are not supported");
  if (d.contains("stream") && !d["stream"].is_none()) stream = stream_from_interface(integer(d["stream"]));
  // The interface does not name the device; the driver knows whose memory it is.
  void* const address = pointer(data[0]);
  strides = aligned_strides(address, shape, strides, *dtype);
  const int index = address ? core::device_api().device_of(address) : core::device_api().get_device();
  return Array::view_of(address, shape, strides, *dtype, {DeviceKind::cuda, index}, keep(nb::borrow(object)),
                        nb::cast<bool>(data[1]));
}

}  // namespace opsin::python
