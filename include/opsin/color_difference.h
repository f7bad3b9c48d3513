// SPDX-License-Identifier: Apache-2.0
// Differences of colours: skimage.color.deltaE_*.
#pragma once

#include "opsin/array.h"

namespace opsin::color {

// Each function takes two images in CIE-LAB whose channels L*, a*, b* lie along channel_axis (further channels are left
// out) and whose other axes broadcast; integers are taken as they are. The result lacks the channel axis; it is float32
// if both images are float16 or float32, else float64. All throw ValueError for fewer than 3 channels, shapes that do
// not broadcast and complex images, IndexError for an axis that is not there.

struct DeltaECie76Options {
  int channel_axis = -1;
};
/// The Euclidean distance.
Array deltaE_cie76(const Array& lab1, const Array& lab2, const DeltaECie76Options& options = {});

struct DeltaECiede94Options {
  double kH = 1;
  double kC = 1;
  double kL = 1;
  /// Weights of the first image's chroma: 0.045 and 0.015 for graphic arts, 0.048 and 0.014 (with kL = 2) for textiles.
  double k1 = 0.045;
  double k2 = 0.015;
  int channel_axis = -1;
};
/// CIE 1994. Not symmetric: `lab1` is the reference.
Array deltaE_ciede94(const Array& lab1, const Array& lab2, const DeltaECiede94Options& options = {});

struct DeltaECiede2000Options {
  double kL = 1;
  double kC = 1;
  double kH = 1;
  /// Taken modulo the number of axes of `lab1`, as scikit-image does.
  int channel_axis = -1;
};
/// CIEDE2000 (G. Sharma, W. Wu and E. N. Dalal, Color Res. Appl. 30, 2005).
Array deltaE_ciede2000(const Array& lab1, const Array& lab2, const DeltaECiede2000Options& options = {});

struct DeltaECmcOptions {
  double kL = 1;
  double kC = 1;
  int channel_axis = -1;
};
/// CMC l:c of the Society of Dyers and Colourists. Not symmetric: `lab1` is the reference. Of two single colours the
/// result is float64, as scikit-image's.
Array deltaE_cmc(const Array& lab1, const Array& lab2, const DeltaECmcOptions& options = {});

}  // namespace opsin::color
