// SPDX-License-Identifier: Apache-2.0
#include "ndimage/line_pair_engine.h"

namespace opsin::OPSIN_TARGET::ndimage {

void line_pair_double(const Array& out, const Array& image, const opsin::ndimage::LinePair& pair) {
  line_pair<double>(out, image, pair);
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, line_pair_double, void, const Array&, const Array&, const opsin::ndimage::LinePair&)
