// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "opsin/filters_median.h"
#include "opsin/ndimage_order.h"

namespace opsin::OPSIN_TARGET::filters {

Array median(const Array& image, const opsin::filters::MedianOptions& o) {
  opsin::ndimage::RankFilterOptions options{.mode = {o.mode}, .cval = o.cval};
  if (o.out) options.output = *o.out;
  opsin::ndimage::Neighbourhood box{.size = {3}};
  if (o.footprint) box = {.footprint = o.footprint};
  return opsin::ndimage::median_filter(image, box, options);
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, median, Array, const Array&, const opsin::filters::MedianOptions&)
