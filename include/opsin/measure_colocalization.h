// SPDX-License-Identifier: Apache-2.0
// Colocalisation of two images: skimage.measure. Images have one shape and any real dtype; a mask (and what is called
// one) holds 0 and 1. Results are 0-d arrays: float64, or the images' floating dtype for Manders' coefficients.
#pragma once

#include <optional>
#include <vector>

#include "opsin/array.h"

namespace opsin::measure {

using Mask = std::optional<Array>;

/// Pearson's correlation coefficient r and the p-value of r = 0 for normal data, over the elements of the mask. NaN
/// where an image is constant. Throws ValueError for shapes that differ and fewer than two elements.
std::vector<Array> pearson_corr_coeff(const Array& image0, const Array& image1, const Mask& mask = {});

/// The share of image0's sum that lies in `image1_mask`; 0 for a sum of 0. Throws ValueError for shapes that differ,
/// negative elements and masks of other values than 0 and 1: signed and floating images, and masks that are not bool,
/// wait for a CUDA device.
Array manders_coloc_coeff(const Array& image0, const Array& image1_mask, const Mask& mask = {});

/// The sum of products over the root of the product of the sums of squares; integers wrap as NumPy's. Throws and waits
/// as manders_coloc_coeff.
Array manders_overlap_coeff(const Array& image0, const Array& image1, const Mask& mask = {});

/// The share of image0_mask that lies in image1_mask; 0 for an empty one. Throws and waits as manders_coloc_coeff.
Array intersection_coeff(const Array& image0_mask, const Array& image1_mask, const Mask& mask = {});

}  // namespace opsin::measure
