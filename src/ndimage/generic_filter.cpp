// SPDX-License-Identifier: Apache-2.0
#include "core/assign.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/on_device.h"
#include "engine/order.h"
#include "ndimage/window.h"
#include "ndimage/window_reduction.h"
#include "ndimage/window_size.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::GenericFilter1dOptions;
using opsin::ndimage::GenericFilterOptions;
using opsin::ndimage::LineCallback;
using opsin::ndimage::WindowCallback;
using opsin::ndimage::WindowFunction;

/// Doubles of a window's or line's batch.
constexpr std::int64_t batch_size = 1 << 18;

/// The windows of an input in double, and what they need for as long as they are read.
class Windows {
 public:
  Windows(const Array& input, const Neighbourhood& n, const GenericFilterOptions& o)
      : elements_(window_elements(input, n, o.origin, o.axes)) {
    check_supported(input.dtype());
    core::check_plain<RuntimeError>(!elements_.empty(), "the footprint has no elements");
    image_ = input.dtype() == DType::float64 ? input.contiguous() : input.astype(DType::float64);
    memory_ = engine::on_device(elements_, input.device());
    view.image = image_.data_as<double>();
    view.ndim = input.ndim();
    for (int a = 0; a < input.ndim(); ++a) view.shape[a] = input.shape(a);
    view.elements = static_cast<const engine::Offset*>(memory_.data());
    view.count = static_cast<std::int64_t>(elements_.size());
    view.border = o.mode;
    view.cval = o.cval;
  }

  void gather(const Array& out, std::int64_t first, std::int64_t count) const {
    engine::each(count * view.count, 4096, GatherWindow{view, first, out.mutable_data_as<double>()});
  }
  /// The element of a rank of every window.
  Array ranked(std::int64_t rank) const {
    const Array result = Array::empty(image_.shape(), DType::float64, image_.device());
    engine::order_filter(result, image_, {elements_, rank, view.border, view.cval});
    return result;
  }

  WindowView view{};

 private:
  std::vector<engine::Offset> elements_;
  Array image_, memory_;
};

void reduce(const Array& out, const Windows& w, Reduction reduction) {
  auto* to = out.mutable_data_as<double>();
  if (reduction != Reduction::median) {
    engine::each(out.size(), std::max<std::int64_t>(1, 4096 / w.view.count), ReduceWindow{w.view, reduction, to});
    return;
  }
  const Array high = w.ranked(w.view.count / 2);
  const Array low = w.view.count % 2 == 0 ? w.ranked(w.view.count / 2 - 1) : high;
  const Array greatest = w.ranked(w.view.count - 1);
  engine::each(out.size(), 4096,
               MiddleOf{low.data_as<double>(), high.data_as<double>(), greatest.data_as<double>(), to});
}

void check_host(const Array& input, const char* name) {
  core::check_plain<TypeError>(input.device().kind == DeviceKind::cpu, name,
                               ": a callback cannot run on a GPU; copy the image to the CPU, or take windows of it");
}

void call_for_each(const Array& out, const Windows& w, const WindowCallback& f) {
  auto* to = out.mutable_data_as<double>();
  const std::int64_t batch = std::max<std::int64_t>(1, batch_size / w.view.count);
  const Array memory = Array::empty({batch, w.view.count}, DType::float64);
  for (std::int64_t first = 0; first < out.size(); first += batch) {
    const std::int64_t count = std::min(batch, out.size() - first);
    w.gather(memory, first, count);
    for (std::int64_t i = 0; i < count; ++i) {
      const int done = f.call(memory.data_as<double>() + i * w.view.count, w.view.count, to + first + i, f.context);
      core::check_plain<RuntimeError>(done != 0, "ndimage.generic_filter: the callback gave up");
    }
  }
}

/// Lines along an axis of an input in double.
struct Lines {
  Array image;
  std::int64_t n, inner, count, length;
  GatherLine gather;

  Lines(const Array& input, std::int64_t size, const GenericFilter1dOptions& o) {
    core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
    core::check_plain<RuntimeError>(size >= 1, "invalid filter size");
    const int axis = core::normalize_axis("ndimage.generic_filter1d", o.axis, input.ndim());
    check_window(size, o.origin);
    check_supported(input.dtype());
    image = input.dtype() == DType::float64 ? input.contiguous() : input.astype(DType::float64);
    n = input.shape(axis);
    inner = 1;
    for (int a = axis + 1; a < input.ndim(); ++a) inner *= input.shape(a);
    count = input.size() == 0 ? 0 : input.size() / n;
    length = n + size - 1;
    gather = {image.data_as<double>(), n, inner, length, -(size / 2) - o.origin, 0, o.mode, o.cval, nullptr};
  }
  void operator()(const Array& out, std::int64_t first, std::int64_t lines) const {
    GatherLine g = gather;
    g.first = first;
    g.out = out.mutable_data_as<double>();
    engine::each_span(lines, length, g);
  }
};

}  // namespace

Array generic_filter(const Array& input, const WindowFunction& function, const Neighbourhood& n,
                     const GenericFilterOptions& o) {
  const Windows w(input, n, o);
  const Result result(o.output, input, false);
  check_supported(result.dtype());
  const auto* callback = std::get_if<WindowCallback>(&function);
  if (callback) check_host(input, "ndimage.generic_filter");
  const Array values = Array::empty(input.shape(), DType::float64, input.device());
  if (input.size() > 0) {
    if (callback) {
      call_for_each(values, w, *callback);
    } else {
      reduce(values, w, std::get<Reduction>(function));
    }
  }
  return result.copy_of(before_cast(values, result.dtype()));
}

Array windows(const Array& input, const Neighbourhood& n, const GenericFilterOptions& o, std::int64_t first,
              std::int64_t count) {
  const Windows w(input, n, o);
  core::check_plain<IndexError>(first >= 0 && count >= 0 && first + count <= input.size(), "no such windows");
  const Array out = core::empty_result({count, w.view.count}, DType::float64, input.device());
  w.gather(out, first, count);
  return out;
}

Array generic_filter1d(const Array& input, const LineCallback& f, std::int64_t size, const GenericFilter1dOptions& o) {
  const Lines lines(input, size, o);
  check_host(input, "ndimage.generic_filter1d");
  const Result result(o.output, input, false);
  check_supported(result.dtype());
  const Array values =
      Array::empty({lines.count / std::max<std::int64_t>(lines.inner, 1), lines.inner, lines.n}, DType::float64);
  const Array line = Array::empty({lines.length}, DType::float64);
  for (std::int64_t l = 0; l < lines.count; ++l) {
    lines(line, l, 1);
    const int done = f.call(line.data_as<double>(), lines.length, values.mutable_data_as<double>() + l * lines.n,
                            lines.n, f.context);
    core::check_plain<RuntimeError>(done != 0, "ndimage.generic_filter1d: the callback gave up");
  }
  return result.copy_of(before_cast(values.moveaxis(2, 1).copy().reshape(input.shape()), result.dtype()));
}

Array lines(const Array& input, std::int64_t size, const GenericFilter1dOptions& o, std::int64_t first,
            std::int64_t count) {
  const Lines all(input, size, o);
  core::check_plain<IndexError>(first >= 0 && count >= 0 && first + count <= all.count, "no such lines");
  const Array out = core::empty_result({count, all.length}, DType::float64, input.device());
  all(out, first, count);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, generic_filter, Array, const Array&, const opsin::ndimage::WindowFunction&,
             const opsin::ndimage::Neighbourhood&, const opsin::ndimage::GenericFilterOptions&)
OPSIN_EXPORT(ndimage, windows, Array, const Array&, const opsin::ndimage::Neighbourhood&,
             const opsin::ndimage::GenericFilterOptions&, std::int64_t, std::int64_t)
OPSIN_EXPORT(ndimage, generic_filter1d, Array, const Array&, const opsin::ndimage::LineCallback&, std::int64_t,
             const opsin::ndimage::GenericFilter1dOptions&)
OPSIN_EXPORT(ndimage, lines, Array, const Array&, std::int64_t, const opsin::ndimage::GenericFilter1dOptions&,
             std::int64_t, std::int64_t)
