// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <compare>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/block_cache.h"
#include "core/check.h"
#include "core/device_api.h"

namespace opsin::core {
namespace {

constexpr std::size_t small_limit = std::size_t{1} << 20;
constexpr std::size_t page = 4096;

/// Why CPU blocks are kept: a fresh 64 MiB block costs 16 thousand page faults, more time than most filters need for
/// their arithmetic.
using CpuCache = BlockCache<std::size_t>;

CpuCache& cpu_cache();
CpuCache& cpu_cache() {
  static CpuCache* const cache = [] {
    survive_fork<&cpu_cache>();
    return new CpuCache;  // Never destroyed: arrays may outlive static objects.
  }();
  return *cache;
}

std::size_t cpu_cache_limit() {
  static const std::size_t limit = [] {
    if (const char* text = std::getenv("OPSIN_CPU_CACHE_MB")) {
      std::size_t mb = 0;
      const auto [end, error] = std::from_chars(text, text + std::strlen(text), mb);
      if (error == std::errc() && *end == '\0') return mb << 20;
    }
    const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
    return std::min(std::size_t{1} << 30, pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 16);
  }();
  return limit;
}

void* map_pages(std::size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) {
    release_cached_cpu_memory();
    p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  if (p == MAP_FAILED) throw MemoryError(text("cannot allocate ", bytes, " bytes of memory"));
  madvise(p, bytes, MADV_HUGEPAGE);
  return p;
}

std::shared_ptr<Buffer> allocate_cpu(std::size_t bytes) {
  auto buffer = std::make_unique<Buffer>();
  buffer->bytes = bytes;
  std::shared_ptr<Buffer> result;
  if (bytes < small_limit) {
    buffer->data = ::operator new(std::max<std::size_t>(bytes, 64), std::align_val_t{64});
    result = {buffer.get(), [](Buffer* b) {
                ::operator delete(b->data, std::align_val_t{64});
                delete b;
              }};
  } else {
    const std::size_t rounded = block_size(bytes, page);
    void* const kept = cpu_cache().take(rounded, rounded);
    buffer->data = kept ? kept : map_pages(rounded);
    result = {buffer.get(), [rounded](Buffer* b) {
                cpu_cache().give(rounded, b->data, rounded, cpu_cache_limit(),
                                 [](void* p, std::size_t n) { munmap(p, n); });
                delete b;
              }};
  }
  buffer.release();
  return result;
}

/// CUDA blocks are kept too: cudaMalloc costs 10 to 100 microseconds, and cudaFree waits for the device.
/// A block goes to the stream that it was used on and to no other: work on one stream runs in order, so the next user's
/// kernels start after the last user's have ended. Streams count by their id, which is never used twice: a handle is,
/// as soon as its stream is destroyed, though work of the old stream may still be running.
struct CudaKey {
  int device;
  std::uint64_t stream;
  std::size_t bytes;
  auto operator<=>(const CudaKey&) const = default;
};
using CudaCache = BlockCache<CudaKey>;

CudaCache& cuda_cache();
CudaCache& cuda_cache() {
  static CudaCache* const cache = [] {
    survive_fork<&cuda_cache>();
    return new CudaCache;
  }();
  return *cache;
}

/// Gives a device's kept blocks back to the driver. Their streams may be gone, so the whole device has to be idle: this
/// is for a device that has run out of memory, and for callers who ask.
void release_cuda(int device) {
  const DeviceScope scope({DeviceKind::cuda, device});
  const DeviceApi& api = device_api();
  if (!api.wait_idle()) return;  // A stream capture forbids it.
  for (const auto& [key, block] : cuda_cache().drain([&](const CudaKey& k) { return k.device == device; })) {
    api.free(block.data);
  }
  api.trim();
}

void* new_cuda_block(std::size_t bytes, StreamHandle stream, Device device, bool capturing) {
  const DeviceApi& api = device_api();
  if (!capturing && cuda_cache().kept() > api.cache_limit()) release_cuda(device.index);
  try {
    return api.allocate(bytes, stream);
  } catch (const MemoryError&) {
    if (capturing) throw;
  }
  release_cuda(device.index);
  try {
    return api.allocate(bytes, stream);
  } catch (const MemoryError&) {
    throw MemoryError(text("cannot allocate ", bytes, " bytes of memory on ", device));
  }
}

std::shared_ptr<Buffer> allocate_cuda(std::size_t bytes, Device device) {
  const DeviceScope scope(device);
  const DeviceApi& api = device_api();
  auto buffer = std::make_unique<Buffer>();
  buffer->bytes = bytes;
  buffer->device = device;
  std::shared_ptr<Buffer> result;
  const StreamHandle stream = current_stream();
  const StreamState state = bytes ? api.stream_state(stream) : StreamState{};
  if (bytes == 0) {
    result = {buffer.get(), std::default_delete<Buffer>()};
  } else if (state.capturing) {
    // The graph owns its memory: a kept block would be written to again whenever the graph is launched.
    buffer->data = new_cuda_block(bytes, stream, device, true);
    result = {buffer.get(), [&api, stream](Buffer* b) {
                api.release(b->data, stream, b->device.index);
                delete b;
              }};
  } else {
    const CudaKey key{device.index, state.id, block_size(bytes, 512)};
    void* const kept = cuda_cache().take(key, key.bytes);
    buffer->data = kept ? kept : new_cuda_block(key.bytes, stream, device, false);
    result = {buffer.get(), [key](Buffer* b) {
                // No limit here: giving back needs an idle device, which only an allocation may wait for.
                cuda_cache().give(key, b->data, key.bytes, SIZE_MAX, [](void*, std::size_t) {});
                delete b;
              }};
  }
  buffer.release();
  return result;
}

// Made when the library is loaded. A fork takes locks in the reverse order in which they were announced, and it has to
// wait for running loops (core/threads.cpp, announced with the first loop) before it takes a lock that a loop may need
// to end: with a cache that was announced later, a loop that allocated made the fork wait for ever.
[[maybe_unused]] CpuCache& cpu_cache_at_load = cpu_cache();
[[maybe_unused]] CudaCache& cuda_cache_at_load = cuda_cache();

thread_local ResultAllocator* result_allocator = nullptr;

}  // namespace

std::shared_ptr<Buffer> allocate(std::size_t bytes, Device device) {
  return device.kind == DeviceKind::cpu ? allocate_cpu(bytes) : allocate_cuda(bytes, device);
}

ResultAllocatorScope::ResultAllocatorScope(ResultAllocator* allocator) : before_(result_allocator) {
  result_allocator = allocator;
}
ResultAllocatorScope::~ResultAllocatorScope() { result_allocator = before_; }

void fill_zero(const Array& a) {
  if (a.nbytes() == 0) return;
  if (a.device().kind == DeviceKind::cpu) {
    std::memset(a.mutable_data(), 0, a.nbytes());
  } else {
    const DeviceScope scope(a.device());
    device_api().fill_zero(a.mutable_data(), a.nbytes(), current_stream());
  }
}

Array empty_result(const Extents& shape, DType dtype, Device device) {
  if (!result_allocator) return Array::empty(shape, dtype, device);
  auto buffer = result_allocator->allocate(shape, dtype, device);
  if (!buffer) return Array::empty(shape, dtype, device);
  void* data = buffer->data;
  return Array::view_of(data, shape, c_strides(shape, dtype), dtype, device, std::move(buffer));
}

std::size_t cached_cpu_bytes() { return cpu_cache().kept(); }

void release_cached_cpu_memory() {
  for (const auto& [key, block] : cpu_cache().drain([](std::size_t) { return true; })) munmap(block.data, block.bytes);
}

std::size_t cached_cuda_bytes() { return cuda_cache().kept(); }

void release_cached_cuda_memory(Device device) { release_cuda(device.index); }

}  // namespace opsin::core
