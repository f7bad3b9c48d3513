// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "feature/differences.h"
#include "feature/plane_features.h"
#include "feature/symmetric.h"
#include "opsin/feature.h"
#include "opsin/filters.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using opsin::feature::MultiscaleBasicFeaturesOptions;

/// numpy.logspace with base 2.
std::vector<double> scales(const MultiscaleBasicFeaturesOptions& o) {
  const double low = std::log2(o.sigma_min), high = std::log2(o.sigma_max);
  const int count = o.num_sigma ? *o.num_sigma : static_cast<int>(high - low + 1);
  core::check_plain(count >= 0, "Number of samples, ", count, ", must be non-negative.");
  std::vector<double> sigmas;
  for (int i = 0; i < count; ++i) {
    sigmas.push_back(std::exp2(i + 1 == count && count > 1 ? high : low + i * ((high - low) / std::max(1, count - 1))));
  }
  return sigmas;
}

/// Features along the last axis of `out`, one after the other.
class Features {
 public:
  Features(const Array& out, const MultiscaleBasicFeaturesOptions& o) : out_(out), o_(o) {}

  /// A channel of a plane image: all scales in one pass over the pixels.
  void plane(const Array& channel, const std::vector<double>& sigmas) {
    const int kinds = (o_.intensity ? 1 : 0) + (o_.edges ? 1 : 0) + (o_.texture ? 2 : 0);
    for (std::size_t first = 0; first < sigmas.size(); first += most_scales) {
      PlaneFeatures f{};
      std::vector<Array> smooth;
      for (std::size_t k = first; k < std::min(sigmas.size(), first + most_scales); ++k) {
        smooth.push_back(opsin::filters::gaussian(channel, {.sigma = {sigmas[k]}}));
        f.smooth[f.scales++] = smooth.back().data_as<float>();
      }
      f.out = out_.mutable_data_as<float>() + next_;
      f.stride = out_.shape(2);
      f.rows = channel.shape(0);
      f.columns = channel.shape(1);
      f.intensity = o_.intensity;
      f.edges = o_.edges;
      f.texture = o_.texture;
      engine::each_span(f.rows, f.columns, f);
      next_ += static_cast<std::int64_t>(f.scales) * kinds;
    }
  }

  void volume(const Array& channel, double sigma) {
    const Array smooth = opsin::filters::gaussian(channel, {.sigma = {sigma}});
    if (o_.intensity) memory::assign(take(), smooth);
    if (o_.edges) memory::assign(take(), opsin::filters::sobel(smooth));
    if (!o_.texture) return;
    const int n = smooth.ndim();
    std::vector<Array> elements;
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) {
        elements.push_back(Array::empty(smooth.shape(), DType::float32, smooth.device()));
        second_difference(elements.back(), smooth, i, j);
      }
    }
    Extents shape = smooth.shape();
    shape.insert(0, n);
    const Array values = Array::empty(shape, DType::float32, smooth.device());
    symmetric_eigenvalues(values, elements, n);
    for (int k = 0; k < n; ++k) memory::assign(take(), first_axis_off(values.slice(0, k, 1)));
  }

 private:
  static Array first_axis_off(const Array& a) {
    Extents shape = a.shape(), strides = a.strides();
    shape.erase(0);
    strides.erase(0);
    return Array::view_of(a.mutable_data(), shape, strides, a.dtype(), a.device(), a.buffer());
  }
  Array take() {
    const Array one = out_.slice(out_.ndim() - 1, next_++, 1).moveaxis(out_.ndim() - 1, 0);
    return first_axis_off(one);
  }

  const Array& out_;
  const MultiscaleBasicFeaturesOptions& o_;
  std::int64_t next_ = 0;
};

}  // namespace

Array multiscale_basic_features(const Array& image, const MultiscaleBasicFeaturesOptions& o) {
  core::check_plain(o.intensity || o.edges || o.texture,
                    "At least one of `intensity`, `edges` or `textures`must be True for features to be computed.");
  core::check_plain(!is_complex(image.dtype()), "Cannot convert from ", image.dtype(), " to float32.");
  Array channels = image;
  std::int64_t count = 1;
  if (o.channel_axis) {
    const int axis = core::normalize_axis("feature.multiscale_basic_features", *o.channel_axis, image.ndim());
    channels = image.moveaxis(axis, 0);
    count = channels.shape(0);
  }
  Extents shape = channels.shape();
  if (o.channel_axis) shape.erase(0);
  const int ndim = shape.size();
  core::check(ndim < max_ndim, "feature.multiscale_basic_features", "images of 8 axes are not supported");
  const std::vector<double> sigmas = scales(o);
  const std::int64_t kinds = (o.intensity ? 1 : 0) + (o.edges ? 1 : 0) + (o.texture ? ndim : 0);
  core::check_plain(!sigmas.empty() && count > 0, "need at least one array to stack");
  Extents all = shape;
  all.push_back(count * static_cast<std::int64_t>(sigmas.size()) * kinds);
  if (o.texture) {
    core::check_plain(ndim > 0, "Shape of array too small to calculate a numerical gradient");
    check_differences(shape);
  }
  const Array out = core::empty_result(all, DType::float32, image.device());
  if (out.size() == 0) return out;
  Features features(out, o);
  for (std::int64_t c = 0; c < count; ++c) {
    Array one = channels;
    if (o.channel_axis) {
      Extents strides = channels.strides();
      strides.erase(0);
      const Array slice = channels.slice(0, c, 1);
      one = Array::view_of(slice.mutable_data(), shape, strides, image.dtype(), image.device(), image.buffer());
    }
    const Array channel = opsin::util::img_as_float32(one).contiguous();
    if (ndim == 2) {
      features.plane(channel, sigmas);
    } else {
      for (const double sigma : sigmas) features.volume(channel, sigma);
    }
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, multiscale_basic_features, Array, const Array&,
             const opsin::feature::MultiscaleBasicFeaturesOptions&)
