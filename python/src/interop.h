// SPDX-License-Identifier: Apache-2.0
// What the array hand-off knows of other libraries: names, dtypes, streams, allocation.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/memory.h"
#include "opsin/array.h"

namespace opsin::python {

namespace nb = nanobind;

enum class ObjectClass { opsin_array, numpy, torch, cuda_interface, dlpack, other };

/// Decided once per Python type.
ObjectClass class_of(nb::handle object);
bool is_cupy(nb::handle object);
bool is_jax(nb::handle object);

nb::module_ numpy();
nb::module_ import_torch();
nb::module_ import_cupy();

std::optional<DType> dtype_from_format(const char* format, std::size_t itemsize);
std::optional<DType> dtype_from_dlpack(std::uint8_t code, std::uint8_t bits, std::uint16_t lanes);
std::optional<DType> dtype_from_typestr(std::string_view typestr);

/// __cuda_array_interface__ counts the legacy default stream as 1.
StreamHandle stream_from_interface(std::intptr_t value);
StreamHandle torch_stream(int device);

nb::object torch_capsule(nb::handle tensor);
/// A DLPack capsule whose data is ready on the current stream.
nb::object dlpack_capsule(nb::handle object);

nb::object cupy_empty(const Extents& shape, DType dtype, Device device);
nb::object torch_empty(const Extents& shape, DType dtype, Device device);
nb::object numpy_from(const Array& array);
nb::tuple shape_tuple(const Extents& shape);

}  // namespace opsin::python
