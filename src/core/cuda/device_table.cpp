// SPDX-License-Identifier: Apache-2.0
// The CUDA runtime behind core::DeviceApi.
#include <cuda_runtime.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

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

std::string describe(int index) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  int driver = 0;
  int runtime = 0;
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  return core::text(properties.name, ", ", properties.totalGlobalMem >> 20, " MiB, compute capability ",
                    properties.major, ".", properties.minor, ", CUDA ", runtime / 1000, ".", runtime % 1000 / 10,
                    ", driver for CUDA ", driver / 1000, ".", driver % 1000 / 10);
}

int get_device() {
  check_not_forked();
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

void set_device(int index) { check(cudaSetDevice(index), "cudaSetDevice"); }

core::StreamState stream_state(StreamHandle stream) {
  const auto s = static_cast<cudaStream_t>(stream);
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  const cudaError_t code = cudaStreamIsCapturing(s, &status);
  // The legacy stream cannot be asked while another one is being captured; it is not captured itself.
  if (code != cudaErrorStreamCaptureImplicit) check(code, "cudaStreamIsCapturing");
  core::StreamState state{.id = 0, .capturing = status != cudaStreamCaptureStatusNone};
  if (code == cudaErrorStreamCaptureImplicit) {
    cudaGetLastError();
    state.capturing = false;
  }
  // Asking a stream under capture for its id would end the capture; nobody needs it then.
  if (state.capturing) return state;
  unsigned long long id = 0;
  if (s != nullptr) check(cudaStreamGetId(s, &id), "cudaStreamGetId");  // The legacy stream has none, and lives on.
  state.id = id;
  return state;
}

bool is_capturing(StreamHandle stream) { return stream_state(stream).capturing; }

void note_use() {
  if (!used.exchange(true)) {
    pthread_atfork(nullptr, nullptr, [] { forked.store(true, std::memory_order_relaxed); });
  }
}

/// What allocates, while another thread may be capturing a stream: it would end that capture, did this thread not say
/// that it is none of its business.
template <class F>
cudaError_t beside_captures(const F& f) {
  auto mode = cudaStreamCaptureModeRelaxed;
  check(cudaThreadExchangeStreamCaptureMode(&mode), "cudaThreadExchangeStreamCaptureMode");
  const cudaError_t code = f();
  cudaThreadExchangeStreamCaptureMode(&mode);
  return code;
}

/// The core keeps blocks and hands them out again in the order of a stream, so they need no stream-ordered allocator:
/// its first use in a process takes 11 ms (measured on an H200), cudaMalloc 0.01 to 0.1. A graph owns its memory.
void* allocate(std::size_t bytes, StreamHandle stream) {
  check_not_forked();
  note_use();
  void* data = nullptr;
  if (is_capturing(stream)) {
    check(cudaMallocAsync(&data, bytes, static_cast<cudaStream_t>(stream)), "cudaMallocAsync");
    return data;
  }
  check(beside_captures([&] { return cudaMalloc(&data, bytes); }), "cudaMalloc");
  return data;
}

void release(void* data, StreamHandle stream, int device) noexcept {
  if (forked.load(std::memory_order_relaxed)) return;
  int before = device;
  cudaGetDevice(&before);
  if (before != device) cudaSetDevice(device);
  if (cudaFreeAsync(data, static_cast<cudaStream_t>(stream)) != cudaSuccess) cudaFree(data);
  cudaGetLastError();
  if (before != device) cudaSetDevice(before);
}

bool wait_idle() {
  const cudaError_t code = cudaDeviceSynchronize();
  if (code == cudaErrorStreamCaptureUnsupported) {
    cudaGetLastError();
    return false;
  }
  check(code, "cudaDeviceSynchronize");
  return true;
}

void free_idle(void* data) noexcept {
  if (!forked.load(std::memory_order_relaxed)) cudaFree(data);
}

/// Memory that graphs have freed.
void trim() noexcept {
  int device = 0;
  cudaGetDevice(&device);
  cudaDeviceGraphMemTrim(device);
  cudaGetLastError();
}

/// An eighth of the device's memory.
std::size_t cache_limit() {
  static std::array<std::atomic<std::size_t>, 64> known{};
  auto& limit = known.at(static_cast<std::size_t>(get_device()));
  if (limit.load(std::memory_order_relaxed) == 0) {
    std::size_t free = 0;
    std::size_t total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    limit.store(total / 8, std::memory_order_relaxed);
  }
  return limit.load(std::memory_order_relaxed);
}

int device_of(const void* data) {
  cudaPointerAttributes attributes{};
  check(cudaPointerGetAttributes(&attributes, data), "cudaPointerGetAttributes");
  if (attributes.type != cudaMemoryTypeDevice && attributes.type != cudaMemoryTypeManaged) {
    throw ValueError("cuda: the address of a CUDA array is not in the memory of a device");
  }
  return attributes.device;
}

bool is_pinned(const void* host) {
  cudaPointerAttributes attributes{};
  const cudaError_t code = cudaPointerGetAttributes(&attributes, host);
  cudaGetLastError();
  return code == cudaSuccess && attributes.type == cudaMemoryTypeHost;
}

/// Memory of the host that a graph will read whenever it is launched: it goes when the graph does.
const void* kept_by_graph(const void* from, std::size_t bytes, cudaStream_t s) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  cudaGraph_t graph{};
  check(cudaStreamGetCaptureInfo(s, &status, nullptr, &graph, nullptr, nullptr, nullptr), "cudaStreamGetCaptureInfo");
  auto kept = std::make_unique<std::vector<std::byte>>(bytes);
  std::memcpy(kept->data(), from, bytes);
  const void* data = kept->data();
  cudaUserObject_t object{};
  const auto destroy = [](void* p) {
    const std::unique_ptr<std::vector<std::byte>> last(static_cast<std::vector<std::byte>*>(p));
  };
  check(cudaUserObjectCreate(&object, kept.get(), destroy, 1, cudaUserObjectNoDestructorSync), "cudaUserObjectCreate");
  kept.release();
  check(cudaGraphRetainUserObject(graph, object, 1, cudaGraphUserObjectMove), "cudaGraphRetainUserObject");
  return data;
}

/// Page-locked blocks for what the host asks of a device, a word or a few: a copy to pageable memory takes 2 us more.
/// Kept for ever: when static objects go, the driver may be gone.
class AnswerBlocks {
 public:
  static constexpr std::size_t size = 4096;

  void* take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        void* block = free_.back();
        free_.pop_back();
        return block;
      }
    }
    void* block = nullptr;
    check(beside_captures([&] { return cudaHostAlloc(&block, size, cudaHostAllocPortable); }), "cudaHostAlloc");
    return block;
  }
  void give(void* block) {
    const std::lock_guard lock(mutex_);
    free_.push_back(block);
  }

 private:
  std::mutex mutex_;
  std::vector<void*> free_;
};

/// Waits for the stream.
void copy_answer(void* to, const void* from, std::size_t bytes, cudaStream_t s) {
  static auto* const blocks = new AnswerBlocks;
  void* const block = blocks->take();
  cudaError_t code = cudaMemcpyAsync(block, from, bytes, cudaMemcpyDeviceToHost, s);
  if (code == cudaSuccess) code = cudaStreamSynchronize(s);
  if (code == cudaSuccess) std::memcpy(to, block, bytes);
  blocks->give(block);
  check(code, "cudaMemcpyAsync");
}

void copy(void* to, const void* from, std::size_t bytes, core::CopyKind kind, StreamHandle stream) {
  check_not_forked();
  const auto s = static_cast<cudaStream_t>(stream);
  const auto direction = kind == core::CopyKind::host_to_device   ? cudaMemcpyHostToDevice
                         : kind == core::CopyKind::device_to_host ? cudaMemcpyDeviceToHost
                                                                  : cudaMemcpyDeviceToDevice;
  if (kind == core::CopyKind::host_to_device && stream_state(stream).capturing) {
    check(cudaMemcpyAsync(to, kept_by_graph(from, bytes, s), bytes, direction, s), "cudaMemcpyAsync");
    return;
  }
  if (kind == core::CopyKind::device_to_host && is_capturing(stream)) {
    throw CudaError("cuda: this operation reads back what the device has found, which cannot be captured into a graph");
  }
  if (kind == core::CopyKind::device_to_host && bytes <= AnswerBlocks::size) return copy_answer(to, from, bytes, s);
  check(cudaMemcpyAsync(to, from, bytes, direction, s), "cudaMemcpyAsync");
  // From pageable memory CUDA has copied when the call returns; pinned memory is still being read.
  const bool wait =
      kind == core::CopyKind::device_to_host || (kind == core::CopyKind::host_to_device && is_pinned(from));
  if (wait) check(cudaStreamSynchronize(s), "cudaMemcpyAsync");
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

}  // namespace

extern const core::DeviceApi device_table;
const core::DeviceApi device_table{
    .device_count = device_count,
    .describe = describe,
    .get_device = get_device,
    .set_device = set_device,
    .allocate = allocate,
    .release = release,
    .wait_idle = wait_idle,
    .free = free_idle,
    .trim = trim,
    .cache_limit = cache_limit,
    .stream_state = stream_state,
    .device_of = device_of,
    .copy = copy,
    .fill_zero = fill_zero,
    .synchronize = synchronize,
    .order = order,
    .is_capturing = is_capturing,
};

}  // namespace opsin::OPSIN_TARGET
