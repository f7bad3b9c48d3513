// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"
#include "opsin/morphology.h"

namespace opsin::morphology {

Beyond beyond_from_name(std::string_view name) {
  constexpr std::string_view names[] = {"reflect", "constant", "nearest", "mirror", "wrap", "max", "min", "ignore"};
  for (int i = 0; i < 8; ++i) {
    if (name == names[i]) return static_cast<Beyond>(i);
  }
  throw ValueError(core::text("unsupported mode, got '", name, "'"));
}

}  // namespace opsin::morphology
