// SPDX-License-Identifier: Apache-2.0
// What all filters of scipy.ndimage do with their arguments: the result's dtype, complex arrays as two real ones,
// options that speak for every axis.
#pragma once

#include <array>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/output.h"
#include "opsin/ndimage.h"

namespace opsin::OPSIN_TARGET::ndimage {

using opsin::ndimage::Complex;

/// The real (0) or imaginary (1) part of a complex array, as a view.
inline Array part_of(const Array& a, int part) {
  const Array pairs = a.view_real();
  Extents shape = a.shape();
  Extents strides = a.strides();
  return Array::view_of(static_cast<std::byte*>(pairs.mutable_data()) + part * itemsize(pairs.dtype()), shape, strides,
                        pairs.dtype(), a.device(), a.buffer());
}

/// numpy.promote_types(t, complex64).
inline DType promoted_to_complex(DType t) {
  if (is_complex(t)) return t;
  return itemsize(t) >= 4 && t != DType::float32 ? DType::complex128 : DType::complex64;
}

inline void check_supported(DType t) {
  core::check_plain<RuntimeError>(t != DType::float16 && !is_complex(t), "array type dtype('", t, "') not supported");
}

inline double part_of(Complex z, int part) { return part ? z.imag() : z.real(); }

inline void check_cval(bool complex_input, Complex cval) {
  core::check_plain<TypeError>(complex_input || cval.imag() == 0, "must be real number, not complex");
}

/// The array that a filter returns.
class Result {
 public:
  Result(const opsin::ndimage::Output& wanted, const Array& input, bool is_complex_result)
      : complex_(is_complex_result),
        dtype_(dtype_for(wanted, input)),
        output_(std::holds_alternative<Array>(wanted) ? std::optional(std::get<Array>(wanted)) : std::nullopt,
                input.shape(), dtype_, input.device(), {&input}) {
    core::check_plain<RuntimeError>(!complex_ || is_complex(dtype_), "output must have complex dtype");
  }

  /// numpy's output[...] = input.
  Array copy_of(const Array& input) const {
    opsin::memory::assign(output_.array(), input);
    return output_.finish();
  }

  /// f(to, from, part) for the real array, or for the real and the imaginary part of a complex one. Both arrays are
  /// C-contiguous and apart.
  template <class F>
  Array fill(const Array& input, const F& f) const {
    if (!complex_) {
      check_supported(input.dtype());
      check_supported(dtype_);
      f(output_.array(), input.contiguous(), 0);
      return output_.finish();
    }
    const Array real = Array::empty(input.shape(), real_of(dtype_), input.device());
    for (int part = 0; part < 2; ++part) {
      f(real, is_complex(input.dtype()) ? part_of(input, part).contiguous() : input.contiguous(), part);
      opsin::memory::assign(part_of(output_.array(), part), real);
    }
    return output_.finish();
  }

  DType dtype() const { return dtype_; }

 private:
  DType dtype_for(const opsin::ndimage::Output& wanted, const Array& input) const {
    if (const auto* t = std::get_if<DType>(&wanted)) return *t;
    if (const auto* a = std::get_if<Array>(&wanted)) return a->dtype();
    return complex_ ? promoted_to_complex(input.dtype()) : input.dtype();
  }

  bool complex_;
  DType dtype_;
  core::Output output_;
};

/// One value per filtered axis from one for all or one for each.
template <class T>
std::vector<T> per_axis(const std::vector<T>& values, std::size_t axes) {
  if (values.size() == 1) return std::vector<T>(axes, values[0]);
  core::check_plain<RuntimeError>(values.size() == axes, "sequence argument must have length equal to input rank");
  return values;
}

/// The filtered axes in [0, ndim), all of them without a choice.
inline std::vector<int> normalized_axes(const std::optional<std::vector<int>>& axes, int ndim) {
  std::vector<int> result;
  if (!axes) {
    for (int i = 0; i < ndim; ++i) result.push_back(i);
    return result;
  }
  for (const int a : *axes) {
    core::check_plain(a >= -ndim && a < ndim, "specified axis: ", a, " is out of range");
    const int axis = a < 0 ? a + ndim : a;
    for (const int other : result) core::check_plain(other != axis, "axes must be unique");
    result.push_back(axis);
  }
  return result;
}

}  // namespace opsin::OPSIN_TARGET::ndimage
