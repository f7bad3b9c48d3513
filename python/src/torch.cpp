// SPDX-License-Identifier: Apache-2.0
// PyTorch by its C exchange or, before version 2.10, by attributes: a tensor's own DLPack export costs more than all of
// them together. Results are made by its own function: a tensor made of DLPack's memory ignores record_stream().
#include <nanobind/stl/string.h>

#include <algorithm>
#include <array>

#include "dlpack.h"
#include "interop.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

/// What torch has, looked up once. Never freed: the interpreter may be gone when static objects are.
struct Torch {
  nb::object module = nb::module_::import_("torch");
  nb::object tensor = module.attr("Tensor");
  const dl::Exchange* exchange = exchange_of(tensor);
  nb::object empty = module.attr("empty_strided");  // torch.empty takes half as long again to parse its arguments.
  nb::object stream;                                // Builds without CUDA have no such function.
  nb::object keywords = nb::make_tuple(nb::str("dtype"), nb::str("device"));
  std::array<nb::object, dtype_count> dtypes;
  nb::object cpu = module.attr("device")("cpu");
  std::array<nb::object, 64> cuda;

  Torch() {
    for (int i = 0; i < dtype_count; ++i) {
      const auto d = static_cast<DType>(i);
      const std::string name = d == DType::boolean ? "bool" : std::string(opsin::name(d));
      dtypes[static_cast<std::size_t>(i)] = nb::getattr(module, name.c_str(), nb::none());
    }
    stream = nb::getattr(module.attr("_C"), "_cuda_getCurrentRawStream", nb::none());
    const auto count =
        static_cast<std::size_t>(stream.is_none() ? 0 : nb::cast<int>(module.attr("cuda").attr("device_count")()));
    for (std::size_t i = 0; i < std::min(count, cuda.size()); ++i) cuda[i] = module.attr("device")("cuda", i);
  }
};

const Torch& torch() {
  static const Torch* const t = new Torch;
  return *t;
}

bool is_true(nb::handle value) { return value.ptr() == Py_True; }

DType dtype_of(nb::handle tensor) {
  const nb::object dtype = attribute<"dtype">(tensor);
  const auto& known = torch().dtypes;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].is(dtype)) return static_cast<DType>(i);
  }
  throw TypeError("tensors of dtype " + text_of(dtype) + " are not supported");
}

/// What lies in memory has to be the values themselves.
void check_plain_values(nb::handle tensor, DType dtype) {
  if ((is_complex(dtype) && is_true(call_method<"is_conj">(tensor))) ||
      (!is_integer(dtype) && is_true(call_method<"is_neg">(tensor)))) {
    throw TypeError("the tensor is a conjugate or negative view; pass tensor.resolve_conj().resolve_neg()");
  }
}

}  // namespace

Array from_torch(nb::handle tensor) {
  if (is_true(attribute<"requires_grad">(tensor))) {
    throw TypeError("the tensor requires a gradient, which opsin does not compute; pass tensor.detach()");
  }
  const Torch& t = torch();
  if (t.exchange && tensor.type().is(t.tensor)) {
    if (const auto array = from_exchange(*t.exchange, tensor)) {
      check_plain_values(tensor, array->dtype());
      return *array;
    }
  }
  Device device;
  if (is_true(attribute<"is_cuda">(tensor))) {
    device = {DeviceKind::cuda, static_cast<int>(integer(call_method<"get_device">(tensor)))};
  } else if (!is_true(attribute<"is_cpu">(tensor))) {
    throw TypeError("tensors on " + text_of(tensor.attr("device")) + " are not supported");
  }
  const DType dtype = dtype_of(tensor);
  check_plain_values(tensor, dtype);
  const Extents shape = extents_from(attribute<"shape">(tensor));
  Extents strides = extents_from(call_method<"stride">(tensor));
  for (int i = 0; i < strides.size(); ++i) strides[i] *= static_cast<std::int64_t>(itemsize(dtype));
  return Array::view_of(torch_data(tensor), shape, strides, dtype, device, keep(nb::borrow(tensor)));
}

StreamHandle torch_stream(int device) { return pointer(torch().stream(device)); }

nb::object torch_empty(const Extents& shape, DType dtype, Device device) {
  const Torch& t = torch();
  const nb::object size = shape_tuple(shape);
  const nb::object& where = device.kind == DeviceKind::cpu ? t.cpu : t.cuda.at(static_cast<std::size_t>(device.index));
  const nb::object& type = t.dtypes[static_cast<std::size_t>(dtype)];
  if (type.is_none()) throw TypeError("this version of PyTorch has no dtype " + std::string(name(dtype)));
  Extents steps = core::c_strides(shape, dtype);
  for (int i = 0; i < steps.size(); ++i) steps[i] /= static_cast<std::int64_t>(itemsize(dtype));
  const nb::object strides = shape_tuple(steps);
  PyObject* arguments[] = {size.ptr(), strides.ptr(), type.ptr(), where.ptr()};
  PyObject* tensor = PyObject_Vectorcall(t.empty.ptr(), arguments, 2, t.keywords.ptr());
  if (!tensor) throw nb::python_error();
  return nb::steal(tensor);
}

void* torch_data(nb::handle tensor) { return pointer(call_method<"data_ptr">(tensor)); }

}  // namespace opsin::python
