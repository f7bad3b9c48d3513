// SPDX-License-Identifier: Apache-2.0
#include "dlpack.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

constexpr const char* plain_name = "dltensor";
constexpr const char* versioned_name = "dltensor_versioned";

dl::Type dl_type(DType d) {
  const auto code = d == DType::boolean ? dl::boolean
                    : is_unsigned(d)    ? dl::unsigned_integer
                    : is_signed(d)      ? dl::integer
                    : is_floating(d)    ? dl::real
                                        : dl::complex;
  return {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(8 * itemsize(d)), 1};
}

std::optional<DType> known_dtype(dl::Type t) {
  for (int i = 0; i < dtype_count; ++i) {
    const auto d = static_cast<DType>(i);
    const dl::Type own = dl_type(d);
    if (t.code == own.code && t.bits == own.bits && t.lanes == 1) return d;
  }
  return std::nullopt;
}

DType dtype_of(dl::Type t) {
  if (const auto d = known_dtype(t)) return *d;
  throw TypeError("arrays of this dtype (DLPack code " + std::to_string(t.code) + ", " + std::to_string(t.bits) +
                  " bits) are not supported");
}

std::optional<Device> known_device(dl::Device d) {
  switch (d.type) {
    case dl::cpu:
    case dl::cuda_host: return Device{};
    case dl::cuda:
    case dl::cuda_managed: return Device{DeviceKind::cuda, d.index};
    default: return std::nullopt;
  }
}

Device device_of(dl::Device d) {
  if (const auto device = known_device(d)) return *device;
  throw TypeError("arrays on DLPack device type " + std::to_string(d.type) + " are not supported");
}

Array view(const dl::Tensor& t, std::shared_ptr<void> owner, bool readonly) {
  const DType dtype = dtype_of(t.dtype);
  const Device device = device_of(t.device);
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  Extents shape;
  for (int i = 0; i < t.ndim; ++i) shape.push_back(t.shape[i]);
  Extents strides = core::c_strides(shape, dtype);
  for (int i = 0; t.strides && i < t.ndim; ++i) strides[i] = t.strides[i] * item;
  auto* const address = static_cast<std::byte*>(t.data) + t.byte_offset;
  if (device.kind == DeviceKind::cuda) strides = aligned_strides(address, shape, strides, dtype);
  return Array::view_of(address, shape, strides, dtype, device, std::move(owner), readonly);
}

/// The producer's structure, given back under the GIL, which a producer's deleter expects.
template <class M>
std::shared_ptr<void> owned(M* managed) {
  return {managed, [](void* p) {
            auto* m = static_cast<M*>(p);
            if (!m->deleter) return;
            const nb::gil_scoped_acquire gil;
            m->deleter(m);
          }};
}

/// What a consumer holds: the array and the sizes that the tensor points to.
template <class M>
struct Export {
  explicit Export(const Array& a) : array(a) {
    const auto item = static_cast<std::int64_t>(itemsize(a.dtype()));
    for (int i = 0; i < a.ndim(); ++i) {
      shape[static_cast<std::size_t>(i)] = a.shape(i);
      strides[static_cast<std::size_t>(i)] = a.strides()[i] / item;
    }
    managed.tensor = {a.mutable_data(),
                      {a.device().kind == DeviceKind::cuda ? dl::cuda : dl::cpu, a.device().index},
                      a.ndim(),
                      dl_type(a.dtype()),
                      shape.data(),
                      strides.data(),
                      0};
    managed.context = this;
    managed.deleter = [](M* m) { delete static_cast<Export*>(m->context); };
  }
  Array array;
  std::array<std::int64_t, max_ndim> shape{};
  std::array<std::int64_t, max_ndim> strides{};
  M managed{};
};

template <class M>
nb::object make_capsule(std::unique_ptr<Export<M>> e, const char* name) {
  // A consumer renames the capsule; one that nobody took still owns its array.
  PyObject* capsule = PyCapsule_New(&e->managed, name, [](PyObject* c) {
    const char* own = std::is_same_v<M, dl::Managed> ? plain_name : versioned_name;
    if (!PyCapsule_IsValid(c, own)) return;
    auto* m = static_cast<M*>(PyCapsule_GetPointer(c, own));
    m->deleter(m);
  });
  if (!capsule) throw nb::python_error();
  e.release();
  return nb::steal(capsule);
}

}  // namespace

Array array_from_capsule(nb::handle capsule) {
  if (PyCapsule_IsValid(capsule.ptr(), versioned_name)) {
    auto* m = static_cast<dl::ManagedVersioned*>(PyCapsule_GetPointer(capsule.ptr(), versioned_name));
    if (m->version.major != 1) throw TypeError("DLPack " + std::to_string(m->version.major) + ".x is not supported");
    PyCapsule_SetName(capsule.ptr(), "used_dltensor_versioned");
    return view(m->tensor, owned(m), (m->flags & dl::read_only) != 0);
  }
  if (!PyCapsule_IsValid(capsule.ptr(), plain_name)) throw TypeError("__dlpack__ did not return a DLPack capsule");
  auto* m = static_cast<dl::Managed*>(PyCapsule_GetPointer(capsule.ptr(), plain_name));
  PyCapsule_SetName(capsule.ptr(), "used_dltensor");
  return view(m->tensor, owned(m), false);
}

nb::object capsule_from_array(const Array& array, bool versioned, bool copied) {
  if (!versioned) return make_capsule(std::make_unique<Export<dl::Managed>>(array), plain_name);
  auto e = std::make_unique<Export<dl::ManagedVersioned>>(array);
  e->managed.version = {1, 0};
  e->managed.flags = (array.readonly() ? dl::read_only : 0) | (copied ? dl::is_copied : 0);
  return make_capsule(std::move(e), versioned_name);
}

const dl::Exchange* exchange_of(nb::handle type) {
  const nb::object capsule = nb::getattr(type, "__dlpack_c_exchange_api__", nb::none());
  constexpr const char* name = "dlpack_exchange_api";
  if (!PyCapsule_IsValid(capsule.ptr(), name)) return nullptr;
  const auto* e = static_cast<const dl::Exchange*>(PyCapsule_GetPointer(capsule.ptr(), name));
  while (e && e->version.major != 1) e = e->previous;
  return e && e->tensor_from_object ? e : nullptr;
}

std::optional<Array> from_exchange(const dl::Exchange& exchange, nb::handle object) {
  dl::Tensor t{};
  if (exchange.tensor_from_object(object.ptr(), &t) != 0) {
    PyErr_Clear();
    return std::nullopt;
  }
  if (!known_dtype(t.dtype) || !known_device(t.device)) return std::nullopt;
  return view(t, keep(nb::borrow(object)), false);
}

Array from_dlpack(nb::handle object, StreamHandle stream) {
  const nb::object method = nb::getattr(object, "__dlpack__");
  const nb::tuple device = nb::cast<nb::tuple>(object.attr("__dlpack_device__")());
  nb::dict options;
  if (nb::cast<int>(device[0]) == dl::cuda) {
    const auto handle = reinterpret_cast<std::intptr_t>(stream);
    options["stream"] = handle == 0 ? 1 : handle;  // DLPack counts the legacy default stream as 1.
  }
  nb::dict newer = nb::cast<nb::dict>(options.attr("copy")());
  newer["max_version"] = nb::make_tuple(1, 0);
  try {
    return array_from_capsule(method(**newer));
  } catch (nb::python_error& e) {
    if (!e.matches(PyExc_TypeError)) throw;  // TypeError: a producer from before DLPack 1.0.
  }
  return array_from_capsule(method(**options));
}

}  // namespace opsin::python
