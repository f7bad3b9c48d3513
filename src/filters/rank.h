// SPDX-License-Identifier: Apache-2.0
// What the rank filters share: from their arguments to a window of the engine.
#pragma once

#include "core/output.h"
#include "engine/rank_window.h"
#include "opsin/filters_rank.h"

namespace opsin::OPSIN_TARGET::filters::rank {

using namespace opsin::filters::rank;  // NOLINT: the option structs
using engine::RankWindow;
using engine::WindowTotals;

/// A call whose arguments are checked: scikit-image's conversions and warnings are done.
struct RankCall {
  RankWindow window;
  core::Output output;

  int bins() const { return static_cast<int>(window.bins); }
  /// The result with the window's three axes.
  Array out() const { return output.array().reshape(window.image.shape()); }
  bool integer() const { return is_integer(output.array().dtype()); }
};

/// The dtypes that need no conversion.
inline bool has_values(DType t) { return t == DType::uint8 || t == DType::uint16; }
/// Throws TypeError for a result of a dtype that the filters do not write.
void check_out(const Array& out);

/// The image as bytes or words of two or three axes; `most_axes` is 2 for the filters that have no shift_z.
Array rank_image(const Array& image, int most_axes);
/// Everything but the result's place: window.bins is the number of values.
RankWindow rank_window(const Array& image, const Footprint& footprint, const std::optional<Array>& mask,
                       const std::array<int, 3>& shift);

/// Of an op of two or three axes. `dtype`: of the result; by default the image's.
RankCall rank_call(const Array& image, const Footprint& footprint, const RankOptions& options,
                   std::optional<DType> dtype = std::nullopt);

/// Of an op of two axes.
template <class Options>
RankCall rank_call_2d(const Array& image, const Footprint& footprint, const Options& o) {
  const Array values = rank_image(image, 2);
  return rank_call(values, footprint, {.out = o.out, .mask = o.mask, .shift_x = o.shift_x, .shift_y = o.shift_y});
}

/// A functor of how many elements have at most the element's own value.
struct OfValuesUpto {
  static constexpr int uses = engine::uses::order;
  static constexpr bool few = true;
  static constexpr bool summed = false;
  HD std::int64_t below() const { return 65535; }
  HD std::int64_t above() const { return 0; }
};

/// A whole number as an element: where the result is an integer, its lowest bits.
struct Whole {
  bool integer;
  HD double operator()(std::int64_t x) const { return static_cast<double>(integer ? x & 0xffff : x); }
};

/// windowed_order() and the result.
template <class F>
Array ordered(const RankCall& call, const F& f) {
  engine::windowed_order(call.out(), call.window, f);
  return call.output.finish();
}

/// windowed_totals() and the result.
template <class F>
Array totalled(const RankCall& call, const F& f) {
  engine::windowed_totals(call.out(), call.window, f);
  return call.output.finish();
}

}  // namespace opsin::OPSIN_TARGET::filters::rank
