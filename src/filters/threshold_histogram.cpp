// SPDX-License-Identifier: Apache-2.0
// otsu, yen, isodata, minimum and triangle: one team on the device goes from the histogram to the threshold.
#include <vector>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/extent.h"
#include "exposure/counted.h"
#include "filters/first_element.h"
#include "filters/given_histogram.h"
#include "filters/threshold_rules.h"
#include "opsin/filters_threshold.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

using opsin::filters::HistogramMethod;
using opsin::filters::HistogramRule;

/// The greatest distance of the histogram from the line between its peak and its longer tail's end. Counts are whole.
HD std::int64_t triangle_bin(const engine::Team& team, const std::int64_t* counts, std::int64_t n, int* status) {
  const std::int64_t peak = team.argmax(n, [&](std::int64_t i) { return static_cast<double>(counts[i]); });
  std::int64_t low = team.argmax(n, [&](std::int64_t i) { return counts[i] != 0 ? 1.0 : 0.0; });
  const std::int64_t high = n - 1 - team.argmax(n, [&](std::int64_t i) { return counts[n - 1 - i] != 0 ? 1.0 : 0.0; });
  if (low == high) {
    team.alone(0, [&] { report(status, status::one_value); });
    return low;
  }
  const bool flip = peak - low < high - peak;
  const std::int64_t top = flip ? n - peak - 1 : peak;
  if (flip) low = n - high - 1;
  double height = static_cast<double>(counts[peak]);
  double width = static_cast<double>(top - low);
  const double norm = sqrt(height * height + width * width);
  height /= norm;
  width /= norm;
  const std::int64_t farthest = low + team.argmax(top - low, [&](std::int64_t x) {
    const std::int64_t i = x + low;
    return height * static_cast<double>(x) - width * static_cast<double>(counts[flip ? n - 1 - i : i]);
  });
  return flip ? n - farthest - 1 : farthest;
}

template <class A>
struct ApplyRule {
  HistogramRule rule;
  const std::int64_t* whole;  // null: counts are given
  float* counts;
  const A* centres;
  std::int64_t n;
  bool trim;
  double* work;
  const engine::Extent* extent;  // of a float image; an image of one value has no threshold but that
  void* out;
  DType out_type;
  int* status;
  std::uint8_t* marks;  // 1 for every isodata threshold, where that is wanted

  HD std::int64_t bin_of(const engine::Team& team, const Binned<A>& h) const {
    switch (rule.method) {
      case HistogramMethod::otsu: return otsu_bin(team, h);
      case HistogramMethod::yen: return yen_bin(team, h);
      case HistogramMethod::isodata: return isodata_bin(team, h);
      case HistogramMethod::minimum: return minimum_bin(team, h, rule.max_num_iter);
      default: return triangle_bin(team, whole + (h.counts - counts), h.n, h.status);
    }
  }

  HD void operator()(const engine::Team& team) const {
    if (whole) team.each(n, [&](std::int64_t i) { counts[i] = static_cast<float>(whole[i]); });
    std::int64_t begin = 0, end = n;
    if (trim) {
      begin = team.argmax(n, [&](std::int64_t i) { return counts[i] > 0 ? 1.0 : 0.0; });
      end = n - team.argmax(n, [&](std::int64_t i) { return counts[n - 1 - i] > 0 ? 1.0 : 0.0; });
    }
    const Binned<A> h{counts + begin, centres + begin, end - begin, work, status};
    if (marks) {
      if (h.n < 2) return team.alone(0, [&] { marks[begin] = 1; });
      return with_isodata(team, h, [&](const auto& is_threshold) {
        team.each(h.n - 1, [&](std::int64_t i) { marks[begin + i] = is_threshold(i); });
      });
    }
    const std::int64_t bin = bin_of(team, h);
    const bool own_value = rule.method == HistogramMethod::otsu || rule.method == HistogramMethod::triangle;
    A value = h.centres[bin];
    if (own_value && extent && !extent->empty() && ~extent->low_complement == extent->high) {
      value = extent->greatest<A>();
    }
    team.alone(0, [&] {
      with_storage<A>(out_type,
                      [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) { *static_cast<T*>(out) = store_as<T>(value); });
    });
  }
};

/// A histogram's memory, and what a rule leaves there.
struct Task {
  HistogramRule rule;
  Array whole;   // int64 counts, or not defined
  Array counts;  // float32
  Array centres;
  bool trim = true;
  Array extent;
  Array out;
  Array status;
  Array marks;

  /// `bins_status`: what is known of the bins already, or not defined. The rule's own goes there as well.
  Task(const HistogramRule& r, const Array& given, const Array& bin_centers, const Array& bins_status = {})
      : rule(r),
        centres(bin_centers),
        out(core::empty_result({}, bin_centers.dtype(), given.device())),
        status(bins_status.defined() ? bins_status : Array::zeros({1}, DType::int32, given.device())) {
    if (given.dtype() == DType::int64) {
      whole = given.contiguous();
      counts = Array::empty(given.shape(), DType::float32, given.device());
    } else {
      counts = given.astype(DType::float32);
    }
  }

  void run() const {
    // NumPy's product of a float32 count with a centre.
    const bool single = centres.dtype() == DType::float32 || centres.dtype() == DType::float16;
    const std::int64_t n = counts.size();
    const Array work = Array::empty({4 * n}, DType::float64, out.device());
    with_real(single ? DType::float32 : DType::float64, [&]<class A>(Tag<A>) {
      const Array places = centres.dtype() == dtype_of<A> ? centres.contiguous() : centres.astype(dtype_of<A>);
      engine::run_team(ApplyRule<A>{
          rule, whole.defined() ? whole.data_as<std::int64_t>() : nullptr, counts.mutable_data_as<float>(),
          places.template data_as<A>(), n, trim, work.mutable_data_as<double>(),
          extent.defined() ? engine::extent_in(extent) : nullptr, out.mutable_data(), out.dtype(),
          status.mutable_data_as<int>(), marks.defined() ? marks.mutable_data_as<std::uint8_t>() : nullptr});
    });
  }
};

void check_rule(const HistogramRule& rule) {
  core::check(rule.max_num_iter >= 1, "filters.threshold_minimum", "max_num_iter must be at least 1, got ",
              rule.max_num_iter);
}

void check_found(int found) {
  exposure::check_status(found);
  core::check_plain<RuntimeError>(found != status::no_two_maxima, "Unable to find two maxima in histogram");
  core::check_plain<RuntimeError>(found != status::too_many_iterations,
                                  "Maximum iteration reached for histogramsmoothing");
  core::check_plain<IndexError>(found != status::no_threshold, "the histogram has no threshold");
  core::check_plain(found != status::one_value, "attempt to get argmax of an empty sequence");
}

/// The centres of marked bins; waits for a CUDA device.
Array marked(Task task) {
  task.marks = Array::zeros(task.counts.shape(), DType::uint8, task.out.device());
  task.run();
  const Array marks = task.marks.to({}), centres = task.centres.contiguous().to({});
  const std::size_t item = itemsize(centres.dtype());
  std::vector<std::byte> found;
  for (std::int64_t i = 0; i < marks.size(); ++i) {
    const auto* from = centres.data_as<std::byte>() + static_cast<std::size_t>(i) * item;
    if (marks.data_as<std::uint8_t>()[i]) found.insert(found.end(), from, from + item);
  }
  const auto n = static_cast<std::int64_t>(found.size() / item);
  const Array out = core::empty_result({n}, centres.dtype(), task.out.device());
  const Array host = Array::view_of(found.data(), {n}, {static_cast<std::int64_t>(item)}, centres.dtype(), {}, nullptr);
  if (n > 0) opsin::memory::assign(out, host.to(out.device()));
  return out;
}

Task task_of(const Array& image, const exposure::Bins& bins, const HistogramRule& rule) {
  Task task(rule, exposure::count_in(bins, image), bins.centres, bins.status);
  task.trim = is_integer(image.dtype());
  task.extent = bins.extent;
  return task;
}

/// On the host. Infinity counts as a value.
bool is_of_one_value(const Array& extent) {
  if (!extent.defined()) return false;
  const engine::Extent e = engine::read_extent(extent);
  return e.nan == 0 && ~e.low_complement == e.high;
}

}  // namespace

Array threshold_from_image(const Array& image, const HistogramRule& rule,
                           const opsin::filters::HistogramThresholdOptions& o) {
  check_rule(rule);
  const bool own_value = rule.method == HistogramMethod::otsu || rule.method == HistogramMethod::triangle;
  // An empty integer image has no histogram in the first place, but Otsu's looks at its first element before.
  const bool needs_element = rule.method == HistogramMethod::otsu || (own_value && !is_integer(image.dtype()));
  core::check_plain<IndexError>(!needs_element || image.size() > 0, "index 0 is out of bounds for axis 0 with size 0");
  const bool on_cpu = image.device().kind == DeviceKind::cpu;
  // Otsu's looks for a single value before there is a histogram: even infinity is found, and nbins does not matter.
  if (rule.method == HistogramMethod::otsu && o.nbins < 1 && !is_integer(image.dtype()) &&
      is_of_one_value(engine::extent_of(image))) {
    return opsin::filters::first_element(image);
  }
  const exposure::Bins bins = exposure::bins_of(image, o.nbins, opsin::exposure::SourceRange::image);
  const bool looks = on_cpu || bins.status.defined() || rule.method == HistogramMethod::minimum;
  if (looks) exposure::refuse_capture("filters.threshold", image);
  const Task task = task_of(image, bins, rule);
  task.run();
  if (!looks) return task.out;
  const int found = exposure::read_status(task.status);
  // An image of one value has that as its threshold, in its own dtype. On CUDA the extent has been looked at on the
  // device. One bin may hold several values: Otsu's has none to choose then, the triangle takes the first element.
  const bool one_bin = found == status::one_value;
  const bool one_value =
      own_value && ((one_bin && (rule.method == HistogramMethod::triangle || !task.extent.defined())) ||
                    ((on_cpu || one_bin) && is_of_one_value(task.extent)));
  if (one_value && rule.method == HistogramMethod::otsu) return opsin::filters::first_element(image);
  exposure::check_status(found);
  if (one_value) return opsin::filters::first_element(image);
  check_found(found);
  return task.out;
}

Array threshold_from_histogram(const Array& counts, const Array& bin_centers, const HistogramRule& rule) {
  check_rule(rule);
  check_histogram("filters.threshold", counts, bin_centers);
  const bool whole = rule.method == HistogramMethod::triangle;
  const Task task(rule, whole ? counts.astype(DType::int64) : counts, bin_centers);
  task.run();
  check_found(exposure::read_status(task.status));
  return task.out;
}

Array threshold_isodata_all(const Array& image, const opsin::filters::HistogramThresholdOptions& o) {
  exposure::refuse_capture("filters.threshold_isodata", image);
  const exposure::Bins bins = exposure::bins_of(image, o.nbins, opsin::exposure::SourceRange::image);
  const Task task = task_of(image, bins, {HistogramMethod::isodata});
  exposure::check_status(bins.status);
  return marked(task);
}

Array threshold_isodata_all_from_histogram(const Array& counts, const Array& bin_centers) {
  check_histogram("filters.threshold", counts, bin_centers);
  return marked(Task({HistogramMethod::isodata}, counts, bin_centers));
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, threshold_from_image, Array, const Array&, const opsin::filters::HistogramRule&,
             const opsin::filters::HistogramThresholdOptions&)
OPSIN_EXPORT(filters, threshold_from_histogram, Array, const Array&, const Array&, const opsin::filters::HistogramRule&)
OPSIN_EXPORT(filters, threshold_isodata_all, Array, const Array&, const opsin::filters::HistogramThresholdOptions&)
OPSIN_EXPORT(filters, threshold_isodata_all_from_histogram, Array, const Array&, const Array&)
