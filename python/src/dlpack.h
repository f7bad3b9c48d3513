// SPDX-License-Identifier: Apache-2.0
// DLPack: its C structures, which are an ABI, and capsules of them as Arrays and back.
// https://dmlc.github.io/dlpack/latest/c_api.html
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <optional>

#include "opsin/array.h"

namespace opsin::python {

namespace nb = nanobind;

namespace dl {

enum DeviceType : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3, cuda_managed = 13 };
enum TypeCode : std::uint8_t { integer = 0, unsigned_integer = 1, real = 2, complex = 5, boolean = 6 };

struct Device {
  std::int32_t type;
  std::int32_t index;
};

struct Type {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct Tensor {
  void* data;
  Device device;
  std::int32_t ndim;
  Type dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // In elements; null for C order.
  std::uint64_t byte_offset;
};

struct Managed {
  Tensor tensor;
  void* context;
  void (*deleter)(Managed*);
};

struct Version {
  std::uint32_t major;
  std::uint32_t minor;
};

struct ManagedVersioned {
  Version version;
  void* context;
  void (*deleter)(ManagedVersioned*);
  std::uint64_t flags;
  Tensor tensor;
};

/// What a library's array type offers as __dlpack_c_exchange_api__: the same hand-off without Python. Lives as long as
/// the process.
struct Exchange {
  Version version;
  const Exchange* previous;  // of an older version
  int (*allocate)(Tensor* like, ManagedVersioned** made, void* context,
                  void (*set_error)(void* context, const char* kind, const char* message));
  int (*managed_from_object)(void* object, ManagedVersioned** managed);
  int (*object_from_managed)(ManagedVersioned* managed, void** object);
  int (*tensor_from_object)(void* object, Tensor* tensor);  // Borrowed: for as long as the object is not touched.
  int (*current_work_stream)(DeviceType type, std::int32_t index, void** stream);
};

inline constexpr std::uint64_t read_only = 1;
inline constexpr std::uint64_t is_copied = 2;

}  // namespace dl

/// Takes over a capsule as a producer's __dlpack__ returns it. Throws TypeError for dtypes and devices that opsin has
/// not.
Array array_from_capsule(nb::handle capsule);

/// A capsule of the array, of the versioned kind when the consumer knows that.
nb::object capsule_from_array(const Array& array, bool versioned, bool copied);

/// The exchange of an array type; null where it has none that opsin knows.
const dl::Exchange* exchange_of(nb::handle type);

/// An object of a type with that exchange; nothing where that cannot say what it is, or opsin has not its dtype or
/// device.
std::optional<Array> from_exchange(const dl::Exchange& exchange, nb::handle object);

/// Asks a producer for a capsule whose data is ready on `stream`, and takes it over.
Array from_dlpack(nb::handle object, StreamHandle stream);

}  // namespace opsin::python
