// SPDX-License-Identifier: Apache-2.0
// NumPy's reductions of what a window shows, with NumPy's order of additions, so that results are the same bits.
#pragma once

#include "engine/extreme.h"
#include "opsin/ndimage_order.h"

namespace opsin::OPSIN_TARGET::ndimage {

using opsin::ndimage::Reduction;

/// A float64 image and the elements of its windows.
struct WindowView {
  const double* image;
  int ndim;
  std::int64_t shape[max_ndim];
  const engine::Offset* elements;
  std::int64_t count;
  Border border;
  double cval;

  HD double at(std::int64_t window, std::int64_t element) const {
    const std::int64_t i = engine::met_index(shape, ndim, window, elements[element].data(), border);
    return i < 0 ? cval : image[i];
  }
};

/// At most 128 values: eight sums side by side.
template <class F>
HD double block_sum(std::int64_t begin, std::int64_t n, const F& value) {
  double sum = 0;
  std::int64_t i = 0;
  if (n >= 8) {
    double part[8];
    for (; i < 8; ++i) part[i] = value(begin + i);
    for (; i < n - n % 8; i += 8) {
      for (int k = 0; k < 8; ++k) part[k] += value(begin + i + k);
    }
    sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  }
  for (; i < n; ++i) sum += value(begin + i);
  return sum;
}

/// Halves of any number of values, down to blocks. The stack takes the place of a recursion, which CUDA pays for.
template <class F>
HD double pairwise_sum(std::int64_t n, const F& value) {
  constexpr int most = 40;
  std::int64_t begin[most], size[most];
  double left[most];
  bool right[most];
  const auto half = [](std::int64_t m) { return m / 2 - m / 2 % 8; };
  int depth = 0;
  begin[0] = 0;
  size[0] = n;
  for (;;) {
    for (; size[depth] > 128; ++depth) {
      right[depth] = false;
      begin[depth + 1] = begin[depth];
      size[depth + 1] = half(size[depth]);
    }
    double sum = block_sum(begin[depth], size[depth], value);
    for (;;) {
      if (depth == 0) return sum;
      --depth;
      if (!right[depth]) break;
      sum = left[depth] + sum;
    }
    right[depth] = true;
    left[depth] = sum;
    const std::int64_t first = half(size[depth]);
    begin[depth + 1] = begin[depth] + first;
    size[depth + 1] = size[depth] - first;
    ++depth;
  }
}

/// out[i] = the reduction of window i; not the median.
struct ReduceWindow {
  WindowView view;
  Reduction reduction;
  double* out;

  HD void operator()(std::int64_t i) const {
    const std::int64_t n = view.count;
    const auto value = [&](std::int64_t e) { return view.at(i, e); };
    if (reduction <= Reduction::ptp) {
      double least = value(0), greatest = least;
      for (std::int64_t e = 1; e < n; ++e) {
        const double x = value(e);
        least = x < least || x != x ? x : least;
        greatest = x > greatest || x != x ? x : greatest;
        if (x != x) break;
      }
      out[i] = reduction == Reduction::min ? least : reduction == Reduction::max ? greatest : greatest - least;
      return;
    }
    if (reduction == Reduction::prod) {
      double product = 1;
      for (std::int64_t e = 0; e < n; ++e) product *= value(e);
      out[i] = product;
      return;
    }
    const double sum = pairwise_sum(n, value);
    if (reduction == Reduction::sum) {
      out[i] = sum;
      return;
    }
    const double mean = sum / static_cast<double>(n);
    if (reduction == Reduction::mean) {
      out[i] = mean;
      return;
    }
    const double squares = pairwise_sum(n, [&](std::int64_t e) {
      const double d = value(e) - mean;
      return d * d;
    });
    const double variance = squares / static_cast<double>(n);
    out[i] = reduction == Reduction::var ? variance : sqrt(variance);
  }
};

/// (low + high) / 2; NaN where a window's greatest element is one.
struct MiddleOf {
  const double *low, *high, *greatest;
  double* out;
  HD void operator()(std::int64_t i) const {
    const double middle = low[i] == high[i] ? low[i] : (low[i] + high[i]) / 2;
    out[i] = greatest[i] == greatest[i] ? middle : greatest[i];
  }
};

/// Element e of window first + w at out[w * count + e].
struct GatherWindow {
  WindowView view;
  std::int64_t first;
  double* out;
  HD void operator()(std::int64_t i) const { out[i] = view.at(first + i / view.count, i % view.count); }
};

/// Position p of line first + l at out[l * length + p]; lines of (outer, n, inner).
struct GatherLine {
  const double* image;
  std::int64_t n, inner, length, start, first;
  Border border;
  double cval;
  double* out;
  HD void operator()(std::int64_t l, std::int64_t begin, std::int64_t end) const {
    const std::int64_t line = first + l;
    const double* const from = image + line / inner * n * inner + line % inner;
    double* const to = out + l * length;
    const auto beyond = [&](std::int64_t until) {
      for (; begin < until; ++begin) {
        const std::int64_t at = border_index(begin + start, n, border);
        to[begin] = at < 0 ? cval : from[at * inner];
      }
    };
    beyond(end < -start ? end : -start);
    const std::int64_t inside = end < n - start ? end : n - start;
    for (; begin < inside; ++begin) to[begin] = from[(begin + start) * inner];
    beyond(end);
  }
};

}  // namespace opsin::OPSIN_TARGET::ndimage
