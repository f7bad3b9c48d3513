// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "core/check.h"
#include "data/blobs_above.h"
#include "opsin/data.h"
#include "opsin/filters.h"

namespace opsin::data {
namespace {

/// With a blob size that the Gaussian can have.
BinaryBlobsOptions usable(BinaryBlobsOptions o) {
  core::check_plain(o.boundary_mode == Border::nearest || o.boundary_mode == Border::wrap,
                    "unsupported `boundary_mode`: 'nearest' or 'wrap' expected");
  core::check(o.length > 0 && o.n_dim > 0 && o.n_dim <= max_ndim, "data.binary_blobs",
              "length and n_dim must be positive, got ", o.length, " and ", o.n_dim);
  core::check_plain(o.volume_fraction >= 0 && o.volume_fraction <= 1, "Percentiles must be in the range [0, 100]");
  o.blob_size_fraction = std::max(o.blob_size_fraction, 0.1 / static_cast<double>(o.length));
  return o;
}

}  // namespace

std::int64_t blob_count(const BinaryBlobsOptions& options) {
  const BinaryBlobsOptions o = usable(options);
  const auto along_side = static_cast<std::int64_t>(1.0 / o.blob_size_fraction);
  std::int64_t count = 1;
  for (int d = 0; d < o.n_dim; ++d) count *= along_side;
  return std::max<std::int64_t>(count, 1);
}

Array blobs_at(const Array& places, const BinaryBlobsOptions& options) {
  const BinaryBlobsOptions o = usable(options);
  const double wanted = options.blob_size_fraction * static_cast<double>(o.length);
  if (wanted < 0.1) {
    core::warn(Warning::Category::runtime,
               core::text("`blob_size_fraction=", options.blob_size_fraction, "` together with `length=", o.length,
                          "` would result in a blob size of ", wanted,
                          " pixels. Small blob sizes likely lead to unexpected results! Clamping to "
                          "`blob_size_fraction=",
                          o.blob_size_fraction,
                          "` and a blob size of 0.1 pixels to avoid "
                          "allocating excessive memory."));
  }
  core::check(places.ndim() == 2 && places.shape(0) == o.n_dim && places.dtype() == DType::float64 &&
                  places.device().kind == DeviceKind::cpu && places.is_contiguous(),
              "data.blobs_at", "a float64 array of ", o.n_dim, " rows on the CPU expected");
  Extents shape;
  for (int d = 0; d < o.n_dim; ++d) shape.push_back(o.length);
  const std::int64_t count = places.shape(1);
  std::vector<std::int64_t> at(static_cast<std::size_t>(count), 0);
  for (int d = 0; d < o.n_dim; ++d) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double place = places.data_as<double>()[d * count + i];
      core::check(place >= 0 && place < 1, "data.blobs_at", "places must lie in [0, 1), got ", place);
      std::int64_t& index = at[static_cast<std::size_t>(i)];
      index = index * o.length + static_cast<std::int64_t>(static_cast<double>(o.length) * place);
    }
  }
  const Array seeds = Array::zeros(shape, DType::float64, o.device);
  set_seeds(seeds, at);
  const double sigma = 0.25 * static_cast<double>(o.length) * o.blob_size_fraction;
  const Array smooth = filters::gaussian(seeds, {.sigma = {sigma}, .mode = o.boundary_mode});
  // numpy.percentile is given a percentage, and makes a share of it again.
  return not_below(smooth, 100 * (1 - o.volume_fraction) / 100);
}

Array binary_blobs(random::Generator& rng, const BinaryBlobsOptions& o) {
  const Array places = Array::empty({o.n_dim, blob_count(o)}, DType::float64);
  for (std::int64_t i = 0; i < places.size(); ++i) places.mutable_data_as<double>()[i] = rng.uniform();
  return blobs_at(places, o);
}

}  // namespace opsin::data
