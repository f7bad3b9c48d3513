// SPDX-License-Identifier: Apache-2.0
#include "ndimage/binary.h"

#include "core/target.h"
#include "morphology/footprints.h"

namespace opsin::OPSIN_TARGET::morphology {
namespace {

using opsin::morphology::BinaryOptions;

/// An erosion or dilation with its output as zeros and ones, in `out` where that is defined.
Array filtered(Array truth, const Footprints& parts, bool minimum, Beyond mode, const Array& out) {
  core::check_plain(mode == Beyond::max || mode == Beyond::min || mode == Beyond::ignore, "unsupported mode");
  const bool beyond = minimum ? mode != Beyond::min : mode == Beyond::max;
  for (const auto& part : parts) {
    core::check_plain<IndexError>(minimum || part.footprint.shape.size() >= truth.ndim(),
                                  "the footprint has fewer axes than the image");
    const opsin::ndimage::Footprint footprint = minimum ? part.footprint : part.footprint.mirrored();
    core::check_plain<RuntimeError>(footprint.shape.size() == truth.ndim(),
                                    "structure and input must have same dimensionality");
    core::check_plain<RuntimeError>(!footprint.inside.empty(), "structure must not be empty");
    const std::vector<int> origins(static_cast<std::size_t>(truth.ndim()), 0);
    const auto offsets = ndimage::offsets_of(footprint, origins);
    const bool centred = footprint.inside[footprint.inside.size() / 2] != 0;
    truth = ndimage::repeated(truth, ndimage::binary_step(truth.shape(), offsets, minimum, beyond), part.repeats,
                              Array(), centred, &part == &parts.back() ? out : Array());
  }
  return truth;
}

Array run(const Array& image, const Footprints& footprint, const BinaryOptions& o, std::initializer_list<bool> order) {
  core::check_plain<TypeError>(!is_complex(image.dtype()), "Complex type not supported");
  ndimage::check_supported(image.dtype());
  if (o.out) {
    core::check_plain<TypeError>(!is_complex(o.out->dtype()), "Complex output type not supported");
    ndimage::check_supported(o.out->dtype());
  }
  const Footprints parts = normalized(footprint, image.ndim(), true);
  const core::Output output(o.out, image.shape(), o.out ? o.out->dtype() : DType::boolean, image.device(), {&image});
  const Array place = ndimage::place_in(output);
  Array truth = ndimage::truths_of(image);
  for (const bool& minimum : order) {
    truth = filtered(truth, parts, minimum, o.mode, &minimum + 1 == order.end() ? place : Array());
  }
  ndimage::store(output, truth);
  return output.finish();
}

}  // namespace

Array binary_erosion(const Array& image, const Footprints& footprint, const BinaryOptions& o) {
  return run(image, footprint, o, {true});
}

Array binary_dilation(const Array& image, const Footprints& footprint, const BinaryOptions& o) {
  return run(image, footprint, o, {false});
}

Array binary_opening(const Array& image, const Footprints& footprint, const BinaryOptions& o) {
  return run(image, footprint, o, {true, false});
}

Array binary_closing(const Array& image, const Footprints& footprint, const BinaryOptions& o) {
  return run(image, footprint, o, {false, true});
}

}  // namespace opsin::OPSIN_TARGET::morphology

OPSIN_EXPORT(morphology, binary_erosion, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::BinaryOptions&)
OPSIN_EXPORT(morphology, binary_dilation, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::BinaryOptions&)
OPSIN_EXPORT(morphology, binary_opening, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::BinaryOptions&)
OPSIN_EXPORT(morphology, binary_closing, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::BinaryOptions&)
