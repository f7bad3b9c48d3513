// SPDX-License-Identifier: Apache-2.0
// Rank filters that need the least and the greatest value: two passes of the engine of extremes.
#include <algorithm>

#include "core/target.h"
#include "engine/pointwise.h"
#include "filters/rank.h"
#include "ndimage/extreme_steps.h"

namespace opsin::OPSIN_TARGET::filters::rank {
namespace {

/// Where nothing counts, the least value is above the greatest.
template <class V>
HD auto is_empty(const V& low, const V& high) {
  return low > high;
}

struct Least {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = pick(is_empty(in[0], in[1]), V(), in[0]);
  }
};

struct Spread {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = pick(is_empty(in[0], in[1]), V(), in[1] - in[0]);
  }
};

struct Nearer {
  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[1]) const {
    const V chosen = pick(in[1] - in[2] < in[2] - in[0], in[1], in[0]);
    out[0] = pick(is_empty(in[0], in[1]), V(), chosen);
  }
};

/// A division of integers, toward zero. The quotient may be beyond 2^31 where the mask excludes the element itself.
struct Stretch {
  double most;
  bool integer;

  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[1]) const {
    const V range = in[1] - in[0];
    const V x = broadcast<V>(most) * (in[2] - in[0]) / range;
    const V size = abs(x), near = rint(size);
    const V whole = pick(near > size, near - broadcast<V>(1.0), near);
    V result = pick(x < V(), V() - whole, whole);
    if (integer) result = result - broadcast<V>(65536.0) * rint(result * broadcast<V>(1.0 / 65536));
    out[0] = pick(range > V(), result, V());
  }
};

/// One that a mask excludes becomes `beyond`.
struct Exclude {
  double beyond;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = pick(in[1] != V(), in[0], broadcast<V>(beyond));
  }
};

/// The least (or greatest) value of every window into `out`, of the image's dtype.
void extreme(const Array& out, const RankWindow& w, bool minimum) {
  const DType t = w.image.dtype();
  const double beyond = !minimum ? 0 : t == DType::uint8 ? 255 : 65535;
  Array values = w.image;
  if (w.mask.defined()) {
    values = Array::empty(w.image.shape(), t, w.image.device());
    engine::pointwise<double, 2, 1>({values}, {w.image, w.mask}, Exclude{beyond});
  }
  ndimage::Step step;
  step.minimum = minimum;
  step.border = Border::constant;
  step.cval = beyond;
  step.to = t;
  for (const engine::RankOffset& o : w.offsets) {
    engine::Offset e{};
    std::copy(o.begin(), o.end(), e.begin());
    step.elements.push_back(e);
  }
  ndimage::run_steps(out, values, std::span(&step, 1));
}

Array extreme_of(const RankWindow& w, bool minimum) {
  const Array result = Array::empty(w.image.shape(), w.image.dtype(), w.image.device());
  extreme(result, w, minimum);
  return result;
}

/// Whether there are windows in which nothing counts.
bool may_be_empty(const RankWindow& w) {
  return w.mask.defined() || !std::binary_search(w.offsets.begin(), w.offsets.end(), engine::RankOffset{0, 0, 0});
}

/// The result of a footprint without elements.
Array nothing(const RankCall& call) {
  core::fill_zero(call.output.array());
  return call.output.finish();
}

/// f of the least value, the greatest value and the element.
template <class F>
Array of_both(const RankCall& call, const F& f) {
  const RankWindow& w = call.window;
  if (w.offsets.empty()) return nothing(call);
  engine::pointwise<double, 3, 1>({call.out()}, {extreme_of(w, true), extreme_of(w, false), w.image}, f);
  return call.output.finish();
}

}  // namespace

Array minimum(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  const RankWindow& w = call.window;
  if (w.offsets.empty()) return nothing(call);
  if (!may_be_empty(w) && call.out().dtype() == w.image.dtype()) {
    extreme(call.out(), w, true);
  } else {
    engine::pointwise<double, 2, 1>({call.out()}, {extreme_of(w, true), extreme_of(w, false)}, Least{});
  }
  return call.output.finish();
}

Array maximum(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  const RankWindow& w = call.window;
  if (w.offsets.empty()) return nothing(call);
  if (call.out().dtype() == w.image.dtype()) {
    extreme(call.out(), w, false);
  } else {
    engine::pointwise<double, 1, 1>({call.out()}, {extreme_of(w, false)}, engine::Unchanged{});
  }
  return call.output.finish();
}

Array gradient(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  const RankWindow& w = call.window;
  if (w.offsets.empty()) return nothing(call);
  engine::pointwise<double, 2, 1>({call.out()}, {extreme_of(w, true), extreme_of(w, false)}, Spread{});
  return call.output.finish();
}

Array enhance_contrast(const Array& image, const Footprint& footprint, const RankOptions& o) {
  return of_both(rank_call(image, footprint, o), Nearer{});
}

Array autolevel(const Array& image, const Footprint& footprint, const RankOptions& o) {
  const RankCall call = rank_call(image, footprint, o);
  return of_both(call, Stretch{static_cast<double>(call.bins() - 1), call.integer()});
}

}  // namespace opsin::OPSIN_TARGET::filters::rank

OPSIN_EXPORT(filters::rank, minimum, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, maximum, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, gradient, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, enhance_contrast, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
OPSIN_EXPORT(filters::rank, autolevel, Array, const Array&, const opsin::filters::rank::Footprint&,
             const opsin::filters::rank::RankOptions&)
