// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/sort.h, over CUB.
#pragma once

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include "core/cuda/launch.h"
#include "core/device_api.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::engine {

/// Runs f(memory, bytes) of CUB twice: to learn what memory it wants, and to work.
template <class F>
void with_cub_memory(Device device, const F& f) {
  std::size_t bytes = 0;
  cuda::check(f(nullptr, bytes), "size of CUB's memory");
  const Array memory = Array::empty({static_cast<std::int64_t>(bytes > 0 ? bytes : 1)}, DType::uint8, device);
  cuda::check(f(memory.mutable_data(), bytes), "CUB");
}

template <class K>
struct MakeKeys {
  const K* elements;
  KeyBits<K> bits;
  K* keys;
  std::uint32_t* places;  // null where nobody asks for them
  __device__ void operator()(std::int64_t i) const {
    keys[i] = bits.key(elements[i]);
    if (places != nullptr) places[i] = static_cast<std::uint32_t>(i);
  }
};

template <class K>
SortedKeys sort_keys(const Array& elements, const KeyBits<K>& bits) {
  check_places(elements);
  const std::int64_t n = elements.size();
  const Device device = elements.device();
  const SortedKeys from{Array::empty({n}, dtype_of<K>, device), Array::empty({n}, DType::uint32, device)};
  const SortedKeys to{Array::empty({n}, dtype_of<K>, device), Array::empty({n}, DType::uint32, device)};
  each(n, 1,
       MakeKeys<K>{elements.data_as<K>(), bits, from.keys.mutable_data_as<K>(),
                   from.places.mutable_data_as<std::uint32_t>()});
  with_cub_memory(device, [&](void* memory, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(
        memory, bytes, from.keys.data_as<K>(), to.keys.mutable_data_as<K>(), from.places.data_as<std::uint32_t>(),
        to.places.mutable_data_as<std::uint32_t>(), n, 0, static_cast<int>(8 * sizeof(K)), cuda::stream());
  });
  return to;
}

template <class K>
Array sorted_keys(const Array& elements, const KeyBits<K>& bits) {
  check_places(elements);
  const std::int64_t n = elements.size();
  const Device device = elements.device();
  const Array from = Array::empty({n}, dtype_of<K>, device), to = Array::empty({n}, dtype_of<K>, device);
  each(n, 1, MakeKeys<K>{elements.data_as<K>(), bits, from.mutable_data_as<K>(), nullptr});
  with_cub_memory(device, [&](void* memory, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(memory, bytes, from.data_as<K>(), to.mutable_data_as<K>(), n, 0,
                                          static_cast<int>(8 * sizeof(K)), cuda::stream());
  });
  return to;
}

inline void add_up_all(const Array& counts) {
  core::check<CudaError>(!core::device_api().is_capturing(current_stream()), "cuda",
                         "how many different values there are is needed on the host, which a graph cannot wait for");
  auto* p = counts.mutable_data_as<std::uint32_t>();
  with_cub_memory(counts.device(), [&](void* memory, std::size_t& bytes) {
    return cub::DeviceScan::InclusiveSum(memory, bytes, p, p, counts.size(), cuda::stream());
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
