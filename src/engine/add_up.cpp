// SPDX-License-Identifier: Apache-2.0
#include "engine/sort.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/sort_cuda.h"
#else
#include "engine/sort_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

std::int64_t add_up(const Array& counts) {
  add_up_all(counts);
  return static_cast<std::int64_t>(counts.slice(0, counts.size() - 1, 1).item());
}

}  // namespace opsin::OPSIN_TARGET::engine
