// SPDX-License-Identifier: Apache-2.0
#include "ndimage/neighbourhood.h"

#include "core/target.h"
#include "ndimage/window_size.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

bool all(const Footprint& f) {
  return std::all_of(f.inside.begin(), f.inside.end(), [](std::uint8_t e) { return e != 0; });
}

bool any(const Footprint& f) {
  return std::any_of(f.inside.begin(), f.inside.end(), [](std::uint8_t e) { return e != 0; });
}

/// The error that scikit-image and SciPy have for a dilation alone.
void check_mirrored(const Extents* shape, std::size_t axes) {
  core::check_plain<IndexError>(!shape || shape->size() >= static_cast<int>(axes), "the footprint has fewer axes than ",
                                "are filtered");
}

Step box_step(const std::vector<std::int64_t>& size, const std::vector<int>& origins, const std::vector<Border>& modes,
              const std::vector<int>& axes) {
  Step step;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (size[i] <= 1) continue;
    check_window(size[i], origins[i]);
    step.windows.push_back({axes[i], size[i], -(size[i] / 2) - origins[i], modes[i]});
  }
  return step;
}

}  // namespace

Footprint expanded(const Footprint& footprint, const std::vector<int>& axes, int ndim, const char* name) {
  if (static_cast<int>(axes.size()) >= ndim) return footprint;
  core::check_plain<RuntimeError>(footprint.shape.size() == static_cast<int>(axes.size()), name, ".ndim (",
                                  footprint.shape.size(), ") must match len(axes) (", axes.size(), ")");
  Footprint result = footprint;
  result.shape = Extents();
  for (int a = 0, next = 0; a < ndim; ++a) {
    const bool used = std::find(axes.begin(), axes.end(), a) != axes.end();
    result.shape.push_back(used ? footprint.shape[next++] : 1);
  }
  return result;
}

std::vector<int> expanded(const std::vector<int>& origins, const std::vector<int>& axes, int ndim) {
  if (static_cast<int>(axes.size()) >= ndim) return origins;
  std::vector<int> result(static_cast<std::size_t>(ndim), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) result[static_cast<std::size_t>(axes[i])] = origins[i];
  return result;
}

std::vector<engine::Offset> offsets_of(const Footprint& footprint, const std::vector<int>& origins) {
  std::vector<engine::Offset> offsets;
  offsets.reserve(footprint.inside.size());
  const Extents& shape = footprint.shape;
  engine::Offset at{};
  std::array<std::int64_t, max_ndim> index{};
  for (int a = 0; a < shape.size(); ++a) {
    const auto i = static_cast<std::size_t>(a);
    at[i] = -(shape[a] / 2) - origins[i];
  }
  for (const std::uint8_t inside : footprint.inside) {
    if (inside) offsets.push_back(at);
    for (int a = shape.size() - 1; a >= 0; --a) {
      const auto i = static_cast<std::size_t>(a);
      ++at[i];
      if (++index[i] < shape[a]) break;
      at[i] -= shape[a];
      index[i] = 0;
    }
  }
  return offsets;
}

Step step_of(const Array& input, const Neighbourhood& given, const ExtremeFilterOptions& o, bool minimum,
             bool mirrors) {
  const int ndim = input.ndim();
  const std::vector<int> axes = normalized_axes(o.axes, ndim);
  Neighbourhood n = given;
  std::vector<int> origins = per_axis(o.origin, axes.size());
  core::check_plain<RuntimeError>(!n.size.empty() || n.footprint || n.structure, "no footprint provided");
  if (!n.footprint && !n.structure) n.size = per_axis(n.size, axes.size());
  if (mirrors) {
    if (n.footprint) n.footprint = n.footprint->mirrored();
    if (n.structure) std::reverse(n.structure->real.begin(), n.structure->real.end());
    check_mirrored(n.footprint ? &n.footprint->shape : n.structure ? &n.structure->shape : nullptr, axes.size());
    const Extents* shape = n.footprint ? &n.footprint->shape : n.structure ? &n.structure->shape : nullptr;
    for (std::size_t i = 0; i < origins.size(); ++i) {
      const int a = static_cast<int>(i);
      const std::int64_t size = !shape ? n.size[i] : a < shape->size() ? (*shape)[a] : 1;
      origins[i] = -origins[i] - (size % 2 == 0 ? 1 : 0);
    }
  }
  if (n.footprint && !n.structure) {
    core::check_plain(any(*n.footprint), "All-zero footprint is not supported.");
    if (all(*n.footprint)) {
      n.size.assign(n.footprint->shape.begin(), n.footprint->shape.end());
      n.footprint.reset();
      core::check_plain<RuntimeError>(n.size.size() == axes.size(),
                                      "sequence argument must have length equal to input rank");
    }
  }
  Step step;
  if (!n.footprint && !n.structure) {
    step = box_step(n.size, origins, per_axis(o.mode, axes.size()), axes);
  } else {
    if (!n.footprint) {
      n.footprint = Footprint(n.structure->shape,
                              std::vector<std::uint8_t>(static_cast<std::size_t>(n.structure->shape.product()), 1));
    }
    const Footprint whole = expanded(*n.footprint, axes, ndim, "footprint");
    origins = expanded(origins, axes, ndim);
    core::check_plain<RuntimeError>(whole.shape.size() == ndim, "footprint.ndim (", whole.shape.size(),
                                    ") must match len(axes) (", axes.size(), ")");
    for (int a = 0; a < ndim; ++a) check_window(whole.shape[a], origins[static_cast<std::size_t>(a)]);
    core::check_plain<RuntimeError>(o.mode.size() == 1,
                                    "A sequence of modes is not supported for non-separable footprints");
    step.elements = offsets_of(whole, origins);
    step.border = o.mode[0];
    core::check_plain(!step.elements.empty(), "All-zero footprint is not supported.");
    if (n.structure) {
      core::check_plain<RuntimeError>(n.structure->shape == n.footprint->shape, "structure array has incorrect shape");
      for (std::size_t i = 0; i < n.footprint->inside.size(); ++i) {
        if (n.footprint->inside[i]) step.heights.push_back(n.structure->real[i]);
      }
    }
  }
  step.minimum = minimum;
  step.cval = o.cval;
  step.to = input.dtype();
  return step;
}

Step step_of(const Extents& shape, const Footprint& footprint, bool minimum, Border border, double cval) {
  Step step;
  if (!minimum) check_mirrored(&footprint.shape, static_cast<std::size_t>(shape.size()));
  core::check_plain(any(footprint), "All-zero footprint is not supported.");
  const std::vector<int> origins(static_cast<std::size_t>(footprint.shape.size()), 0);
  if (all(footprint)) {
    core::check_plain<RuntimeError>(footprint.shape.size() == shape.size(),
                                    "sequence argument must have length equal to input rank");
    std::vector<int> axes;
    for (int a = 0; a < shape.size(); ++a) axes.push_back(a);
    const std::vector<std::int64_t> size(footprint.shape.begin(), footprint.shape.end());
    step = box_step(size, origins, std::vector<Border>(axes.size(), border), axes);
  } else {
    core::check_plain<RuntimeError>(footprint.shape.size() == shape.size(), "footprint.ndim (", footprint.shape.size(),
                                    ") must match len(axes) (", shape.size(), ")");
    step.elements = offsets_of(footprint, origins);
    step.border = border;
  }
  step.minimum = minimum;
  step.cval = cval;
  return step;
}

Array run_chain(const Array& input, const std::optional<Array>& out, std::span<const Step> steps) {
  const DType to = steps.back().to;
  core::check_plain<TypeError>(!is_complex(input.dtype()), "Complex type not supported");
  check_supported(input.dtype());
  check_supported(to);
  const core::Output output(out, input.shape(), to, input.device(), {&input});
  run_steps(output.array(), input.contiguous(), steps);
  return output.finish();
}

}  // namespace opsin::OPSIN_TARGET::ndimage
