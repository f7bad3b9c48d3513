// SPDX-License-Identifier: Apache-2.0
#include "array_caster.h"

#include <nanobind/stl/string.h>

#include "core/device_api.h"
#include "core/same_device.h"
#include "dlpack.h"
#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

bool is_same(const Array& a, const Array& b) {
  return a.data() == b.data() && a.dtype() == b.dtype() && a.shape() == b.shape() && a.strides() == b.strides();
}

/// Whether an array lies in the memory of another one that fills its memory.
bool lies_in(const Array& memory, const Array& a) {
  const auto* const first = static_cast<const std::byte*>(memory.data());
  const auto* const place = static_cast<const std::byte*>(a.data());
  return is_same(memory, a) || (place >= first && place < first + memory.nbytes());
}

}  // namespace

void Call::note(Kind kind, const Array& array, nb::handle object, std::optional<StreamHandle> stream) {
  if (!kind_) {
    kind_ = kind;
    device_ = array.device();
    if (device_.kind == DeviceKind::cuda) stream_ = stream.value_or(current_stream());
    known_.push_back({array, nb::borrow(object), {}});
  } else if (stream && *stream != stream_ && device_.kind == DeviceKind::cuda && array.device() == device_) {
    const core::DeviceScope scope(device_);
    core::device_api().order(*stream, stream_);
  }
}

Array Call::in(nb::handle object) {
  const bool is_first = !kind_;
  Array a = in_anywhere(object);
  if (!is_first) core::check_same_device(known_.front().array, a);
  return a;
}

Array Call::in_anywhere(nb::handle object) {
  const auto cuda_stream = [](const Array& a, StreamHandle (*of)(int)) -> std::optional<StreamHandle> {
    if (a.device().kind != DeviceKind::cuda) return std::nullopt;
    return of(a.device().index);
  };
  switch (class_of(object)) {
    case ObjectClass::opsin_array: {
      const Array& a = *nb::inst_ptr<Array>(object);
      note(Kind::opsin, a, object, cuda_stream(a, [](int) { return current_stream(); }));
      return a;
    }
    case ObjectClass::numpy: {
      Array a = from_numpy(object);
      note(Kind::numpy, a, object);
      return a;
    }
    case ObjectClass::torch: {
      Array a = from_torch(object);
      note(Kind::torch, a, object, cuda_stream(a, torch_stream));
      return a;
    }
    case ObjectClass::cupy: {
      Array a = from_cupy(object);
      note(Kind::cupy, a, object, cuda_stream(a, cupy_stream));
      return a;
    }
    case ObjectClass::cuda_interface: {
      std::optional<StreamHandle> stream;
      Array a = from_cuda_interface(object, stream);
      note(Kind::opsin, a, object, stream);
      return a;
    }
    case ObjectClass::jax:
    case ObjectClass::dlpack: {
      // The producer makes its data ready on the stream that the call runs on.
      const StreamHandle stream = kind_ ? stream_ : current_stream();
      Array a = from_dlpack(object, stream);
      note(class_of(object) == ObjectClass::jax ? Kind::jax : Kind::opsin, a, object, stream);
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
  const ObjectClass c = class_of(object);
  if (c == ObjectClass::other) throw TypeError("the output must be an array");
  if (c == ObjectClass::jax) throw ValueError("output array is read-only: JAX arrays never change");
  out_object_ = nb::borrow(object);
  std::optional<Array> a;
  if (c == ObjectClass::numpy) {
    // A byte-swapped or unaligned array is written through a copy.
    if (const nb::object native = native_numpy(object); !native.is(object)) {
      if (!nb::cast<bool>(object.attr("flags").attr("writeable"))) throw ValueError("output array is read-only");
      out_copy_ = native;
      a = in_anywhere(native);
    }
  }
  if (!a) a = in_anywhere(object);
  out_data_ = a->data();
  return a;
}

void Call::join_current_stream() const {
  if (device_.kind != DeviceKind::cuda || stream_ == current_stream()) return;
  const core::DeviceScope scope(device_);
  const core::DeviceApi& api = core::device_api();
  // A captured stream can be joined by its own graph only.
  if (!api.is_capturing(stream_)) api.order(stream_, current_stream());
}

std::shared_ptr<Buffer> Call::allocate(const Extents& shape, DType dtype, Device device) {
  const nb::gil_scoped_acquire gil;
  const auto bytes = static_cast<std::size_t>(shape.product()) * itemsize(dtype);
  Known known;
  // CuPy makes an array of its memory later, while the device is busy with it.
  const bool cupy = kind() == Kind::cupy;
  (cupy ? known.memory : known.object) = cupy ? cupy_memory(bytes, device) : torch_empty(shape, dtype, device);
  void* data = cupy ? cupy_address(known.memory) : torch_data(known.object);
  auto buffer = std::make_shared<Buffer>(Buffer{data, bytes, device, keep(cupy ? known.memory : known.object)});
  known.array = Array::view_of(data, shape, core::c_strides(shape, dtype), dtype, device, buffer);
  known_.push_back(std::move(known));
  return buffer;
}

Call::Scope::Scope(Call& call) {
  if (call.device_.kind == DeviceKind::cuda) stream.emplace(call.stream_);
  if (call.kind() == Kind::cupy || call.kind() == Kind::torch)
    allocator.emplace(static_cast<core::ResultAllocator*>(&call));
}

nb::object Call::finish(const Array& result) {
  if (out_object_.is_valid() && result.data() == out_data_) {
    if (out_copy_.is_valid()) numpy().attr("copyto")(out_object_, out_copy_);
    return out_object_;
  }
  for (const Known& k : known_) {
    if (k.object.is_valid() && is_same(k.array, result)) return k.object;
    if (k.memory.is_valid() && lies_in(k.array, result)) return cupy_array(k.memory, result);
    // A view of the caller's array: the way through DLPack takes several microseconds more.
    if (kind() == Kind::cupy && result.buffer() && k.array.buffer() == result.buffer())
      return cupy_array(cupy_memory_of(k.object), result);
  }
  const StreamGuard guard(device_.kind == DeviceKind::cuda ? stream_ : current_stream());
  return to_python(result, kind());
}

nb::object Call::view_of(nb::handle object, const std::function<Array(const Array&)>& f) {
  if (class_of(object) == ObjectClass::cupy) {
    const Array a = from_cupy(object);
    return cupy_array(cupy_memory_of(object), f(a));
  }
  Call call;
  const Array a = call.in(object);
  return call.run([&] { return call.kind() == Kind::jax ? f(a).contiguous() : f(a); });
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
    case Kind::torch: return nb::module_::import_("torch").attr("from_dlpack")(nb::cast(a));
    case Kind::cupy: return nb::module_::import_("cupy").attr("from_dlpack")(nb::cast(a));
    case Kind::jax: return nb::module_::import_("jax.dlpack").attr("from_dlpack")(nb::cast(a));
  }
  return nb::none();
}

nb::object made(const Array& a) { return to_python(a, a.device().kind == DeviceKind::cpu ? Kind::numpy : Kind::opsin); }

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

namespace {

template <class I>
std::vector<I> whole_numbers(nb::handle value) {
  std::vector<I> v;
  const auto one = [](nb::handle item) {
    nb::object index = nb::steal(PyNumber_Index(item.ptr()));
    if (!index.is_valid()) throw nb::python_error();
    return nb::cast<I>(index);
  };
  if (nb::hasattr(value, "__iter__")) {
    for (nb::handle item : value) v.push_back(one(item));
  } else {
    v.push_back(one(value));
  }
  return v;
}

}  // namespace

std::vector<int> integers(nb::handle value) { return whole_numbers<int>(value); }
std::vector<std::int64_t> sizes(nb::handle value) { return whole_numbers<std::int64_t>(value); }

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
