// SPDX-License-Identifier: Apache-2.0
// Images of three channels into images of three channels, pixel by pixel.
#pragma once

#include <limits>
#include <string_view>

#include "color/channels.h"
#include "core/check.h"
#include "core/math_powers.h"
#include "core/memory.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::color {

/// Steps in a row. At most one of them checks values and reports.
template <class First, class... Rest>
struct Chain {
  static constexpr bool checks = Chain<First>::checks || Chain<Rest...>::checks;

  Chain<First> first;
  Chain<Rest...> rest;

  explicit Chain(const First& f, const Rest&... r) : first(f), rest(r...) {}

  template <class V>
  HD void run(V (&c)[3], V& report) const {
    first.run(c, report);
    rest.run(c, report);
  }
};

template <class Step>
struct Chain<Step> {
  static constexpr bool checks = requires { Step::checks; };

  Step step;

  explicit Chain(const Step& s) : step(s) {}

  template <class V>
  HD void run(V (&c)[3], V& report) const {
    if constexpr (checks) {
      step(c, report);
    } else {
      step(c);
    }
  }
};

/// A chain as the pointwise engine calls it.
template <class Steps>
struct Pixelwise {
  Steps steps;

  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[3]) const {
    V unused{};
    for (int k = 0; k < 3; ++k) out[k] = in[k];
    steps.run(out, unused);
  }
};

template <class Steps>
struct CheckingPixelwise {
  Steps steps;

  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[3], V& report) const {
    for (int k = 0; k < 3; ++k) out[k] = in[k];
    steps.run(out, report);
  }
};

/// An image of three channels and the image that becomes of it.
struct Conversion {
  Conversion(std::string_view op, const Array& image, int channel_axis)
      : axis(core::normalize_axis(op, channel_axis, image.ndim())), in(image), scaling(scaling_to_unit(image.dtype())) {
    core::check_plain(image.shape(axis) == 3, "the input array must have size 3 along `channel_axis`, got ",
                      image.shape());
    out = core::empty_result(image.shape(), float_result(image.dtype()), image.device());
  }

  int axis;
  Array in;
  Scaling scaling;
  Array out;
};

/// Runs the steps; returns the level that they reported.
template <class C, class... Steps>
int convert(const Conversion& conversion, const Steps&... steps) {
  const auto of = [&](const Array& image) -> std::array<Array, 3> {
    using opsin::color::channel;
    return {channel(image, conversion.axis, 0), channel(image, conversion.axis, 1), channel(image, conversion.axis, 2)};
  };
  const std::array<Scaling, 3> scaling = {conversion.scaling, conversion.scaling, conversion.scaling};
  const Chain<Steps...> chain(steps...);
  if constexpr (Chain<Steps...>::checks) {
    return engine::pointwise<C, 3, 3>(of(conversion.out), of(conversion.in), CheckingPixelwise<Chain<Steps...>>{chain},
                                      scaling);
  } else {
    return engine::pointwise<C, 3, 3>(of(conversion.out), of(conversion.in), Pixelwise<Chain<Steps...>>{chain},
                                      scaling);
  }
}

}  // namespace opsin::OPSIN_TARGET::color
