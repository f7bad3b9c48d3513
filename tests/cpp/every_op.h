// SPDX-License-Identifier: Apache-2.0
// Every operation on small images of every kind, mostly for the sanitizers: numbers are the conformance table's
// business. What is checked: a result has the image's shape, and a strided view of an image gives what its copy gives,
// bit for bit. Images of dtypes and of sizes that not every operation takes give the same result or the same error.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "core/assign.h"
#include "opsin/color.h"
#include "opsin/exposure.h"
#include "opsin/feature.h"
#include "opsin/filters.h"
#include "opsin/morphology.h"
#include "opsin/ndimage.h"
#include "opsin/ndimage_fourier.h"
#include "opsin/ndimage_order.h"
#include "opsin/transform_integral.h"
#include "opsin/util.h"

using namespace opsin;

namespace opsin::every_op {

using Results = std::vector<Array>;

struct EveryOp {
  std::string name;
  int least_ndim;
  int most_ndim;
  std::function<Results(const Array&, Border)> run;
  bool any_shape = false;  // results that are no images
  bool sums = false;       // over all elements: which of them are added first follows their place in memory
};

inline ndimage::Weights box(int ndim) {
  Extents shape;
  std::int64_t n = 1;
  for (int i = 0; i < ndim; ++i) {
    shape.push_back(2 + i % 2);
    n *= shape[i];
  }
  std::vector<double> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 5) - 1.5;
  return Array::from(std::span<const double>(values), shape);
}

inline ndimage::Weights odd_box() {
  const std::vector<double> values{1, 0, -2, 0, 3, 0, 0.5, 0, 1};
  return Array::from(std::span<const double>(values), {3, 3});
}

/// Differences need two elements along every axis.
inline bool is_thin(const Array& a) {
  for (const std::int64_t n : a.shape()) {
    if (n < 2) return true;
  }
  return false;
}

/// A footprint that is no box: every other element, the first among them.
inline ndimage::Footprint spots(int ndim) {
  Extents shape;
  std::size_t n = 1;
  for (int i = 0; i < ndim; ++i) {
    shape.push_back(3);
    n *= 3;
  }
  std::vector<std::uint8_t> inside(n);
  for (std::size_t i = 0; i < n; i += 2) inside[i] = 1;
  return {shape, inside};
}

inline ndimage::Footprint whole(const Extents& shape) {
  return {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.product()), 1)};
}

/// Other values in another order.
inline Array scattered_values(const Array& a) {
  return exposure::rescale_intensity(a.copy(), {.out_range = {{3, 90}}, .dtype = a.dtype()});
}

/// Values in [0, 1], or over the integers' range; others with another shift.
inline Array picture(const Extents& shape, DType dtype, std::size_t shift = 0) {
  std::vector<double> values(static_cast<std::size_t>(shape.product()));
  const double scale = is_floating(dtype) ? 1 : 250;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto step = (i * i + 3 * i + 31 * shift) % 97;
    values[i] = dtype == DType::boolean ? static_cast<double>(step % 2) : scale * static_cast<double>(step) / 97;
  }
  const Array out = Array::empty(shape, dtype);
  memory::assign(out, Array::from(std::span<const double>(values), shape));
  return out;
}

/// The same pixels with a gap beside each and rows backwards in memory.
inline Array scattered(const Array& a) {
  Extents wide = a.shape();
  wide[wide.size() - 1] *= 2;
  Array view = Array::empty(wide, a.dtype());
  Extents strides = view.strides();
  strides[strides.size() - 1] *= 2;
  auto* corner = static_cast<std::byte*>(view.mutable_data()) + (a.shape(0) - 1) * strides[0];
  strides[0] = -strides[0];
  view = Array::view_of(corner, a.shape(), strides, a.dtype(), {}, view.buffer());
  memory::assign(view, a);
  return view;
}

inline bool is_scattered(const Array& a) {
  return a.strides()[a.ndim() - 1] != static_cast<std::int64_t>(itemsize(a.dtype()));
}

/// An image of the same size and strides with other values.
inline Array another(const Array& a, std::size_t shift = 1) {
  const Array other = picture(a.shape(), a.dtype(), shift);
  return is_scattered(a) ? scattered(other) : other;
}

/// The image as the first of three channels that differ, along the first axis or the last one; with gaps where it has
/// them.
inline Array colours(const Array& a, int axis = 0) {
  Extents shape;
  if (axis == 0) shape.push_back(3);
  for (const std::int64_t n : a.shape()) shape.push_back(n);
  if (axis != 0) shape.push_back(3);
  const Array whole = picture(shape, a.dtype(), 2);
  const Array first = whole.slice(axis == 0 ? 0 : a.ndim(), 0, 1);
  memory::assign(first, a.copy().reshape(first.shape()));
  return is_scattered(a) ? scattered(whole) : whole;
}

struct Outcome {
  Results results;
  std::string error;
};

inline Outcome outcome_of(const EveryOp& op, const Array& image, Border border) {
  try {
    return {op.run(image, border), {}};
  } catch (const Error& e) {
    return {{}, e.what()};
  }
}

/// Whether float64 numbers are equal but for the rounding of sums.
inline bool nearly_equal(const Array& a, const Array& b) {
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double x = a.data_as<double>()[i], y = b.data_as<double>()[i];
    const bool same = x == y || (std::isnan(x) && std::isnan(y));
    if (!same && !(std::fabs(x - y) <= 1e-12 * std::max(1.0, std::fabs(x)))) return false;
  }
  return true;
}

inline void check_same(const EveryOp& op, const Results& results, const Results& others) {
  REQUIRE(results.size() == others.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    REQUIRE(results[i].shape() == others[i].shape());
    REQUIRE(results[i].is_contiguous());
    if (op.sums && results[i].dtype() == DType::float64) {
      CHECK(nearly_equal(results[i], others[i]));
    } else {
      CHECK(std::memcmp(results[i].data(), others[i].data(), results[i].nbytes()) == 0);
    }
  }
}

/// What not every operation takes: it says so, whatever the image's strides, or has a result.
inline void run_unusual(const EveryOp& op) {
  CAPTURE(op.name);
  for (const Extents& shape : {Extents{29}, Extents{11, 37}, Extents{5, 7, 9}, Extents{1, 1}, Extents{2, 1, 3, 2}}) {
    if (shape.size() < op.least_ndim || shape.size() > op.most_ndim) continue;
    for (const DType dtype : {DType::boolean, DType::int64, DType::float16}) {
      CAPTURE(shape.size());
      CAPTURE(name(dtype));
      const Array image = picture(shape, dtype);
      const Outcome of_image = outcome_of(op, image, Border::reflect);
      const Outcome of_view = outcome_of(op, scattered(image), Border::reflect);
      CHECK(of_image.error == of_view.error);
      check_same(op, of_image.results, of_view.results);
    }
  }
  for (const Extents& shape : {Extents{0}, Extents{0, 5}, Extents{5, 0}, Extents{0, 0}, Extents{4, 0, 3}}) {
    if (shape.size() < op.least_ndim || shape.size() > op.most_ndim) continue;
    for (const DType dtype : {DType::uint8, DType::float32}) {
      CAPTURE(shape.size());
      CAPTURE(name(dtype));
      const Outcome once = outcome_of(op, Array::empty(shape, dtype), Border::nearest);
      for (const Array& r : once.results) CHECK((op.any_shape || r.ndim() == 0 || r.size() == 0));
    }
  }
}

inline void run_all(const std::vector<EveryOp>& ops) {
  const Extents shapes[] = {{29},    {1},        {131},     {11, 37},     {1, 1},
                            {2, 70}, {6, 7, 19}, {1, 1, 1}, {3, 4, 5, 9}, {1, 2, 1, 3}};
  for (const EveryOp& op : ops) {
    for (const Extents& shape : shapes) {
      if (shape.size() < op.least_ndim || shape.size() > op.most_ndim) continue;
      for (const DType dtype : {DType::uint8, DType::float32, DType::float64}) {
        const Array image = picture(shape, dtype);
        const Array view = scattered(image);
        for (const Border b : {Border::reflect, Border::constant, Border::nearest, Border::mirror, Border::wrap}) {
          CAPTURE(op.name);
          CAPTURE(shape.size());
          CAPTURE(static_cast<int>(b));
          const Results of_image = op.run(image, b);
          // A number, an image, or one for each eigenvalue.
          for (const Array& r : of_image) {
            CHECK((op.any_shape || r.ndim() == 0 || (r.size() > 0 && r.size() % image.size() == 0)));
          }
          check_same(op, of_image, op.run(view, b));
        }
      }
    }
    run_unusual(op);
  }
}

}  // namespace opsin::every_op
