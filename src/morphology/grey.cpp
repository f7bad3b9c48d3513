// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "morphology/footprints.h"
#include "ndimage/difference.h"

namespace opsin::OPSIN_TARGET::morphology {
namespace {

using opsin::morphology::GreyOptions;

DType dtype_for(const Array& image, const std::optional<Array>& out) { return out ? out->dtype() : image.dtype(); }

Array one(const Array& image, const Footprints& footprint, const GreyOptions& o, bool minimum) {
  std::vector<Step> steps;
  append(steps, image.shape(), normalized(footprint, image.ndim(), false), minimum, o.mode, o.cval, image.dtype(),
         dtype_for(image, o.out));
  return ndimage::run_chain(image, o.out, steps);
}

/// An opening (minimum first) or a closing. The first half keeps the image's dtype.
std::vector<Step> both(const Array& image, const Footprints& footprint, const GreyOptions& o, bool minimum) {
  std::vector<Step> steps;
  const Footprints parts = normalized(footprint, image.ndim(), false);
  const DType t = image.dtype();
  append(steps, image.shape(), parts, minimum, o.mode, o.cval, t, t);
  append(steps, image.shape(), mirrored(parts), !minimum, o.mode, o.cval, t, dtype_for(image, o.out));
  return steps;
}

Array tophat(const Array& image, const Footprints& footprint, const GreyOptions& o, bool white) {
  const std::vector<Step> steps = both(image, footprint, o, white);
  const DType to = dtype_for(image, o.out);
  core::check_plain<TypeError>(!is_complex(image.dtype()), "Complex type not supported");
  ndimage::check_supported(image.dtype());
  ndimage::check_supported(to);
  const core::Output output(o.out, image.shape(), to, image.device(), {&image});
  ndimage::run_tophat(output.array(), image.contiguous(), steps, white, to == DType::boolean);
  return output.finish();
}

}  // namespace

Array erosion(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return one(image, footprint, o, true);
}

Array dilation(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return one(image, footprint, o, false);
}

Array opening(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return ndimage::run_chain(image, o.out, both(image, footprint, o, true));
}

Array closing(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return ndimage::run_chain(image, o.out, both(image, footprint, o, false));
}

Array white_tophat(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return tophat(image, footprint, o, true);
}

Array black_tophat(const Array& image, const Footprints& footprint, const GreyOptions& o) {
  return tophat(image, footprint, o, false);
}

}  // namespace opsin::OPSIN_TARGET::morphology

OPSIN_EXPORT(morphology, erosion, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
OPSIN_EXPORT(morphology, dilation, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
OPSIN_EXPORT(morphology, opening, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
OPSIN_EXPORT(morphology, closing, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
OPSIN_EXPORT(morphology, white_tophat, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
OPSIN_EXPORT(morphology, black_tophat, Array, const Array&, const opsin::morphology::Footprints&,
             const opsin::morphology::GreyOptions&)
