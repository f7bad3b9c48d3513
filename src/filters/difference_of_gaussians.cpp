// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/smooth.h"
#include "opsin/filters_sharpen.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

struct Difference {
  static constexpr bool gaussians_alone = true;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] - in[1];
  }
};

opsin::engine::Taps taps_of(double sigma, double truncate) {
  return sigma > 1e-15 ? opsin::engine::gaussian_taps(sigma, 0, truncate) : opsin::engine::Taps{};
}

}  // namespace

Array difference_of_gaussians(const Array& image, const std::vector<double>& low_sigma,
                              const opsin::filters::DifferenceOfGaussiansOptions& o) {
  const DType dtype = float_result(image.dtype());
  const int spatial = image.ndim() - (o.channel_axis ? 1 : 0);
  std::vector<double> low = low_sigma;
  std::vector<double> high = o.high_sigma.value_or(low);
  if (!o.high_sigma) {
    for (double& s : high) s *= 1.6;
  }
  const auto fit = [&](std::vector<double>& sigma, const char* name) {
    core::check_plain(sigma.size() == 1 || sigma.size() == static_cast<std::size_t>(spatial), name,
                      " must have length equal to number of spatial dimensions of input");
    if (sigma.size() == 1) sigma.assign(static_cast<std::size_t>(spatial), sigma[0]);
  };
  fit(low, "low_sigma");
  fit(high, "high_sigma");
  for (std::size_t i = 0; i < low.size(); ++i) {
    core::check_plain(!(high[i] < low[i]), "high_sigma must be equal to or larger thanlow_sigma for all axes");
  }
  for (const double s : low) core::check_plain(!(s < 0), "Sigma values less than zero are not valid");
  // scikit-image takes any integer here, modulo the number of axes.
  int channel = -1;
  if (o.channel_axis && image.ndim() > 0) channel = (*o.channel_axis % image.ndim() + image.ndim()) % image.ndim();
  std::array<std::vector<engine::AxisFilter>, 2> chains;
  std::size_t i = 0;
  for (int axis = 0; axis < image.ndim(); ++axis) {
    if (axis == channel) continue;
    const auto at = i++;
    if (!(low[at] > 1e-15) && !(high[at] > 1e-15)) continue;
    chains[0].push_back({axis, taps_of(low[at], o.truncate), o.mode});
    chains[1].push_back({axis, taps_of(high[at], o.truncate), o.mode});
  }
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::separable_bank<C, 2>(out, image.contiguous(), scaling_to_unit(image.dtype()), chains, o.cval, Difference{});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, difference_of_gaussians, Array, const Array&, const std::vector<double>&,
             const opsin::filters::DifferenceOfGaussiansOptions&)
