// SPDX-License-Identifier: Apache-2.0
#include "opsin/util_noise.h"

#include <nanobind/stl/array.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Words = std::array<std::uint64_t, 4>;

}  // namespace

void bind_util_noise(nb::module_& m) {
  // 0: added, 1: multiplied with the image and added, 2: in the image's place.
  m.def("apply_noise", [](nb::handle image, nb::handle noise, int use, bool clip) {
    Call call;
    const Array a = call.in(image);
    const Array drawn = call.in_anywhere(noise);
    return scalar_if_0d(
        call.run([&] { return util::apply_noise(a, drawn.to(a.device()), static_cast<util::NoiseUse>(use), clip); }));
  });
  m.def("apply_salt_and_pepper", [](nb::handle image, nb::handle changed, nb::handle salted, bool clip) {
    Call call;
    const Array a = call.in(image);
    const Array where = call.in_anywhere(changed);
    const Array salt = call.in_anywhere(salted);
    return scalar_if_0d(
        call.run([&] { return util::apply_salt_and_pepper(a, where.to(a.device()), salt.to(a.device()), clip); }));
  });
  // Fills a contiguous float64 array with mean + deviation * standard_normal(); the stream's state goes in and comes
  // out.
  m.def("fill_normal", [](nb::handle array, double mean, double deviation, const Words& state) {
    Call call;
    const Array a = call.in(array);
    random::Generator rng(random::State{state[0], state[1], state[2], state[3]});
    call.invoke([&] {
      auto* to = a.mutable_data_as<double>();
      for (std::int64_t i = 0; i < a.size(); ++i) to[i] = mean + deviation * rng.normal();
      return 0;
    });
    const random::State after = rng.state();
    return Words{after.state_high, after.state_low, after.increment_high, after.increment_low};
  });
}

}  // namespace opsin::python
