// SPDX-License-Identifier: Apache-2.0
#include "ndimage/binary.h"

#include "core/target.h"
#include "engine/pointwise.h"
#include "engine/propagate.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

using opsin::ndimage::BinaryOptions;

Array bytes(const Array& a) {
  return Array::view_of(a.mutable_data(), a.shape(), a.strides(), DType::uint8, a.device(), a.buffer());
}

struct Fill {
  std::uint8_t value;
  template <class V>
  HD void operator()(const V (&)[1], V (&out)[1]) const {
    out[0] = broadcast<V>(value);
  }
};

/// The new element where the mask is true, else the old one.
struct Masked {
  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[1]) const {
    out[0] = pick(in[2] != broadcast<V>(std::uint8_t(0)), in[0], in[1]);
  }
};

/// Reports 1 where two images differ.
struct Compare {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1], V& report) const {
    out[0] = in[0];
    report = pick(in[0] != in[1], broadcast<V>(std::uint8_t(1)), report);
  }
};

struct Not {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] ^ broadcast<V>(std::uint8_t(1));
  }
};

struct AndNot {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] & (in[1] ^ broadcast<V>(std::uint8_t(1)));
  }
};

/// Of zeros and ones.
Array complement(const Array& truth) {
  const Array result = Array::empty(truth.shape(), DType::boolean, truth.device());
  engine::pointwise<std::uint8_t, 1, 1>({bytes(result)}, {bytes(truth)}, Not{});
  return result;
}

void check_output(const std::optional<Array>& output) {
  if (!output) return;
  core::check_plain<TypeError>(!is_complex(output->dtype()), "Complex output type not supported");
  check_supported(output->dtype());
}

/// Waits for a CUDA device.
bool same(const Array& a, const Array& b) {
  return engine::pointwise<std::uint8_t, 2, 1>({bytes(a)}, {bytes(a), bytes(b)}, Compare{}) == 0;
}

void one_step(const Array& out, const Array& image, const Step& step, const Array& mask) {
  if (step.elements.empty() && step.windows.empty()) {
    engine::pointwise<std::uint8_t, 1, 1>({bytes(out)}, {bytes(image)}, Fill{step.minimum});
  } else {
    run_steps(out, image, std::span(&step, 1));
  }
  if (mask.defined()) {
    engine::pointwise<std::uint8_t, 3, 1>({bytes(out)}, {bytes(out), bytes(image), bytes(mask)}, Masked{});
  }
}

/// Every offset of a step: its elements, or the product of its windows.
std::vector<engine::Offset> all_offsets(const Step& step) {
  if (!step.elements.empty()) return step.elements;
  std::vector<engine::Offset> offsets = {engine::Offset{}};
  for (const engine::Window& w : step.windows) {
    std::vector<engine::Offset> more;
    for (const engine::Offset& o : offsets) {
      for (std::int64_t i = 0; i < w.size; ++i) {
        more.push_back(o);
        more.back()[static_cast<std::size_t>(w.axis)] = w.first + i;
      }
    }
    offsets = std::move(more);
  }
  return offsets;
}

/// Steps until nothing changes. A footprint without its centre may go back and forth for ever: that is an error.
Array until_rest(const Array& truth, const Step& step, const Array& mask) {
  const auto make = [&] { return Array::empty(truth.shape(), DType::boolean, truth.device()); };
  Array before, now = truth, next = make();
  for (;;) {
    one_step(next, now, step, mask);
    if (same(next, now)) return next;
    core::check_plain<RuntimeError>(!before.defined() || !same(next, before),
                                    "iterations < 1: the image changes for ever, back and forth");
    Array spare = before.defined() && before.data() != truth.data() ? before : make();
    before = now;
    now = next;
    next = spare;
  }
}

Array binary(const Array& input, const Footprint& given, const BinaryOptions& o, bool minimum) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  const int ndim = input.ndim();
  const std::vector<int> axes = normalized_axes(o.axes, ndim);
  Footprint structure = given;
  if (structure.inside.empty() && structure.shape.empty()) {
    structure = opsin::ndimage::generate_binary_structure(static_cast<int>(axes.size()), 1);
  }
  std::vector<int> origins = per_axis(o.origin, axes.size());
  if (!minimum) {
    core::check_plain<IndexError>(structure.shape.size() >= static_cast<int>(axes.size()),
                                  "the structure has fewer axes than are filtered");
    structure = structure.mirrored();
    for (std::size_t i = 0; i < origins.size(); ++i) {
      const int a = static_cast<int>(i);
      origins[i] = -origins[i] - (a < structure.shape.size() && structure.shape[a] % 2 == 0 ? 1 : 0);
    }
  }
  structure = expanded(structure, axes, ndim, "structure");
  origins = expanded(origins, axes, ndim);
  core::check_plain<RuntimeError>(structure.shape.size() == ndim, "structure and input must have same dimensionality");
  core::check_plain<RuntimeError>(!structure.inside.empty(), "structure must not be empty");
  Array mask;
  if (o.mask) {
    core::check(o.mask->device() == input.device(), "mask", "must lie on ", input.device(), ", not on ",
                o.mask->device());
    core::check_plain<RuntimeError>(o.mask->shape() == input.shape(), "mask and input must have equal sizes");
    mask = truth_of(*o.mask);
  }
  for (int a = 0; a < ndim; ++a) {
    const std::int64_t n = structure.shape[a];
    const std::int64_t at = n / 2 + origins[static_cast<std::size_t>(a)];
    core::check_plain(at >= 0 && at < n, "invalid origin");
  }
  check_output(o.output);
  check_supported(input.dtype());
  const DType to = o.output ? o.output->dtype() : DType::boolean;
  const std::vector<engine::Offset> offsets = offsets_of(structure, origins);
  const bool centred = std::any_of(offsets.begin(), offsets.end(), [](const engine::Offset& e) {
    return std::all_of(e.begin(), e.end(), [](std::int64_t x) { return x == 0; });
  });
  const Step step = binary_step(input.shape(), offsets, minimum, o.border_value);
  const core::Output output(o.output, input.shape(), to, input.device(), {&input, o.mask ? &*o.mask : &input});
  if (input.size() > 0) {
    const Array truth = mask.defined() ? truth_of(input) : truths_of(input);
    store(output, repeated(truth, step, o.iterations, mask, centred, place_in(output)));
  }
  return output.finish();
}

}  // namespace

Array truth_of(const Array& image) {
  return image.dtype() == DType::boolean ? image.contiguous() : image.astype(DType::boolean);
}

Array truths_of(const Array& image) {
  const DType t = image.dtype();
  if (t != DType::uint8 && t != DType::int8) return truth_of(image);
  const Array c = image.contiguous();
  return Array::view_of(c.mutable_data(), c.shape(), c.strides(), DType::boolean, c.device(), c.buffer());
}

Array place_in(const core::Output& output) {
  return output.array().dtype() == DType::boolean ? output.array() : Array();
}

void store(const core::Output& output, const Array& truth) {
  if (truth.data() != output.array().data()) opsin::memory::assign(output.array(), truth);
}

Step binary_step(const Extents& shape, std::vector<engine::Offset> offsets, bool minimum, bool border_value) {
  Step step;
  step.minimum = minimum;
  step.border = Border::constant;
  step.cval = border_value ? 1 : 0;
  step.to = DType::boolean;
  if (offsets.empty()) return step;
  // A full box goes along the axes.
  engine::Offset low = offsets[0], high = offsets[0];
  for (const engine::Offset& e : offsets) {
    for (std::size_t a = 0; a < e.size(); ++a) {
      low[a] = std::min(low[a], e[a]);
      high[a] = std::max(high[a], e[a]);
    }
  }
  std::size_t volume = 1;
  for (std::size_t a = 0; a < low.size(); ++a) volume *= static_cast<std::size_t>(high[a] - low[a] + 1);
  if (volume == offsets.size() && volume > 1) {
    for (int a = 0; a < shape.size(); ++a) {
      const auto i = static_cast<std::size_t>(a);
      if (high[i] > low[i] || low[i] != 0) {
        step.windows.push_back({a, high[i] - low[i] + 1, low[i], Border::constant});
      }
    }
  } else {
    step.elements = std::move(offsets);
  }
  return step;
}

Array repeated(const Array& truth, const Step& step, int repeats, const Array& mask, bool centred, const Array& out) {
  const auto make = [&] { return Array::empty(truth.shape(), DType::boolean, truth.device()); };
  const auto last = [&] { return out.defined() ? out : make(); };
  if (repeats < 1 && !centred) return until_rest(truth, step, mask);
  Array now = repeats <= 1 ? last() : make();
  one_step(now, truth, step, mask);
  if (repeats < 1) {
    // The one step has had the effect of what lies beyond the edges.
    engine::propagate(now, all_offsets(step), step.minimum ? 0 : 1, mask);
    return now;
  }
  Array next;
  for (int i = 1; i < repeats; ++i) {
    if (i + 1 == repeats) {
      next = last();
    } else if (!next.defined()) {
      next = make();
    }
    one_step(next, now, step, mask);
    std::swap(now, next);
  }
  return now;
}

Array binary_erosion(const Array& input, const Footprint& structure, const BinaryOptions& o) {
  return binary(input, structure, o, true);
}

Array binary_dilation(const Array& input, const Footprint& structure, const BinaryOptions& o) {
  return binary(input, structure, o, false);
}

Array binary_hit_or_miss(const Array& input, const Footprint& structure1, const Footprint& structure2,
                         const opsin::ndimage::HitOrMissOptions& o) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  check_output(o.output);
  const std::size_t axes = normalized_axes(o.axes, input.ndim()).size();
  const auto given = [](const Footprint& f) { return !f.inside.empty() || !f.shape.empty(); };
  const Footprint hits =
      given(structure1) ? structure1 : opsin::ndimage::generate_binary_structure(static_cast<int>(axes), 1);
  Footprint misses = structure2;
  if (!given(structure2)) {
    misses = hits;
    for (std::uint8_t& e : misses.inside) e = !e;
  }
  const Array truth = truth_of(input);
  const Array hit = binary(truth, hits, {.origin = o.origin1, .axes = o.axes}, true);
  // No element is true: the complement of the image is eroded, with true beyond its edges.
  const Array missed = binary(complement(truth), misses,
                              {.border_value = true, .origin = o.origin2.value_or(o.origin1), .axes = o.axes}, true);
  const core::Output output(o.output, input.shape(), o.output ? o.output->dtype() : DType::boolean, input.device(),
                            {&input});
  engine::pointwise<std::uint8_t, 2, 1>({bytes(hit)}, {bytes(hit), bytes(complement(missed))}, AndNot{});
  opsin::memory::assign(output.array(), hit);
  return output.finish();
}

Array binary_fill_holes(const Array& input, const Footprint& structure, const opsin::ndimage::FillHolesOptions& o) {
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  check_output(o.output);
  check_supported(input.dtype());
  const core::Output output(o.output, input.shape(), o.output ? o.output->dtype() : DType::boolean, input.device(),
                            {&input});
  const Array nothing = Array::zeros(input.shape(), DType::boolean, input.device());
  const Array outside = binary(
      nothing, structure,
      {.iterations = -1, .mask = complement(truth_of(input)), .border_value = true, .origin = o.origin, .axes = o.axes},
      false);
  opsin::memory::assign(output.array(), complement(outside));
  return output.finish();
}

}  // namespace opsin::OPSIN_TARGET::ndimage

OPSIN_EXPORT(ndimage, binary_hit_or_miss, Array, const Array&, const opsin::ndimage::Footprint&,
             const opsin::ndimage::Footprint&, const opsin::ndimage::HitOrMissOptions&)
OPSIN_EXPORT(ndimage, binary_fill_holes, Array, const Array&, const opsin::ndimage::Footprint&,
             const opsin::ndimage::FillHolesOptions&)
OPSIN_EXPORT(ndimage, binary_erosion, Array, const Array&, const opsin::ndimage::Footprint&,
             const opsin::ndimage::BinaryOptions&)
OPSIN_EXPORT(ndimage, binary_dilation, Array, const Array&, const opsin::ndimage::Footprint&,
             const opsin::ndimage::BinaryOptions&)
