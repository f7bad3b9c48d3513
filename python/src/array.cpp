// SPDX-License-Identifier: Apache-2.0
// opsin.Array in Python.
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "array_caster.h"
#include "interop.h"
#include "core/device_api.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

std::string typestr(DType d) {
  const char letter = d == DType::boolean ? 'b' : is_unsigned(d) ? 'u' : is_signed(d) ? 'i' : is_floating(d) ? 'f' : 'c';
  return std::string(itemsize(d) == 1 ? "|" : "<") + letter + std::to_string(itemsize(d));
}

nb::dict interface_of(const Array& a, bool cuda) {
  nb::dict d;
  d["shape"] = shape_tuple(a.shape());
  d["typestr"] = typestr(a.dtype());
  d["data"] = nb::make_tuple(reinterpret_cast<std::uintptr_t>(a.size() ? a.data() : nullptr), a.readonly());
  d["strides"] = a.is_contiguous() ? nb::object(nb::none()) : nb::object(shape_tuple(a.strides()));
  d["version"] = 3;
  if (cuda) {
    const auto stream = reinterpret_cast<std::intptr_t>(current_stream());
    d["stream"] = stream == 0 ? 1 : stream;
  }
  return d;
}

/// A DLPack capsule. The consumer's stream (DLPack counts the legacy default stream as 1, "do not wait" as -1) waits for
/// the work that is queued on the current one.
nb::object dlpack(const Array& a, nb::handle stream) {
  if (a.device().kind == DeviceKind::cuda) {
    std::intptr_t consumer = stream.is_none() ? 1 : nb::cast<std::intptr_t>(stream);
    if (consumer != -1) {
      const core::DeviceScope scope(a.device());
      core::device_api().order(current_stream(), stream_from_interface(consumer));
    }
  }
  std::size_t shape[max_ndim];
  std::int64_t strides[max_ndim];
  const DType d = a.dtype();
  for (int i = 0; i < a.ndim(); ++i) {
    shape[i] = static_cast<std::size_t>(a.shape(i));
    strides[i] = a.strides()[i] / static_cast<std::int64_t>(itemsize(d));
  }
  const auto code = static_cast<std::uint8_t>(d == DType::boolean ? 6 : is_unsigned(d) ? 1 : is_signed(d) ? 0 : is_floating(d) ? 2 : 5);
  auto* owner = new Array(a);
  const nb::capsule capsule(owner, [](void* p) noexcept { delete static_cast<Array*>(p); });
  const int device = a.device().kind == DeviceKind::cuda ? nb::device::cuda::value : nb::device::cpu::value;
  const nb::object view = nb::cast(
      nb::ndarray<>(a.mutable_data(), static_cast<std::size_t>(a.ndim()), shape, capsule, strides,
                    nb::dlpack::dtype{code, static_cast<std::uint8_t>(itemsize(d) * 8), 1}, device, a.device().index));
  return view.attr("__dlpack__")();
}

Array item_at(const Array& a, nb::handle key) {
  const nb::tuple keys = nb::isinstance<nb::tuple>(key) ? nb::borrow<nb::tuple>(key) : nb::make_tuple(key);
  const auto given = static_cast<int>(nb::len(keys));
  int axis = 0;
  Array view = a;
  bool ellipsis = false;
  for (int k = 0; k < given; ++k) {
    const nb::handle item = keys[static_cast<std::size_t>(k)];
    if (item.is(nb::ellipsis())) {
      if (ellipsis) throw IndexError("an index can only have a single ellipsis");
      ellipsis = true;
      axis += view.ndim() - axis - (given - k - 1);
      continue;
    }
    if (axis >= view.ndim()) throw IndexError("too many indices for array");
    if (nb::isinstance<nb::slice>(item)) {
      Py_ssize_t start = 0, stop = 0, step = 0;
      if (PySlice_Unpack(item.ptr(), &start, &stop, &step) < 0) throw nb::python_error();
      const Py_ssize_t n = PySlice_AdjustIndices(view.shape(axis), &start, &stop, step);
      view = view.slice(axis, start, n, step);
      ++axis;
    } else {
      std::int64_t i = integers(item).at(0);
      const std::int64_t n = view.shape(axis);
      if (i < -n || i >= n) throw IndexError("index " + std::to_string(i) + " is out of bounds for axis of size " + std::to_string(n));
      view = view.slice(axis, i < 0 ? i + n : i, 1);
      Extents shape = view.shape();
      Extents strides = view.strides();
      shape.erase(axis);
      strides.erase(axis);
      view = Array::view_of(view.mutable_data(), shape, strides, view.dtype(), view.device(), view.buffer(), view.readonly());
    }
  }
  return view;
}

}  // namespace

void bind_array(nb::module_& m) {
  nb::class_<Array>(m, "Array",
                    "An n-dimensional array of opsin's own, on the CPU or a GPU. Made by opsin.asarray; speaks DLPack,\n"
                    "__array_interface__ and __cuda_array_interface__, so other libraries take it without a copy.")
      .def_prop_ro("shape", [](const Array& a) { return shape_tuple(a.shape()); })
      .def_prop_ro("strides", [](const Array& a) { return shape_tuple(a.strides()); }, "In bytes.")
      .def_prop_ro("dtype", [](const Array& a) { return numpy_dtype(a.dtype()); })
      .def_prop_ro("ndim", &Array::ndim)
      .def_prop_ro("size", &Array::size)
      .def_prop_ro("nbytes", &Array::nbytes)
      .def_prop_ro("device", [](const Array& a) { return a.device().str(); }, "\"cpu\" or \"cuda:N\".")
      .def("__len__",
           [](const Array& a) {
             if (a.ndim() == 0) throw TypeError("len() of unsized object");
             return a.shape(0);
           })
      .def("__getitem__", &item_at, "Integers, slices and an ellipsis; a view.")
      .def("to", [](const Array& a, const std::string& device) { return a.to(Device::parse(device)); }, nb::arg("device"),
           "This array when it lies on `device` already, else a copy there.")
      .def("astype", [](const Array& a, nb::handle dtype) { return a.astype(dtype_from(dtype)); }, nb::arg("dtype"))
      .def("copy", &Array::copy)
      .def("item", &Array::item, "The value of a one-element array; waits for the device.")
      .def("__float__", &Array::item)
      .def("__array__",
           [](const Array& a, nb::object dtype, nb::object copy) {
             if (!copy.is_none() && !nb::cast<bool>(copy) && a.device().kind != DeviceKind::cpu) {
               throw ValueError("an array on a GPU cannot become a NumPy array without a copy");
             }
             nb::object array = numpy_from(a.to({}));
             if (!dtype.is_none()) array = array.attr("astype")(dtype, nb::arg("copy") = false);
             if (!copy.is_none() && nb::cast<bool>(copy)) array = array.attr("copy")();
             return array;
           },
           nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none())
      .def_prop_ro("__array_interface__",
                   [](const Array& a) {
                     if (a.device().kind != DeviceKind::cpu) throw nb::attribute_error("__array_interface__: the array lies on a GPU");
                     return interface_of(a, false);
                   })
      .def_prop_ro("__cuda_array_interface__",
                   [](const Array& a) {
                     if (a.device().kind != DeviceKind::cuda) throw nb::attribute_error("__cuda_array_interface__: the array lies on the CPU");
                     return interface_of(a, true);
                   })
      .def("__dlpack__",
           [](const Array& a, nb::object stream, nb::object, nb::object, nb::object) { return dlpack(a, stream); },
           nb::kw_only(), nb::arg("stream") = nb::none(), nb::arg("max_version") = nb::none(),
           nb::arg("dl_device") = nb::none(), nb::arg("copy") = nb::none())
      .def("__dlpack_device__",
           [](const Array& a) { return nb::make_tuple(a.device().kind == DeviceKind::cuda ? 2 : 1, a.device().index); })
      .def("__repr__", [](const Array& a) {
        return "opsin.Array(shape=" + a.shape().str() + ", dtype=" + std::string(name(a.dtype())) + ", device=\"" +
               a.device().str() + "\")";
      });

  m.def("asarray",
        [](nb::handle object, nb::handle dtype, nb::handle device) {
          Call call;
          Array a = call.in(object);
          if (!dtype.is_none() && dtype_from(dtype) != a.dtype()) a = a.astype(dtype_from(dtype));
          return device.is_none() ? a : a.to(Device::parse(nb::cast<std::string>(device)));
        },
        nb::arg("object"), nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none());
}

}  // namespace opsin::python
