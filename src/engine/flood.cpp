// SPDX-License-Identifier: Apache-2.0
// What CUDA's floods have in common once elements are bits.
#include "core/target.h"
#include "engine/hysteresis.h"

#ifdef OPSIN_TARGET_CUDA

#include "engine/flood_forest_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

void flood_words(const Array& out, const FloodPlan& plan, std::uint8_t spreading) {
  if (out.size() < (std::int64_t{1} << 31)) {
    run_sweeps<std::int32_t>(out, plan, spreading);
  } else {
    run_sweeps<std::int64_t>(out, plan, spreading);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine

#endif
