// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "array_caster.h"
#include "opsin/ndimage_morphology.h"

namespace opsin::python {

/// None, a dtype or an array, as opsin/_ndimage_arguments.py sorted them.
inline ndimage::Output output(Call& call, nb::handle dtype, nb::handle array) {
  if (!dtype.is_none()) return dtype_from(dtype);
  if (const std::optional<Array> a = call.out(array)) return *a;
  return {};
}

/// A size or a footprint, as opsin/_ndimage_order.py sorted them.
inline ndimage::Neighbourhood neighbourhood(Call& call, nb::handle size, nb::handle footprint) {
  ndimage::Neighbourhood n;
  if (!size.is_none()) n.size = sizes(size);
  if (!footprint.is_none()) n.footprint = ndimage::Footprint(call.in_anywhere(footprint));
  return n;
}

}  // namespace opsin::python
