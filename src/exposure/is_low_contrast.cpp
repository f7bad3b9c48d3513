// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/ranked.h"
#include "engine/team.h"
#include "opsin/color.h"
#include "opsin/exposure.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

/// numpy.percentile's linear interpolation between the elements at two places, for two percentiles. The last place
/// holds NaN if any element is NaN.
struct Compare {
  const engine::Ranked* ranked;
  engine::KeyOfBits key;
  double share[2];
  double range, threshold;
  std::uint8_t* out;

  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] {
      double limit[2];
      for (int i = 0; i < 2; ++i) {
        const double a = key.value(ranked->key[2 * i]), b = key.value(ranked->key[2 * i + 1]);
        const double t = share[i];
        limit[i] = t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
      }
      const double greatest = key.value(ranked->key[4]);
      const double ratio = greatest == greatest ? (limit[1] - limit[0]) / range : greatest;
      *out = ratio < threshold;
    });
  }
};

/// Neither of the two values is missing.
struct IsConstant {
  const engine::Ranked* ranked;
  std::uint8_t* out;
  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] { *out = ranked->key[0] == ranked->key[4]; });
  }
};

}  // namespace

Array is_low_contrast(const Array& given, const opsin::exposure::IsLowContrastOptions& o) {
  constexpr const char* op = "exposure.is_low_contrast";
  core::check_plain<TypeError>(!is_complex(given.dtype()), "complex images are not supported");
  Array image = given;
  if (image.dtype() != DType::boolean && image.ndim() == 3) {
    if (image.shape(2) == 4) image = opsin::color::rgba2rgb(image);
    if (image.shape(2) == 3) image = opsin::color::rgb2gray(image);
  }
  core::check_plain<IndexError>(image.size() > 0, "index -1 is out of bounds for axis 0 with size 0");
  const std::int64_t n = image.size();
  std::int64_t ranks[engine::most_ranks] = {0, 0, 0, 0, n - 1};
  Compare compare{};
  const double percentile[2] = {o.lower_percentile, o.upper_percentile};
  for (int i = 0; i < 2; ++i) {
    core::check(percentile[i] >= 0 && percentile[i] <= 100, op, "Percentiles must be in the range [0, 100]");
    const double at = percentile[i] / 100 * static_cast<double>(n - 1);
    ranks[2 * i] = std::min(n - 1, static_cast<std::int64_t>(at));
    ranks[2 * i + 1] = std::min(n - 1, ranks[2 * i] + 1);
    compare.share[i] = at - static_cast<double>(ranks[2 * i]);
  }
  const Array out = core::empty_result({}, DType::boolean, image.device());
  auto* const to = out.mutable_data_as<std::uint8_t>();
  if (image.dtype() == DType::boolean) {
    ranks[0] = 0;  // the least of all
    const Array bytes = image.astype(DType::uint8);
    const Array ranked = engine::find_ranked(bytes, ranks, engine::key_of_bits(DType::uint8));
    engine::run_team(IsConstant{engine::ranked_in(ranked), to});
    return out;
  }
  const auto limits = util::dtype_limits(image.dtype());
  compare.key = engine::key_of_bits(image.dtype());
  compare.range = static_cast<double>(limits.high) - static_cast<double>(limits.low);
  compare.threshold = o.fraction_threshold;
  compare.out = to;
  const Array ranked = engine::find_ranked(image, ranks, compare.key);
  compare.ranked = engine::ranked_in(ranked);
  engine::run_team(compare);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, is_low_contrast, Array, const Array&, const opsin::exposure::IsLowContrastOptions&)
