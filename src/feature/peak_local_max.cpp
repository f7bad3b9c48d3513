// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/above_whole.h"
#include "engine/each.h"
#include "engine/extent.h"
#include "engine/pointwise.h"
#include "engine/sums.h"
#include "feature/peaks.h"
#include "opsin/feature.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

using opsin::feature::CornerPeaksOptions;
using opsin::feature::PeakLocalMaxOptions;
using opsin::ndimage::Footprint;

enum class End : std::uint8_t { least, greatest };

/// Both ends of an image, `which` being named where it has none; waits for a CUDA device.
engine::Extent ends_of(const Array& image, End which) {
  core::check_plain(image.size() > 0, "zero-size array to reduction operation ",
                    which == End::least ? "minimum" : "maximum", " which has no identity");
  if (image.dtype() != DType::uint64) return engine::read_extent(engine::extent_of(image));
  const Array ordered = Array::empty(image.shape(), DType::int64, image.device());
  engine::pointwise<std::int64_t, 1, 1>({ordered}, {image}, engine::FlipSign{});
  return engine::read_extent(engine::extent_of(ordered));
}

/// An end of integers; of those without sign, with the sign bit flipped.
std::int64_t whole_end(const engine::Extent& ends, End which) {
  return which == End::least ? ends.least<std::int64_t>() : ends.greatest<std::int64_t>();
}

double end_of(const engine::Extent& ends, DType t, End which) {
  if (is_integer(t)) {
    const std::int64_t end = whole_end(ends, which);
    return t == DType::uint64 ? static_cast<double>(static_cast<std::uint64_t>(end ^ engine::least_int64))
                              : static_cast<double>(end);
  }
  if (ends.nan) return NAN;
  return engine::with_exact(t, [&]<class C>(Tag<C>) {
    return static_cast<double>(which == End::least ? ends.least<C>() : ends.greatest<C>());
  });
}

/// What is above a threshold.
struct AboveReal {
  double threshold;
  template <class V>
  HD V operator()(V x) const {
    return pick(x > broadcast<V>(threshold), broadcast<V>(1), broadcast<V>(0));
  }
};

template <class Above>
struct IsPeak {
  Above above;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[2]) const {
    out[0] = pick(in[0] == in[1], broadcast<V>(1), broadcast<V>(0));
    out[1] = above(in[0]);
  }
};

template <class Above>
struct IsAbove {
  Above above;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = above(in[0]);
  }
};

struct Both {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] * in[1];
  }
};

struct Differ {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = pick(in[0] == in[1], broadcast<V>(0), broadcast<V>(1));
  }
};

/// Elements of an object that are no peaks.
struct Others {
  template <class V>
  HD void operator()(const V (&in)[2], V (&term)[1]) const {
    term[0] = in[1] * (broadcast<V>(1) - in[0]);
  }
};

struct IsLabel {
  std::int64_t label;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = pick(in[0] == broadcast<V>(label), broadcast<V>(1), broadcast<V>(0));
  }
};

template <class C>
struct OnObject {
  C background;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = pick(in[1] == broadcast<V>(0), broadcast<V>(background), in[0]);
  }
};

/// Zero near the edges.
template <class T>
struct ClearBorder {
  T* data;
  std::int64_t shape[max_ndim];
  std::int64_t width[max_ndim];
  int ndim;
  HD void operator()(std::int64_t i) const {
    std::int64_t rest = i;
    bool border = false;
    for (int a = ndim - 1; a >= 0; --a) {
      const std::int64_t at = rest % shape[a];
      rest /= shape[a];
      border = border || at < width[a] || at >= shape[a] - width[a];
    }
    if (border) data[i] = T(0);
  }
};

struct Shift {
  std::int64_t* points;
  std::int64_t by[max_ndim];
  int ndim;
  HD void operator()(std::int64_t i) const { points[i] += by[i % ndim]; }
};

/// Everything that does not depend on the object.
class PeakSearch {
 public:
  PeakSearch(const Array& image, const PeakLocalMaxOptions& o) : image_(image), o_(o) {
    const auto ndim = static_cast<std::size_t>(image.ndim());
    border_ = o.exclude_border;
    if (border_.empty()) border_.assign(ndim, o.min_distance);
    core::check_plain(border_.size() == ndim,
                      "`exclude_border` should have the same length as the dimensionality of the image.");
    for (const std::int64_t w : border_) core::check_plain(w >= 0, "`exclude_border` cannot be a negative value");
    // In the image's own precision, where that is float32.
    const bool single = image.dtype() == DType::float32;
    const auto rounded = [&](double x) { return single ? static_cast<double>(static_cast<float>(x)) : x; };
    const DType t = image.dtype();
    engine::Extent ends{};
    if (!o.threshold_abs || o.threshold_rel) ends = ends_of(image, o.threshold_abs ? End::greatest : End::least);
    threshold_ = o.threshold_abs ? rounded(*o.threshold_abs) : end_of(ends, t, End::least);
    bool is_least = !o.threshold_abs;
    if (o.threshold_rel) {
      const double least = rounded(rounded(*o.threshold_rel) * end_of(ends, t, End::greatest));
      if (least > threshold_) {
        threshold_ = least;
        is_least = false;
      }
    }
    if (engine::is_wide(t)) {
      whole_threshold_ = engine::AboveWhole(t, threshold_);
      if (is_least) whole_threshold_.threshold = whole_end(ends, End::least);
    }
    core::check_plain(o.footprint || o.min_distance >= 0, "negative dimensions are not allowed");
    core::check_plain(o.footprint || o.min_distance < std::numeric_limits<std::int64_t>::max() / 2,
                      "Maximum allowed dimension exceeded");
    if (o.footprint) {
      around_.footprint = *o.footprint;
    } else {
      around_.size.assign(ndim, 2 * o.min_distance + 1);
    }
    one_element_ = o.footprint ? o.footprint->shape.product() == 1 : o.min_distance == 0;
    spacing_ = engine::spacing_of(static_cast<double>(o.min_distance), o.p_norm, false);
  }

  Array in_image() const {
    const Array flags = flags_of(image_, {});
    clear_border<std::uint8_t>(flags);
    return greatest_first(image_, flags, spacing_, o_.num_peaks);
  }

  Array in_labels() const {
    Array labels = o_.labels->astype(DType::int64);
    clear_border<std::int64_t>(labels);
    const auto count =
        labels.size() > 0 ? std::max<std::int64_t>(0, whole_end(ends_of(labels, End::greatest), End::greatest)) : 0;
    const std::vector<std::int64_t> boxes = engine::label_boxes(labels, count);
    std::vector<Array> found;
    std::int64_t total = 0;
    for (std::int64_t label = 1; label <= count; ++label) {
      const std::int64_t* const box = boxes.data() + (label - 1) * 2 * image_.ndim();
      if (box[image_.ndim()] < 0) continue;
      found.push_back(in_object(labels, label, box));
      total += found.back().shape(0);
    }
    // scikit-image's result without any label has two columns whatever the image.
    const Array all = core::empty_result({total, found.empty() ? 2 : image_.ndim()}, DType::int64, image_.device());
    std::int64_t first = 0;
    for (const Array& one : found) {
      if (one.size() > 0) memory::assign(all.slice(0, first, one.shape(0)), one);
      first += one.shape(0);
    }
    if (!o_.num_peaks || total <= *o_.num_peaks) return all;
    return greatest_first(image_, image_of(all, image_.shape()), spacing_, o_.num_peaks);
  }

 private:
  Array bytes(const Extents& shape) const { return Array::empty(shape, DType::uint8, image_.device()); }

  /// Bytes that are 1 at the peaks of an object, or of the whole image when the mask is not defined.
  Array flags_of(const Array& image, const Array& mask) const {
    const Array above = bytes(image.shape());
    const bool wide = engine::is_wide(image.dtype());
    if (one_element_ || image.size() == 1) {
      if (wide) {
        engine::pointwise<std::int64_t, 1, 1>({above}, {image}, IsAbove<engine::AboveWhole>{whole_threshold_});
      } else {
        engine::pointwise<double, 1, 1>({above}, {image}, IsAbove<AboveReal>{{threshold_}});
      }
      return above;
    }
    Array equal = bytes(image.shape());
    const Array greatest = opsin::ndimage::maximum_filter(image, around_, {.mode = {Border::nearest}});
    if (wide) {
      engine::pointwise<std::int64_t, 2, 2>({equal, above}, {image, greatest},
                                            IsPeak<engine::AboveWhole>{whole_threshold_});
    } else {
      engine::pointwise<double, 2, 2>({equal, above}, {image, greatest}, IsPeak<AboveReal>{{threshold_}});
    }
    if (is_flat(equal, mask)) {
      core::fill_zero(equal);
      if (mask.defined()) {
        const Array opened = opsin::ndimage::binary_dilation(opsin::ndimage::binary_erosion(mask));
        engine::pointwise<double, 2, 1>({equal}, {mask, opened}, Differ{});
      }
    }
    const Array flags = bytes(image.shape());
    engine::pointwise<double, 2, 1>({flags}, {equal, above}, Both{});
    return flags;
  }

  /// Whether every element of the object equals its neighbours' maximum.
  static bool is_flat(const Array& equal, const Array& mask) {
    const Array whole = mask.defined() ? mask : equal;
    if (mask.defined()) return engine::sums<double, 2, 1>({equal, whole}, Others{}).item() == 0;
    return whole_end(ends_of(equal, End::least), End::least) != 0;
  }

  Array in_object(const Array& labels, std::int64_t label, const std::int64_t* box) const {
    const int ndim = image_.ndim();
    Array part = image_, part_labels = labels;
    Shift shift{nullptr, {}, ndim};
    for (int a = 0; a < ndim; ++a) {
      shift.by[a] = box[a];
      part = part.slice(a, box[a], box[ndim + a] - box[a] + 1);
      part_labels = part_labels.slice(a, box[a], box[ndim + a] - box[a] + 1);
    }
    const Array mask = Array::empty(part.shape(), DType::boolean, image_.device());
    engine::pointwise<std::int64_t, 1, 1>({mask}, {part_labels}, IsLabel{label});
    const Array object = Array::empty(part.shape(), image_.dtype(), image_.device());
    if (engine::is_wide(image_.dtype())) {
      const std::int64_t least = is_unsigned(image_.dtype()) ? 0 : engine::least_int64;
      engine::pointwise<std::int64_t, 2, 1>({object}, {part, mask}, OnObject<std::int64_t>{least});
    } else {
      engine::pointwise<double, 2, 1>({object}, {part, mask}, OnObject<double>{background()});
    }
    const Array found = greatest_first(object, flags_of(object, mask), spacing_, o_.num_peaks_per_label);
    shift.points = found.mutable_data_as<std::int64_t>();
    engine::each(found.size(), 4096, shift);
    return found;
  }

  double background() const {
    switch (image_.dtype()) {
      case DType::float32: return -std::numeric_limits<float>::max();
      case DType::float64: return -std::numeric_limits<double>::max();
      default: break;
    }
    if (is_unsigned(image_.dtype())) return 0;
    return -std::ldexp(1.0, static_cast<int>(8 * itemsize(image_.dtype())) - 1);
  }

  template <class T>
  void clear_border(const Array& a) const {
    ClearBorder<T> f{a.mutable_data_as<T>(), {}, {}, a.ndim()};
    bool any = false;
    for (int i = 0; i < f.ndim; ++i) {
      f.shape[i] = a.shape(i);
      f.width[i] = border_[static_cast<std::size_t>(i)];
      any = any || f.width[i] > 0;
    }
    if (any) engine::each(a.size(), 1 << 14, f);
  }

  const Array image_;
  const PeakLocalMaxOptions& o_;
  std::vector<std::int64_t> border_;
  double threshold_ = 0;
  engine::AboveWhole whole_threshold_;  // of a wide image
  opsin::ndimage::Neighbourhood around_;
  bool one_element_ = false;
  engine::Spacing spacing_{};
};

}  // namespace

Array peak_local_max(const Array& image, const PeakLocalMaxOptions& o) {
  core::check<TypeError>(image.dtype() != DType::boolean && !is_complex(image.dtype()), "feature.peak_local_max",
                         "images of dtype ", image.dtype(), " have no order to search");
  core::check(image.ndim() > 0, "feature.peak_local_max", "the image must have at least one axis");
  const PeakSearch search(image.contiguous(), o);
  if (!o.labels) return search.in_image();
  const DType t = o.labels->dtype();
  core::check<TypeError>(t == DType::boolean || (is_integer(t) && t != DType::uint64), "feature.peak_local_max",
                         "labels of dtype ", t, " cannot be cast to int64");
  core::check(o.labels->shape() == image.shape() && o.labels->device() == image.device(), "feature.peak_local_max",
              "labels must have the image's shape and device");
  return search.in_labels();
}

Array corner_peaks(const Array& image, const CornerPeaksOptions& o) {
  PeakLocalMaxOptions first = o.peaks;
  first.num_peaks = std::nullopt;
  first.p_norm = std::numeric_limits<double>::infinity();
  Array found = opsin::feature::peak_local_max(image, first);
  if (found.shape(0) > 0) {
    const auto spacing = engine::spacing_of(static_cast<double>(o.peaks.min_distance), o.peaks.p_norm, true);
    found = kept_rows(found, engine::spaced_points(found, spacing));
    if (o.peaks.num_peaks && found.shape(0) > *o.peaks.num_peaks) found = found.slice(0, 0, *o.peaks.num_peaks).copy();
  }
  return o.indices ? found : image_of(found, image.shape());
}

}  // namespace opsin::OPSIN_TARGET::feature

OPSIN_EXPORT(feature, peak_local_max, Array, const Array&, const opsin::feature::PeakLocalMaxOptions&)
OPSIN_EXPORT(feature, corner_peaks, Array, const Array&, const opsin::feature::CornerPeaksOptions&)
