// SPDX-License-Identifier: Apache-2.0
// Copies from global to shared memory that go on while the thread does. __pipeline_commit and __pipeline_wait_prior of
// cuda_pipeline.h group them; its own copy takes generic addresses, which are worked out anew at each use.
#pragma once

#include <cuda_pipeline.h>

namespace opsin::OPSIN_TARGET::cuda {

/// 4, 8 or 16 bytes, aligned to their number. `to` is an address in shared memory's own space. Sixteen bytes may leave
/// the L1 cache alone, which is faster where no other warp reads them.
template <int Bytes, bool Cached = true>
__device__ __forceinline__ void copy_async(unsigned to, const void* from) {
  if constexpr (!Cached) {
    static_assert(Bytes == 16);
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(from) : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(to), "l"(from), "n"(Bytes) : "memory");
  }
}

}  // namespace opsin::OPSIN_TARGET::cuda
