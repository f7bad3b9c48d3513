// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/greatest.h.
#pragma once

#include "core/cuda/launch.h"
#include "core/device_api.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
__global__ void greatest_kernel(int* found, const T* __restrict__ p, const std::int64_t n) {
  int most = 0;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) {
    most = p[i] > most ? p[i] : most;
  }
#pragma unroll
  for (int step_in_warp = 16; step_in_warp > 0; step_in_warp /= 2) {
    const int other = __shfl_xor_sync(0xffffffffu, most, step_in_warp);
    most = other > most ? other : most;
  }
  if (threadIdx.x % 32 == 0) atomicMax(found, most);
}

template <class T>
int greatest_of(const Array& image) {
  core::check<CudaError>(!core::device_api().is_capturing(current_stream()), "filters.rank",
                         "the greatest value of the image is needed on the host, which a graph cannot wait for");
  const Array found = Array::zeros({1}, DType::int32, image.device());
  cuda::launch(greatest_kernel<T>, cuda::grid_for(image.size(), 256, 132 * 8), dim3(256), 0,
               found.mutable_data_as<int>(), image.data_as<T>(), image.size());
  return static_cast<int>(found.item());
}

}  // namespace opsin::OPSIN_TARGET::engine
