// SPDX-License-Identifier: Apache-2.0
// Host memory that a device reads by itself, while the host goes on.
#pragma once

#include <cstddef>
#include <memory>

#include "opsin/array.h"

namespace opsin::core {

/// A block of page-locked memory.
class PinnedBlock {
 public:
  virtual ~PinnedBlock() = default;
  virtual void* data() const = 0;
  /// Queues a copy of the first to.nbytes() bytes into a C-contiguous array, on the current stream. The block must not
  /// be written to before wait() has returned.
  virtual void copy_to(const Array& to) = 0;
  /// Waits until the device has read the last copy; may be called from any thread.
  virtual void wait() = 0;
};

}  // namespace opsin::core

namespace opsin::memory {

/// A block for copies to the device of `like`. Throws MemoryError, CudaError.
std::shared_ptr<core::PinnedBlock> pinned_block(const Array& like, std::size_t bytes);

}  // namespace opsin::memory
