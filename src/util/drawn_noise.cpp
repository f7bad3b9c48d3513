// SPDX-License-Identifier: Apache-2.0
// Numbers of NumPy's streams for every element of an image.
#include "core/device_api.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/draw.h"
#include "opsin/util_noise.h"

namespace opsin::OPSIN_TARGET::util {

using opsin::util::DrawnNoise;

DrawnNoise normal_noise(const Array& image, double mean, double deviation, const random::State& from) {
  core::check<CudaError>(image.device().kind == DeviceKind::cpu || !core::device_api().is_capturing(current_stream()),
                         "util.normal_noise",
                         "where the stream ends is read from the device, which cannot be captured");
  const Array noise = core::empty_result(image.shape(), DType::float64, image.device());
  random::Generator rng(from);
  if (noise.size() > 0) {
    engine::draw_normal(noise.mutable_data_as<double>(), noise.size(), image.device(), rng, mean, deviation);
  }
  return {noise, rng.state()};
}

DrawnNoise bernoulli_noise(const Array& image, double probability, const random::State& from) {
  const Array noise = core::empty_result(image.shape(), DType::boolean, image.device());
  random::Generator rng(from);
  if (noise.size() == 0) return {noise, from};
  const bool certain = probability == 0 || probability == 1;
  // Numbers lie in [0, 1): none of them is at most -1, all of them are at most 1.
  engine::draw_at_most(static_cast<std::uint8_t*>(noise.mutable_data()), noise.size(), rng,
                       certain ? 2 * probability - 1 : probability);
  if (!certain) rng.advance(static_cast<std::uint64_t>(noise.size()));
  return {noise, rng.state()};
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, normal_noise, opsin::util::DrawnNoise, const Array&, double, double, const opsin::random::State&)
OPSIN_EXPORT(util, bernoulli_noise, opsin::util::DrawnNoise, const Array&, double, const opsin::random::State&)
