// SPDX-License-Identifier: Apache-2.0
#include "array_caster.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <map>
#include <memory>

#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

/// Keeps a Python object alive from C++; released under the GIL wherever the last copy goes.
std::shared_ptr<void> keep(nb::object object) {
  return {object.release().ptr(), [](void* p) {
            const nb::gil_scoped_acquire gil;
            nb::handle(static_cast<PyObject*>(p)).dec_ref();
          }};
}

struct BufferView {
  Py_buffer view{};
  ~BufferView() {
    const nb::gil_scoped_acquire gil;
    PyBuffer_Release(&view);
  }
};

/// A NumPy array by the buffer protocol: the quickest door, and the only one that knows read-only memory.
Array from_numpy(nb::handle object) {
  auto buffer = std::make_shared<BufferView>();
  if (PyObject_GetBuffer(object.ptr(), &buffer->view, PyBUF_RECORDS_RO) != 0) {
    PyErr_Clear();
    buffer->view.obj = nullptr;
    throw TypeError("arrays of dtype " + std::string(nb::str(object.attr("dtype")).c_str()) + " are not supported");
  }
  const Py_buffer& v = buffer->view;
  const char* format = v.format ? v.format : "B";
  const std::optional<DType> dtype = dtype_from_format(format, static_cast<std::size_t>(v.itemsize));
  if (!dtype) {
    const std::string kind = nb::cast<std::string>(object.attr("dtype").attr("kind"));
    if (kind == "f" && v.itemsize > 8) return from_numpy(object.attr("astype")("float64"));
    const bool swapped = format[0] == '>' || (format[0] == '!' && format[1]);
    if (swapped && std::strchr("biufc", kind[0])) {
      return from_numpy(object.attr("astype")(object.attr("dtype").attr("newbyteorder")("=")));
    }
    throw TypeError("arrays of dtype " + std::string(nb::str(object.attr("dtype")).c_str()) + " are not supported");
  }
  if (v.ndim > max_ndim) throw ValueError("arrays of more than 8 axes are not supported");
  Extents shape;
  Extents strides;
  for (int i = 0; i < v.ndim; ++i) {
    shape.push_back(v.shape[i]);
    strides.push_back(v.strides ? v.strides[i] : 0);
  }
  return Array::view_of(v.buf, shape, strides, *dtype, {}, buffer, v.readonly != 0);
}

/// Anything that speaks DLPack.
Array from_dlpack(nb::handle object) {
  auto view = std::make_shared<nb::ndarray<nb::ro>>(nb::cast<nb::ndarray<nb::ro>>(object));
  const auto t = view->dtype();
  const std::optional<DType> dtype = dtype_from_dlpack(t.code, t.bits, t.lanes);
  if (!dtype) throw TypeError("arrays of this dtype (DLPack code " + std::to_string(t.code) + ") are not supported");
  const auto item = static_cast<std::int64_t>(itemsize(*dtype));
  Extents shape;
  Extents strides;
  for (std::size_t i = 0; i < view->ndim(); ++i) {
    shape.push_back(static_cast<std::int64_t>(view->shape(i)));
    strides.push_back(view->stride(i) * item);
  }
  Device device;
  if (view->device_type() == nb::device::cuda::value || view->device_type() == nb::device::cuda_managed::value) {
    device = {DeviceKind::cuda, view->device_id()};
  } else if (view->device_type() != nb::device::cpu::value && view->device_type() != nb::device::cuda_host::value) {
    throw TypeError("arrays on DLPack device type " + std::to_string(view->device_type()) + " are not supported");
  }
  void* data = const_cast<void*>(view->data());
  std::shared_ptr<void> owner(view.get(), [view](void*) mutable {
    const nb::gil_scoped_acquire gil;
    view.reset();
  });
  return Array::view_of(data, shape, strides, *dtype, device, std::move(owner));
}

/// CuPy, Numba and others on CUDA. `stream` receives the producer's stream when it names one.
Array from_cuda_interface(nb::handle object, StreamHandle& stream) {
  const nb::dict d = nb::cast<nb::dict>(object.attr("__cuda_array_interface__"));
  const std::string type = nb::cast<std::string>(d["typestr"]);
  const std::optional<DType> dtype = dtype_from_typestr(type);
  if (!dtype) throw TypeError("arrays of dtype " + type + " are not supported");
  const nb::tuple data = nb::cast<nb::tuple>(d["data"]);
  Extents shape;
  for (nb::handle n : nb::cast<nb::tuple>(d["shape"])) shape.push_back(nb::cast<std::int64_t>(n));
  Extents strides;
  if (d.contains("strides") && !d["strides"].is_none()) {
    for (nb::handle n : nb::cast<nb::tuple>(d["strides"])) strides.push_back(nb::cast<std::int64_t>(n));
  } else {
    strides = shape;
    auto step = static_cast<std::int64_t>(itemsize(*dtype));
    for (int i = shape.size() - 1; i >= 0; --i) {
      strides[i] = step;
      step *= shape[i];
    }
  }
  if (d.contains("stream") && !d["stream"].is_none()) stream = stream_from_interface(nb::cast<std::intptr_t>(d["stream"]));
  const int index = nb::hasattr(object, "device") && nb::hasattr(object.attr("device"), "id")
                        ? nb::cast<int>(object.attr("device").attr("id"))
                        : 0;
  return Array::view_of(reinterpret_cast<void*>(nb::cast<std::uintptr_t>(data[0])), shape, strides, *dtype,
                        {DeviceKind::cuda, index}, keep(nb::borrow(object)), nb::cast<bool>(data[1]));
}

}  // namespace

void Call::note_kind(Kind kind, Device device) {
  if (kind_) return;
  kind_ = kind;
  device_ = device;
  if (device.kind != DeviceKind::cuda) return;
  if (kind == Kind::torch) stream_ = torch_stream(device.index);
  if (kind == Kind::opsin) stream_ = current_stream();
}

Array Call::in(nb::handle object) {
  switch (class_of(object)) {
    case ObjectClass::opsin_array: {
      const Array& a = *nb::inst_ptr<Array>(object);
      note_kind(Kind::opsin, a.device());
      return a;
    }
    case ObjectClass::numpy: {
      Array a = from_numpy(object);
      note_kind(Kind::numpy, {});
      return a;
    }
    case ObjectClass::torch: {
      Array a = from_dlpack(torch_capsule(object));
      note_kind(Kind::torch, a.device());
      return a;
    }
    case ObjectClass::cuda_interface: {
      StreamHandle stream = nullptr;
      Array a = from_cuda_interface(object, stream);
      if (!kind_) stream_ = stream;
      note_kind(is_cupy(object) ? Kind::cupy : Kind::opsin, a.device());
      return a;
    }
    case ObjectClass::dlpack: {
      Array a = from_dlpack(dlpack_capsule(object));
      note_kind(is_jax(object) ? Kind::jax : Kind::opsin, a.device());
      return a;
    }
    case ObjectClass::other: break;
  }
  return from_numpy(numpy().attr("asarray")(object));
}

std::optional<Array> Call::in_optional(nb::handle object) {
  if (object.is_none()) return std::nullopt;
  return in(object);
}

std::optional<Array> Call::out(nb::handle object) {
  if (object.is_none()) return std::nullopt;
  Array a = in(object);
  if (class_of(object) == ObjectClass::other) throw TypeError("the output must be an array");
  out_object_ = nb::borrow(object);
  out_data_ = a.data();
  return a;
}

struct Call::Allocator : core::ResultAllocator {
  explicit Allocator(Call& c) : call(c) {}

  std::shared_ptr<Buffer> allocate(const Extents& shape, DType dtype, Device device) override {
    const nb::gil_scoped_acquire gil;
    nb::object object = call.kind() == Kind::cupy ? cupy_empty(shape, dtype, device) : torch_empty(shape, dtype, device);
    void* data = call.kind() == Kind::cupy
                     ? reinterpret_cast<void*>(nb::cast<std::uintptr_t>(object.attr("data").attr("ptr")))
                     : reinterpret_cast<void*>(nb::cast<std::uintptr_t>(object.attr("data_ptr")()));
    call.owned_.emplace_back(data, object);
    return std::make_shared<Buffer>(
        Buffer{data, static_cast<std::size_t>(shape.product()) * itemsize(dtype), device, keep(std::move(object))});
  }

  Call& call;
  core::ResultAllocatorScope scope{this};
};

Call::Scope::Scope(Call& call) {
  if (call.device_.kind == DeviceKind::cuda) stream.emplace(call.stream_);
  if (call.kind() == Kind::cupy || call.kind() == Kind::torch) allocator = std::make_unique<Allocator>(call);
}

nb::object Call::finish(const Array& result) {
  if (out_object_.is_valid() && result.data() == out_data_) return out_object_;
  for (const auto& [data, object] : owned_) {
    if (data == result.data() && result.is_contiguous() &&
        nb::cast<nb::tuple>(object.attr("shape")).equal(shape_tuple(result.shape()))) {
      return object;
    }
  }
  const StreamGuard guard(device_.kind == DeviceKind::cuda ? stream_ : current_stream());
  return to_python(result, kind());
}

void Call::emit_warnings() {
  for (const Warning& w : take_warnings()) {
    PyObject* category = w.category == Warning::Category::runtime       ? PyExc_RuntimeWarning
                         : w.category == Warning::Category::future      ? PyExc_FutureWarning
                         : w.category == Warning::Category::deprecation ? PyExc_DeprecationWarning
                                                                        : PyExc_UserWarning;
    // 1 is the function in opsin's module, 2 whoever called it.
    if (PyErr_WarnEx(category, w.text.c_str(), 2) != 0) throw nb::python_error();
  }
}

nb::object to_python(const Array& a, Kind kind) {
  switch (kind) {
    case Kind::opsin: return nb::cast(a);
    case Kind::numpy: return numpy_from(a);
    case Kind::torch: return import_torch().attr("from_dlpack")(nb::cast(a));
    case Kind::cupy: return import_cupy().attr("from_dlpack")(nb::cast(a));
    case Kind::jax: return nb::module_::import_("jax.dlpack").attr("from_dlpack")(nb::cast(a));
  }
  return nb::none();
}

nb::object scalar_if_0d(nb::object result) {
  if (class_of(result) != ObjectClass::numpy || nb::cast<int>(result.attr("ndim")) != 0) return result;
  return result[nb::make_tuple()];
}

std::vector<double> numbers(nb::handle value) {
  std::vector<double> v;
  if (PyFloat_Check(value.ptr()) || PyLong_Check(value.ptr()) || !nb::hasattr(value, "__iter__") ||
      (nb::hasattr(value, "ndim") && nb::cast<int>(value.attr("ndim")) == 0)) {
    v.push_back(nb::cast<double>(nb::float_(value)));
    return v;
  }
  for (nb::handle item : value) v.push_back(nb::cast<double>(nb::float_(item)));
  return v;
}

std::vector<int> integers(nb::handle value) {
  std::vector<int> v;
  const auto one = [](nb::handle item) {
    nb::object index = nb::steal(PyNumber_Index(item.ptr()));
    if (!index.is_valid()) throw nb::python_error();
    return nb::cast<int>(index);
  };
  if (nb::hasattr(value, "__iter__")) {
    for (nb::handle item : value) v.push_back(one(item));
  } else {
    v.push_back(one(value));
  }
  return v;
}

Border border(nb::handle mode) {
  if (!nb::isinstance<nb::str>(mode)) throw RuntimeError("boundary mode not supported");
  return border_from_name(nb::borrow<nb::str>(mode).c_str());
}

std::vector<Border> borders(nb::handle modes) {
  if (nb::isinstance<nb::str>(modes)) return {border(modes)};
  std::vector<Border> v;
  for (nb::handle m : modes) v.push_back(border(m));
  return v;
}

std::optional<int> optional_axis(nb::handle value) {
  if (value.is_none()) return std::nullopt;
  const std::vector<int> axes = integers(value);
  if (axes.size() != 1) throw ValueError("only a single channel axis is currently supported");
  return axes[0];
}

}  // namespace opsin::python
