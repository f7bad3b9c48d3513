// SPDX-License-Identifier: Apache-2.0
// The CUDA runtime behind core::DeviceApi. Memory comes from opsin's own pool, one per device: the device's default pool
// belongs to whoever else uses CUDA in this process.
#include <cuda_runtime.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/cuda/launch.h"
#include "core/device_api.h"

#include <pthread.h>
#include <unistd.h>

namespace opsin::OPSIN_TARGET {
namespace {

using cuda::check;

std::atomic<bool> used{false};
std::atomic<bool> forked{false};

/// A CUDA context does not survive a fork; the runtime would fail later and in words nobody can act on.
void check_not_forked() {
  if (forked.load(std::memory_order_relaxed)) {
    throw CudaError(
        "cuda: this process was forked from one that had used CUDA, where CUDA cannot work; start it with the "
        "\"spawn\" method instead (multiprocessing.set_start_method(\"spawn\"))");
  }
}

int device_count(std::string& why_none) {
  int count = 0;
  const cudaError_t code = cudaGetDeviceCount(&count);
  if (code != cudaSuccess) {
    cudaGetLastError();
    why_none = code == cudaErrorInsufficientDriver
                   ? "no NVIDIA driver was found, or it is too old for CUDA 13"
                   : core::text("the NVIDIA driver answers \"", cudaGetErrorString(code), "\"");
    return 0;
  }
  if (count == 0) why_none = "the driver sees no CUDA device";
  return count;
}

int get_device() {
  check_not_forked();
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

void set_device(int index) { check(cudaSetDevice(index), "cudaSetDevice"); }

cudaMemPool_t pool_of(int device) {
  static std::mutex mutex;
  static std::array<cudaMemPool_t, 64> pools{};
  const std::lock_guard lock(mutex);
  auto& pool = pools.at(static_cast<std::size_t>(device));
  if (!pool) {
    if (!used.exchange(true)) {
      pthread_atfork(nullptr, nullptr, [] { forked.store(true, std::memory_order_relaxed); });
    }
    cudaMemPoolProps props{};
    props.allocType = cudaMemAllocationTypePinned;
    props.location = {cudaMemLocationTypeDevice, device};
    check(cudaMemPoolCreate(&pool, &props), "cudaMemPoolCreate");
    std::uint64_t keep = UINT64_MAX;  // Freed memory stays with the pool: allocation then costs about a microsecond.
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "cudaMemPoolSetAttribute");
  }
  return pool;
}

void* allocate(std::size_t bytes, StreamHandle stream) {
  const cudaMemPool_t pool = pool_of(get_device());
  const auto s = static_cast<cudaStream_t>(stream);
  void* data = nullptr;
  cudaError_t code = cudaMallocFromPoolAsync(&data, bytes, pool, s);
  if (code == cudaErrorMemoryAllocation) {
    // What other sizes left in the pool may be enough: give it back and try once more.
    cudaGetLastError();
    cudaStreamSynchronize(s);
    cudaMemPoolTrimTo(pool, 0);
    code = cudaMallocFromPoolAsync(&data, bytes, pool, s);
  }
  check(code, "cudaMallocFromPoolAsync");
  return data;
}

void release(void* data, StreamHandle stream, int device) noexcept {
  if (forked.load(std::memory_order_relaxed)) return;
  int before = device;
  cudaGetDevice(&before);
  if (before != device) cudaSetDevice(device);
  cudaFreeAsync(data, static_cast<cudaStream_t>(stream));
  if (before != device) cudaSetDevice(before);
}

void copy(void* to, const void* from, std::size_t bytes, core::CopyKind kind, StreamHandle stream) {
  check_not_forked();
  const auto s = static_cast<cudaStream_t>(stream);
  const auto direction = kind == core::CopyKind::host_to_device   ? cudaMemcpyHostToDevice
                         : kind == core::CopyKind::device_to_host ? cudaMemcpyDeviceToHost
                                                                  : cudaMemcpyDeviceToDevice;
  check(cudaMemcpyAsync(to, from, bytes, direction, s), "cudaMemcpyAsync");
  if (kind == core::CopyKind::device_to_host) check(cudaStreamSynchronize(s), "cudaMemcpyAsync");
}

void fill_zero(void* data, std::size_t bytes, StreamHandle stream) {
  check(cudaMemsetAsync(data, 0, bytes, static_cast<cudaStream_t>(stream)), "cudaMemsetAsync");
}

void synchronize(StreamHandle stream) {
  check(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "cudaStreamSynchronize");
}

void order(StreamHandle earlier, StreamHandle later) {
  if (earlier == later) return;
  cudaEvent_t event{};
  check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
  cudaError_t code = cudaEventRecord(event, static_cast<cudaStream_t>(earlier));
  if (code == cudaSuccess) code = cudaStreamWaitEvent(static_cast<cudaStream_t>(later), event, 0);
  cudaEventDestroy(event);  // Freed once the wait has passed.
  check(code, "cudaStreamWaitEvent");
}

bool is_capturing(StreamHandle stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(static_cast<cudaStream_t>(stream), &status), "cudaStreamIsCapturing");
  return status != cudaStreamCaptureStatusNone;
}

}  // namespace

extern const core::DeviceApi device_table;
const core::DeviceApi device_table{device_count, get_device,  set_device, allocate,    release,
                                   copy,         fill_zero,   synchronize, order,       is_capturing};

}  // namespace opsin::OPSIN_TARGET
