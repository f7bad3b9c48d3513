// SPDX-License-Identifier: Apache-2.0
// Order statistics of neighbourhoods and filters of a caller's own: scipy.ndimage.
//
// Images are bool, integers, float32 or float64; float16 and complex images throw. The rank filters' results equal
// SciPy's to the bit; a 64 bit integer goes through double, as SciPy's n-dimensional filters do. SciPy leaves NaN
// undefined: here every NaN is above +inf.
#pragma once

#include <cstdint>
#include <variant>

#include "opsin/ndimage_morphology.h"

namespace opsin::ndimage {

/// Several modes are taken where the rank is the least or the greatest and the neighbourhood is a box.
using RankFilterOptions = ExtremeFilterOptions;

/// The element of rank `rank` (0: the least, -1: the greatest) of the neighbourhood, a size or a footprint. The least
/// and the greatest are those of minimum_filter and maximum_filter. Throws RuntimeError for no neighbourhood, one of
/// another number of axes and a rank outside it, ValueError for an origin outside it.
Array rank_filter(const Array& input, std::int64_t rank, const Neighbourhood& neighbourhood,
                  const RankFilterOptions& options = {});
/// Rank n / 2 of n elements.
Array median_filter(const Array& input, const Neighbourhood& neighbourhood, const RankFilterOptions& options = {});
/// Rank n * percentile / 100; a negative percentile counts from 100. Throws RuntimeError outside [-100, 100].
Array percentile_filter(const Array& input, double percentile, const Neighbourhood& neighbourhood,
                        const RankFilterOptions& options = {});

/// NumPy's reductions of a window, in double and in NumPy's order of additions; min, max, ptp and median spread NaN.
enum class Reduction : std::uint8_t { min, max, ptp, median, sum, prod, mean, var, std };

/// A caller's function of the elements of a window, in C order: writes the result, returns 0 to give up.
struct WindowCallback {
  int (*call)(const double* window, std::int64_t size, double* result, void* context) = nullptr;
  void* context = nullptr;
};
using WindowFunction = std::variant<Reduction, WindowCallback>;

struct GenericFilterOptions {
  Output output = {};
  Border mode = Border::reflect;
  double cval = 0;
  std::vector<int> origin = {0};
  std::optional<std::vector<int>> axes = std::nullopt;
};
/// A function of every window. Throws as rank_filter does; RuntimeError when a callback gives up, TypeError for a
/// callback and an image on a GPU.
Array generic_filter(const Array& input, const WindowFunction& function, const Neighbourhood& neighbourhood,
                     const GenericFilterOptions& options = {});

/// A caller's function of a line, extended at both ends, and of the result's line; returns 0 to give up.
struct LineCallback {
  int (*call)(const double* line, std::int64_t line_size, double* result, std::int64_t size, void* context) = nullptr;
  void* context = nullptr;
};

struct GenericFilter1dOptions {
  int axis = -1;
  Output output = {};
  Border mode = Border::reflect;
  double cval = 0;
  int origin = 0;
};
/// A function of every line along an axis, of its n elements and the filter_size - 1 that a window reaches beyond them.
/// Throws RuntimeError for a size below 1 and when the callback gives up, IndexError for the axis, ValueError for the
/// origin, TypeError for an image on a GPU.
Array generic_filter1d(const Array& input, const LineCallback& function, std::int64_t filter_size,
                       const GenericFilter1dOptions& options = {});

/// Windows `first` ... `first + count - 1` of all in C order, as a float64 array (count, elements).
Array windows(const Array& input, const Neighbourhood& neighbourhood, const GenericFilterOptions& options,
              std::int64_t first, std::int64_t count);
/// Lines likewise, as a float64 array (count, n + filter_size - 1); the axes before and after count in C order.
Array lines(const Array& input, std::int64_t filter_size, const GenericFilter1dOptions& options, std::int64_t first,
            std::int64_t count);

}  // namespace opsin::ndimage
