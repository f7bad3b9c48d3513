// SPDX-License-Identifier: Apache-2.0
#include "opsin/border.h"

#include "core/check.h"

namespace opsin {

Border border_from_name(std::string_view name) {
  if (name == "reflect" || name == "grid-mirror") return Border::reflect;
  if (name == "constant" || name == "grid-constant") return Border::constant;
  if (name == "nearest") return Border::nearest;
  if (name == "mirror") return Border::mirror;
  if (name == "wrap" || name == "grid-wrap") return Border::wrap;
  throw RuntimeError("boundary mode not supported");
}

}  // namespace opsin
