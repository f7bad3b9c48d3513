// SPDX-License-Identifier: Apache-2.0
#include "interop.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <map>
#include <mutex>

#include "array_caster.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

ObjectClass classify(nb::handle type) {
  if (type.is(nb::type<Array>())) return ObjectClass::opsin_array;
  const auto subclass = [&](nb::handle base) { return PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()),
                                                                       reinterpret_cast<PyTypeObject*>(base.ptr())); };
  if (subclass(numpy().attr("ndarray"))) return ObjectClass::numpy;
  const std::string module = nb::cast<std::string>(nb::str(type.attr("__module__")));
  if (module == "torch" || module.starts_with("torch.")) return ObjectClass::torch;
  // NumPy scalars offer interfaces too, but are no arrays to hand back.
  if (subclass(numpy().attr("generic"))) return ObjectClass::other;
  if (nb::hasattr(type, "__cuda_array_interface__") && !module.starts_with("jax")) return ObjectClass::cuda_interface;
  if (nb::hasattr(type, "__dlpack__")) return ObjectClass::dlpack;
  return ObjectClass::other;
}

std::string module_of(nb::handle object) { return nb::cast<std::string>(nb::str(object.type().attr("__module__"))); }

nb::object torch_dtype(DType dtype) {
  return import_torch().attr(dtype == DType::boolean ? "bool" : std::string(name(dtype)).c_str());
}

}  // namespace

ObjectClass class_of(nb::handle object) {
  static std::mutex mutex;
  static std::map<PyObject*, ObjectClass>* const known = new std::map<PyObject*, ObjectClass>;
  const nb::handle type = object.type();
  {
    const std::lock_guard lock(mutex);
    if (const auto it = known->find(type.ptr()); it != known->end()) return it->second;
  }
  const ObjectClass c = classify(type);  // Runs Python code: not under the lock.
  const std::lock_guard lock(mutex);
  if (known->emplace(type.ptr(), c).second) type.inc_ref();  // A type that lives on cannot lend its address to another.
  return c;
}

bool is_cupy(nb::handle object) { return module_of(object).starts_with("cupy"); }
bool is_jax(nb::handle object) { return module_of(object).starts_with("jax"); }

nb::module_ numpy() { return nb::module_::import_("numpy"); }
nb::module_ import_torch() { return nb::module_::import_("torch"); }
nb::module_ import_cupy() { return nb::module_::import_("cupy"); }

std::optional<DType> dtype_from_format(const char* format, std::size_t size) {
  if (*format == '@' || *format == '=' || *format == '<') ++format;
  const bool complex = *format == 'Z';
  if (complex) ++format;
  if (format[0] == '\0' || format[1] != '\0') return std::nullopt;
  const auto by_size = [&](DType one, DType two, DType four, DType eight) -> std::optional<DType> {
    return size == 1 ? one : size == 2 ? two : size == 4 ? four : eight;
  };
  switch (*format) {
    case '?': return DType::boolean;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
    case 'n': return by_size(DType::int8, DType::int16, DType::int32, DType::int64);
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
    case 'N': return by_size(DType::uint8, DType::uint16, DType::uint32, DType::uint64);
    case 'e': return DType::float16;
    case 'f': return complex ? DType::complex64 : DType::float32;
    case 'd': return complex ? DType::complex128 : DType::float64;
    default: return std::nullopt;
  }
}

std::optional<DType> dtype_from_dlpack(std::uint8_t code, std::uint8_t bits, std::uint16_t lanes) {
  if (lanes != 1) return std::nullopt;
  const char kind = code == 0 ? 'i' : code == 1 ? 'u' : code == 2 ? 'f' : code == 5 ? 'c' : code == 6 ? 'b' : '?';
  return dtype_from_typestr(std::string("|") + kind + std::to_string(bits / 8));
}

std::optional<DType> dtype_from_typestr(std::string_view t) {
  if (t.size() < 3 || t[0] == '>') return std::nullopt;
  const std::string_view kind = t.substr(1);
  for (int i = 0; i <= static_cast<int>(DType::complex128); ++i) {
    const auto d = static_cast<DType>(i);
    const char letter = d == DType::boolean ? 'b' : is_unsigned(d) ? 'u' : is_signed(d) ? 'i' : is_floating(d) ? 'f' : 'c';
    if (kind == letter + std::to_string(itemsize(d))) return d;
  }
  return std::nullopt;
}

StreamHandle stream_from_interface(std::intptr_t value) {
  return value == 1 ? nullptr : reinterpret_cast<StreamHandle>(value);
}

StreamHandle torch_stream(int device) {
  static nb::object* const current = new nb::object(import_torch().attr("_C").attr("_cuda_getCurrentRawStream"));
  return reinterpret_cast<StreamHandle>(nb::cast<std::uintptr_t>((*current)(device)));
}

nb::object torch_capsule(nb::handle tensor) {
  if (nb::cast<bool>(tensor.attr("requires_grad"))) {
    throw TypeError("the tensor requires a gradient, which opsin does not compute; pass tensor.detach()");
  }
  static nb::object* const export_ = new nb::object(import_torch().attr("_C").attr("_to_dlpack"));
  return (*export_)(tensor);
}

nb::object dlpack_capsule(nb::handle object) {
  const nb::tuple device = nb::cast<nb::tuple>(object.attr("__dlpack_device__")());
  if (nb::cast<int>(device[0]) != nb::device::cuda::value) return object.attr("__dlpack__")();
  const auto stream = reinterpret_cast<std::intptr_t>(current_stream());
  return object.attr("__dlpack__")(nb::arg("stream") = stream == 0 ? 1 : stream);
}

nb::tuple shape_tuple(const Extents& shape) {
  nb::list list;
  for (const std::int64_t n : shape) list.append(n);
  return nb::tuple(list);
}

nb::object cupy_empty(const Extents& shape, DType dtype, Device) {
  static nb::object* const empty = new nb::object(import_cupy().attr("empty"));
  return (*empty)(shape_tuple(shape), numpy_dtype(dtype));
}

nb::object torch_empty(const Extents& shape, DType dtype, Device device) {
  static nb::object* const empty = new nb::object(import_torch().attr("empty"));
  return (*empty)(shape_tuple(shape), nb::arg("dtype") = torch_dtype(dtype), nb::arg("device") = device.str());
}

nb::object numpy_dtype(DType dtype) {
  // Made once: numpy.dtype(name) costs as much as the rest of a call.
  static nb::object* const table = [] {
    auto* t = new nb::object[static_cast<std::size_t>(DType::complex128) + 1];
    for (int i = 0; i <= static_cast<int>(DType::complex128); ++i) {
      t[i] = numpy().attr("dtype")(std::string(name(static_cast<DType>(i))).c_str());
    }
    return t;
  }();
  return table[static_cast<int>(dtype)];
}

DType dtype_from(nb::handle value) {
  const nb::object dtype = numpy().attr("dtype")(value);
  const auto t = dtype_from_typestr(nb::cast<std::string>(dtype.attr("newbyteorder")("=").attr("str")));
  if (!t) throw TypeError("dtype " + std::string(nb::str(dtype).c_str()) + " is not supported");
  return *t;
}

nb::object numpy_from(const Array& a) {
  if (a.device().kind != DeviceKind::cpu) throw TypeError("the array lies on a GPU; copy it with .to(\"cpu\")");
  std::size_t shape[max_ndim];
  std::int64_t strides[max_ndim];
  const auto item = static_cast<std::int64_t>(itemsize(a.dtype()));
  for (int i = 0; i < a.ndim(); ++i) {
    shape[i] = static_cast<std::size_t>(a.shape(i));
    strides[i] = a.strides()[i] / item;
  }
  const DType d = a.dtype();
  const auto code = static_cast<std::uint8_t>(d == DType::boolean ? 6 : is_unsigned(d) ? 1 : is_signed(d) ? 0 : is_floating(d) ? 2 : 5);
  const nb::dlpack::dtype type{code, static_cast<std::uint8_t>(itemsize(d) * 8), 1};
  auto* owner = new Array(a);
  const nb::capsule capsule(owner, [](void* p) noexcept { delete static_cast<Array*>(p); });
  return nb::cast(nb::ndarray<nb::numpy>(a.mutable_data(), static_cast<std::size_t>(a.ndim()), shape, capsule, strides,
                                         type));
}

}  // namespace opsin::python
