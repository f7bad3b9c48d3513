// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/correlate.h"
#include "opsin/filters_sparse.h"

namespace opsin::OPSIN_TARGET::filters {

Array correlate_sparse(const Array& image, const opsin::ndimage::Weights& kernel,
                       const opsin::filters::CorrelateSparseOptions& o) {
  const DType dtype = float_result(image.dtype());
  core::check(!kernel.is_complex(), "filters.correlate_sparse", "complex kernels are not supported");
  const bool matches = kernel.shape.size() == image.ndim();
  // Before the axes are compared, as numpy.pad comes first; it takes the width of a 1-D kernel for every axis.
  for (int i = 0; o.mode && *o.mode != Border::constant && i < image.ndim(); ++i) {
    const std::int64_t width = kernel.shape.size() == 1 ? kernel.shape[0] : matches ? kernel.shape[i] : 1;
    core::check(image.shape(i) > 0 || width == 1, "filters.correlate_sparse",
                "an empty image can only be extended by a constant");
  }
  core::check_plain<RuntimeError>(matches || (o.mode && kernel.shape.size() != 1),
                                  "Unexpected initial index in kernel_indices");
  core::check(matches, "filters.correlate_sparse", "the kernel has ", kernel.shape.size(), " axes, the image ",
              image.ndim());
  Extents shape = image.shape();
  for (int i = 0; i < shape.size(); ++i) {
    if (o.mode) {
      core::check_plain(kernel.shape[i] % 2 == 1, "filters.correlate_sparse: the sizes of the kernel must be odd, got ",
                        kernel.shape);
    } else {
      shape[i] -= kernel.shape[i] - 1;
      core::check(shape[i] >= 0, "filters.correlate_sparse", "the image ", image.shape(),
                  " is smaller than the kernel ", kernel.shape);
    }
  }
  std::vector<engine::KernelElement> elements;
  std::array<std::int64_t, max_ndim> at{};
  for (const double w : kernel.real) {
    // The first element always takes part, as in scikit-image: 0 times NaN is NaN.
    if (w != 0 || elements.empty()) {
      engine::KernelElement e{at, w};
      for (int i = 0; o.mode && i < shape.size(); ++i) e.offset[i] -= kernel.shape[i] / 2;
      elements.push_back(e);
    }
    for (int i = shape.size() - 1; i >= 0 && ++at[i] == kernel.shape[i]; --i) at[i] = 0;
  }
  // Without padding the sums are made everywhere, and those whose kernel reaches beyond the edge are left out.
  const Array result = core::empty_result(shape, dtype, image.device());
  const Array sums = o.mode ? result : Array::empty(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::correlate<C>(sums, image.contiguous(), elements, o.mode.value_or(Border::nearest), 0);
  });
  if (!o.mode) {
    Array inside = sums;
    for (int i = 0; i < shape.size(); ++i) inside = inside.slice(i, 0, shape[i]);
    opsin::memory::assign(result, inside);
  }
  return result;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, correlate_sparse, Array, const Array&, const opsin::ndimage::Weights&,
             const opsin::filters::CorrelateSparseOptions&)
