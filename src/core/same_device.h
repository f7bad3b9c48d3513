// SPDX-License-Identifier: Apache-2.0
// Arrays of one call: a kernel would follow the pointer of another device.
#pragma once

#include "core/check.h"

namespace opsin::core {

/// Throws ValueError that names both devices.
inline void check_same_device(const Array& first, const Array& other) {
  check_plain(first.device() == other.device(), "arrays lie on different devices (", first.device(), " and ",
              other.device(), ")");
}

}  // namespace opsin::core
