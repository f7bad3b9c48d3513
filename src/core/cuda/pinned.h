// SPDX-License-Identifier: Apache-2.0
// CUDA side of core/pinned.h.
#pragma once

#include <unistd.h>

#include "core/cuda/launch.h"
#include "core/pinned.h"

namespace opsin::OPSIN_TARGET::cuda {

class PinnedBlock final : public core::PinnedBlock {
 public:
  explicit PinnedBlock(std::size_t bytes) {
    check(cudaEventCreateWithFlags(&read_, cudaEventDisableTiming), "cudaEventCreate");
    // Portable: a batch may go to any device of the process.
    const cudaError_t code = cudaHostAlloc(&data_, bytes > 0 ? bytes : 1, cudaHostAllocPortable);
    if (code != cudaSuccess) cudaEventDestroy(read_);
    check(code, "cudaHostAlloc");
  }
  ~PinnedBlock() override {
    if (getpid() != process_) return;  // A forked child has no CUDA context to give it back to.
    cudaEventSynchronize(read_);
    cudaEventDestroy(read_);
    cudaFreeHost(data_);
    cudaGetLastError();
  }
  void* data() const override { return data_; }
  void copy_to(const Array& to) override {
    check(cudaMemcpyAsync(to.mutable_data(), data_, to.nbytes(), cudaMemcpyHostToDevice, stream()), "cudaMemcpyAsync");
    check(cudaEventRecord(read_, stream()), "cudaEventRecord");
  }
  void wait() override { check(cudaEventSynchronize(read_), "cudaEventSynchronize"); }

 private:
  void* data_ = nullptr;
  cudaEvent_t read_{};
  pid_t process_ = getpid();
};

}  // namespace opsin::OPSIN_TARGET::cuda
