// SPDX-License-Identifier: Apache-2.0
// What line_pair_single.cpp and line_pair_double.cpp have in common.
#pragma once

#include "core/target.h"
#include "engine/smooth.h"
#include "ndimage/line_pair.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// One functor for both, since every functor costs an engine's worth of compile time.
struct Combine {
  bool magnitude;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = magnitude ? sqrt(in[0] * in[0] + in[1] * in[1]) : in[0] + in[1];
  }
};

template <class C>
void line_pair(const Array& out, const Array& image, const opsin::ndimage::LinePair& p) {
  engine::run_bank<C, 2, 1>(engine::Bank<2, 1>{engine::geometry_at(image.shape(), p.axis),
                                               {engine::plane_of(image)},
                                               {engine::Filter{0, p.y[0], p.x[0]}, engine::Filter{0, p.y[1], p.x[1]}},
                                               {p.border, p.border, p.cval},
                                               {engine::plane_of(out)}},
                            Combine{p.magnitude});
}

}  // namespace opsin::OPSIN_TARGET::ndimage
