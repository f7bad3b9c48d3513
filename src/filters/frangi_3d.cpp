// SPDX-License-Identifier: Apache-2.0
#include "filters/frangi_passes.h"

namespace opsin::OPSIN_TARGET::filters {

OPSIN_VESSEL_PASSES(3, float)
OPSIN_VESSEL_PASSES(3, double)

}  // namespace opsin::OPSIN_TARGET::filters
