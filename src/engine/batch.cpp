// SPDX-License-Identifier: Apache-2.0
#include "core/batch.h"

#include <vector>

#include "core/target.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::memory {
namespace {

using opsin::memory::Normalisation;

/// A division and not a product with the reciprocal: the result is NumPy's to the bit.
template <int N>
struct Normalise {
  std::array<double, N> mean, deviation;
  template <class V>
  HD void operator()(const V (&in)[N], V (&out)[N]) const {
    using C = Element<V>;
    for (int i = 0; i < N; ++i) {
      out[i] = (in[i] - broadcast<V>(static_cast<C>(mean[i]))) / broadcast<V>(static_cast<C>(deviation[i]));
    }
  }
};

/// N neighbouring channels at once, so that interleaved ones are taken apart in registers.
template <class C, int N>
void channels_from(const Array& to, const Array& from, std::span<const Normalisation> channels, int first) {
  const int axis = to.ndim() - 1;
  Normalise<N> f;
  std::array<Array, N> out, in;
  for (int i = 0; i < N; ++i) {
    f.mean[i] = channels[static_cast<std::size_t>(first + i)][0];
    f.deviation[i] = channels[static_cast<std::size_t>(first + i)][1];
    out[i] = to.slice(axis, first + i, 1);
    in[i] = from.slice(axis, first + i, 1);
  }
  engine::pointwise<C, N, N>(out, in, f);
}

/// True where a float32 does not hold every value.
bool needs_double(DType t) {
  return t == DType::float64 || (!is_floating(t) && t != DType::boolean && itemsize(t) > 2);
}

}  // namespace

void normalise(const Array& to, const Array& from, std::span<const Normalisation> channels) {
  core::check(to.shape() == from.shape(), "normalise", "shapes differ: ", to.shape(), " and ", from.shape());
  core::check(to.ndim() > 0 && to.shape(to.ndim() - 1) == std::ssize(channels), "normalise", channels.size(),
              " entries for an array of shape ", to.shape());
  core::check<TypeError>(is_floating(to.dtype()) && !is_complex(to.dtype()) && !is_complex(from.dtype()), "normalise",
                         "from ", from.dtype(), " to ", to.dtype(), " is not possible");
  const auto count = static_cast<int>(channels.size());
  if (needs_double(to.dtype()) || needs_double(from.dtype())) {
    for (int c = 0; c < count; ++c) channels_from<double, 1>(to, from, channels, c);
    return;
  }
  int c = 0;
  for (; count - c >= 4; c += 4) channels_from<float, 4>(to, from, channels, c);
  if (count - c == 3) channels_from<float, 3>(to, from, channels, c);
  if (count - c == 2) channels_from<float, 2>(to, from, channels, c);
  if (count - c == 1) channels_from<float, 1>(to, from, channels, c);
}

}  // namespace opsin::OPSIN_TARGET::memory

using Normalisations = std::span<const opsin::memory::Normalisation>;
OPSIN_EXPORT(memory, normalise, void, const Array&, const Array&, Normalisations)
