// SPDX-License-Identifier: Apache-2.0
#include "ndimage/extreme_steps.h"

#include <algorithm>
#include <cmath>

#include "core/assign.h"
#include "core/target.h"
#include "engine/raised_extreme.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using engine::KeyOf;

bool is_wide_integer(DType t) { return t == DType::int64 || t == DType::uint64; }

/// cval as an element of the dtype, as C converts it.
double through(DType t, double cval) {
  return with_storage<double>(t, [&]<class S>(Tag<S>) {
    const S element = store_as<S>(cval);
    return load_as<double>(&element);
  });
}

/// Along an axis SciPy compares double with the constant beyond the edges, whatever the image's dtype.
bool needs_double(const Step& s, DType from, DType to) {
  if (is_wide_integer(from)) return true;
  bool constant = false;
  for (const engine::Window& w : s.windows) constant = constant || w.border == Border::constant;
  if (!constant || from == DType::float64) return false;
  if (from == DType::float32) return to != DType::float32;
  return !(through(from, s.cval) == s.cval);
}

/// The axes before the last two, and at least two of them.
Array at_least_2d(const Array& a) {
  Extents shape = a.shape();
  while (shape.size() < 2) shape.insert(0, 1);
  return a.reshape(shape);
}

/// `out` and `image` of one dtype that has keys.
void run_flat(const Array& out, const Array& image, const Step& s, const engine::Finished& finished = {}) {
  engine::with_keys(image.dtype(), s.minimum, [&]<class T>(Tag<T>, const KeyOf<T>& key) {
    if (!s.windows.empty()) {
      engine::extreme_of_box<T>(out, image, s.windows, s.cval, s.minimum, key, finished);
      return;
    }
    const Array two = at_least_2d(image);
    const auto run = [&](const std::vector<engine::Offset>& elements) {
      engine::extreme_of_footprint<T>(at_least_2d(out), two, engine::chords_of(elements, two.ndim()), s.border, s.cval,
                                      key, finished);
    };
    if (image.ndim() >= 2) {
      run(s.elements);
      return;
    }
    std::vector<engine::Offset> elements = s.elements;
    for (int n = image.ndim(); n < 2; ++n) {
      for (engine::Offset& e : elements) std::rotate(e.begin(), e.end() - 1, e.end());
    }
    run(elements);
  });
}

void run_step(const Array& out, const Array& image, const Step& s, const engine::Finished& finished = {}) {
  if (out.size() == 0) return;
  if (s.windows.empty() && s.elements.empty()) {
    opsin::memory::assign(out, image);
    return;
  }
  if (!s.heights.empty()) {
    engine::raised_extreme(out, image, s.elements, s.heights, s.minimum, s.border, s.cval);
    return;
  }
  const DType from = image.dtype();
  if (s.windows.size() > 1 && from != out.dtype()) {
    // The first axis goes into the result's dtype, the others stay there.
    Step first = s, rest = s;
    first.windows.resize(1);
    rest.windows.erase(rest.windows.begin());
    const Array between = Array::empty(out.shape(), out.dtype(), out.device());
    run_step(between, image, first);
    run_step(out, between, rest);
    return;
  }
  if (needs_double(s, from, out.dtype())) {
    Step wide = s;
    if (s.windows.empty()) wide.cval = through(from, s.cval);
    const Array result = Array::empty(out.shape(), DType::float64, out.device());
    run_flat(result, image.astype(DType::float64), wide);
    opsin::memory::assign(out, result);
    return;
  }
  if (from == out.dtype()) {
    run_flat(out, image, s, finished);
    return;
  }
  const Array result = Array::empty(out.shape(), from, out.device());
  run_flat(result, image, s);
  opsin::memory::assign(out, result);
}

/// Windows along other axes go with those before them: a separable box is one step.
std::vector<Step> joined(std::span<const Step> steps) {
  std::vector<Step> result;
  const auto joins = [](const Step& a, const Step& b) {
    if (a.windows.empty() || b.windows.empty() || a.minimum != b.minimum || a.to != b.to || a.cval != b.cval) {
      return false;
    }
    return std::none_of(a.windows.begin(), a.windows.end(), [&](const engine::Window& w) {
      return std::any_of(b.windows.begin(), b.windows.end(), [&](const engine::Window& v) { return v.axis == w.axis; });
    });
  };
  for (const Step& step : steps) {
    if (!result.empty() && joins(result.back(), step)) {
      result.back().windows.insert(result.back().windows.end(), step.windows.begin(), step.windows.end());
    } else {
      result.push_back(step);
    }
  }
  return result;
}

}  // namespace

bool can_finish(const Array& image, std::span<const Step> steps) {
  const Step& last = steps.back();
  const DType t = steps.size() > 1 ? steps[steps.size() - 2].to : image.dtype();
  return last.heights.empty() && !(last.windows.empty() && last.elements.empty()) && t == last.to &&
         image.dtype() == t && !needs_double(last, t, t);
}

void run_steps(const Array& out, const Array& image, std::span<const Step> given, const engine::Finished& finished) {
  const std::vector<Step> steps = joined(given);
  Array from = image;
  Array spare;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Array to = out;
    if (i + 1 < steps.size()) {
      const bool fits = spare.defined() && spare.dtype() == steps[i].to;
      to = fits ? spare : Array::empty(out.shape(), steps[i].to, out.device());
    }
    run_step(to, from, steps[i], i + 1 == steps.size() ? finished : engine::Finished{});
    spare = i > 0 ? from : Array();
    from = to;
  }
}

}  // namespace opsin::OPSIN_TARGET::ndimage
