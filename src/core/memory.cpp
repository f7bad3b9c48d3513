// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>

#include "core/check.h"
#include "core/device_api.h"

namespace opsin::core {
namespace {

constexpr std::size_t small_limit = std::size_t{1} << 20;

/// Freed CPU blocks, kept for the next array of their size. Why: a fresh 64 MiB block costs 16 thousand page faults, more
/// time than most filters need for their arithmetic.
class CpuPool {
 public:
  /// Sizes are rounded up to 1/8 of their power of two, so that near sizes share blocks and at most 1/8 is lost.
  static std::size_t rounded(std::size_t bytes) {
    const std::size_t step = std::max<std::size_t>(std::bit_floor(bytes) / 8, 4096);
    return (bytes + step - 1) / step * step;
  }

  void* take(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex);
      if (const auto it = free_.find(bytes); it != free_.end()) {
        void* p = it->second;
        free_.erase(it);
        kept_ -= bytes;
        return p;
      }
    }
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
      release_all();
      p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (p == MAP_FAILED) throw MemoryError(text("cannot allocate ", bytes, " bytes of memory"));
    madvise(p, bytes, MADV_HUGEPAGE);
    return p;
  }

  void give(void* p, std::size_t bytes) noexcept {
    {
      const std::lock_guard lock(mutex);
      if (kept_ + bytes <= limit_) {
        try {
          free_.emplace(bytes, p);
          kept_ += bytes;
          return;
        } catch (const std::bad_alloc&) {  // No room to remember it: give it back below.
        }
      }
    }
    munmap(p, bytes);
  }

  void release_all() {
    const std::lock_guard lock(mutex);
    for (const auto& [bytes, p] : free_) munmap(p, bytes);
    free_.clear();
    kept_ = 0;
  }

  std::size_t kept() {
    const std::lock_guard lock(mutex);
    return kept_;
  }

  std::mutex mutex;

 private:
  static std::size_t default_limit() {
    if (const char* text = std::getenv("OPSIN_CPU_CACHE_MB")) {
      std::size_t mb = 0;
      const auto [end, error] = std::from_chars(text, text + std::strlen(text), mb);
      if (error == std::errc() && *end == '\0') return mb << 20;
    }
    const auto pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
    return std::min<std::size_t>(std::size_t{1} << 30, pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 16);
  }

  std::multimap<std::size_t, void*> free_;
  std::size_t kept_ = 0;
  std::size_t limit_ = default_limit();
};

CpuPool& cpu_pool() {
  static CpuPool* const pool = [] {
    auto* p = new CpuPool;
    // A fork must not copy the lock while another thread holds it.
    pthread_atfork([] { cpu_pool().mutex.lock(); }, [] { cpu_pool().mutex.unlock(); },
                   [] { cpu_pool().mutex.unlock(); });
    return p;
  }();
  return *pool;
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
    const std::size_t rounded = CpuPool::rounded(bytes);
    buffer->data = cpu_pool().take(rounded);
    result = {buffer.get(), [rounded](Buffer* b) {
                cpu_pool().give(b->data, rounded);
                delete b;
              }};
  }
  buffer.release();
  return result;
}

std::shared_ptr<Buffer> allocate_cuda(std::size_t bytes, Device device) {
  const DeviceScope scope(device);
  const DeviceApi& api = device_api();
  const StreamHandle stream = current_stream();
  auto buffer = std::make_unique<Buffer>();
  buffer->bytes = bytes;
  buffer->device = device;
  buffer->data = bytes ? api.allocate(bytes, stream) : nullptr;
  std::shared_ptr<Buffer> result{buffer.get(), [&api, stream](Buffer* b) {
                                   if (b->data) api.release(b->data, stream, b->device.index);
                                   delete b;
                                 }};
  buffer.release();
  return result;
}

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
  Extents strides = shape;
  auto step = static_cast<std::int64_t>(itemsize(dtype));
  for (int i = shape.size() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<std::int64_t>(1, shape[i]);
  }
  void* data = buffer->data;
  return Array::view_of(data, shape, strides, dtype, device, std::move(buffer));
}

std::size_t cached_cpu_bytes() { return cpu_pool().kept(); }
void release_cached_cpu_memory() { cpu_pool().release_all(); }

}  // namespace opsin::core
