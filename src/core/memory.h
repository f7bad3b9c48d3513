// SPDX-License-Identifier: Apache-2.0
// Where buffers come from.
#pragma once

#include <memory>

#include "opsin/array.h"

namespace opsin::core {

/// Memory of opsin's own on a device. Freed blocks are kept: on the CPU for any next array of their size, on CUDA for
/// the next one on the stream that was current when they were made, which their users' work must be ordered with.
/// 64-byte aligned on the CPU. Throws MemoryError.
std::shared_ptr<Buffer> allocate(std::size_t bytes, Device device);

/// The strides in bytes of a C-contiguous array.
Extents c_strides(const Extents& shape, DType dtype);

/// A caller's allocator for arrays that are handed back to it (CuPy's or PyTorch's memory). Null means opsin's own.
struct ResultAllocator {
  virtual ~ResultAllocator() = default;
  virtual std::shared_ptr<Buffer> allocate(const Extents& shape, DType dtype, Device device) = 0;
};

/// Makes results of this thread come from `allocator` for its scope.
class ResultAllocatorScope {
 public:
  explicit ResultAllocatorScope(ResultAllocator* allocator);
  ~ResultAllocatorScope();
  ResultAllocatorScope(const ResultAllocatorScope&) = delete;
  ResultAllocatorScope& operator=(const ResultAllocatorScope&) = delete;

 private:
  ResultAllocator* before_;
};

/// An uninitialised array that the operation returns to its caller. Scratch memory is Array::empty.
Array empty_result(const Extents& shape, DType dtype, Device device);

/// All bytes of a C-contiguous array to zero, on its device's current stream.
void fill_zero(const Array& array);

/// Bytes of CPU memory kept for reuse, and giving them back to the system.
std::size_t cached_cpu_bytes();
void release_cached_cpu_memory();

/// The same for CUDA; waits until the device is idle, and does nothing while a stream is being captured.
std::size_t cached_cuda_bytes();
void release_cached_cuda_memory(Device device);

}  // namespace opsin::core
