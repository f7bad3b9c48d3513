// SPDX-License-Identifier: Apache-2.0
#include "opsin/filters_sparse.h"

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {

void bind_filters_sparse(nb::module_& m) {
  m.def(
      "correlate_sparse",
      [](nb::handle image, nb::handle kernel, nb::handle mode) {
        Call call;
        const Array a = call.in(image);
        const Array k = call.in_anywhere(kernel);
        filters::CorrelateSparseOptions options{.mode = std::nullopt};
        if (!mode.is_none()) options.mode = border(mode);
        return call.run([&] { return filters::correlate_sparse(a, ndimage::Weights(k), options); });
      },
      nb::arg("image"), nb::arg("kernel"), nb::arg("mode").none());
}

}  // namespace opsin::python
