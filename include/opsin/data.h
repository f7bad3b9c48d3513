// SPDX-License-Identifier: Apache-2.0
// Images that are made, not loaded: skimage.data.
#pragma once

#include <cstdint>

#include "opsin/array.h"
#include "opsin/border.h"
#include "opsin/random.h"

namespace opsin::data {

struct BinaryBlobsOptions {
  /// Of each side of the image.
  std::int64_t length = 512;
  /// Size of a blob, as a share of the side.
  double blob_size_fraction = 0.1;
  int n_dim = 2;
  /// Share of the image that blobs cover.
  double volume_fraction = 0.5;
  /// `nearest` or `wrap`.
  Border boundary_mode = Border::nearest;
  /// Where the image is made.
  Device device = {};
};
/// Rounded blobs at random places: points smoothed by a Gaussian and cut off where volume_fraction of the image is
/// left. A bool image. A blob size below 0.1 pixels is raised to that, with a warning. Throws ValueError for
/// another border and a volume_fraction outside [0, 1].
Array binary_blobs(random::Generator& rng, const BinaryBlobsOptions& options = {});

/// How many points that takes.
std::int64_t blob_count(const BinaryBlobsOptions& options);
/// The same with the points' places given, uniform in [0, 1): n_dim rows of blob_count() values, on the CPU.
Array blobs_at(const Array& places, const BinaryBlobsOptions& options = {});

}  // namespace opsin::data
