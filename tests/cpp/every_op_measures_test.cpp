// SPDX-License-Identifier: Apache-2.0
// Operations whose results are no images of the input's size.
#include "every_op.h"
#include "opsin/measure.h"
#include "opsin/metrics.h"
#include "opsin/random.h"
#include "opsin/segmentation.h"

namespace opsin::every_op {
namespace {

std::vector<std::int64_t> ones(const Array& a) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(a.ndim()), 1);
}

std::vector<EveryOp> moment_ops() {
  using namespace measure;
  return {
      {"moments", 1, 4,
       [](const Array& a, Border) -> Results {
         const Array mu = moments_central(a, {.order = 3});
         const Array tensor = inertia_tensor(mu, a.ndim());
         return {moments(a, {.order = 2}),      mu, moments_normalized(mu), centroid(a), tensor,
                 inertia_tensor_eigvals(tensor)};
       },
       true},
      {"moments about a centre", 1, 4,
       [](const Array& a, Border) -> Results {
         const std::vector<double> centre(static_cast<std::size_t>(a.ndim()), 0.5), spacing(centre.size(), 2.0);
         return {moments_central(a, {.center = centre, .order = 1, .spacing = spacing})};
       },
       true},
      {"moments of planes and of points", 2, 2,
       [](const Array& a, Border) -> Results {
         const Array points = a.slice(1, 0, std::min<std::int64_t>(a.shape(1), 3));
         return {moments_hu(moments_normalized(moments_central(a))), moments_coords_central(points, {.order = 2})};
       },
       true},
  };
}

std::vector<EveryOp> measure_ops() {
  using namespace measure;
  return {
      {"block_reduce", 1, 4,
       [](const Array& a, Border) -> Results {
         Results r;
         for (const auto f : {Reduction::sum, Reduction::prod, Reduction::mean, Reduction::var, Reduction::std,
                              Reduction::min, Reduction::max, Reduction::median}) {
           r.push_back(block_reduce(a, {.block_size = {3}, .func = f}));
           r.push_back(block_reduce(a, {.block_size = {a.ndim() > 2 ? 8 : 64}, .func = f, .cval = 1}));
         }
         r.push_back(blocks(a, {2}).copy());
         return r;
       },
       true},
      {"blur_effect", 1, 3, [](const Array& a, Border) -> Results { return {blur_effect(a, {.h_size = 5})}; }, true},
      {"profile_line", 2, 2,
       [](const Array& a, Border b) -> Results {
         Results r;
         for (int order = 0; order <= 5; ++order) {
           r.push_back(profile_line(a, {0, -2}, {9, 12}, {.linewidth = 3, .order = order, .mode = b}));
         }
         r.push_back(profile_line(a, {3, 3}, {3, 3}, {.mode = b, .reduce_func = std::nullopt}));
         return r;
       },
       true},
      {"shannon_entropy", 1, 4, [](const Array& a, Border) -> Results { return {shannon_entropy(a)}; }, true},
      {"colocalization", 1, 4,
       [](const Array& a, Border) -> Results {
         if (a.size() == 1) return {};
         const Array other = another(a);
         const Array mask = picture(a.shape(), DType::boolean, 1), inside = picture(a.shape(), DType::boolean, 4);
         Results r = pearson_corr_coeff(a, other, inside);
         r.push_back(manders_coloc_coeff(a, mask, inside));
         r.push_back(manders_overlap_coeff(a, other));
         r.push_back(intersection_coeff(mask, inside));
         return r;
       },
       true, true},
      {"metrics", 1, 4,
       [](const Array& a, Border) -> Results {
         using namespace metrics;
         const Array other = another(a);
         return {mean_squared_error(a, other), normalized_root_mse(a, other),
                 peak_signal_noise_ratio(a, other, {.data_range = 255}),
                 normalized_mutual_information(a, other, {.bins = {5, 7}})};
       },
       true, true},
      {"structural_similarity", 1, 4,
       [](const Array& a, Border) -> Results {
         for (const std::int64_t n : a.shape()) {
           if (n > 0 && n < 3) return {};
         }
         const auto s = metrics::structural_similarity(
             a, another(a), {.win_size = 3, .gradient = true, .data_range = 255, .full = true});
         return {s.mean, *s.gradient, *s.full};
       },
       true},
  };
}

std::vector<EveryOp> frequency_and_threshold_ops() {
  using namespace filters;
  return {
      {"linear position-invariant filters", 2, 2,
       [](const Array& a, Border) -> Results {
         const Array response = picture({a.shape(0) | 1, a.shape(1) | 1}, DType::float64, 1);
         return {filter_forward(a, response), filter_inverse(a, response), wiener(a, response)};
       }},
      {"window", 1, 3,
       [](const Array& a, Border) -> Results {
         const std::vector<std::int64_t> shape(a.shape().begin(), a.shape().end());
         return {window({"hann", {}}, shape), window({"tukey", {0.4}}, shape, {.order = 3})};
       }},
      {"thresholds of histograms", 1, 4,
       [](const Array& a, Border) -> Results {
         if (a.size() > 0 && a.size() < 20) return {};
         Results r{threshold_multiotsu(a), threshold_isodata_all(a)};
         const auto [shares, centers] = exposure::cumulative_distribution(a, 9);
         r.push_back(shares);
         r.push_back(centers);
         return r;
       },
       true},
      {"threshold_minimum", 1, 4,
       [](const Array& a, Border) -> Results {
         try {
           return {threshold_minimum(a, {.nbins = 11}, 50)};
         } catch (const RuntimeError&) {
           return {};  // No two maxima.
         }
       },
       true},
  };
}

std::vector<EveryOp> position_ops() {
  using namespace feature;
  return {
      {"peaks", 1, 4,
       [](const Array& a, Border) -> Results {
         const Array labels = picture(a.shape(), DType::boolean, 1);
         const Array found = peak_local_max(a, {.exclude_border = ones(a), .p_norm = 2});
         const CornerPeaksOptions corners{.peaks = {.min_distance = 2, .exclude_border = ones(a)}, .indices = false};
         return {found, peak_local_max(a, {.labels = labels}), corner_peaks(a, corners),
                 util::label_points(found, a.shape())};
       },
       true},
      {"places of corners", 2, 2,
       [](const Array& a, Border) -> Results {
         if (is_thin(a)) return {};
         const std::vector<std::int64_t> at{0, 0, 3, 5, -1, 90};
         const Array corners = Array::from(std::span<const std::int64_t>(at), {3, 2});
         return {corner_subpix(a, corners, {.window_size = 7}), corner_subpix(a, corners, {.window_size = 1001}),
                 corner_orientations(a, corners.slice(0, 0, 1), whole({3, 3}))};
       },
       true},
      {"segmentation", 1, 4,
       [](const Array& a, Border) -> Results {
         using namespace segmentation;
         return {inverse_gaussian_gradient(a, {.sigma = {1}}), checkerboard_level_set(a.shape(), 3),
                 disk_level_set(a.shape())};
       }},
      {"arranged", 3, 3,
       [](const Array& a, Border) -> Results {
         util::MontageOptions framed;
         framed.fill = {{1}};
         framed.padding_width = 1;
         return {util::montage(a, framed), util::montage(a)};
       },
       true},
      {"views and seeds", 1, 4,
       [](const Array& a, Border) -> Results {
         return {util::view_as_blocks(a, ones(a)).copy(), util::view_as_windows(a, ones(a)).copy(),
                 util::regular_seeds(a.shape(), 3)};
       }},
      {"integrate", 1, 4,
       [](const Array& a, Border) -> Results {
         std::vector<std::int64_t> end(a.shape().begin(), a.shape().end());
         for (std::int64_t& n : end) --n;
         const std::vector<std::int64_t> start(end.size(), 0);
         return {transform::integrate(transform::integral_image(a), {start, end}, {end, end})};
       },
       true},
      {"random_noise", 1, 4,
       [](const Array& a, Border) -> Results {
         using util::Noise;
         Results r;
         for (const Noise mode : {Noise::gaussian, Noise::localvar, Noise::poisson, Noise::salt, Noise::pepper,
                                  Noise::salt_and_pepper, Noise::speckle}) {
           random::Generator rng(5);
           util::RandomNoiseOptions options;
           options.mode = mode;
           r.push_back(util::random_noise(a, rng, options));
         }
         return r;
       }},
  };
}

/// Windows that the image lies in several times.
std::vector<EveryOp> wide_ops() {
  return {
      {"wide windows", 1, 2,
       [](const Array& a, Border b) -> Results {
         return {ndimage::uniform_filter(a, {151}, {.mode = {b}}),
                 ndimage::minimum_filter(a, {.size = {151}}, {.mode = {b}}),
                 ndimage::maximum_filter(a, {.footprint = spots(a.ndim())}, {.mode = {b}}),
                 ndimage::median_filter(a, {.size = {27}}, {.mode = {b}}),
                 filters::gaussian(a, {.sigma = {30}, .mode = b}),
                 filters::threshold_local(a, {.block_size = {151}, .mode = b}),
                 filters::threshold_niblack(a, {.window_size = {151}})};
       }},
      {"wide ranks", 2, 2,
       [](const Array& a, Border) -> Results {
         const Array bytes = util::img_as(a, DType::uint8);
         return {filters::rank::mean(bytes, whole({41, 91})), filters::rank::median(bytes, whole({41, 91}))};
       }},
  };
}

}  // namespace

TEST_CASE("moments of images of every kind") { run_all(moment_ops()); }
TEST_CASE("measurements and metrics of images of every kind") { run_all(measure_ops()); }
TEST_CASE("filters by their response and thresholds of images of every kind") {
  run_all(frequency_and_threshold_ops());
}
TEST_CASE("positions in images of every kind") { run_all(position_ops()); }
TEST_CASE("windows larger than images of every kind") { run_all(wide_ops()); }

}  // namespace opsin::every_op
