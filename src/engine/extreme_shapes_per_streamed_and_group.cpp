// SPDX-License-Identifier: Apache-2.0
// Kernels of known footprints for one element type, on CUDA.
#ifdef OPSIN_TARGET_CUDA
#include "engine/extreme_bits_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint8_t;

template <class T, int Group>
void launch_shape(const ShapeImage<T>& p, int shape, unsigned blocks) {
  unrolled<(extreme_shape_count - Group + shape_groups - 1) / shape_groups>([&](auto i) {
    constexpr int of_group = shape_groups * i + Group;
    if (shape != of_group) return;
    if constexpr (in_bit_tiles<T>(extreme_shapes[of_group])) {
      cuda::launch(bit_extreme_kernel<of_group>, dim3(blocks), dim3(bit_block), 0, p);
    } else {
      cuda::launch(shape_extreme_kernel<T, of_group>, dim3(blocks), dim3(32), 0, p);
    }
  });
}

template void launch_shape<OPSIN_STREAMED, OPSIN_GROUP>(const ShapeImage<OPSIN_STREAMED>&, int, unsigned);

}  // namespace opsin::OPSIN_TARGET::engine
#endif
