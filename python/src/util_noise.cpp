// SPDX-License-Identifier: Apache-2.0
#include "opsin/util_noise.h"

#include <nanobind/stl/array.h>

#include "array_caster.h"
#include "modules.h"

namespace opsin::python {
namespace {

using Words = std::array<std::uint64_t, 4>;

random::State state_of(const Words& w) { return {w[0], w[1], w[2], w[3]}; }

template <class Draw>
nb::tuple drawn(nb::handle image, const Draw& draw) {
  Call call;
  const Array a = call.in(image);
  random::State after;
  const nb::object noise = call.run([&] {
    const util::DrawnNoise d = draw(a);
    after = d.after;
    return d.noise;
  });
  return nb::make_tuple(noise, Words{after.state_high, after.state_low, after.increment_high, after.increment_low});
}

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
  // Numbers for each element of an image, and the stream's state after them; a state is four words.
  m.def("normal_noise", [](nb::handle image, double mean, double deviation, const Words& from) {
    return drawn(image, [&](const Array& a) { return util::normal_noise(a, mean, deviation, state_of(from)); });
  });
  m.def("bernoulli_noise", [](nb::handle image, double probability, const Words& from) {
    return drawn(image, [&](const Array& a) { return util::bernoulli_noise(a, probability, state_of(from)); });
  });
}

}  // namespace opsin::python
