// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/pointwise.h"
#include "engine/wide_stencil.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

/// Windows of 3 x 3: four of them are off along both axes by one.
template <class C>
struct SmallWindows {
  static constexpr engine::Reach reach{0, 2, 2};

  template <class V, class At>
  HD void operator()(const At& at, V (&out)[1]) const {
    V least = broadcast<V>(std::numeric_limits<C>::max());
    engine::unrolled<4>([&](auto shift) {
      constexpr int by = decltype(shift)::value < 2 ? -1 : 1;
      constexpr int bx = decltype(shift)::value % 2 == 0 ? -1 : 1;
      V sum = broadcast<V>(C(0));
      engine::unrolled<9>([&](auto element) {
        constexpr int dy = decltype(element)::value / 3 - 1;
        constexpr int dx = decltype(element)::value % 3 - 1;
        const V difference = at(0, dy, dx) - at(0, by + dy, bx + dx);
        sum = sum + difference * difference;
      });
      least = min(least, sum);
    });
    out[0] = least;
  }
};

/// Windows of any size.
template <class C>
struct Windows {
  const C* image;
  C* out;
  std::int64_t rows, columns, size;

  HD C least(const C* p) const {
    // Without a window around it, a float32 element gets what double's greatest number becomes.
    C result = sizeof(C) == 4 ? std::numeric_limits<C>::infinity() : std::numeric_limits<C>::max();
    for (std::int64_t by = -size; by <= size; ++by) {
      for (std::int64_t bx = -size; bx <= size; ++bx) {
        if (by == 0 || bx == 0) continue;
        C sum = 0;
        for (std::int64_t dy = -size; dy <= size; ++dy) {
          const C* a = p + dy * columns;
          const C* b = a + by * columns + bx;
          for (std::int64_t dx = -size; dx <= size; ++dx) sum += (a[dx] - b[dx]) * (a[dx] - b[dx]);
        }
        result = min(result, sum);
      }
    }
    return result;
  }

  HD void operator()(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    const bool row_inside = y >= 2 * size && y < rows - 2 * size;
    for (std::int64_t x = begin; x < end; ++x) {
      const bool inside = row_inside && x >= 2 * size && x < columns - 2 * size;
      out[y * columns + x] = inside ? least(image + y * columns + x) : C(0);
    }
  }
};

}  // namespace

Array corner_moravec(const Array& given, const opsin::feature::CornerMoravecOptions& o) {
  const DType dtype = float_result(given.dtype());
  core::check_plain<TypeError>(given.ndim() == 2, "Buffer has wrong number of dimensions (expected 2, got ",
                               given.ndim(), ")");
  core::check(o.window_size >= 0, "feature.corner_moravec", "window_size must be >= 0, got ", o.window_size);
  const Array out = core::empty_result(given.shape(), dtype, given.device());
  if (given.size() == 0) return out;
  const Scaling scaling = scaling_to_unit(given.dtype());
  with_real(dtype, [&]<class C>(Tag<C>) {
    if (o.window_size == 1) {
      engine::inner_stencil<C>(out, given.contiguous(), scaling, SmallWindows<C>{});
      return;
    }
    const Array image = Array::empty(given.shape(), dtype, given.device());
    engine::pointwise<C, 1, 1>({image}, {given}, engine::Unchanged{}, {scaling});
    engine::each_span(
        given.shape(0), given.shape(1),
        Windows<C>{image.data_as<C>(), out.mutable_data_as<C>(), given.shape(0), given.shape(1), o.window_size});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, corner_moravec, Array, const Array&, const opsin::feature::CornerMoravecOptions&)
