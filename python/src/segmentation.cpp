// SPDX-License-Identifier: Apache-2.0
#include "opsin/segmentation.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Sizes = std::vector<std::int64_t>;

Extents extents(const Sizes& sizes) { return Extents(std::span<const std::int64_t>(sizes)); }

}  // namespace

void bind_segmentation(nb::module_& m) {
  m.def("checkerboard_level_set", [](const Sizes& image_shape, std::int64_t square_size, const std::string& device) {
    const Device where = Device::parse(device);
    return made(
        Call().invoke([&] { return segmentation::checkerboard_level_set(extents(image_shape), square_size, where); }));
  });
  m.def(
      "disk_level_set",
      [](const Sizes& image_shape, const std::optional<std::vector<double>>& center, std::optional<double> radius,
         const std::string& device) {
        const segmentation::DiskLevelSetOptions options{
            .center = center, .radius = radius, .device = Device::parse(device)};
        return made(Call().invoke([&] { return segmentation::disk_level_set(extents(image_shape), options); }));
      },
      nb::arg("image_shape"), nb::arg("center").none(), nb::arg("radius").none(), nb::arg("device"));
  m.def("inverse_gaussian_gradient", [](nb::handle image, double alpha, nb::handle sigma) {
    Call call;
    const Array a = call.in(image);
    const segmentation::InverseGaussianGradientOptions options{.alpha = alpha, .sigma = numbers(sigma)};
    return call.run([&] { return segmentation::inverse_gaussian_gradient(a, options); });
  });
}

}  // namespace opsin::python
