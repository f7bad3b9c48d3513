// SPDX-License-Identifier: Apache-2.0
// Every operation on small images of every kind, mostly for the sanitizers: numbers are the conformance table's
// business. What is checked: a result has the image's shape, and a strided view of an image gives what its copy gives,
// bit for bit.
#pragma once

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "core/assign.h"
#include "opsin/color.h"
#include "opsin/color_difference.h"
#include "opsin/exposure.h"
#include "opsin/feature.h"
#include "opsin/filters.h"
#include "opsin/filters_frequency.h"
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

/// Values in [0, 1], or over the integers' range.
inline Array picture(const Extents& shape, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(shape.product()));
  const double scale = is_floating(dtype) ? 1 : 250;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = scale * static_cast<double>((i * i + 3 * i) % 97) / 97;
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
          const Results of_view = op.run(view, b);
          REQUIRE(of_image.size() == of_view.size());
          for (std::size_t i = 0; i < of_image.size(); ++i) {
            const Array& r = of_image[i];
            CHECK((r.ndim() == 0 || r.size() % image.size() == 0));  // A number, an image, or one for each eigenvalue.
            REQUIRE(r.shape() == of_view[i].shape());
            REQUIRE(r.is_contiguous());
            CHECK(std::memcmp(r.data(), of_view[i].data(), r.nbytes()) == 0);
          }
        }
      }
    }
  }
}

}  // namespace opsin::every_op
