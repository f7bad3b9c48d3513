// SPDX-License-Identifier: Apache-2.0
#include "data/blobs_above.h"

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/on_device.h"
#include "engine/quantiles.h"

namespace opsin::OPSIN_TARGET::data {
namespace {

struct SetSeed {
  const std::int64_t* place;
  double* image;
  HD void operator()(std::int64_t i) const { image[place[i]] = 1; }
};

struct NotBelow {
  const double* image;
  const double* threshold;
  std::uint8_t* out;
  HD void operator()(std::int64_t i) const { out[i] = !(image[i] < *threshold); }
};

}  // namespace

void set_seeds(const Array& image, const std::vector<std::int64_t>& places) {
  const Array at = engine::on_device(places, image.device());
  // One after the other on the CPU, where two seeds may share a place.
  const auto n = static_cast<std::int64_t>(places.size());
  engine::each(n, n, SetSeed{static_cast<const std::int64_t*>(at.data()), image.mutable_data_as<double>()});
}

Array not_below(const Array& image, double q) {
  const Array reordered = image.copy();
  const Array threshold = engine::quantiles<double>(reordered, {q, q});
  const Array out = core::empty_result(image.shape(), DType::boolean, image.device());
  engine::each(
      out.size(), 1 << 15,
      NotBelow{image.data_as<double>(), threshold.data_as<double>(), static_cast<std::uint8_t*>(out.mutable_data())});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::data

OPSIN_EXPORT(data, set_seeds, void, const Array&, const std::vector<std::int64_t>&)
OPSIN_EXPORT(data, not_below, Array, const Array&, double)
