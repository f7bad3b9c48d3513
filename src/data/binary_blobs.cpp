// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
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

/// numpy.percentile of the values, which come out in another order.
double percentile(std::vector<double>& values, double percent) {
  const double at = static_cast<double>(values.size() - 1) * (percent / 100);
  const auto below = static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  const double part = at - static_cast<double>(below);
  if (part == 0) return low;
  const double step = *std::min_element(values.begin() + below + 1, values.end()) - low;
  return part >= 0.5 ? low + step - step * (1 - part) : low + step * part;
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
  const Array seeds = Array::zeros(shape, DType::float64);
  const std::int64_t count = places.shape(1);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t at = 0;
    for (int d = 0; d < o.n_dim; ++d) {
      const double place = places.data_as<double>()[d * count + i];
      core::check(place >= 0 && place < 1, "data.blobs_at", "places must lie in [0, 1), got ", place);
      at = at * o.length + static_cast<std::int64_t>(static_cast<double>(o.length) * place);
    }
    seeds.mutable_data_as<double>()[at] = 1;
  }
  const double sigma = 0.25 * static_cast<double>(o.length) * o.blob_size_fraction;
  const Array smooth = filters::gaussian(seeds, {.sigma = {sigma}, .mode = o.boundary_mode});
  const double* values = smooth.data_as<double>();
  std::vector<double> sorted(values, values + smooth.size());
  const double threshold = percentile(sorted, 100 * (1 - o.volume_fraction));
  const Array blobs = Array::empty(shape, DType::boolean);
  auto* inside = static_cast<std::uint8_t*>(blobs.mutable_data());
  for (std::int64_t i = 0; i < blobs.size(); ++i) inside[i] = !(values[i] < threshold);
  return blobs;
}

Array binary_blobs(random::Generator& rng, const BinaryBlobsOptions& o) {
  const Array places = Array::empty({o.n_dim, blob_count(o)}, DType::float64);
  for (std::int64_t i = 0; i < places.size(); ++i) places.mutable_data_as<double>()[i] = rng.uniform();
  return blobs_at(places, o);
}

}  // namespace opsin::data
