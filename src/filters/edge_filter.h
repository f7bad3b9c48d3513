// SPDX-License-Identifier: Apache-2.0
// The filter behind sobel, scharr, prewitt and farid: differences along one axis, smoothed along all others, and the
// magnitude of several of them.
#pragma once

#include <cmath>
#include <numeric>

#include "core/memory.h"
#include "engine/stencil.h"
#include "filters/edge_parts.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// The response along axis A of the last N, or with A < 0 the magnitude of all N. Float sums take differences first:
/// they are exact where the image is smooth. Double sums keep SciPy's order.
template <class C, int N, int R, int A>
struct EdgeFilter {
  static constexpr engine::Reach reach{N == 3 ? R : 0, R, R};
  static constexpr int size = 2 * R + 1;
  static constexpr int axis_taps = (N == 3 ? size : 1) * size * (size - 1);

  C edge[N][R] = {};            // weights at distance 1 ... R; the other side is negative
  C smooth[R + 1];              // weights at distance 0 ... R
  C weight[N][axis_taps] = {};  // double's table
  Divisor<C> divisor;

  EdgeFilter(const EdgeKernel& k, std::span<const int> axes) {
    for (int j = 0; j <= R; ++j) smooth[j] = static_cast<C>(k.smooth[static_cast<std::size_t>(R - j)]);
    for (const int given : axes) {
      const int a = given < 0 ? given + N : given;
      for (int j = 0; j < R; ++j) {
        const auto i = static_cast<std::size_t>(R - 1 - j);
        edge[a][j] = static_cast<C>(k.edge[i] * (given < 0 ? k.smooth[i] : 1.0));
      }
      const auto taps = edge_taps(k, N, given);
      for (int i = 0; i < axis_taps; ++i) weight[a][i] = static_cast<C>(taps[static_cast<std::size_t>(i)].weight);
    }
    divisor = Divisor<C>(std::sqrt(static_cast<C>(N)));
  }

  /// The magnitude of a float volume: along x and y a plane's own responses are made once and smoothed along z.
  static constexpr int parts = N == 3 && R == 1 && A < 0 && sizeof(C) == 4 ? 2 : 0;

  template <class V, class At, int count>
  HD void make_parts(const At& at, V (&made)[count]) const {
    const auto k = [&](int i) { return broadcast<V>(smooth[i]); };
    const auto x_difference = [&](int dy) { return at(dy, 1) - at(dy, -1); };
    // The sum of differences, not the difference of sums: exact where the image is smooth.
    const V beside = (at(1, 1) - at(-1, 1)) + (at(1, -1) - at(-1, -1));
    made[0] = broadcast<V>(edge[1][0]) * fma(k(1), beside, k(0) * (at(1, 0) - at(-1, 0)));
    made[1] = broadcast<V>(edge[2][0]) * fma(k(1), x_difference(1) + x_difference(-1), k(0) * x_difference(0));
  }

  template <class V, class At, class Part>
  HD void operator()(const At& at, const Part& part, V (&out)[1]) const {
    const V first = response<0, V>(at);
    V sum = first * first;
    engine::unrolled<2>([&](auto i) {
      constexpr int j = decltype(i)::value;
      const V r = smoothed<V>([&](auto dz) { return part(dz, j); });
      sum = fma(r, r, sum);
    });
    out[0] = divide(sqrt(sum), divisor);
  }

  template <class V, class At>
  HD void operator()(const At& at, V (&out)[1]) const {
    if constexpr (A >= 0) {
      out[0] = response<A, V>(at);
    } else {
      const V first = response<0, V>(at);
      V sum = first * first;
      engine::unrolled<N - 1>([&](auto i) {
        const V r = response<decltype(i)::value + 1, V>(at);
        sum += r * r;
      });
      out[0] = divide(sqrt(sum), divisor);
    }
  }

 private:
  /// The element at distance k along axis a and p, q along the others; plane images have no p but for axis 0.
  template <int a, class At>
  HD static auto along(const At& at, int k, int p, int q) {
    if constexpr (N == 2) {
      return a == 0 ? at(0, k, q) : at(0, q, k);
    } else {
      return a == 0 ? at(k, p, q) : a == 1 ? at(p, k, q) : at(p, q, k);
    }
  }

  template <class V, class F>
  HD V smoothed(const F& f) const {
    V sum = broadcast<V>(smooth[0]) * f(std::integral_constant<int, 0>{});
    engine::unrolled<R>([&](auto i) {
      constexpr int j = decltype(i)::value + 1;
      sum =
          fma(broadcast<V>(smooth[j]), f(std::integral_constant<int, j>{}) + f(std::integral_constant<int, -j>{}), sum);
    });
    return sum;
  }

  template <int a, class V, class At>
  HD V response(const At& at) const {
    if constexpr (std::is_same_v<C, float>) {
      // With one weight alone the product is taken last, once.
      const auto difference = [&](auto p, auto q) {
        V sum = along<a>(at, 1, p, q) - along<a>(at, -1, p, q);
        if constexpr (R == 1) return sum;
        sum = broadcast<V>(edge[a][0]) * sum;
        engine::unrolled<R - 1>([&](auto i) {
          constexpr int k = decltype(i)::value + 2;
          sum = fma(broadcast<V>(edge[a][k - 1]), along<a>(at, k, p, q) - along<a>(at, -k, p, q), sum);
        });
        return sum;
      };
      const auto line = [&](auto p) { return smoothed<V>([&](auto q) { return difference(p, q); }); };
      const V factor = broadcast<V>(R == 1 ? edge[a][0] : C(1));
      if constexpr (N == 2) {
        return factor * line(std::integral_constant<int, 0>{});
      } else {
        return factor * smoothed<V>(line);
      }
    } else {
      V sum = broadcast<V>(C(0));
      int tap = 0;
      engine::unrolled<N == 3 ? size : 1>([&](auto iz) {
        engine::unrolled<size>([&](auto iy) {
          engine::unrolled<size>([&](auto ix) {
            constexpr int offset[3] = {N == 3 ? decltype(iz)::value - R : 0, decltype(iy)::value - R,
                                       decltype(ix)::value - R};
            if constexpr (offset[a + 3 - N] != 0) {
              sum += broadcast<V>(weight[a][tap++]) * at(offset[0], offset[1], offset[2]);
            }
          });
        });
      });
      return sum;
    }
  }
};

/// True when the magnitude of these axes is that of all axes, each once: sums of two squares may be swapped.
inline bool all_axes(std::span<const int> axes, int ndim) {
  if (static_cast<int>(axes.size()) != ndim) return false;
  unsigned seen = 0;
  for (const int a : axes) seen |= 1u << (a < 0 ? a + ndim : a);
  return seen == (1u << ndim) - 1 && (ndim < 3 || axes[2] == 2 || axes[2] == -1);
}

template <int R>
Array edge_filter(const Array& image, const EdgeKernel& k, const opsin::filters::EdgeOptions& o) {
  const int n = image.ndim();
  const DType dtype = float_result(image.dtype());
  std::vector<int> axes(static_cast<std::size_t>(n));
  std::iota(axes.begin(), axes.end(), 0);
  if (o.axis) axes = *o.axis;
  for (const int a : axes) core::normalize_axis("filters", a, n);
  if (axes.empty()) {
    const Array zero = Array::zeros(image.shape(), dtype, image.device());
    mask_result(zero, o.mask);
    return zero;
  }
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  const Array in = image.contiguous();
  const Scaling scaling = scaling_to_unit(image.dtype());
  // The neighbourhood of 5 x 5 x 5 is beyond the stencil engine's registers.
  constexpr bool small_volume = R == 1;
  with_real(dtype, [&]<class C>(Tag<C>) {
    const auto run = [&]<int N, int A>(std::integer_sequence<int, N, A>) {
      engine::stencil<C, 1>({out}, in, scaling, o.mode, o.cval, EdgeFilter<C, N, R, A>(k, axes));
    };
    if (n == 2 && axes.size() == 1 && (axes[0] == 0 || axes[0] == -2)) {
      run(std::integer_sequence<int, 2, 0>{});
    } else if (n == 2 && axes.size() == 1) {
      run(std::integer_sequence<int, 2, 1>{});
    } else if (n == 2 && all_axes(axes, 2)) {
      run(std::integer_sequence<int, 2, -1>{});
    } else if (small_volume && n == 3 && all_axes(axes, 3)) {
      run(std::integer_sequence < int, small_volume ? 3 : 2, -1 > {});
    } else {
      direct_edges(out, in, scaling, k, axes, o);
    }
  });
  mask_result(out, o.mask);
  return out;
}

/// scikit-image's check of a 2-D image.
inline void check_plane(const Array& image) {
  core::check_plain(image.size() > 0, "The parameter `image` cannot be an empty array");
  core::check_plain(image.ndim() == 2, "The parameter `image` must be a 2-dimensional array");
}

}  // namespace
}  // namespace opsin::OPSIN_TARGET::filters
