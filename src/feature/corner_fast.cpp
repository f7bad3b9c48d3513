// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/wide_stencil.h"
#include "feature/plane_image.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

/// Whether n neighbours of the circle lie beyond the centre by more than the threshold, all on one side.
template <class C>
struct SegmentTest {
  static constexpr engine::Reach reach{0, 3, 3};
  static constexpr int steps_y[16] = {0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1};
  static constexpr int steps_x[16] = {3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1, 0, 1, 2, 3};
  int n;
  C threshold;

  template <class V, class At>
  HD void operator()(const At& at, V (&out)[1]) const {
    const V zero = broadcast<V>(C(0)), one = broadcast<V>(C(1));
    const V centre = at(0, 0, 0);
    const V low = centre - broadcast<V>(threshold), high = centre + broadcast<V>(threshold);
    // Runs are counted by floats, which vectors of the compute type compare. A bright pixel is never a dark one.
    V bright[16], dark[16];
    V distance = zero;
    engine::unrolled<16>([&](auto i) {
      constexpr int k = decltype(i)::value;
      constexpr int dy = steps_y[k], dx = steps_x[k];
      const V x = at(0, dy, dx);
      bright[k] = pick(x > high, one, zero);
      dark[k] = pick(x > high, zero, pick(x < low, one, zero));
      distance = distance + abs(x - centre);
    });
    const V wanted = broadcast<V>(static_cast<C>(n));
    V found = zero, bright_run = zero, dark_run = zero;
    for (int first = 0; first < 15 + n; first += 16) {
      const int last = 15 + n - first;
      engine::unrolled<16>([&](auto i) {
        constexpr int k = decltype(i)::value;
        if (k >= last) return;
        bright_run = (bright_run + one) * bright[k];
        dark_run = (dark_run + one) * dark[k];
        found = pick((bright_run == wanted) | (dark_run == wanted), one, found);
      });
    }
    out[0] = pick(found > zero, distance, zero);
  }
};

}  // namespace

Array corner_fast(const Array& given, const opsin::feature::CornerFastOptions& o) {
  const Array image = plane_image(given);
  core::check<TypeError>(o.n >= -128 && o.n <= 127, "feature.corner_fast", "n must fit a byte, got ", o.n);
  const DType dtype = float_result(image.dtype());
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) {
    // No run has 0 pixels or fewer: nothing is found.
    const SegmentTest<C> test{o.n < 1 ? -16 : o.n, static_cast<C>(o.threshold)};
    engine::inner_stencil<C>(out, image, scaling_to_unit(image.dtype()), test);
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_fast, Array, const Array&, const opsin::feature::CornerFastOptions&)
