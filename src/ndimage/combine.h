// SPDX-License-Identifier: Apache-2.0
// Complex images and complex weights as combinations of real filters.
#pragma once

#include "engine/pointwise.h"
#include "ndimage/result.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// a + sign * b.
struct AddScaled {
  int sign;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = sign < 0 ? in[0] - in[1] : in[0] + in[1];
  }
};

/// filter(to, from, weights, cval) for the parts that are there: the real filter, or the four products of complex
/// numbers in SciPy's order. `imag` is empty for real weights.
template <class F>
Array combine_parts(const Array& input, const std::vector<double>& real, const std::vector<double>& imag,
                    const opsin::ndimage::Output& output, Complex cval, const F& filter) {
  const bool complex_input = is_complex(input.dtype());
  if (imag.empty()) check_cval(complex_input, cval);
  core::check_plain(complex_input || cval.imag() == 0, "Cannot provide a complex-valued cval when the input is real.");
  const Result result(output, input, complex_input || !imag.empty());
  if (imag.empty()) {
    return result.fill(
        input, [&](const Array& to, const Array& from, int part) { filter(to, from, real, part_of(cval, part)); });
  }
  if (!complex_input) {
    check_supported(input.dtype());
    return result.fill(input, [&](const Array& to, const Array& from, int part) {
      filter(to, from, part ? imag : real, cval.real());
    });
  }
  const Array re = part_of(input, 0).contiguous();
  const Array im = part_of(input, 1).contiguous();
  const Array second = Array::empty(input.shape(), re.dtype(), input.device());
  return result.fill(input, [&](const Array& to, const Array&, int part) {
    filter(to, re, part ? imag : real, cval.real());
    filter(second, im, part ? real : imag, cval.imag());
    engine::pointwise<double, 2, 1>({to}, {to, second}, AddScaled{part ? 1 : -1});
  });
}

}  // namespace opsin::OPSIN_TARGET::ndimage
