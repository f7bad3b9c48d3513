// SPDX-License-Identifier: Apache-2.0
#include "opsin/ndimage.h"

#include "array_caster.h"
#include "core/accumulate.h"
#include "core/assign.h"
#include "core/memory.h"
#include "modules.h"
#include "ndimage_output.h"
#include "opsin/error.h"

namespace opsin::python {
namespace {

using namespace opsin::ndimage;

Complex complex_number(nb::handle value) {
  if (nb::isinstance<nb::str>(value)) throw TypeError("must be a number, not str");
  const nb::object z = nb::handle(reinterpret_cast<PyObject*>(&PyComplex_Type))(value);
  return {PyComplex_RealAsDouble(z.ptr()), PyComplex_ImagAsDouble(z.ptr())};
}

std::vector<std::optional<int>> radii(nb::handle value) {
  const std::vector<int> given = integers(value);
  return {given.begin(), given.end()};
}

/// An array that is written in place.
Array writable(Call& call, nb::handle array) {
  const Array a = *call.out(array);
  if (a.readonly()) throw ValueError("output array is read-only");
  return a;
}

/// Writes into `array` in place.
template <class F>
void in_place(nb::handle array, const F& f) {
  Call call;
  const Array a = writable(call, array);
  call.invoke([&] {
    f(a);
    return true;
  });
}

template <class F>
void def_correlate1d(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, nb::handle weights, int axis, nb::handle dtype, nb::handle out, nb::handle mode,
          nb::handle cval, int origin) {
        Call call;
        const Array a = call.in(input);
        const Array w = call.in_anywhere(weights);
        const Correlate1dOptions options{.axis = axis,
                                         .output = output(call, dtype, out),
                                         .mode = border(mode),
                                         .cval = complex_number(cval),
                                         .origin = origin};
        return call.run([&] { return f(a, Weights(w), options); });
      },
      nb::arg("input"), nb::arg("weights"), nb::arg("axis"), nb::arg("dtype").none(), nb::arg("out").none(),
      nb::arg("mode"), nb::arg("cval"), nb::arg("origin"));
}

template <class F>
void def_correlate(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, nb::handle weights, nb::handle dtype, nb::handle out, nb::handle mode, nb::handle cval,
          nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const Array w = call.in_anywhere(weights);
        const CorrelateOptions options{.output = output(call, dtype, out),
                                       .mode = border(mode),
                                       .cval = complex_number(cval),
                                       .origin = integers(origin),
                                       .axes = integers(axes)};
        return call.run([&] { return f(a, Weights(w), options); });
      },
      nb::arg("input"), nb::arg("weights"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"),
      nb::arg("cval"), nb::arg("origin"), nb::arg("axes"));
}

template <class F>
void def_edges(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, int axis, nb::handle dtype, nb::handle out, nb::handle mode, nb::handle cval) {
        Call call;
        const Array a = call.in(input);
        const DerivativeOptions options{
            .axis = axis, .output = output(call, dtype, out), .mode = borders(mode), .cval = complex_number(cval)};
        return call.run([&] { return f(a, options); });
      },
      nb::arg("input"), nb::arg("axis"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"),
      nb::arg("cval"));
}

template <class F>
void def_gaussian_derivative(nb::module_& m, const char* name, F f) {
  m.def(
      name,
      [f](nb::handle input, nb::handle sigma, nb::handle dtype, nb::handle out, nb::handle mode, nb::handle cval,
          nb::handle axes, nb::handle radius) {
        Call call;
        const Array a = call.in(input);
        const std::vector<double> sigmas = numbers(sigma);
        const GaussianDerivativeOptions options{.output = output(call, dtype, out),
                                                .mode = borders(mode),
                                                .cval = complex_number(cval),
                                                .axes = integers(axes),
                                                .radius = radii(radius)};
        return call.run([&] { return f(a, sigmas, options); });
      },
      nb::arg("input"), nb::arg("sigma"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"),
      nb::arg("cval"), nb::arg("axes"), nb::arg("radius"));
}

void bind_smoothing(nb::module_& m) {
  m.def(
      "gaussian_filter",
      [](nb::handle input, nb::handle sigma, nb::handle order, nb::handle dtype, nb::handle out, nb::handle mode,
         nb::handle cval, nb::handle radius, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const std::vector<double> sigmas = numbers(sigma);
        const GaussianFilterOptions options{.order = integers(order),
                                            .output = output(call, dtype, out),
                                            .mode = borders(mode),
                                            .cval = complex_number(cval),
                                            .radius = radii(radius),
                                            .axes = integers(axes)};
        return call.run([&] { return gaussian_filter(a, sigmas, options); });
      },
      nb::arg("input"), nb::arg("sigma"), nb::arg("order"), nb::arg("dtype").none(), nb::arg("out").none(),
      nb::arg("mode"), nb::arg("cval"), nb::arg("radius"), nb::arg("axes"));
  m.def(
      "gaussian_filter1d",
      [](nb::handle input, double sigma, int axis, int order, nb::handle dtype, nb::handle out, nb::handle mode,
         nb::handle cval, int radius) {
        Call call;
        const Array a = call.in(input);
        const GaussianFilter1dOptions options{.axis = axis,
                                              .order = order,
                                              .output = output(call, dtype, out),
                                              .mode = border(mode),
                                              .cval = complex_number(cval),
                                              .radius = radius};
        return call.run([&] { return gaussian_filter1d(a, sigma, options); });
      },
      nb::arg("input"), nb::arg("sigma"), nb::arg("axis"), nb::arg("order"), nb::arg("dtype").none(),
      nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"), nb::arg("radius"));
  m.def(
      "uniform_filter1d",
      [](nb::handle input, std::int64_t size, int axis, nb::handle dtype, nb::handle out, nb::handle mode,
         nb::handle cval, int origin) {
        Call call;
        const Array a = call.in(input);
        const UniformFilter1dOptions options{.axis = axis,
                                             .output = output(call, dtype, out),
                                             .mode = border(mode),
                                             .cval = complex_number(cval),
                                             .origin = origin};
        return call.run([&] { return uniform_filter1d(a, size, options); });
      },
      nb::arg("input"), nb::arg("size"), nb::arg("axis"), nb::arg("dtype").none(), nb::arg("out").none(),
      nb::arg("mode"), nb::arg("cval"), nb::arg("origin"));
  m.def(
      "uniform_filter",
      [](nb::handle input, nb::handle size, nb::handle dtype, nb::handle out, nb::handle mode, nb::handle cval,
         nb::handle origin, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const std::vector<std::int64_t> given = sizes(size);
        const UniformFilterOptions options{.output = output(call, dtype, out),
                                           .mode = borders(mode),
                                           .cval = complex_number(cval),
                                           .origin = integers(origin),
                                           .axes = integers(axes)};
        return call.run([&] { return uniform_filter(a, given, options); });
      },
      nb::arg("input"), nb::arg("size"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"),
      nb::arg("cval"), nb::arg("origin"), nb::arg("axes"));
}

/// What the generic filters do to arrays of the caller's kind.
void bind_arithmetic(nb::module_& m) {
  m.def(
      "zeros",
      [](nb::handle like, nb::handle dtype) {
        Call call;
        const Array a = call.in(like);
        const DType t = dtype.is_none() ? a.dtype() : dtype_from(dtype);
        return call.run([&] {
          const Array zero = core::empty_result(a.shape(), t, a.device());
          core::fill_zero(zero);
          return zero;
        });
      },
      nb::arg("like"), nb::arg("dtype").none());
  m.def(
      "assign",
      [](nb::handle to, nb::handle from) {
        Call call;
        const Array target = writable(call, to);
        const Array source = call.in_anywhere(from);
        call.invoke([&] {
          memory::assign(target, may_overlap(target, source) ? source.copy() : source);
          return true;
        });
      },
      nb::arg("target"), nb::arg("source"));
  m.def(
      "add_into",
      [](nb::handle total, nb::handle term) {
        Call call;
        const Array a = *call.out(total);
        const Array b = call.in(term);
        call.invoke([&] {
          add_into(a, b);
          return true;
        });
      },
      nb::arg("total"), nb::arg("term"));
  m.def("square_in_place", [](nb::handle array) { in_place(array, square_in_place); }, nb::arg("array"));
  m.def("root_in_place", [](nb::handle array) { in_place(array, root_in_place); }, nb::arg("array"));
}

}  // namespace

void bind_ndimage(nb::module_& m) {
  def_correlate1d(m, "correlate1d", correlate1d);
  def_correlate1d(m, "convolve1d", convolve1d);
  def_correlate(m, "correlate", correlate);
  def_correlate(m, "convolve", convolve);
  def_edges(m, "sobel", sobel);
  def_edges(m, "prewitt", prewitt);
  def_gaussian_derivative(m, "gaussian_laplace", gaussian_laplace);
  def_gaussian_derivative(m, "gaussian_gradient_magnitude", gaussian_gradient_magnitude);
  m.def(
      "laplace",
      [](nb::handle input, nb::handle dtype, nb::handle out, nb::handle mode, nb::handle cval, nb::handle axes) {
        Call call;
        const Array a = call.in(input);
        const LaplaceOptions options{.output = output(call, dtype, out),
                                     .mode = borders(mode),
                                     .cval = complex_number(cval),
                                     .axes = integers(axes)};
        return call.run([&] { return laplace(a, options); });
      },
      nb::arg("input"), nb::arg("dtype").none(), nb::arg("out").none(), nb::arg("mode"), nb::arg("cval"),
      nb::arg("axes"));
  bind_smoothing(m);
  bind_arithmetic(m);
}

}  // namespace opsin::python
