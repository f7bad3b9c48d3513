// SPDX-License-Identifier: Apache-2.0
#include "io/resample.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "core/threads.h"
#include "io/sample_value.h"

namespace opsin::io {
namespace {

/// Weights of the source pixels first, first + 1, ... for one result pixel.
struct Weights {
  std::int64_t first = 0;
  std::vector<double> w;
};

enum class Shape { triangle, box };

std::vector<Weights> weights(std::int64_t out, std::int64_t in, double origin, double step, Shape shape) {
  std::vector<Weights> all(static_cast<std::size_t>(out));
  const double scale = std::max(step, 1.0);
  for (std::int64_t i = 0; i < out; ++i) {
    const double begin = origin + static_cast<double>(i) * step, end = begin + step, centre = (begin + end) / 2;
    const double reach = shape == Shape::triangle ? scale : step / 2;
    auto first = static_cast<std::int64_t>(std::clamp(std::floor(centre - reach), 0.0, static_cast<double>(in - 1)));
    auto last = static_cast<std::int64_t>(
        std::clamp(std::ceil(centre + reach), static_cast<double>(first + 1), static_cast<double>(in)));
    Weights& one = all[static_cast<std::size_t>(i)];
    one.first = first;
    double sum = 0;
    for (std::int64_t k = first; k < last; ++k) {
      const auto at = static_cast<double>(k);
      const double w = shape == Shape::triangle ? std::max(0.0, 1 - std::abs(at + 0.5 - centre) / scale)
                                                : std::max(0.0, std::min(end, at + 1) - std::max(begin, at));
      one.w.push_back(w);
      sum += w;
    }
    if (sum <= 0) {  // The grid reaches beyond the source: its nearest pixel.
      one.w.assign(1, 1.0);
      if (centre > 0) one.first = last - 1;
      sum = 1;
    }
    for (double& w : one.w) w /= sum;
  }
  return all;
}

}  // namespace

Array resize(const Array& pixels, Size size, const Grid& grid) {
  const std::int64_t h = pixels.shape(0), w = pixels.shape(1), n = pixels.shape(2);
  Array out = Array::empty({size.height, size.width, n}, pixels.dtype());
  if (out.size() == 0) return out;
  const auto horizontal = weights(size.width, w, grid.x0, grid.sx, Shape::triangle);
  const auto vertical = weights(size.height, h, grid.y0, grid.sy, Shape::triangle);
  with_sample_type(pixels.dtype(), [&]<class T>(T) {
    // 8 and 16 bits fit float's precision; the rest computes in double.
    using C = std::conditional_t<sizeof(T) <= 2, float, double>;
    const T* from = pixels.data_as<T>();
    T* to = out.mutable_data_as<T>();
    core::parallel_for(size.height, 16, [&](std::int64_t begin, std::int64_t end) {
      // Rows of the source, already of the result's width, for these result rows only.
      const std::int64_t top = vertical[static_cast<std::size_t>(begin)].first;
      const Weights& last = vertical[static_cast<std::size_t>(end - 1)];
      const std::int64_t bottom = last.first + std::ssize(last.w);
      const std::int64_t row = size.width * n;
      std::vector<C> narrow(static_cast<std::size_t>((bottom - top) * row));
      for (std::int64_t y = top; y < bottom; ++y) {
        C* r = narrow.data() + (y - top) * row;
        const T* source = from + y * w * n;
        for (std::int64_t x = 0; x < size.width; ++x) {
          const Weights& one = horizontal[static_cast<std::size_t>(x)];
          for (std::int64_t c = 0; c < n; ++c) {
            C sum = 0;
            for (std::size_t k = 0; k < one.w.size(); ++k) {
              sum += static_cast<C>(one.w[k]) *
                     static_cast<C>(from_sample(source[(one.first + static_cast<std::int64_t>(k)) * n + c]));
            }
            r[x * n + c] = sum;
          }
        }
      }
      std::vector<C> sums(static_cast<std::size_t>(row));
      for (std::int64_t y = begin; y < end; ++y) {
        const Weights& one = vertical[static_cast<std::size_t>(y)];
        std::fill(sums.begin(), sums.end(), C{0});
        for (std::size_t k = 0; k < one.w.size(); ++k) {
          const C* r = narrow.data() + (one.first + static_cast<std::int64_t>(k) - top) * row;
          const C weight = static_cast<C>(one.w[k]);
          for (std::int64_t i = 0; i < row; ++i) sums[static_cast<std::size_t>(i)] += weight * r[i];
        }
        for (std::int64_t i = 0; i < row; ++i)
          to[y * row + i] = to_sample<T>(static_cast<double>(sums[static_cast<std::size_t>(i)]));
      }
    });
  });
  return out;
}

Scaled shrink_covered(const Array& pixels, const Array& coverage, Size size, const Grid& grid) {
  const std::int64_t h = pixels.shape(0), w = pixels.shape(1), n = pixels.shape(2);
  Scaled out{Array::empty({size.height, size.width, n}, pixels.dtype()),
             Array::empty({size.height, size.width}, DType::uint8)};
  const auto horizontal = weights(size.width, w, grid.x0, grid.sx, Shape::box);
  const auto vertical = weights(size.height, h, grid.y0, grid.sy, Shape::box);
  const auto* known = coverage.data_as<std::uint8_t>();
  with_sample_type(pixels.dtype(), [&]<class T>(T) {
    const T* from = pixels.data_as<T>();
    T* to = out.pixels.mutable_data_as<T>();
    std::vector<double> sums(static_cast<std::size_t>(n));
    for (std::int64_t y = 0; y < size.height; ++y) {
      const Weights& v = vertical[static_cast<std::size_t>(y)];
      for (std::int64_t x = 0; x < size.width; ++x) {
        const Weights& u = horizontal[static_cast<std::size_t>(x)];
        double total = 0;
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::size_t j = 0; j < v.w.size(); ++j) {
          for (std::size_t i = 0; i < u.w.size(); ++i) {
            const std::int64_t at =
                (v.first + static_cast<std::int64_t>(j)) * w + u.first + static_cast<std::int64_t>(i);
            if (known[at] == 0) continue;
            const double weight = v.w[j] * u.w[i];
            total += weight;
            for (std::int64_t c = 0; c < n; ++c)
              sums[static_cast<std::size_t>(c)] += weight * from_sample(from[at * n + c]);
          }
        }
        const std::int64_t pixel = y * size.width + x;
        out.coverage.mutable_data_as<std::uint8_t>()[pixel] = total > 0 ? 255 : 0;
        for (std::int64_t c = 0; c < n; ++c) {
          to[pixel * n + c] = to_sample<T>(total > 0 ? sums[static_cast<std::size_t>(c)] / total : 0.0);
        }
      }
    }
  });
  return out;
}

}  // namespace opsin::io
