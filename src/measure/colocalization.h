// SPDX-License-Identifier: Apache-2.0
// What colocalisation measures share: their checks, and a mask that may be missing.
#pragma once

#include "core/device_api.h"
#include "core/memory.h"
#include "engine/sums.h"
#include "measure/small_arrays.h"
#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {

/// Throws ValueError unless a mask holds 0 and 1 alone. Only masks of other dtypes than bool are looked at.
void check_binary(const Array& mask, const char* name);

void check_shapes(const Array& image0, const Array& image1, const opsin::measure::Mask& mask);

/// The mask, or a true element for all of the image.
Array weights_of(const opsin::measure::Mask& mask, const Array& image);

/// A sum that the host has to see. Throws CudaError under stream capture.
double seen(const Array& sums, int index);

/// 1 where x is other than 0.
template <class V>
HD V truth(V x) {
  using C = Element<V>;
  return pick(x == broadcast<V>(C(0)), broadcast<V>(C(0)), broadcast<V>(C(1)));
}

}  // namespace opsin::OPSIN_TARGET::measure
