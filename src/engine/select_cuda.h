// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/select.h, by CUB.
#pragma once

#include <thrust/iterator/counting_iterator.h>

#include <climits>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_select.cuh>
#include <vector>

#include "core/cuda/launch.h"
#include "core/device_api.h"

namespace opsin::OPSIN_TARGET::engine {
namespace {

/// Calls f(memory, bytes) twice: to learn how much memory CUB wants, and with that.
template <class F>
void with_workspace(Device device, const F& f) {
  std::size_t bytes = 0;
  cuda::check(f(nullptr, bytes), "CUB");
  const Array memory = Array::empty({static_cast<std::int64_t>(bytes)}, DType::uint8, device);
  cuda::check(f(memory.mutable_data(), bytes), "CUB");
}

void to_host(void* to, const Array& from) {
  const auto stream = current_stream();
  core::check<CudaError>(!core::device_api().is_capturing(stream), "cuda",
                         "the shape of this result depends on values, which cannot be captured into a graph");
  core::device_api().copy(to, from.data(), from.nbytes(), core::CopyKind::device_to_host, stream);
}

}  // namespace

Array flagged(const Array& flags) {
  const std::int64_t n = flags.size();
  const Array all = Array::empty({n}, DType::int64, flags.device());
  const Array count = Array::zeros({1}, DType::int64, flags.device());
  if (n > 0) {
    const auto* const p = flags.data_as<std::uint8_t>();
    with_workspace(flags.device(), [&](void* memory, std::size_t& bytes) {
      return cub::DeviceSelect::Flagged(memory, bytes, thrust::counting_iterator<std::int64_t>(0), p,
                                        all.mutable_data_as<std::int64_t>(), count.mutable_data_as<std::int64_t>(), n,
                                        cuda::stream());
    });
  }
  std::int64_t found = 0;
  to_host(&found, count);
  return all.slice(0, 0, found);
}

Array sorted_by(const Array& keys, const Array& values) {
  const std::int64_t n = values.size();
  const Array out = Array::empty({n}, DType::int64, values.device());
  const Array out_keys = Array::empty({n}, DType::uint64, values.device());
  if (n == 0) return out;
  with_workspace(values.device(), [&](void* memory, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(memory, bytes, keys.data_as<std::uint64_t>(),
                                           out_keys.mutable_data_as<std::uint64_t>(), values.data_as<std::int64_t>(),
                                           out.mutable_data_as<std::int64_t>(), n, 0, 64, cuda::stream());
  });
  return out;
}

namespace {

struct BoxShape {
  std::int64_t size[max_ndim];
  int ndim;
};

__global__ void clear_boxes_kernel(long long* boxes, const std::int64_t n, const int ndim) {
  const std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x;
  if (i < n) boxes[i] = i / ndim % 2 == 0 ? LLONG_MAX : -1;
}

__global__ void label_boxes_kernel(long long* boxes, const std::int64_t* __restrict__ labels, const std::int64_t n,
                                   const std::int64_t count, const BoxShape shape) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < n; i += step) {
    const std::int64_t label = labels[i];
    if (label <= 0 || label > count) continue;
    long long* const box = boxes + (label - 1) * 2 * shape.ndim;
    std::int64_t rest = i;
    for (int a = shape.ndim - 1; a >= 0; --a) {
      const long long at = rest % shape.size[a];
      rest /= shape.size[a];
      // Most elements lie within the box so far: a read spares them the atomic operation.
      if (at < *static_cast<volatile long long*>(box + a)) atomicMin(box + a, at);
      if (at > *static_cast<volatile long long*>(box + shape.ndim + a)) atomicMax(box + shape.ndim + a, at);
    }
  }
}

}  // namespace

std::vector<std::int64_t> label_boxes(const Array& labels, std::int64_t count) {
  const std::int64_t n = count * 2 * labels.ndim();
  std::vector<std::int64_t> host(static_cast<std::size_t>(n));
  if (n == 0) return host;
  BoxShape shape{{}, labels.ndim()};
  for (int a = 0; a < shape.ndim; ++a) shape.size[a] = labels.shape(a);
  const Array boxes = Array::empty({n}, DType::int64, labels.device());
  auto* const p = reinterpret_cast<long long*>(boxes.mutable_data());
  cuda::launch(clear_boxes_kernel, cuda::grid_for(n, 256, INT32_MAX), dim3(256), 0, p, n, shape.ndim);
  cuda::launch(label_boxes_kernel, cuda::grid_for(labels.size(), 256), dim3(256), 0, p, labels.data_as<std::int64_t>(),
               labels.size(), count, shape);
  to_host(host.data(), boxes);
  return host;
}

}  // namespace opsin::OPSIN_TARGET::engine
