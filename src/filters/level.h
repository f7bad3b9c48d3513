// SPDX-License-Identifier: Apache-2.0
// Levels as functors read them: a value, or one that still is on its way on the device.
#pragma once

#include "core/check.h"
#include "core/math.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {

struct LevelReader {
  double value = 0;
  const double* at = nullptr;  // on the device, instead of the value

  HD double get() const { return at ? *at : value; }
};

/// What a LevelReader reads; keeps its memory.
class LevelSource {
 public:
  LevelSource(const opsin::filters::Level& level, const Array& image, const char* op, const char* name) {
    const Array& array = level.array();
    reader_.value = level.value();
    if (!array.defined()) return;
    core::check(array.size() == 1, op, name, " must be one number, got shape ", array.shape());
    core::check(array.device() == image.device(), op, name, " must lie on ", image.device(), ", not on ",
                array.device());
    core::check<TypeError>(!is_complex(array.dtype()), op, name, " must be real");
    if (image.device().kind == DeviceKind::cpu) {
      reader_.value = array.item();
    } else {
      memory_ = array.astype(DType::float64);
      reader_.at = memory_.data_as<double>();
    }
  }
  const LevelReader& reader() const { return reader_; }

 private:
  LevelReader reader_;
  Array memory_;
};

}  // namespace opsin::OPSIN_TARGET::filters
