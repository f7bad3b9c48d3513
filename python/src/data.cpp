// SPDX-License-Identifier: Apache-2.0
#include "opsin/data.h"

#include <nanobind/stl/string.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

data::BinaryBlobsOptions options(std::int64_t length, double fraction, int n_dim, double volume,
                                 nb::handle border_mode) {
  return {.length = length,
          .blob_size_fraction = fraction,
          .n_dim = n_dim,
          .volume_fraction = volume,
          .boundary_mode = border(border_mode)};
}

}  // namespace

void bind_data(nb::module_& m) {
  m.def("blob_count", [](std::int64_t length, double fraction, int n_dim, double volume, nb::handle border_mode) {
    return data::blob_count(options(length, fraction, n_dim, volume, border_mode));
  });
  m.def("blobs_at", [](nb::handle places, std::int64_t length, double fraction, int n_dim, double volume,
                       nb::handle border_mode, const std::string& device) {
    Call call;
    const Array a = call.in(places);
    data::BinaryBlobsOptions o = options(length, fraction, n_dim, volume, border_mode);
    o.device = Device::parse(device);
    return made(call.invoke([&] { return data::blobs_at(a, o); }));
  });
}

}  // namespace opsin::python
