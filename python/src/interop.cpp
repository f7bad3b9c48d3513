// SPDX-License-Identifier: Apache-2.0
#include "interop.h"

#include <nanobind/stl/string.h>

#include <map>
#include <mutex>

#include "array_caster.h"
#include "core/check.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

ObjectClass classify(nb::handle type) {
  if (type.is(nb::type<Array>())) return ObjectClass::opsin_array;
  const auto subclass = [&](nb::handle base) {
    return PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type.ptr()), reinterpret_cast<PyTypeObject*>(base.ptr()));
  };
  if (subclass(numpy().attr("ndarray"))) return ObjectClass::numpy;
  const auto from = [&](std::string_view library) {
    // Of the type or of a class it derives from: a user's subclass of torch.Tensor is a tensor.
    for (nb::handle base : nb::cast<nb::tuple>(type.attr("__mro__"))) {
      const std::string module = text_of(base.attr("__module__"));
      if (module.starts_with(library) && (module.size() == library.size() || module[library.size()] == '.'))
        return true;
    }
    return false;
  };
  const bool dlpack = nb::hasattr(type, "__dlpack__");
  if (dlpack && from("torch")) return ObjectClass::torch;
  // NumPy scalars offer interfaces too, but are no arrays to hand back.
  if (subclass(numpy().attr("generic"))) return ObjectClass::other;
  if (dlpack && (from("jax") || from("jaxlib"))) return ObjectClass::jax;
  if (nb::hasattr(type, "__cuda_array_interface__")) {
    return from("cupy") ? ObjectClass::cupy : ObjectClass::cuda_interface;
  }
  return dlpack ? ObjectClass::dlpack : ObjectClass::other;
}

}  // namespace

ObjectClass class_of(nb::handle object) {
  static std::mutex mutex;
  static std::map<PyObject*, ObjectClass>* const known = new std::map<PyObject*, ObjectClass>;
  // Most threads see one or two types again and again.
  struct Recent {
    PyObject* type = nullptr;
    ObjectClass c = ObjectClass::other;
  };
  thread_local Recent recent[2];
  const nb::handle type = object.type();
  for (const Recent& r : recent) {
    if (r.type == type.ptr()) return r.c;
  }
  const auto remember = [&](ObjectClass c) {
    recent[1] = recent[0];
    recent[0] = {type.ptr(), c};
    return c;
  };
  {
    const std::lock_guard lock(mutex);
    if (const auto it = known->find(type.ptr()); it != known->end()) return remember(it->second);
  }
  const ObjectClass c = classify(type);  // Runs Python code: not under the lock.
  const std::lock_guard lock(mutex);
  if (known->emplace(type.ptr(), c).second) type.inc_ref();  // A type that lives on cannot lend its address to another.
  return remember(c);
}

std::shared_ptr<void> keep(nb::object object) {
  return {object.release().ptr(), [](void* p) {
            const nb::gil_scoped_acquire gil;
            nb::handle(static_cast<PyObject*>(p)).dec_ref();
          }};
}

Extents aligned_strides(const void* address, const Extents& shape, const Extents& strides, DType dtype) {
  core::check_plain(reinterpret_cast<std::uintptr_t>(address) % itemsize(real_of(dtype)) == 0,
                    "CUDA arrays need addresses that are whole elements");
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  Extents aligned = strides;
  for (int i = 0; i < shape.size(); ++i) {
    if (strides[i] % item == 0) continue;
    core::check_plain(shape[i] <= 1, "CUDA arrays need strides that are whole elements");
    aligned[i] = item;  // An axis of length 1 may carry any stride.
  }
  return aligned;
}

std::string text_of(nb::handle value) {
  PyObject* text = PyObject_Str(value.ptr());
  if (!text) throw nb::python_error();
  return nb::cast<std::string>(nb::steal(text));
}

std::int64_t integer(nb::handle value) {
  const auto v = PyLong_AsUnsignedLongLongMask(value.ptr());  // Addresses may use all 64 bits.
  if (v == static_cast<unsigned long long>(-1) && PyErr_Occurred()) throw nb::python_error();
  return static_cast<std::int64_t>(v);
}

Extents extents_from(nb::handle sizes) {
  const nb::object sequence = PyTuple_Check(sizes.ptr()) ? nb::borrow(sizes) : nb::steal(PySequence_Tuple(sizes.ptr()));
  if (!sequence.is_valid()) throw nb::python_error();
  const Py_ssize_t n = PyTuple_Size(sequence.ptr());
  if (n > max_ndim) throw ValueError("arrays of more than 8 axes are not supported");
  Extents extents;
  for (Py_ssize_t i = 0; i < n; ++i) extents.push_back(integer(PyTuple_GetItem(sequence.ptr(), i)));
  return extents;
}

nb::tuple shape_tuple(const Extents& shape) {
  PyObject* tuple = PyTuple_New(shape.size());
  if (!tuple) throw nb::python_error();
  for (int i = 0; i < shape.size(); ++i) PyTuple_SetItem(tuple, i, PyLong_FromLongLong(shape[i]));
  return nb::steal<nb::tuple>(tuple);
}

}  // namespace opsin::python
