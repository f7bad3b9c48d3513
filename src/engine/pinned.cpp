// SPDX-License-Identifier: Apache-2.0
#include "core/pinned.h"

#include <cstring>

#include "core/target.h"

#ifdef OPSIN_TARGET_CUDA
#include "core/cuda/pinned.h"
#else
#include "core/memory.h"
#endif

namespace opsin::OPSIN_TARGET::memory {
namespace {

#ifdef OPSIN_TARGET_CUDA
using Block = cuda::PinnedBlock;
#else
/// On the CPU a copy is over when it returns.
class Block final : public core::PinnedBlock {
 public:
  explicit Block(std::size_t bytes) : buffer_(core::allocate(bytes, Device{})) {}
  void* data() const override { return buffer_->data; }
  void copy_to(const Array& to) override { std::memcpy(to.mutable_data(), buffer_->data, to.nbytes()); }
  void wait() override {}

 private:
  std::shared_ptr<Buffer> buffer_;
};
#endif

}  // namespace

std::shared_ptr<core::PinnedBlock> pinned_block(const Array&, std::size_t bytes) {
  return std::make_shared<Block>(bytes);
}

}  // namespace opsin::OPSIN_TARGET::memory

OPSIN_EXPORT(memory, pinned_block, std::shared_ptr<core::PinnedBlock>, const Array&, std::size_t)
