// SPDX-License-Identifier: Apache-2.0
// Basic features of plane images that are smoothed already, written next to each other pixel by pixel.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET::feature {

inline constexpr int most_scales = 16;  // in one pass

struct PlaneFeatures {
  const float* smooth[most_scales];
  int scales;
  float* out;           // of the first feature
  std::int64_t stride;  // features of a pixel
  std::int64_t rows, columns;
  bool intensity, edges, texture;

  /// The symmetric Hessian's eigenvalues, as engine::symmetric_eigenvalues has them.
  HD static void eigenvalues(float rr, float rc, float cc, float* to) {
    const float mean = (rr + cc) * 0.5f, difference = (rr - cc) * 0.5f;
    const float radius = sqrt(rc * rc + difference * difference);
    to[0] = mean + radius;
    to[1] = mean - radius;
  }

  /// The Sobel magnitude over the root of 2, from the sums of differences of a 3 x 3 neighbourhood.
  HD static float magnitude(float down, float across) {
    const float y = 0.25f * down, x = 0.25f * across;
    return sqrt(y * y + x * x) / 1.41421356237309505f;
  }

  /// Pixels at the image's edge: reflected for the Sobel filter, one-sided gradients for the Hessian.
  struct Edge {
    const float* s;
    std::int64_t rows, columns;

    HD float at(std::int64_t y, std::int64_t x) const {
      y = y < 0 ? 0 : y < rows ? y : rows - 1;
      x = x < 0 ? 0 : x < columns ? x : columns - 1;
      return s[y * columns + x];
    }
    template <class F>
    HD static float gradient(const F& f, std::int64_t i, std::int64_t n) {
      const bool low = i > 0, high = i + 1 < n;
      const float difference = f(high ? i + 1 : i) - f(low ? i - 1 : i);
      return low && high ? difference * 0.5f : difference;
    }
    HD float down(std::int64_t y, std::int64_t x) const {
      return gradient([&](std::int64_t i) { return at(i, x); }, y, rows);
    }
    HD float across(std::int64_t y, std::int64_t x) const {
      return gradient([&](std::int64_t i) { return at(y, i); }, x, columns);
    }
  };

  HD void edge_pixel(const float* s, std::int64_t y, std::int64_t x, float* to) const {
    const Edge e{s, rows, columns};
    if (intensity) *to++ = e.at(y, x);
    if (edges) {
      const auto vertical = [&](std::int64_t c) { return e.at(y + 1, c) - e.at(y - 1, c); };
      const auto horizontal = [&](std::int64_t r) { return e.at(r, x + 1) - e.at(r, x - 1); };
      *to++ = magnitude((vertical(x - 1) + vertical(x + 1)) + 2 * vertical(x),
                        (horizontal(y - 1) + horizontal(y + 1)) + 2 * horizontal(y));
    }
    if (texture) {
      const float rr = Edge::gradient([&](std::int64_t i) { return e.down(i, x); }, y, rows);
      const float rc = Edge::gradient([&](std::int64_t i) { return e.down(y, i); }, x, columns);
      const float cc = Edge::gradient([&](std::int64_t i) { return e.across(y, i); }, x, columns);
      eigenvalues(rr, rc, cc, to);
    }
  }

  /// Pixels [begin, end) of a row with two neighbours on every side. A loop for each kind, which becomes vector code.
  HD void inner_pixels(const float* s, std::int64_t y, std::int64_t begin, std::int64_t end, float* to) const {
    const float* const p = s + y * columns;
    const std::int64_t n = columns, step = stride;
    if (intensity) {
      for (std::int64_t x = begin; x < end; ++x) to[(x - begin) * step] = p[x];
      ++to;
    }
    if (edges) {
      for (std::int64_t x = begin; x < end; ++x) {
        const float down = ((p[x + n - 1] - p[x - n - 1]) + (p[x + n + 1] - p[x - n + 1])) + 2 * (p[x + n] - p[x - n]);
        const float across =
            ((p[x - n + 1] - p[x - n - 1]) + (p[x + n + 1] - p[x + n - 1])) + 2 * (p[x + 1] - p[x - 1]);
        to[(x - begin) * step] = magnitude(down, across);
      }
      ++to;
    }
    if (texture) {
      for (std::int64_t x = begin; x < end; ++x) {
        const float rr = ((p[x + 2 * n] - p[x]) * 0.5f - (p[x] - p[x - 2 * n]) * 0.5f) * 0.5f;
        const float cc = ((p[x + 2] - p[x]) * 0.5f - (p[x] - p[x - 2]) * 0.5f) * 0.5f;
        const float rc = ((p[x + 1 + n] - p[x + 1 - n]) * 0.5f - (p[x - 1 + n] - p[x - 1 - n]) * 0.5f) * 0.5f;
        eigenvalues(rr, rc, cc, to + (x - begin) * step);
      }
    }
  }

  HD void operator()(std::int64_t y, std::int64_t begin, std::int64_t end) const {
    const int kinds = (intensity ? 1 : 0) + (edges ? 1 : 0) + (texture ? 2 : 0);
    constexpr std::int64_t chunk = 64;  // All features of a chunk stay in the L1 cache until they are complete.
    for (std::int64_t first = begin; first < end; first += chunk) {
      const std::int64_t last = first + chunk < end ? first + chunk : end;
      const bool inside = y >= 2 && y + 2 < rows;
      std::int64_t from = inside ? (first > 2 ? first : 2) : last;
      std::int64_t to = inside ? (last < columns - 2 ? last : columns - 2) : last;
      if (from >= to) from = to = last;
      for (int k = 0; k < scales; ++k) {
        float* const target = out + y * columns * stride + k * kinds;
        for (std::int64_t x = first; x < from; ++x) edge_pixel(smooth[k], y, x, target + x * stride);
        if (from < to) inner_pixels(smooth[k], y, from, to, target + from * stride);
        for (std::int64_t x = to; x < last; ++x) edge_pixel(smooth[k], y, x, target + x * stride);
      }
    }
  }
};

}  // namespace opsin::OPSIN_TARGET::feature
