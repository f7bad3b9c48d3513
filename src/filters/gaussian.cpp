// SPDX-License-Identifier: Apache-2.0
#include "core/output.h"
#include "core/target.h"
#include "engine/smooth.h"
#include "opsin/filters.h"

namespace opsin::OPSIN_TARGET::filters {

Array gaussian(const Array& image, const opsin::filters::GaussianOptions& o) {
  std::vector<double> sigma = o.sigma;
  for (const double s : sigma) core::check_plain(!(s < 0), "Sigma values less than zero are not valid");
  if (o.channel_axis) {
    // scikit-image takes any integer here, modulo the number of axes.
    const int n = image.ndim();
    const int channel = n > 0 ? (*o.channel_axis % n + n) % n : 0;
    const auto spatial = static_cast<std::size_t>(n > 0 ? n - 1 : 0);
    if (sigma.size() == 1) sigma.assign(spatial, sigma[0]);
    if (n > 0 && sigma.size() == spatial) sigma.insert(sigma.begin() + channel, 0.0);
  } else if (sigma.size() == 1) {
    sigma.assign(static_cast<std::size_t>(image.ndim()), sigma[0]);
  }
  const DType dtype = float_result(image.dtype());
  core::check_plain(!o.out || is_floating(o.out->dtype()), "dtype of `out` must be float; got dtype('",
                    o.out ? o.out->dtype() : dtype, "').");
  core::check_plain<RuntimeError>(sigma.size() == static_cast<std::size_t>(image.ndim()),
                                  "sequence argument must have length equal to input rank");
  const Scaling scaling = o.preserve_range ? Scaling{} : scaling_to_unit(image.dtype());
  const core::Output out(o.out, image.shape(), dtype, image.device(), {&image});
  std::vector<engine::AxisFilter> axes;
  for (int i = 0; i < image.ndim(); ++i) {
    const double s = sigma[static_cast<std::size_t>(i)];
    if (s > 1e-15) axes.push_back({i, opsin::engine::gaussian_taps(s, 0, o.truncate), o.mode});
  }
  with_real(dtype,
            [&]<class C>(Tag<C>) { engine::separable<C>(out.array(), image.contiguous(), scaling, axes, o.cval); });
  return out.finish();
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, gaussian, Array, const Array&, const opsin::filters::GaussianOptions&)
