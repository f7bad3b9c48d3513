// SPDX-License-Identifier: Apache-2.0
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstring>

#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

struct BufferView {
  Py_buffer view{};
  ~BufferView() {
    if (!view.obj) return;
    const nb::gil_scoped_acquire gil;
    PyBuffer_Release(&view);
  }
};

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

/// Views of one field of a record may lie at any byte; loads of an element want its natural alignment.
bool is_aligned(const Py_buffer& v, DType dtype) {
  const auto item = static_cast<std::int64_t>(itemsize(real_of(dtype)));
  const auto whole = static_cast<std::int64_t>(itemsize(dtype));
  if (reinterpret_cast<std::intptr_t>(v.buf) % item != 0) return false;
  for (int i = 0; v.strides && i < v.ndim; ++i) {
    if (v.strides[i] % whole != 0 && v.shape[i] > 1) return false;
  }
  return true;
}

[[noreturn]] void refuse(nb::handle array) {
  throw TypeError("arrays of dtype " + text_of(array.attr("dtype")) + " are not supported");
}

/// The buffer protocol is the quickest door to NumPy, and the only one that knows read-only memory.
std::shared_ptr<BufferView> buffer_of(nb::handle array) {
  auto buffer = std::make_shared<BufferView>();
  if (PyObject_GetBuffer(array.ptr(), &buffer->view, PyBUF_RECORDS_RO) != 0) {
    PyErr_Clear();
    buffer->view.obj = nullptr;
    refuse(array);
  }
  return buffer;
}

std::optional<DType> dtype_of(const Py_buffer& v) {
  return dtype_from_format(v.format ? v.format : "B", static_cast<std::size_t>(v.itemsize));
}

Array array_of(std::shared_ptr<BufferView> buffer, DType dtype) {
  const Py_buffer& v = buffer->view;
  if (v.ndim > max_ndim) throw ValueError("arrays of more than 8 axes are not supported");
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  Extents shape;
  Extents strides;
  for (int i = 0; i < v.ndim; ++i) {
    shape.push_back(v.shape[i]);
    const std::int64_t stride = v.strides ? v.strides[i] : 0;
    strides.push_back(stride % item == 0 ? stride : item);  // An axis of length 1 may carry any stride.
  }
  return Array::view_of(v.buf, shape, strides, dtype, {}, std::move(buffer), v.readonly != 0);
}

nb::object copy_native(nb::handle array, const Py_buffer& v) {
  const nb::object dtype = array.attr("dtype");
  const std::string kind = nb::cast<std::string>(dtype.attr("kind"));
  if (kind == "f" && v.itemsize > 8) return array.attr("astype")("float64");
  if (v.itemsize > 16 || !std::strchr("biufc", kind[0])) refuse(array);
  return array.attr("astype")(dtype.attr("newbyteorder")("="), nb::arg("order") = "C", nb::arg("subok") = false);
}

}  // namespace

nb::module_ numpy() {
  static nb::module_* const module = new nb::module_(nb::module_::import_("numpy"));
  return *module;
}

nb::object native_numpy(nb::handle array) {
  const auto buffer = buffer_of(array);
  const std::optional<DType> dtype = dtype_of(buffer->view);
  if (dtype && is_aligned(buffer->view, *dtype)) return nb::borrow(array);
  return copy_native(array, buffer->view);
}

Array from_numpy(nb::handle array) {
  auto buffer = buffer_of(array);
  const std::optional<DType> dtype = dtype_of(buffer->view);
  if (dtype && is_aligned(buffer->view, *dtype)) return array_of(std::move(buffer), *dtype);
  const nb::object copy = copy_native(array, buffer->view);
  buffer = buffer_of(copy);
  const std::optional<DType> native = dtype_of(buffer->view);
  if (!native) refuse(array);
  return array_of(std::move(buffer), *native);
}

std::string typestr(DType d) {
  const char letter = d == DType::boolean ? 'b'
                      : is_unsigned(d)    ? 'u'
                      : is_signed(d)      ? 'i'
                      : is_floating(d)    ? 'f'
                                          : 'c';
  return std::string(itemsize(d) == 1 ? "|" : "<") + letter + std::to_string(itemsize(d));
}

std::optional<DType> dtype_from_typestr(std::string_view t) {
  if (t.size() < 3 || t[0] == '>') return std::nullopt;
  for (int i = 0; i < dtype_count; ++i) {
    if (t.substr(1) == typestr(static_cast<DType>(i)).substr(1)) return static_cast<DType>(i);
  }
  return std::nullopt;
}

nb::object numpy_dtype(DType dtype) {
  // Made once: numpy.dtype(name) costs as much as the rest of a call.
  static nb::object* const table = [] {
    auto* t = new nb::object[dtype_count];
    for (int i = 0; i < dtype_count; ++i) {
      t[i] = numpy().attr("dtype")(std::string(name(static_cast<DType>(i))).c_str());
    }
    return t;
  }();
  return table[static_cast<int>(dtype)];
}

std::optional<DType> native_dtype(nb::handle value) {
  for (int i = 0; i < dtype_count; ++i) {
    if (numpy_dtype(static_cast<DType>(i)).is(value)) return static_cast<DType>(i);
  }
  return std::nullopt;
}

bool is_plain_numpy(nb::handle object) {
  static const nb::object* const ndarray = new nb::object(numpy().attr("ndarray"));
  return object.type().is(*ndarray);
}

DType dtype_from(nb::handle value) {
  if (const auto native = native_dtype(value)) return *native;
  const nb::object dtype = numpy().attr("dtype")(value);
  const auto t = dtype_from_typestr(nb::cast<std::string>(dtype.attr("newbyteorder")("=").attr("str")));
  if (!t) throw TypeError("dtype " + text_of(dtype) + " is not supported");
  return *t;
}

nb::object numpy_from(const Array& a) {
  if (a.device().kind != DeviceKind::cpu) throw TypeError("the array lies on a GPU; copy it with .to(\"cpu\")");
  std::size_t shape[max_ndim];
  std::int64_t strides[max_ndim];
  const DType d = a.dtype();
  const auto item = static_cast<std::int64_t>(itemsize(d));
  for (int i = 0; i < a.ndim(); ++i) {
    shape[i] = static_cast<std::size_t>(a.shape(i));
    strides[i] = a.strides()[i] / item;
  }
  const auto code = static_cast<std::uint8_t>(d == DType::boolean ? nb::dlpack::dtype_code::Bool
                                              : is_unsigned(d)    ? nb::dlpack::dtype_code::UInt
                                              : is_signed(d)      ? nb::dlpack::dtype_code::Int
                                              : is_floating(d)    ? nb::dlpack::dtype_code::Float
                                                                  : nb::dlpack::dtype_code::Complex);
  const nb::dlpack::dtype type{code, static_cast<std::uint8_t>(item * 8), 1};
  auto* owner = new Array(a);
  const nb::capsule capsule(owner, [](void* p) noexcept { delete static_cast<Array*>(p); });
  const auto ndim = static_cast<std::size_t>(a.ndim());
  nb::object array = a.readonly()
                         ? nb::cast(nb::ndarray<nb::numpy, nb::ro>(a.data(), ndim, shape, capsule, strides, type))
                         : nb::cast(nb::ndarray<nb::numpy>(a.mutable_data(), ndim, shape, capsule, strides, type));
  // C has two types of 64 bit integers and nanobind gives the other one: the same dtype, but another type of scalars.
  const bool is_long = sizeof(long) == 8 && (d == DType::int64 || d == DType::uint64);
  return is_long ? array.attr("view")(numpy_dtype(d)) : array;
}

}  // namespace opsin::python
