// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "io/formats/format.h"

namespace opsin::io {

std::span<const Format> formats() {
  // Special formats first; what any TIFF may be last.
  static const std::array table{hamamatsu_ndpi, trestle,     aperio,   leica,        philips,    ventana,     huron,
                                argos,          perkinelmer, ome_tiff, generic_tiff, plain_tiff, single_image};
  return table;
}

const Format* detect(const Candidate& candidate) {
  const auto all = formats();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Format& f) { return f.detect(candidate); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace opsin::io
