// SPDX-License-Identifier: Apache-2.0
// Flat footprints on CUDA.
#pragma once

#include "engine/extreme_stream_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
void extreme_of_footprint(const Array& out, const Array& image, const Chords& chords, Border border, double cval,
                          const KeyOf<T>& key, const Finished& finished) {
  StreamExtreme<T> p{};
  p.image = static_cast<const Stored<T>*>(image.data());
  p.leading = image.ndim() - 2;
  std::int64_t images = 1;
  for (int a = 0; a < p.leading; ++a) images *= p.shape[a] = image.shape(a);
  p.set_plane(image.shape(p.leading), image.shape(p.leading + 1));
  for (int a = 0; a < image.ndim(); ++a) p.borders[a] = border;
  p.key = key;
  p.constant = constant_of<Stored<T>>(image.dtype(), cval);
  p.first = chords.first;
  p.mends = std::is_floating_point_v<T>;
  run_stream_extreme(p, images, out, chords, finished);
}

}  // namespace opsin::OPSIN_TARGET::engine
