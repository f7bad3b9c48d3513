// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "feature/symmetric.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {

Array hessian_matrix_eigvals(const std::vector<Array>& elements) {
  core::check_plain<IndexError>(!elements.empty(), "list index out of range");
  const Array& first = elements[0];
  const int n = elements.size() == 3 ? 2 : first.ndim();
  const auto count = static_cast<std::size_t>(n * (n + 1) / 2);
  core::check_plain<IndexError>(elements.size() >= count, "list index out of range");
  const std::vector<Array> used(elements.begin(), elements.begin() + static_cast<std::ptrdiff_t>(count));
  for (const Array& a : used) {
    core::check(!is_complex(a.dtype()), "feature.hessian_matrix_eigvals", "complex matrices are not supported");
    core::check(a.shape() == first.shape(), "feature.hessian_matrix_eigvals",
                "the elements' shapes differ: ", first.shape(), " and ", a.shape());
  }
  // NumPy's own two ways: the closed form needs a floating result, LAPACK takes integers as float64 and no float16.
  const bool closed = elements.size() == 3;
  core::check<TypeError>(!closed || is_floating(first.dtype()), "feature.hessian_matrix_eigvals",
                         "2 x 2 matrices must be of a floating dtype, not ", first.dtype());
  core::check<TypeError>(closed || first.dtype() != DType::float16, "feature.hessian_matrix_eigvals",
                         "array type float16 is unsupported in linalg");
  Extents shape = first.shape();
  shape.insert(0, n);
  const DType computed =
      first.dtype() == DType::float32 || first.dtype() == DType::float16 ? DType::float32 : DType::float64;
  const Array out = core::empty_result(shape, computed, first.device());
  symmetric_eigenvalues(out, used, n);
  return first.dtype() == DType::float16 ? out.astype(DType::float16) : out;
}

Array structure_tensor_eigenvalues(const std::vector<Array>& elements) { return hessian_matrix_eigvals(elements); }

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, hessian_matrix_eigvals, Array, const std::vector<Array>&)
OPSIN_EXPORT(feature, structure_tensor_eigenvalues, Array, const std::vector<Array>&)
