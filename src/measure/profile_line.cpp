// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/blocks.h"
#include "engine/each.h"
#include "measure/spline.h"
#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

using opsin::measure::ProfileLineOptions;

/// Element i of numpy.linspace.
HD double linspace(double start, double stop, std::int64_t count, std::int64_t i) {
  if (count == 1) return start;
  return i == count - 1 ? stop : static_cast<double>(i) * ((stop - start) / static_cast<double>(count - 1)) + start;
}

/// A channel of the image as elements of any dtype, or its coefficients in float64.
struct Samples {
  const void* data;
  DType dtype;
  std::int64_t shape[2];
  std::int64_t strides[2];  // in bytes
  std::int64_t margin;      // rows and columns that were put around the image

  HD double at(std::int64_t y, std::int64_t x) const {
    const auto* const p = static_cast<const std::byte*>(data) + y * strides[0] + x * strides[1];
    return with_storage<double>(dtype, [&]<class T>(Tag<T>) { return load_as<double>(reinterpret_cast<const T*>(p)); });
  }
};

struct Scan {
  Samples samples;
  double* out;
  std::int64_t out_step;
  double src[2], dst[2], half_width[2];
  std::int64_t length, width;
  int order;
  Border border;
  double cval;
  bool whole;      // the image's dtype is an integer,
  double largest;  // of unsigned ones the largest value; below zero: signed

  HD double value(const double (&point)[2]) const {
    double weight[2][most_taps];
    std::int64_t first[2];
    for (int a = 0; a < 2; ++a) {
      const double at = folded(point[a] + static_cast<double>(samples.margin), samples.shape[a], border);
      const double start = order % 2 == 1 ? ::floor(at) : ::floor(at + 0.5);
      spline_weights(at - start, order, weight[a]);
      first[a] = static_cast<std::int64_t>(start) - order / 2;
    }
    double sum = 0;
    for (int i = 0; i <= order; ++i) {
      const std::int64_t y = border_index(first[0] + i, samples.shape[0], border);
      for (int j = 0; j <= order; ++j) {
        const std::int64_t x = border_index(first[1] + j, samples.shape[1], border);
        sum += (y < 0 || x < 0 ? cval : samples.at(y, x)) * weight[0][i] * weight[1][j];  // SciPy's order
      }
    }
    return sum;
  }

  /// The line is scanned from the far side: columns of the result are turned round.
  HD void operator()(std::int64_t i) const {
    const std::int64_t along = i / width, across = width - 1 - (i - along * width);
    double point[2];
    for (int a = 0; a < 2; ++a) {
      const double middle = linspace(src[a], dst[a], length, along);
      point[a] = linspace(middle - half_width[a], middle + half_width[a], width, across);
    }
    double result = value(point);
    if (whole && largest >= 0) {
      result = result > 0 ? ::floor(result + 0.5) : 0;
      result = result > largest ? largest : result;
    } else if (whole) {
      result = result > 0 ? ::floor(result + 0.5) : ::ceil(result - 0.5);
    }
    out[i * out_step] = result;
  }
};

struct Padding {
  const double* from;
  double* to;
  std::int64_t shape[2];
  std::int64_t around;
  Border border;
  double cval;

  HD void operator()(std::int64_t i) const {
    const std::int64_t columns = shape[1] + 2 * around;
    const std::int64_t y = border_index(i / columns - around, shape[0], border);
    const std::int64_t x = border_index(i % columns - around, shape[1], border);
    to[i] = y < 0 || x < 0 ? cval : from[y * shape[1] + x];
  }
};

/// The channel with SciPy's margin where its borders have no recursion of their own, as spline coefficients.
Array coefficients(const Array& channel, int order, Border border, double cval) {
  constexpr std::int64_t around = 12;
  const bool padded = border == Border::nearest || border == Border::constant;
  Array c = channel.astype(DType::float64);
  if (padded) {
    const Array wide = Array::empty({c.shape(0) + 2 * around, c.shape(1) + 2 * around}, DType::float64, c.device());
    engine::each(
        wide.size(), 1 << 14,
        Padding{c.data_as<double>(), wide.mutable_data_as<double>(), {c.shape(0), c.shape(1)}, around, border, cval});
    c = wide;
  }
  const Border recursion = border == Border::constant  ? Border::mirror
                           : border == Border::nearest ? Border::reflect
                                                       : border;
  const std::int64_t rows = c.shape(0), columns = c.shape(1);
  double* const p = c.mutable_data_as<double>();
  engine::each(columns, 64, SplineLine{p, rows, columns, columns, 1, order, recursion});
  engine::each(rows, 64, SplineLine{p, columns, 1, rows, columns, order, recursion});
  return c;
}

}  // namespace

Array profile_line(const Array& image, const std::array<double, 2>& src, const std::array<double, 2>& dst,
                   const ProfileLineOptions& o) {
  const DType dtype = image.dtype();
  const int order = o.order ? *o.order : dtype == DType::boolean ? 0 : 1;
  core::check_plain(order >= 0 && order <= 5, "Spline interpolation order has to be in the range 0-5.");
  core::check_plain(dtype != DType::boolean || order == 0,
                    "Input image dtype is bool. Interpolation is not defined with bool data type. Please set order to "
                    "0 or explicitly cast input image to another data type.");
  core::check<TypeError>(!is_complex(dtype), "measure.profile_line", "complex images are not supported");
  core::check_plain<RuntimeError>(dtype != DType::float16, "data type not supported");
  core::check_plain<RuntimeError>(image.ndim() == 2 || image.ndim() == 3, "invalid shape for coordinate array");
  core::check(o.linewidth >= 0, "measure.profile_line", "linewidth must be >= 0, got ", o.linewidth);
  const std::int64_t channels = image.ndim() == 3 ? image.shape(2) : 1;
  Scan scan{};
  const double down = dst[0] - src[0], across = dst[1] - src[1];
  const double angle = std::atan2(down, across);
  const double length = std::ceil(std::hypot(down, across) + 1);
  core::check_plain(length == length, "cannot convert float NaN to integer");
  core::check_plain(length < 0x1p60, "Maximum allowed size exceeded");
  scan.length = static_cast<std::int64_t>(length);
  scan.width = o.linewidth;
  scan.half_width[0] = static_cast<double>(o.linewidth - 1) * std::cos(angle) / 2;
  scan.half_width[1] = static_cast<double>(o.linewidth - 1) * std::sin(-angle) / 2;
  std::copy(src.begin(), src.end(), scan.src);
  std::copy(dst.begin(), dst.end(), scan.dst);
  scan.order = order;
  scan.border = o.mode;
  scan.cval = o.cval;
  scan.whole = is_integer(dtype);
  scan.largest = is_unsigned(dtype) ? std::ldexp(1.0, static_cast<int>(8 * itemsize(dtype))) - 1 : -1;
  Extents shape{scan.length, scan.width};
  if (image.ndim() == 3) shape.push_back(channels);
  const Array values = Array::empty(shape, DType::float64, image.device());
  core::check(image.size() > 0 || values.size() == 0, "measure.profile_line", "the image is empty");
  for (std::int64_t c = 0; c < channels && values.size() > 0; ++c) {
    Array channel = image;
    if (image.ndim() == 3) {
      const Array one = image.slice(2, c, 1);
      channel = Array::view_of(one.mutable_data(), {image.shape(0), image.shape(1)},
                               {image.strides()[0], image.strides()[1]}, dtype, image.device(), image.buffer());
    }
    if (order > 1) channel = coefficients(channel, order, o.mode, engine::element_of<double>(o.cval, dtype));
    scan.samples = {channel.data(),
                    channel.dtype(),
                    {channel.shape(0), channel.shape(1)},
                    {channel.strides()[0], channel.strides()[1]},
                    (channel.shape(0) - image.shape(0)) / 2};
    scan.out = values.mutable_data_as<double>() + c;
    scan.out_step = channels;
    engine::each(scan.length * scan.width, 256, scan);
  }
  const Array pixels = core::empty_result(shape, dtype, image.device());
  if (pixels.size() > 0) memory::assign(pixels, values);
  if (!o.reduce_func) return pixels;
  std::vector<std::int64_t> block{1, std::max<std::int64_t>(1, scan.width)};
  if (image.ndim() == 3) block.push_back(1);
  const Array reduced = opsin::measure::block_reduce(pixels, {.block_size = block, .func = *o.reduce_func});
  shape.erase(1);
  return reduced.reshape(shape);
}

}  // namespace opsin::OPSIN_TARGET::measure

using Place = std::array<double, 2>;
OPSIN_EXPORT(measure, profile_line, Array, const Array&, const Place&, const Place&,
             const opsin::measure::ProfileLineOptions&)
