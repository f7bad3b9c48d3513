// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "core/block_cache.h"
#include "opsin/error.h"

using namespace opsin;

TEST_CASE("block sizes lose at most an eighth and never a byte") {
  CHECK(core::block_size(1, 512) == 512);
  CHECK(core::block_size(512, 512) == 512);
  CHECK(core::block_size(513, 512) == 1024);
  CHECK(core::block_size((1 << 20) + 1, 4096) == (1 << 20) + (1 << 17));
  for (std::size_t n = 1; n < (std::size_t{1} << 40); n = n * 3 + 1) {
    const std::size_t size = core::block_size(n, 512);
    CHECK(size >= n);
    CHECK(size <= std::max<std::size_t>(n + n / 8, n + 511));
    CHECK(core::block_size(size, 512) == size);
  }
}

TEST_CASE("a block cache hands out under the key it was given, and frees the longest kept beyond its limit") {
  struct Key {
    int stream;
    std::size_t bytes;
    auto operator<=>(const Key&) const = default;
  };
  core::BlockCache<Key> cache;
  char memory[6];
  std::vector<void*> freed;
  const auto give = [&](Key key, int i) {
    cache.give(key, &memory[i], key.bytes, 250, [&](void* p, std::size_t) { freed.push_back(p); });
  };
  CHECK(cache.take({1, 100}, 100) == nullptr);
  give({1, 100}, 0);
  give({2, 100}, 1);
  give({1, 100}, 2);
  CHECK(freed == std::vector<void*>{&memory[0]});
  CHECK(cache.kept() == 200);
  CHECK(cache.take({1, 50}, 50) == nullptr);
  CHECK(cache.take({3, 100}, 100) == nullptr);
  CHECK(cache.take({2, 100}, 100) == &memory[1]);
  CHECK(cache.take({2, 100}, 100) == nullptr);
  give({2, 50}, 3);
  give({2, 300}, 4);
  CHECK(freed == std::vector<void*>{&memory[0], &memory[4]});
  const auto drained = cache.drain([](const Key& k) { return k.stream == 1; });
  REQUIRE(drained.size() == 1);
  CHECK(drained[0].second.data == &memory[2]);
  CHECK(cache.kept() == 50);
  give({2, 200}, 2);
  give({2, 200}, 5);
  CHECK(freed == std::vector<void*>{&memory[0], &memory[4], &memory[3], &memory[2]});
}

TEST_CASE("CPU memory is aligned, and large blocks are used again") {
  core::release_cached_cpu_memory();
  for (const std::size_t bytes : {0, 1, 63, 4096, 1 << 20, 3 << 20}) {
    CHECK(reinterpret_cast<std::uintptr_t>(core::allocate(bytes, {})->data) % 64 == 0);
  }
  core::release_cached_cpu_memory();
  CHECK(core::cached_cpu_bytes() == 0);
  const void* first = nullptr;
  {
    const auto block = core::allocate(3 << 20, {});
    first = block->data;
    std::memset(block->data, 1, block->bytes);
  }
  CHECK(core::cached_cpu_bytes() >= (3 << 20));
  {
    const auto block = core::allocate((3 << 20) - 5000, {});
    CHECK(block->data == first);
    CHECK(core::cached_cpu_bytes() == 0);
  }
  core::release_cached_cpu_memory();
  CHECK(core::cached_cpu_bytes() == 0);
}

TEST_CASE("memory that is not there is a MemoryError, and the next allocation works") {
  CHECK_THROWS_AS(core::allocate(std::size_t{1} << 60, {}), MemoryError);
  CHECK(core::allocate(1 << 21, {})->data != nullptr);
}

TEST_CASE("many threads never share a block") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 100; ++i) {
        const auto block = core::allocate((1 << 20) + 4096 * (i % 3), {});
        auto* p = static_cast<volatile int*>(block->data);
        p[0] = t;
        p[1000] = i;
        std::this_thread::yield();
        if (p[0] != t || p[1000] != i) FAIL("another thread wrote into this block");
      }
    });
  }
  for (std::thread& t : threads) t.join();
}

TEST_CASE("results come from the caller's allocator within its scope, scratch does not") {
  struct Counting : core::ResultAllocator {
    std::shared_ptr<Buffer> allocate(const Extents& shape, DType dtype, Device device) override {
      ++calls;
      return core::allocate(static_cast<std::size_t>(shape.product()) * itemsize(dtype), device);
    }
    int calls = 0;
  } allocator;
  {
    const core::ResultAllocatorScope scope(&allocator);
    const Array a = core::empty_result({2, 3}, DType::int16, {});
    CHECK(a.is_contiguous());
    CHECK(allocator.calls == 1);
    Array::empty({2, 3}, DType::int16);
    {
      const core::ResultAllocatorScope inner(nullptr);
      core::empty_result({2, 3}, DType::int16, {});
    }
    CHECK(allocator.calls == 1);
  }
  core::empty_result({2, 3}, DType::int16, {});
  CHECK(allocator.calls == 1);
}

TEST_CASE("cuda blocks are used again on their stream and given back on demand" *
          doctest::skip(cuda_device_count() == 0)) {
  const Device device{DeviceKind::cuda, 0};
  core::release_cached_cuda_memory(device);
  REQUIRE(core::cached_cuda_bytes() == 0);
  void* first = core::allocate(10000, device)->data;
  CHECK(core::cached_cuda_bytes() > 0);
  CHECK(core::allocate(10001, device)->data == first);
  CHECK_THROWS_AS(core::allocate(std::size_t{1} << 50, device), MemoryError);
  CHECK(core::cached_cuda_bytes() == 0);  // Running out gave back what was kept.
  CHECK(core::allocate(10000, device)->data != nullptr);
  core::release_cached_cuda_memory(device);
  CHECK(core::cached_cuda_bytes() == 0);
}
