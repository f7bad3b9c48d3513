// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// Host values where the kernels of `device` read them, as bytes; the copy is queued before the kernel that follows.
template <class T>
Array on_device(const std::vector<T>& values, Device device) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(values.data()),
                                            values.size() * sizeof(T));
  return Array::from(bytes, {static_cast<std::int64_t>(bytes.size())}).to(device);
}

}  // namespace opsin::OPSIN_TARGET::engine
