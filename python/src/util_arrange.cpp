// SPDX-License-Identifier: Apache-2.0
#include "opsin/util_arrange.h"

#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "core/assign.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Sizes = std::vector<std::int64_t>;

Extents extents(const Sizes& sizes) { return Extents(std::span<const std::int64_t>(sizes)); }

/// An array of one element along its first axis without that axis.
Array without_first_axis(const Array& a) {
  Extents shape = a.shape(), strides = a.strides();
  shape.erase(0);
  strides.erase(0);
  return Array::view_of(a.mutable_data(), shape, strides, a.dtype(), a.device(), a.buffer());
}

}  // namespace

void bind_util_arrange(nb::module_& m) {
  m.def("view_as_blocks", [](nb::handle image, const Sizes& block_shape) {
    return Call::view_of(image, [&](const Array& a) { return util::view_as_blocks(a, block_shape); });
  });
  m.def("view_as_windows", [](nb::handle image, const Sizes& window_shape, const Sizes& step) {
    return Call::view_of(image, [&](const Array& a) { return util::view_as_windows(a, window_shape, step); });
  });
  m.def(
      "montage",
      [](nb::handle images, const std::optional<std::vector<double>>& fill,
         const std::optional<std::array<std::int64_t, 2>>& grid_shape, std::int64_t padding_width,
         nb::handle channel_axis) {
        Call call;
        const Array a = call.in(images);
        const util::MontageOptions options{.fill = fill,
                                           .grid_shape = grid_shape,
                                           .padding_width = padding_width,
                                           .channel_axis = optional_axis(channel_axis)};
        return call.run([&] { return util::montage(a, options); });
      },
      nb::arg("images"), nb::arg("fill").none(), nb::arg("grid_shape").none(), nb::arg("padding_width"),
      nb::arg("channel_axis").none());
  // One of a montage's images, its channels last, and images along a new first axis: for what changes each by itself.
  m.def("montage_image", [](nb::handle images, std::int64_t index, int axis) {
    Call call;
    Array a = call.in(images);
    return call.run([&] {
      a = a.moveaxis(axis < 0 ? axis + a.ndim() : axis, a.ndim() - 1);
      return without_first_axis(a.slice(0, index, 1)).contiguous();
    });
  });
  m.def("stack", [](nb::list images) {
    Call call;
    std::vector<Array> all;
    for (nb::handle image : images) all.push_back(call.in(image));
    return call.run([&] {
      Extents shape = all.at(0).shape();
      shape.insert(0, static_cast<std::int64_t>(all.size()));
      const Array out = Array::empty(shape, all[0].dtype(), all[0].device());
      for (std::size_t k = 0; k < all.size(); ++k) {
        memory::assign(without_first_axis(out.slice(0, static_cast<std::int64_t>(k), 1)), all[k]);
      }
      return out;
    });
  });
  m.def("label_points", [](nb::handle coords, const Sizes& output_shape) {
    Call call;
    const Array a = call.in(coords);
    return call.run([&] { return util::label_points(a, extents(output_shape)); });
  });
  m.def("regular_grid", [](const Sizes& shape, double n_points) {
    std::vector<std::array<std::int64_t, 2>> grid;
    for (const util::GridAxis& axis : util::regular_grid(shape, n_points)) grid.push_back({axis.start, axis.step});
    return grid;
  });
  m.def("regular_seeds", [](const Sizes& shape, double n_points) {
    return Call().run([&] { return util::regular_seeds(extents(shape), n_points); });
  });
}

}  // namespace opsin::python
