// SPDX-License-Identifier: Apache-2.0
// Two axes, the common case: all five moments, the index and its sum in one pass (engine/moments.h). Everything else
// goes one axis after the other.
#include <cmath>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/moments.h"
#include "metrics/dtype_range.h"
#include "metrics/similarity.h"
#include "opsin/metrics.h"

namespace opsin::OPSIN_TARGET::metrics {
namespace {

using Options = opsin::metrics::StructuralSimilarityOptions;

/// Of the channels' means, each rounded to the type of the result as scikit-image does.
template <class C>
struct MeanOfChannels {
  const double* means;
  std::int64_t channels;
  C* result;

  HD void operator()(std::int64_t) const {
    double sum = 0;
    for (std::int64_t i = 0; i < channels; ++i) sum += static_cast<double>(static_cast<C>(means[i]));
    *result = static_cast<C>(sum / static_cast<double>(channels));
  }
};

double range_of(const Array& im1, const Array& im2, const Options& o) {
  if (o.data_range) return *o.data_range;
  const DType t = im1.dtype();
  core::check_plain(!is_floating(t) && !is_floating(im2.dtype()),
                    "Since image dtype is floating point, you must specify the data_range parameter. Please read the "
                    "documentation carefully (including the note). It is recommended that you always specify the "
                    "data_range anyway.");
  if (t != im2.dtype()) {
    core::warn(Warning::Category::user, "Inputs have mismatched dtypes. Setting data_range based on im1.dtype.");
  }
  const opsin::metrics::DtypeRange range = opsin::metrics::dtype_range(t);
  if (is_integer(t) && t != DType::uint8) {
    const std::uint64_t whole = std::numeric_limits<std::uint64_t>::max() >> (64 - 8 * itemsize(t));
    core::warn(Warning::Category::user, core::text("Setting data_range based on im1.dtype. data_range = ", whole,
                                                   ". Please specify data_range explicitly to avoid mistakes."));
  }
  return range.greatest - range.least;
}

/// What does not depend on the channel; `shape` is that of one.
SimilarityTask plan(const Array& im1, const Array& im2, const Extents& shape, const Options& o) {
  core::check_plain(o.K1 >= 0, "K1 must be positive");
  core::check_plain(o.K2 >= 0, "K2 must be positive");
  core::check_plain(o.sigma >= 0, "sigma must be positive");
  SimilarityTask task;
  if (o.gaussian_weights) {
    task.gaussian = o.sigma > 1e-15 ? opsin::engine::gaussian_taps(o.sigma, 0, 3.5) : opsin::engine::Taps{};
  }
  task.size = o.win_size.value_or(o.gaussian_weights ? task.gaussian->size() : 7);
  for (const std::int64_t n : shape) {
    core::check_plain(
        n >= task.size,
        "win_size exceeds image extent. Either ensure that your images are at least 7x7; or pass win_size "
        "explicitly in the function call, with an odd value less than or equal to the smaller side of "
        "your images. If your images are multichannel (with color channels), set channel_axis to the axis "
        "number corresponding to the channels.");
  }
  core::check_plain(task.size % 2 != 0, "Window size must be odd.");
  const double range = range_of(im1, im2, o);
  core::check(task.size > 0, "metrics.structural_similarity", "win_size must be positive");
  task.margin = (task.size - 1) / 2;
  const double window = std::pow(static_cast<double>(task.size), shape.size());
  core::check(!o.use_sample_covariance || window > 1, "metrics.structural_similarity",
              "a window of one element has no sample covariance");
  task.cov_norm = o.use_sample_covariance ? window / (window - 1) : 1;
  task.c1 = (o.K1 * range) * (o.K1 * range);
  task.c2 = (o.K2 * range) * (o.K2 * range);
  if (shape.empty()) {
    task.windowed = false;
    task.margin = 0;
  }
  return task;
}

void run(const SimilarityTask& task, DType dtype) {
  const bool in_plane = task.a.ndim() == 2 && task.radius() <= engine::most_moments_radius && !task.gradient.defined();
  with_real(dtype, [&]<class C>(Tag<C>) {
    if (in_plane) {
      similarity_in_plane<C>(task);
    } else {
      similarity_by_axes<C>(task);
    }
  });
}

/// One image of the axis, as a C-contiguous one without it.
Array channel_of(const Array& image, int axis, std::int64_t channel, const Extents& shape) {
  return image.moveaxis(axis, 0).slice(0, channel, 1).contiguous().reshape(shape);
}

}  // namespace

opsin::metrics::StructuralSimilarity structural_similarity(const Array& im1, const Array& im2, const Options& o) {
  core::check_plain(im1.shape() == im2.shape(), "Input images must have the same dimensions.");
  const DType dtype = float_result(im1.dtype());
  core::check_plain(!is_complex(im2.dtype()), "complex valued input is not supported");
  std::optional<int> axis;
  if (o.channel_axis) axis = core::normalize_axis("metrics.structural_similarity", *o.channel_axis, im1.ndim());
  Extents shape = im1.shape();
  const std::int64_t channels = axis ? shape[*axis] : 1;
  if (axis) shape.erase(*axis);
  const Device device = im1.device();
  opsin::metrics::StructuralSimilarity result;
  result.mean = core::empty_result({}, axis ? dtype : DType::float64, device);
  if (o.gradient) result.gradient = core::empty_result(im1.shape(), dtype, device);
  if (o.full) result.full = core::empty_result(im1.shape(), dtype, device);
  const Array means = axis ? Array::zeros({channels}, DType::float64, device) : result.mean;
  if (!axis) core::fill_zero(means);
  SimilarityTask task;
  if (channels > 0) task = plan(im1, im2, shape, o);
  if (shape.empty()) shape = {1};
  for (std::int64_t c = 0; c < channels; ++c) {
    task.a = axis ? channel_of(im1, *axis, c, shape) : im1.contiguous().reshape(shape);
    task.b = axis ? channel_of(im2, *axis, c, shape) : im2.contiguous().reshape(shape);
    task.mean = means.mutable_data_as<double>() + c;
    const auto place = [&](const std::optional<Array>& whole) {
      if (!whole) return Array();
      return axis ? Array::empty(shape, dtype, device) : whole->reshape(shape);
    };
    task.full = place(result.full);
    task.gradient = place(result.gradient);
    run(task, dtype);
    if (!axis) continue;
    Extents one = shape;
    one.insert(0, 1);
    const auto put = [&](const std::optional<Array>& whole, const Array& part) {
      if (whole) opsin::memory::assign(whole->moveaxis(*axis, 0).slice(0, c, 1), part.reshape(one));
    };
    put(result.full, task.full);
    put(result.gradient, task.gradient);
  }
  if (axis) {
    with_real(dtype, [&]<class C>(Tag<C>) {
      engine::each(1, 1, MeanOfChannels<C>{means.data_as<double>(), channels, result.mean.mutable_data_as<C>()});
    });
  }
  return result;
}

}  // namespace opsin::OPSIN_TARGET::metrics

OPSIN_EXPORT(metrics, structural_similarity, opsin::metrics::StructuralSimilarity, const Array&, const Array&,
             const opsin::metrics::StructuralSimilarityOptions&)
