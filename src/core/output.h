// SPDX-License-Identifier: Apache-2.0
// Results that may go into a caller's array.
#pragma once

#include <initializer_list>
#include <optional>

#include "core/assign.h"
#include "core/check.h"
#include "core/memory.h"
#include "opsin/array.h"

namespace opsin::core {

/// Where an operation writes: C-contiguous memory of the computed dtype that overlaps no input. That is the caller's
/// own array when it qualifies, else memory that finish() copies from.
class Output {
 public:
  Output(const std::optional<Array>& wanted, const Extents& shape, DType computed, Device device,
         std::initializer_list<const Array*> inputs, bool any_dtype = false)
      : wanted_(wanted) {
    if (!wanted_) {
      array_ = empty_result(shape, computed, device);
      return;
    }
    check_plain<RuntimeError>(wanted_->shape() == shape, "output shape not correct");
    check(wanted_->device() == device, "out", "must lie on ", device, ", not on ", wanted_->device());
    check(!wanted_->readonly(), "out", "output array is read-only");
    bool direct = wanted_->is_contiguous() && (any_dtype || wanted_->dtype() == computed);
    for (const Array* input : inputs) direct = direct && !may_overlap(*wanted_, *input);
    array_ = direct ? *wanted_ : Array::empty(shape, computed, device);
  }

  const Array& array() const { return array_; }

  Array finish() const {
    if (!wanted_) return array_;
    if (array_.data() != wanted_->data()) memory::assign(*wanted_, array_);
    return *wanted_;
  }

 private:
  std::optional<Array> wanted_;
  Array array_;
};

}  // namespace opsin::core
