// SPDX-License-Identifier: Apache-2.0
// The only hand-off of arrays and streams between Python and opsin.
//
// A binding makes a Call, turns its Python arguments into Arrays with it, and runs the operation through it:
//
//   Call call;
//   const Array a = call.in(image);
//   return call.run([&] { return filters::gaussian(a, options); });
//
// The first array decides what kind comes back (NumPy, CuPy, PyTorch, JAX, opsin.Array) and on which stream the work is
// queued; run() releases the GIL and emits the warnings that the operation left.
#pragma once

#include <nanobind/nanobind.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/memory.h"
#include "opsin/array.h"
#include "opsin/border.h"

namespace opsin::python {

namespace nb = nanobind;

enum class Kind { numpy, opsin, cupy, torch, jax };

class Call : private core::ResultAllocator {
 public:
  /// Any array-like: see the file's head; lists and scalars as numpy.asarray takes them. Throws TypeError for dtypes
  /// that opsin has not (bfloat16, object, ...), ValueError for an array on another device than the first one's.
  Array in(nb::handle object);
  /// The same on any device, for what the operation itself brings to where it is needed, such as footprints.
  Array in_anywhere(nb::handle object);
  /// The same for an optional argument.
  std::optional<Array> in_optional(nb::handle object);
  /// An array that the operation writes into and that run() then returns as it is.
  std::optional<Array> out(nb::handle object);

  template <class F>
  nb::object run(F&& f) {
    return finish(invoke(f));
  }
  /// For operations with several results: a list.
  template <class F>
  nb::list run_list(F&& f) {
    nb::list list;
    for (const Array& a : invoke(f)) list.append(finish(a));
    return list;
  }
  /// For results that are no arrays.
  template <class F>
  auto invoke(F&& f) {
    try {
      auto result = [&] {
        const Scope scope(*this);
        const nb::gil_scoped_release release;
        return f();
      }();
      emit_warnings();
      return result;
    } catch (const nb::python_error&) {
      throw;
    } catch (...) {
      emit_warnings();  // What the operation said before it failed; the next call must not say it.
      throw;
    }
  }

  /// What f makes of one array as a view of it, as an object of the array's kind; JAX has no views and gets a copy. No
  /// work is queued, so that CuPy need not say on which stream.
  static nb::object view_of(nb::handle object, const std::function<Array(const Array&)>& f);

  Kind kind() const { return kind_.value_or(Kind::numpy); }

  /// Makes what opsin queues from now on wait for what the array's library has queued on it: for an array that stays
  /// opsin's when the call is over.
  void join_current_stream() const;

 private:
  struct Scope {
    explicit Scope(Call& call);
    std::optional<StreamGuard> stream;
    std::optional<core::ResultAllocatorScope> allocator;
  };
  struct Known {
    Array array;
    nb::object object;
    nb::object memory;  // of a result that is no object of CuPy's yet
  };

  /// Results that go back as CuPy or PyTorch arrays come from those libraries.
  std::shared_ptr<Buffer> allocate(const Extents& shape, DType dtype, Device device) override;
  /// The first array decides the kind and the stream; the stream waits for what later ones are still waiting for.
  void note(Kind kind, const Array& array, nb::handle object, std::optional<StreamHandle> stream = std::nullopt);
  nb::object finish(const Array& result);
  static void emit_warnings();

  std::optional<Kind> kind_;
  Device device_;
  StreamHandle stream_ = nullptr;
  std::vector<Known> known_;  // Arrays in the memory of the caller's library: the first input and results.
  nb::object out_object_;
  nb::object out_copy_;  // Of a NumPy array that opsin cannot write into as it is.
  const void* out_data_ = nullptr;
};

/// An Array as an object of the given kind, without a copy.
nb::object to_python(const Array& array, Kind kind);

/// A new Array, of a call without any: NumPy's on the CPU, opsin.Array on CUDA.
nb::object made(const Array& array);

/// NumPy's arithmetic turns 0-d arrays into scalars, and so do those of scikit-image's functions that are made of it.
nb::object scalar_if_0d(nb::object result);

/// What may go where the image is: a single number. An array must lie there already, which the operation checks.
inline Array beside(const Array& image, const Array& given) {
  return given.size() == 1 ? given.to(image.device()) : given;
}

/// A real number or a sequence of them.
std::vector<double> numbers(nb::handle value);
std::vector<int> integers(nb::handle value);
std::vector<std::int64_t> sizes(nb::handle value);

/// A mode name or a sequence of them.
Border border(nb::handle mode);
std::vector<Border> borders(nb::handle modes);

/// None, an integer or a tuple with one integer.
std::optional<int> optional_axis(nb::handle value);

/// numpy.dtype and the like.
DType dtype_from(nb::handle value);
nb::object numpy_dtype(DType dtype);

void bind_array(nb::module_& m);

}  // namespace opsin::python
