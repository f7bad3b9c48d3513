// SPDX-License-Identifier: Apache-2.0
// opsin.Array in Python.
#include <nanobind/stl/complex.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <complex>

#include "array_caster.h"
#include "core/check.h"
#include "core/device_api.h"
#include "dlpack.h"
#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

nb::dict interface_of(const Array& a, bool cuda) {
  nb::dict d;
  d["shape"] = shape_tuple(a.shape());
  d["typestr"] = typestr(a.dtype());
  // The CUDA interface asks for 0 where there are no elements; NumPy before 2.4 takes 0 for no interface at all.
  static char nothing;
  const void* const none = cuda ? nullptr : &nothing;
  d["data"] = nb::make_tuple(reinterpret_cast<std::uintptr_t>(a.size() ? a.data() : none), a.readonly());
  d["strides"] = a.is_contiguous() ? nb::object(nb::none()) : nb::object(shape_tuple(a.strides()));
  d["version"] = 3;
  if (cuda) {
    const auto stream = reinterpret_cast<std::intptr_t>(current_stream());
    d["stream"] = stream == 0 ? 1 : stream;
  }
  return d;
}

/// What __dlpack__ returns. The consumer's stream ("do not wait" is -1) waits for the work that is queued on the
/// current one.
nb::object dlpack(const Array& own, nb::handle stream, nb::handle max_version, nb::handle dl_device, nb::handle copy) {
  const bool must_copy = !copy.is_none() && nb::cast<bool>(copy);
  const bool may_copy = copy.is_none() || must_copy;
  Device device = own.device();
  if (!dl_device.is_none()) {
    const auto [type, index] = nb::cast<std::pair<int, int>>(dl_device);
    if (type != dl::cpu && type != dl::cuda)
      throw nb::buffer_error("the array cannot be exported to this kind of device");
    device = {type == dl::cuda ? DeviceKind::cuda : DeviceKind::cpu, index};
  }
  if (device != own.device() && !may_copy) throw nb::buffer_error("the export to another device needs a copy");
  const Array a = device != own.device() ? own.to(device) : must_copy ? own.copy() : own;
  if (a.device().kind == DeviceKind::cuda) {
    const std::intptr_t consumer = stream.is_none() ? 1 : nb::cast<std::intptr_t>(stream);
    if (consumer != -1) {
      const core::DeviceScope scope(a.device());
      core::device_api().order(current_stream(), stream_from_interface(consumer));
    }
  }
  const bool versioned = !max_version.is_none() && nb::cast<int>(max_version[0]) >= 1;
  if (a.readonly() && !versioned) throw nb::buffer_error("a read-only array needs a consumer that knows DLPack 1.0");
  return capsule_from_array(a, versioned, a.data() != own.data());
}

/// One axis removed at an index.
Array pick(const Array& a, int axis, nb::handle index) {
  const Py_ssize_t i = PyBool_Check(index.ptr()) ? -1 : PyNumber_AsSsize_t(index.ptr(), PyExc_IndexError);
  if (PyBool_Check(index.ptr()) || (i == -1 && PyErr_Occurred())) {
    PyErr_Clear();
    throw IndexError("only integers, slices and an ellipsis are valid indices");
  }
  const std::int64_t n = a.shape(axis);
  if (i < -n || i >= n) {
    throw IndexError("index " + std::to_string(i) + " is out of bounds for axis " + std::to_string(axis) +
                     " with size " + std::to_string(n));
  }
  const Array one = a.slice(axis, i < 0 ? i + n : i, 1);
  Extents shape = one.shape();
  Extents strides = one.strides();
  shape.erase(axis);
  strides.erase(axis);
  return Array::view_of(one.mutable_data(), shape, strides, one.dtype(), one.device(), one.buffer(), one.readonly());
}

Array item_at(const Array& a, nb::handle key) {
  const nb::tuple keys = nb::isinstance<nb::tuple>(key) ? nb::borrow<nb::tuple>(key) : nb::make_tuple(key);
  int ellipses = 0;
  for (nb::handle k : keys) ellipses += k.is(nb::ellipsis());
  if (ellipses > 1) throw IndexError("an index can only have a single ellipsis");
  const int given = static_cast<int>(nb::len(keys)) - ellipses;
  if (given > a.ndim()) {
    throw IndexError("too many indices for array: array is " + std::to_string(a.ndim()) + "-dimensional, but " +
                     std::to_string(given) + " were indexed");
  }
  int axis = 0;
  Array view = a;
  for (nb::handle k : keys) {
    if (k.is(nb::ellipsis())) {
      axis += a.ndim() - given;
    } else if (nb::isinstance<nb::slice>(k)) {
      Py_ssize_t start = 0, stop = 0, step = 0;
      if (PySlice_Unpack(k.ptr(), &start, &stop, &step) < 0) throw nb::python_error();
      const Py_ssize_t n = PySlice_AdjustIndices(view.shape(axis), &start, &stop, step);
      view = view.slice(axis, start, n, step);
      ++axis;
    } else {
      view = pick(view, axis, k);
    }
  }
  return view;
}

nb::object scalar(const Array& a) { return numpy_from(a.to({})).attr("item")(); }

nb::object as_numpy(const Array& a, nb::handle dtype, nb::handle copy) {
  const bool never = !copy.is_none() && !nb::cast<bool>(copy);
  const bool always = !copy.is_none() && !never;
  const bool converts = !dtype.is_none() && !numpy().attr("dtype")(dtype).equal(numpy_dtype(a.dtype()));
  if (never && (converts || a.device().kind != DeviceKind::cpu)) {
    throw ValueError("unable to avoid a copy: the array lies on a GPU or has another dtype");
  }
  nb::object array = numpy_from(a.to({}));
  if (converts) return array.attr("astype")(dtype);
  return always && a.device().kind == DeviceKind::cpu ? array.attr("copy")() : array;
}

}  // namespace

void bind_array(nb::module_& m) {
  nb::class_<Array>(
      m, "Array",
      "An n-dimensional array of opsin's own, on the CPU or a GPU. Made by opsin.asarray; speaks DLPack,\n"
      "__array_interface__ and __cuda_array_interface__, so other libraries take it without a copy.")
      .def_prop_ro("shape", [](const Array& a) { return shape_tuple(a.shape()); })
      .def_prop_ro(
          "strides", [](const Array& a) { return shape_tuple(a.strides()); }, "In bytes.")
      .def_prop_ro("dtype", [](const Array& a) { return numpy_dtype(a.dtype()); })
      .def_prop_ro("ndim", &Array::ndim)
      .def_prop_ro("size", &Array::size)
      .def_prop_ro("nbytes", &Array::nbytes)
      .def_prop_ro(
          "device", [](const Array& a) { return a.device().str(); }, "\"cpu\" or \"cuda:N\".")
      .def("__len__",
           [](const Array& a) {
             if (a.ndim() == 0) throw TypeError("len() of unsized object");
             return a.shape(0);
           })
      .def("__getitem__", &item_at, nb::arg("key").none(), "Integers, slices and an ellipsis; a view.")
      .def(
          "to", [](const Array& a, const std::string& device) { return a.to(Device::parse(device)); },
          nb::arg("device"), "This array when it lies on `device` already, else a copy there.")
      .def(
          "astype", [](const Array& a, nb::handle dtype) { return a.astype(dtype_from(dtype)); }, nb::arg("dtype"))
      .def("copy", &Array::copy)
      .def("item", &scalar, "The value of a one-element array as a Python scalar; waits for the device.")
      .def("__bool__", [](const Array& a) { return nb::cast<bool>(nb::bool_(scalar(a))); })
      .def("__int__", [](const Array& a) { return nb::int_(scalar(a)); })
      .def("__float__", [](const Array& a) { return nb::float_(scalar(a)); })
      .def("__complex__", [](const Array& a) { return scalar(a) + nb::cast(std::complex<double>()); })
      .def("__iter__",
           [](nb::handle self) {
             if (nb::inst_ptr<Array>(self)->ndim() == 0) throw TypeError("iteration over a 0-d array");
             return nb::steal(PySeqIter_New(self.ptr()));
           })
      .def("__array__", &as_numpy, nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none())
      .def_prop_ro("__array_interface__",
                   [](const Array& a) {
                     if (a.device().kind != DeviceKind::cpu)
                       throw nb::attribute_error("__array_interface__: the array lies on a GPU");
                     return interface_of(a, false);
                   })
      .def_prop_ro("__cuda_array_interface__",
                   [](const Array& a) {
                     if (a.device().kind != DeviceKind::cuda)
                       throw nb::attribute_error("__cuda_array_interface__: the array lies on the CPU");
                     return interface_of(a, true);
                   })
      .def("__dlpack__", &dlpack, nb::kw_only(), nb::arg("stream") = nb::none(), nb::arg("max_version") = nb::none(),
           nb::arg("dl_device") = nb::none(), nb::arg("copy") = nb::none())
      .def("__dlpack_device__",
           [](const Array& a) { return nb::make_tuple(a.device().kind == DeviceKind::cuda ? 2 : 1, a.device().index); })
      .def("__repr__", [](const Array& a) {
        return "opsin.Array(shape=" + a.shape().str() + ", dtype=" + std::string(name(a.dtype())) + ", device=\"" +
               a.device().str() + "\")";
      });

  m.def(
      "asarray",
      [](nb::handle object, nb::handle dtype, nb::handle device) {
        Call call;
        Array a = call.in(object);
        call.join_current_stream();
        if (!dtype.is_none() && dtype_from(dtype) != a.dtype()) a = a.astype(dtype_from(dtype));
        return device.is_none() ? a : a.to(Device::parse(nb::cast<std::string>(device)));
      },
      nb::arg("object"), nb::arg("dtype") = nb::none(), nb::arg("device") = nb::none());
  m.def("check_same_device", [](nb::args arrays) {
    std::optional<Device> device;
    for (nb::handle object : arrays) {
      if (object.is_none()) continue;
      Call call;
      const Device own = call.in(object).device();
      core::check(device.value_or(own) == own, "opsin", "arrays lie on different devices (", device.value_or(own),
                  " and ", own, ")");
      device = own;
    }
  });
}

}  // namespace opsin::python
