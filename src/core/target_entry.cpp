// SPDX-License-Identifier: Apache-2.0
// What every target but the baseline exports: its operations, and the device it brings.
#include "core/target.h"
#include "opsin_build_id.h"

namespace opsin::OPSIN_TARGET {

#ifdef OPSIN_TARGET_HAS_DEVICE
extern const core::DeviceApi device_table;
const core::DeviceApi* const device = &device_table;
#else
const core::DeviceApi* const device = nullptr;
#endif

const core::OpEntry*& first_op() {
  static const core::OpEntry* first = nullptr;
  return first;
}

}  // namespace opsin::OPSIN_TARGET

namespace opsin::core {

// Each target has its own copy (hidden): an operation registers with the object it is compiled into.
OpRegistrar::OpRegistrar(const char* name, AnyFunction function) : entry{name, function, OPSIN_TARGET::first_op()} {
  OPSIN_TARGET::first_op() = &entry;
}

}  // namespace opsin::core

extern "C" __attribute__((visibility("default"))) const opsin::core::TargetTable* opsin_target() {
  static const opsin::core::TargetTable table{OPSIN_BUILD_ID, opsin::OPSIN_TARGET::first_op(),
                                              opsin::OPSIN_TARGET::device};
  return &table;
}
