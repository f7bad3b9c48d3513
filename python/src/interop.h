// SPDX-License-Identifier: Apache-2.0
// What the array hand-off knows of other libraries: names, dtypes, streams, allocation.
#pragma once

#include <nanobind/nanobind.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/memory.h"
#include "opsin/array.h"

namespace opsin::python {

namespace nb = nanobind;

enum class ObjectClass { opsin_array, numpy, torch, cupy, cuda_interface, jax, dlpack, other };

/// Decided once per Python type.
ObjectClass class_of(nb::handle object);

/// Keeps a Python object alive from C++; released under the GIL wherever the last copy goes.
std::shared_ptr<void> keep(nb::object object);

inline constexpr int dtype_count = static_cast<int>(DType::complex128) + 1;

/// A string literal as a template argument.
template <std::size_t size>
struct Literal {
  char text[size];
  constexpr Literal(const char (&from)[size]) { std::copy_n(from, size, text); }  // NOLINT: implicit on purpose
};

/// The interned Python string: made once, where attr("...") makes one for each call. Never freed.
template <Literal name>
PyObject* interned() {
  static PyObject* const string = PyUnicode_InternFromString(name.text);
  return string;
}

/// attribute<"shape">(array)
template <Literal name>
nb::object attribute(nb::handle object) {
  PyObject* value = PyObject_GetAttr(object.ptr(), interned<name>());
  if (!value) throw nb::python_error();
  return nb::steal(value);
}

/// call_method<"stride">(tensor)
template <Literal name>
nb::object call_method(nb::handle object) {
  PyObject* arguments[] = {object.ptr()};
  PyObject* value = PyObject_VectorcallMethod(interned<name>(), arguments, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
  if (!value) throw nb::python_error();
  return nb::steal(value);
}

/// str(value); nb::str does not convert.
std::string text_of(nb::handle value);
std::int64_t integer(nb::handle value);
inline void* pointer(nb::handle value) { return reinterpret_cast<void*>(integer(value)); }
/// A tuple of integers; other sequences and iterables too, less quickly.
Extents extents_from(nb::handle sizes);
nb::tuple shape_tuple(const Extents& shape);

// NumPy (numpy.cpp)
nb::module_ numpy();
nb::object numpy_dtype(DType dtype);
DType dtype_from(nb::handle value);
/// Of one of NumPy's own dtype objects in native byte order, of which there is one each; none for anything else.
std::optional<DType> native_dtype(nb::handle value);
/// A numpy.ndarray and no subclass of it.
bool is_plain_numpy(nb::handle object);
/// None for a dtype that opsin has not.
std::optional<DType> dtype_from_typestr(std::string_view typestr);
std::string typestr(DType dtype);
/// The array itself where opsin can read its memory as it is, else a copy in native byte order and aligned memory, or
/// of a narrower float. Throws TypeError for dtypes that opsin has not.
nb::object native_numpy(nb::handle array);
/// The memory of an array that native_numpy returned.
Array from_numpy(nb::handle array);
nb::object numpy_from(const Array& array);

/// The strides of an array on a GPU. Throws ValueError unless elements lie where it can load them: at multiples of
/// their size (of their parts', for complex ones), and whole elements apart. A misaligned load ends the CUDA context of
/// the process.
Extents aligned_strides(const void* address, const Extents& shape, const Extents& strides, DType dtype);

// PyTorch (torch.cpp)
Array from_torch(nb::handle tensor);
StreamHandle torch_stream(int device);
nb::object torch_empty(const Extents& shape, DType dtype, Device device);
void* torch_data(nb::handle tensor);

// CuPy and other CUDA libraries (cupy.cpp)
Array from_cupy(nb::handle array);
StreamHandle cupy_stream(int device);
/// CuPy's pointer to new memory, which it keeps alive; and where that is.
nb::object cupy_memory(std::size_t bytes, Device device);
nb::object cupy_memory_of(nb::handle array);
void* cupy_address(nb::handle memory);
/// CuPy's array of the elements that `array` has in this memory.
nb::object cupy_array(nb::object memory, const Array& array);
/// `stream` receives the producer's stream when it names one.
Array from_cuda_interface(nb::handle object, std::optional<StreamHandle>& stream);

/// __cuda_array_interface__ and DLPack count the legacy default stream as 1.
inline StreamHandle stream_from_interface(std::intptr_t value) {
  return value == 1 ? nullptr : reinterpret_cast<StreamHandle>(value);
}

}  // namespace opsin::python
