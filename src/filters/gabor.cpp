// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cfloat>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/correlate.h"
#include "engine/pointwise.h"
#include "filters/gabor_folds.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

template <class C>
void direct_gabor(const std::vector<Array>& out, const Array& image, const GaborShape& s, Border mode, double cval) {
  std::vector<engine::KernelElement> kernel[2];
  for (int y = -s.y0; y <= s.y0; ++y) {
    for (int x = -s.x0; x <= s.x0; ++x) {
      std::complex<double> g = s.at(-y, -x);
      if constexpr (std::is_same_v<C, float>) g = std::complex<float>(g);
      g *= s.amplitude();
      const double parts[2] = {g.real(), g.imag()};
      for (int k = 0; k < 2; ++k) {
        if (std::fabs(parts[k]) > DBL_EPSILON) kernel[k].push_back({{y, x}, parts[k]});
      }
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    if (image.dtype() != DType::boolean) {
      engine::correlate<C>(out[k], image, std::move(kernel[k]), mode, cval);
      continue;
    }
    const Array sums = Array::empty(image.shape(), dtype_of<C>, image.device());
    engine::correlate<C>(sums, image, std::move(kernel[k]), mode, cval);
    engine::pointwise<C, 1, 1>({out[k]}, {sums}, TowardZero{});
  }
}

/// Real images.
std::vector<Array> respond(const Array& image, const GaborShape& s, Border mode, double cval) {
  const DType dtype = image.dtype() == DType::float16 ? DType::float32 : image.dtype();
  const std::vector<Array> out{core::empty_result(image.shape(), dtype, image.device()),
                               core::empty_result(image.shape(), dtype, image.device())};
  // Quarter turns exchange the axes; their sine or cosine is not quite zero in floating point.
  constexpr double tiny = 1e-15;
  const bool round = s.sigma_x == s.sigma_y;
  const bool upright = std::fabs(s.sin_theta) < tiny;
  const bool turned = std::fabs(s.cos_theta) < tiny;
  // Beyond the edges the two folds see a constant once, the 2-D sum sees it throughout.
  const bool edges_agree = mode != Border::constant || cval == 0;
  // Every rounding of the double sums shows in 64-bit integers: they keep SciPy's order.
  const bool wide_integer = dtype == DType::int64 || dtype == DType::uint64;
  with_real(dtype == DType::float32 ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    if (edges_agree && !wide_integer && (round || upright || turned)) {
      separable_gabor(out, image, s, turned ? s.sigma_y : s.sigma_x, turned ? s.sigma_x : s.sigma_y, mode);
    } else {
      direct_gabor<C>(out, image, s, mode, cval);
    }
  });
  return out;
}

}  // namespace

std::vector<Array> gabor(const Array& image, double frequency, const opsin::filters::GaborOptions& o) {
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
  const GaborShape s = gabor_shape(frequency, o);
  const Array in = image.contiguous();
  if (!is_complex(in.dtype())) return respond(in, s, o.mode, o.cval);
  // The filter is linear: real and imaginary part one after another. Beyond the edges the constant is real.
  std::vector<Array> out;
  for (int k = 0; k < 2; ++k) out.push_back(core::empty_result(in.shape(), in.dtype(), in.device()));
  for (int part = 0; part < 2; ++part) {
    const Array one = in.view_real().slice(2, part, 1).contiguous().reshape(in.shape());
    const std::vector<Array> responses = respond(one, s, o.mode, part == 0 ? o.cval : 0);
    for (std::size_t k = 0; k < 2; ++k) {
      Extents shape = in.shape();
      shape.push_back(1);
      memory::assign(out[k].view_real().slice(2, part, 1), responses[k].reshape(shape));
    }
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, gabor, std::vector<Array>, const Array&, double, const opsin::filters::GaborOptions&)
