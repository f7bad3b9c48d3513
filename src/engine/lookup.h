// SPDX-License-Identifier: Apache-2.0
// Tables that are read once for each element. The functor works on one value, on every target:
//
//   HD C operator()(C x) const
//
// The pointwise engine does the rest; C holds every element and every result.
#pragma once

#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::engine {

template <class F>
struct OneByOne {
  F f;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    using C = Element<V>;
    if constexpr (std::is_same_v<V, C>) {
      out[0] = f(in[0]);
    } else {
      alignas(64) C lanes[V::lanes];
      in[0].store(lanes);
      for (C& x : lanes) x = f(x);
      out[0] = V::load(lanes);
    }
  }
};

template <class C, class F>
void lookup(const Array& out, const Array& image, const F& f) {
  pointwise<C, 1, 1>({out}, {image}, OneByOne<F>{f});
}

}  // namespace opsin::OPSIN_TARGET::engine
