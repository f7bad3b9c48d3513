// SPDX-License-Identifier: Apache-2.0
// Scratch memory of CPU tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace opsin::OPSIN_TARGET::engine {

/// Scratch memory of the running thread: grows, and is kept for the next task.
inline std::byte* thread_scratch(std::size_t bytes) {
  thread_local std::unique_ptr<std::byte[]> memory;
  thread_local std::size_t size = 0;
  if (size < bytes) {
    // What follows may throw, and the next task must not find a size without memory.
    size = 0;
    memory.reset();
    memory = std::make_unique_for_overwrite<std::byte[]>(bytes + 64);
    size = bytes;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(memory.get());
  return memory.get() + (64 - address % 64) % 64;
}

}  // namespace opsin::OPSIN_TARGET::engine
