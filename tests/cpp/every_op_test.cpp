// SPDX-License-Identifier: Apache-2.0
// Every operation on small images of every kind, mostly for the sanitizers: numbers are the conformance table's
// business. What is checked: a result has the image's shape, and a strided view of an image gives what its copy gives,
// bit for bit.
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
#include "opsin/ndimage_order.h"
#include "opsin/transform_integral.h"
#include "opsin/ndimage_fourier.h"
#include "opsin/util.h"

using namespace opsin;

namespace {

using Results = std::vector<Array>;

struct EveryOp {
  std::string name;
  int least_ndim;
  int most_ndim;
  std::function<Results(const Array&, Border)> run;
};

ndimage::Weights box(int ndim) {
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

ndimage::Weights odd_box() {
  const std::vector<double> values{1, 0, -2, 0, 3, 0, 0.5, 0, 1};
  return Array::from(std::span<const double>(values), {3, 3});
}

/// Differences need two elements along every axis.
bool is_thin(const Array& a) {
  for (const std::int64_t n : a.shape()) {
    if (n < 2) return true;
  }
  return false;
}

std::vector<EveryOp> edge_ops() {
  std::vector<EveryOp> ops;
  const auto nd = [&](std::string name, Array (*f)(const Array&, const filters::EdgeOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [f](const Array& a, Border b) -> Results { return {f(a, {.mode = b, .cval = 0.25})}; }});
  };
  nd("sobel", filters::sobel);
  nd("scharr", filters::scharr);
  nd("prewitt", filters::prewitt);
  nd("farid", filters::farid);
  const auto plane = [&](std::string name, Array (*f)(const Array&, const filters::EdgeMaskOptions&)) {
    ops.push_back({std::move(name), 2, 2, [f](const Array& a, Border) -> Results {
                     const Array mask = Array::zeros(a.shape(), DType::boolean);
                     return {f(a, {}), f(a, {.mask = mask})};
                   }});
  };
  plane("sobel_h", filters::sobel_h);
  plane("sobel_v", filters::sobel_v);
  plane("farid_h", filters::farid_h);
  plane("farid_v", filters::farid_v);
  plane("roberts", filters::roberts);
  plane("roberts_pos_diag", filters::roberts_pos_diag);
  plane("roberts_neg_diag", filters::roberts_neg_diag);
  ops.push_back({"laplace", 1, 4, [](const Array& a, Border) -> Results { return {filters::laplace(a)}; }});
  return ops;
}

std::vector<EveryOp> rank_ops() {
  using namespace filters::rank;
  std::vector<EveryOp> ops;
  const auto cross = [](int ndim) { return ndimage::generate_binary_structure(ndim, 1); };
  const auto add = [&]<class O>(int most, Array (*f)(const Array&, const Footprint&, const O&), const O& options) {
    ops.push_back({"rank filter " + std::to_string(ops.size()), 2, most, [=](const Array& a, Border) -> Results {
                     O masked = options;
                     masked.mask = a;
                     return {f(a, cross(a.ndim()), options), f(a, cross(a.ndim()), masked)};
                   }});
  };
  for (const auto f : {autolevel, enhance_contrast, entropy, equalize, geometric_mean, gradient, majority, maximum,
                       mean, minimum, modal, noise_filter, otsu, pop, subtract_mean, sum, threshold}) {
    add(3, f, RankOptions{});
  }
  for (const auto f : {autolevel_percentile, enhance_contrast_percentile, gradient_percentile, mean_percentile,
                       percentile, pop_percentile, subtract_mean_percentile, sum_percentile, threshold_percentile}) {
    add(2, f, PercentileOptions{.p0 = 0.2, .p1 = 0.9});
  }
  for (const auto f : {mean_bilateral, pop_bilateral, sum_bilateral}) add(2, f, BilateralOptions{});
  add(2, windowed_histogram, WindowedHistogramOptions{.n_bins = 9});
  ops.push_back({"median", 2, 3, [](const Array& a, Border) -> Results { return {median(a)}; }});
  return ops;
}

std::vector<EveryOp> filter_ops() {
  return {
      {"gaussian", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {filters::gaussian(a, {.sigma = {1.3}, .mode = b, .cval = 0.5}),
                 filters::gaussian(a, {.sigma = {9}, .mode = b})};
       }},
      {"difference_of_gaussians", 1, 4,
       [](const Array& a, Border b) -> Results { return {filters::difference_of_gaussians(a, {1}, {.mode = b})}; }},
      {"unsharp_mask", 1, 4, [](const Array& a, Border) -> Results { return {filters::unsharp_mask(a)}; }},
      {"butterworth", 1, 4,
       [](const Array& a, Border) -> Results {
         return {filters::butterworth(a, {.cutoff_frequency_ratio = 0.1}),
                 filters::butterworth(a, {.cutoff_frequency_ratio = 0.2, .order = 1.3, .npad = 2})};
       }},
      {"gabor", 2, 2,
       [](const Array& a, Border b) -> Results {
         Results r = filters::gabor(a, 0.3, {.mode = b});
         for (const Array& turned : filters::gabor(a, 0.3, {.theta = 0.7, .mode = b})) r.push_back(turned);
         return r;
       }},
      {"correlate_sparse", 2, 2,
       [](const Array& a, Border b) -> Results { return {filters::correlate_sparse(a, odd_box(), {.mode = b})}; }},
      {"meijering", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::meijering(a, {.sigmas = {1, 2}, .mode = b})}; }},
      {"sato", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::sato(a, {.sigmas = {1, 2}, .mode = b})}; }},
      {"frangi", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::frangi(a, {.sigmas = {1.5, 2}, .mode = b})}; }},
      {"hessian", 2, 3,
       [](const Array& a, Border b) -> Results { return {filters::hessian(a, {.sigmas = {1.5}, .mode = b})}; }},
  };
}

std::vector<EveryOp> feature_ops() {
  return {
      {"hessian_matrix", 2, 4,
       [](const Array& a, Border b) {
         return feature::hessian_matrix(a, {.mode = b, .use_gaussian_derivatives = true});
       }},
      {"hessian_matrix_eigvals", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::hessian_matrix_eigvals(feature::hessian_matrix(a, {.mode = b}))};
       }},
      {"hessian_matrix_det", 2, 2,
       [](const Array& a, Border) -> Results {
         if (is_thin(a)) return {};
         return {feature::hessian_matrix_det(a), feature::hessian_matrix_det(a, {.approximate = false})};
       }},
      {"structure_tensor", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return feature::structure_tensor(a, {.mode = b});
       }},
      {"structure_tensor_eigenvalues", 2, 3,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::structure_tensor_eigenvalues(feature::structure_tensor(a, {.mode = b}))};
       }},
      {"shape_index", 2, 2,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         return {feature::shape_index(a, {.mode = b})};
       }},
      {"corners", 2, 2,
       [](const Array& a, Border b) -> Results {
         if (is_thin(a)) return {};
         Results r = feature::corner_foerstner(a);
         r.push_back(feature::corner_harris(a, {.method = feature::HarrisMethod::eps}));
         r.push_back(feature::corner_shi_tomasi(a, {.sigma = {2}}));
         r.push_back(feature::corner_kitchen_rosenfeld(a, {.mode = b, .cval = 0.25}));
         r.push_back(feature::corner_fast(a, {.n = 9, .threshold = 0.05}));
         for (const int size : {1, 2}) r.push_back(feature::corner_moravec(a, {.window_size = size}));
         return r;
       }},
      {"canny", 2, 2,
       [](const Array& a, Border b) -> Results {
         return {feature::canny(a, {.low_threshold = 0.01, .high_threshold = 0.02, .mode = b, .cval = 0.25}),
                 feature::canny(a, {.low_threshold = 0.5, .high_threshold = 0.8, .use_quantiles = true})};
       }},
      {"multiscale_basic_features", 2, 3,
       [](const Array& a, Border) -> Results {
         if (is_thin(a)) return {};
         return {feature::multiscale_basic_features(a, {.sigma_max = 2})};
       }},
  };
}

std::vector<EveryOp> color_ops() {
  std::vector<EveryOp> ops;
  const auto of_rgb = [](const Array& a) { return color::gray2rgb(a, {.channel_axis = 0}); };
  const auto conversion = [&](std::string name, Array (*f)(const Array&, const color::ConversionOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [=](const Array& a, Border) -> Results { return {f(of_rgb(a), {.channel_axis = 0})}; }});
  };
  const auto by_white = [&](std::string name, Array (*f)(const Array&, const color::WhiteOptions&)) {
    ops.push_back({std::move(name), 1, 4,
                   [=](const Array& a, Border) -> Results { return {f(of_rgb(a), {.channel_axis = 0})}; }});
  };
  conversion("rgb2hsv", color::rgb2hsv);
  conversion("hsv2rgb", color::hsv2rgb);
  conversion("rgb2xyz", color::rgb2xyz);
  conversion("xyz2rgb", color::xyz2rgb);
  conversion("rgb2rgbcie", color::rgb2rgbcie);
  conversion("rgbcie2rgb", color::rgbcie2rgb);
  conversion("rgb2luv", color::rgb2luv);
  conversion("luv2rgb", color::luv2rgb);
  conversion("lab2lch", color::lab2lch);
  conversion("lch2lab", color::lch2lab);
  conversion("rgb2yuv", color::rgb2yuv);
  conversion("yuv2rgb", color::yuv2rgb);
  conversion("rgb2yiq", color::rgb2yiq);
  conversion("yiq2rgb", color::yiq2rgb);
  conversion("rgb2ypbpr", color::rgb2ypbpr);
  conversion("ypbpr2rgb", color::ypbpr2rgb);
  conversion("rgb2ycbcr", color::rgb2ycbcr);
  conversion("ycbcr2rgb", color::ycbcr2rgb);
  conversion("rgb2ydbdr", color::rgb2ydbdr);
  conversion("ydbdr2rgb", color::ydbdr2rgb);
  conversion("rgb2hed", color::rgb2hed);
  conversion("hed2rgb", color::hed2rgb);
  by_white("rgb2lab", color::rgb2lab);
  by_white("lab2rgb", color::lab2rgb);
  by_white("xyz2lab", color::xyz2lab);
  by_white("lab2xyz", color::lab2xyz);
  by_white("xyz2luv", color::xyz2luv);
  by_white("luv2xyz", color::luv2xyz);
  ops.push_back({"stains, spaces and differences", 1, 4, [=](const Array& a, Border) -> Results {
                   const Array rgb = of_rgb(a), gray = color::gray2rgb(a);
                   return {color::separate_stains(rgb, color::hdx_from_rgb, {.channel_axis = 0}),
                           color::combine_stains(gray, color::rgb_from_hdx),
                           color::convert_colorspace(rgb, "hsv", "xyz", {.channel_axis = 0}),
                           color::deltaE_cie76(rgb, rgb, {.channel_axis = 0}),
                           color::deltaE_ciede94(gray, gray),
                           color::deltaE_ciede2000(gray, gray),
                           color::deltaE_cmc(gray, gray),
                           color::gray2rgba(a, a)};
                 }});
  return ops;
}

std::vector<EveryOp> ndimage_ops() {
  using namespace ndimage;
  return {
      {"correlate", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {ndimage::correlate(a, box(a.ndim()), {.mode = b, .cval = 0.5}),
                 ndimage::correlate(a, box(a.ndim()), {.output = DType::int16, .mode = b})};
       }},
      {"convolve", 1, 4, [](const Array& a, Border b) -> Results { return {convolve(a, box(a.ndim()), {.mode = b})}; }},
      {"correlate1d", 1, 4,
       [](const Array& a, Border b) -> Results {
         Results r;
         for (int axis = 0; axis < a.ndim(); ++axis) {
           for (const Weights& w :
                {Weights{1, 2, 1}, Weights{-1, 5, 1}, Weights{1, -2}, Weights{-1, -2, -3, 0.5, 7, -0.5, 3, 2, 1}})
             r.push_back(correlate1d(a, w, {.axis = axis, .mode = b}));
         }
         return r;
       }},
      {"convolve1d", 1, 4, [](const Array& a, Border b) -> Results { return {convolve1d(a, {1, 2, 4}, {.mode = b})}; }},
      {"gaussian_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {gaussian_filter(a, {1.5}, {.mode = {b}}), gaussian_filter(a, {2}, {.order = {1}, .mode = {b}})};
       }},
      {"gaussian_filter1d", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_filter1d(a, 2, {.axis = 0, .mode = b})}; }},
      {"fourier_gaussian", 1, 4, [](const Array& a, Border) -> Results { return {fourier_gaussian(a, {2})}; }},
      {"fourier_uniform", 1, 4, [](const Array& a, Border) -> Results { return {fourier_uniform(a, {3})}; }},
      {"fourier_ellipsoid", 1, 3, [](const Array& a, Border) -> Results { return {fourier_ellipsoid(a, {3})}; }},
      {"fourier_shift", 1, 4, [](const Array& a, Border) -> Results { return {fourier_shift(a, {1.5})}; }},
      {"uniform_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {uniform_filter(a, {3}, {.mode = {b}}), uniform_filter(a, {8}, {.mode = {b}}),
                 uniform_filter(a, {41}, {.mode = {b}})};
       }},
      {"uniform_filter1d", 1, 4,
       [](const Array& a, Border b) -> Results { return {uniform_filter1d(a, 9, {.axis = 0, .mode = b})}; }},
      {"sobel of ndimage", 1, 4, [](const Array& a, Border b) -> Results { return {sobel(a, {.mode = {b}})}; }},
      {"prewitt of ndimage", 1, 4, [](const Array& a, Border b) -> Results { return {prewitt(a, {.mode = {b}})}; }},
      {"laplace of ndimage", 1, 4,
       [](const Array& a, Border b) -> Results { return {ndimage::laplace(a, {.mode = {b}})}; }},
      {"gaussian_laplace", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_laplace(a, {1}, {.mode = {b}})}; }},
      {"gaussian_gradient_magnitude", 1, 4,
       [](const Array& a, Border b) -> Results { return {gaussian_gradient_magnitude(a, {1}, {.mode = {b}})}; }},
  };
}

/// A footprint that is no box: every other element, the first among them.
ndimage::Footprint spots(int ndim) {
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

ndimage::Footprint whole(const Extents& shape) {
  return {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(shape.product()), 1)};
}

std::vector<EveryOp> morphology_ops() {
  std::vector<EveryOp> ops;
  const auto grey = [&](std::string name,
                        Array (*f)(const Array&, const morphology::Footprints&, const morphology::GreyOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border b) -> Results {
                     const auto mode = b == Border::constant ? morphology::Beyond::ignore : morphology::Beyond::wrap;
                     Extents box;
                     for (int i = 0; i < a.ndim(); ++i) box.push_back(5 + 2 * i);
                     return {f(a, {}, {.mode = mode}), f(a, {{spots(a.ndim())}}, {.mode = mode}),
                             f(a, {{whole(box), 2}}, {.mode = mode})};
                   }});
  };
  grey("erosion", morphology::erosion);
  grey("dilation", morphology::dilation);
  grey("opening", morphology::opening);
  grey("closing", morphology::closing);
  grey("white_tophat", morphology::white_tophat);
  grey("black_tophat", morphology::black_tophat);
  const auto binary = [&](std::string name,
                          Array (*f)(const Array&, const morphology::Footprints&, const morphology::BinaryOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border) -> Results {
                     return {f(a, {}, {}), f(a, {{spots(a.ndim())}}, {.mode = morphology::Beyond::max})};
                   }});
  };
  binary("binary_erosion", morphology::binary_erosion);
  binary("binary_dilation", morphology::binary_dilation);
  binary("binary_opening", morphology::binary_opening);
  binary("binary_closing", morphology::binary_closing);
  const auto extreme = [&](std::string name, Array (*f)(const Array&, const ndimage::Neighbourhood&,
                                                        const ndimage::ExtremeFilterOptions&)) {
    ops.push_back({std::move(name), 1, 4, [f](const Array& a, Border b) -> Results {
                     const ndimage::ExtremeFilterOptions options{.mode = {b}};
                     return {f(a, {.size = {4}}, options), f(a, {.size = {35}}, options),
                             f(a, {.footprint = spots(a.ndim())}, options)};
                   }});
  };
  extreme("minimum_filter", ndimage::minimum_filter);
  extreme("maximum_filter", ndimage::maximum_filter);
  extreme("grey_erosion", ndimage::grey_erosion);
  extreme("grey_dilation", ndimage::grey_dilation);
  extreme("grey_opening", ndimage::grey_opening);
  extreme("grey_closing", ndimage::grey_closing);
  extreme("morphological_gradient", ndimage::morphological_gradient);
  extreme("morphological_laplace", ndimage::morphological_laplace);
  ops.push_back({"minimum_filter1d", 1, 4,
                 [](const Array& a, Border b) -> Results { return {ndimage::minimum_filter1d(a, 6, {.mode = b})}; }});
  ops.push_back({"maximum_filter1d", 1, 4,
                 [](const Array& a, Border b) -> Results { return {ndimage::maximum_filter1d(a, 51, {.mode = b})}; }});
  ops.push_back(
      {"binary_hit_or_miss", 1, 4, [](const Array& a, Border) -> Results { return {ndimage::binary_hit_or_miss(a)}; }});
  ops.push_back(
      {"binary_fill_holes", 1, 4, [](const Array& a, Border) -> Results { return {ndimage::binary_fill_holes(a)}; }});
  return ops;
}

std::vector<EveryOp> order_ops() {
  using namespace ndimage;
  return {
      {"median_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         const RankFilterOptions options{.mode = {b}};
         return {median_filter(a, {.size = {3}}, options), median_filter(a, {.size = {5}}, options),
                 median_filter(a, {.size = {7}}, options), median_filter(a, {.size = {13}}, options)};
       }},
      {"rank_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {rank_filter(a, 1, {.footprint = spots(a.ndim())}, {.mode = {b}}),
                 rank_filter(a, -2, {.size = {6}}, {.mode = {b}})};
       }},
      {"percentile_filter", 1, 4,
       [](const Array& a, Border b) -> Results { return {percentile_filter(a, 30, {.size = {4}}, {.mode = {b}})}; }},
      {"generic_filter", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {generic_filter(a, Reduction::var, {.size = {3}}, {.mode = b}),
                 generic_filter(a, Reduction::median, {.footprint = spots(a.ndim())}, {.mode = b})};
       }},
      {"filters.median", 1, 4, [](const Array& a, Border b) -> Results { return {filters::median(a, {.mode = b})}; }},
  };
}

/// Other values in another order.
Array scattered_values(const Array& a) {
  return exposure::rescale_intensity(a.copy(), {.out_range = {{3, 90}}, .dtype = a.dtype()});
}

std::vector<EveryOp> exposure_ops() {
  return {
      {"histogram", 1, 4,
       [](const Array& a, Border) -> Results {
         const auto [counts, centers] = exposure::histogram(a, {.nbins = 7});
         if (a.size() < 20 || counts.size() < 2) return {};  // One value has no threshold in a histogram.
         return {filters::threshold_otsu({counts, centers}), filters::threshold_yen({counts, centers})};
       }},
      {"equalize_hist", 1, 4,
       [](const Array& a, Border) -> Results {
         return {exposure::equalize_hist(a),
                 exposure::equalize_hist(a, {.nbins = 9, .mask = a.astype(DType::boolean)})};
       }},
      {"equalize_adapthist", 1, 2,
       [](const Array& a, Border) -> Results {
         return {exposure::equalize_adapthist(a), exposure::equalize_adapthist(a, {.kernel_size = {5}, .nbins = 20})};
       }},
      {"match_histograms", 1, 4,
       [](const Array& a, Border) -> Results { return {exposure::match_histograms(a, scattered_values(a))}; }},
      {"adjust", 1, 4,
       [](const Array& a, Border) -> Results {
         return {exposure::adjust_gamma(a, {.gamma = 2.2}), exposure::adjust_log(a), exposure::adjust_sigmoid(a),
                 exposure::adjust_log(a, {.inv = true})};
       }},
      {"rescale_intensity", 1, 4,
       [](const Array& a, Border) -> Results {
         return {
             exposure::rescale_intensity(a, {.dtype = a.dtype()}),
             exposure::rescale_intensity(a, {.in_range = {{0.1, 60}}, .out_range = {{0, 255}}, .dtype = DType::uint8})};
       }},
      {"global thresholds", 1, 4,
       [](const Array& a, Border) -> Results {
         if (a.size() < 20) return {};
         return {filters::threshold_otsu(a),     filters::threshold_yen(a), filters::threshold_isodata(a),
                 filters::threshold_triangle(a), filters::threshold_li(a),  filters::threshold_mean(a),
                 exposure::is_low_contrast(a)};
       }},
      {"local thresholds", 1, 4,
       [](const Array& a, Border b) -> Results {
         return {filters::threshold_local(a, {.block_size = {5}, .mode = b}),
                 filters::threshold_niblack(a, {.window_size = {5}}), filters::threshold_sauvola(a),
                 filters::apply_hysteresis_threshold(a, 0.3, filters::threshold_mean(a))};
       }},
      {"integral_image", 1, 4, [](const Array& a, Border) -> Results { return {transform::integral_image(a)}; }},
  };
}

std::vector<EveryOp> pointwise_ops() {
  return {
      {"img_as", 1, 4,
       [](const Array& a, Border) -> Results {
         Results r;
         for (const DType t :
              {DType::float32, DType::float64, DType::uint8, DType::uint16, DType::int16, DType::boolean})
           r.push_back(util::img_as(a, t, {.force_copy = true}));
         return r;
       }},
      {"map_array", 1, 4,
       [](const Array& a, Border) -> Results {
         const Array labels = a.astype(DType::int32);
         const Array from = labels.contiguous().reshape({a.size()});
         return {util::map_array(labels, from, from.astype(DType::float64))};
       }},
      {"unique_rows", 2, 2,
       [](const Array& a, Border) -> Results {
         // As many as there are; the smallest picture that is tested has one.
         const Array rows = util::unique_rows(a);
         return {rows.size() % a.size() == 0 ? rows : a.copy()};
       }},
      {"rank_order", 1, 4, [](const Array& a, Border) -> Results { return {filters::rank_order(a)[0]}; }},
      {"invert", 1, 4, [](const Array& a, Border) -> Results { return {util::invert(a)}; }},
      {"compare_images", 1, 4,
       [](const Array& a, Border) -> Results {
         return {util::compare_images(a, a),
                 util::compare_images(a, a, {.method = util::CompareImagesOptions::Method::blend})};
       }},
  };
}

/// Values in [0, 1], or over the integers' range.
Array picture(const Extents& shape, DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(shape.product()));
  const double scale = is_floating(dtype) ? 1 : 250;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = scale * static_cast<double>((i * i + 3 * i) % 97) / 97;
  const Array out = Array::empty(shape, dtype);
  memory::assign(out, Array::from(std::span<const double>(values), shape));
  return out;
}

/// The same pixels with a gap beside each and rows backwards in memory.
Array scattered(const Array& a) {
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

void run_all(const std::vector<EveryOp>& ops) {
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

}  // namespace

TEST_CASE("colours on images of every kind") { run_all(color_ops()); }
TEST_CASE("edge filters on images of every kind") { run_all(edge_ops()); }
TEST_CASE("rank filters on images of every kind") { run_all(rank_ops()); }
TEST_CASE("smoothing, ridge and Gabor filters on images of every kind") { run_all(filter_ops()); }
TEST_CASE("features on images of every kind") { run_all(feature_ops()); }
TEST_CASE("ndimage on images of every kind") { run_all(ndimage_ops()); }
TEST_CASE("morphology on images of every kind") { run_all(morphology_ops()); }
TEST_CASE("order statistics on images of every kind") { run_all(order_ops()); }
TEST_CASE("exposure and thresholds on images of every kind") { run_all(exposure_ops()); }
TEST_CASE("pointwise operations on images of every kind") { run_all(pointwise_ops()); }
