// SPDX-License-Identifier: Apache-2.0
// Boxes on CUDA: the windows of as many axes as fit go together, long ones alone.
#pragma once

#include <span>

#include "engine/extreme_long_cuda.h"
#include "engine/extreme_queue_cuda.h"
#include "engine/extreme_stream_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// More lines for a row cost more than a pass for their axis.
inline constexpr std::int64_t most_box_planes = 4;

/// The window without what shows nothing that the rest does not show.
inline Window trimmed(Window w, std::int64_t n) {
  const std::int64_t last = std::min(w.first + w.size - 1, 2 * n);
  w.first = std::max(w.first, -2 * n);
  w.size = last - w.first + 1;
  return w;
}

/// Windows of an image's axes as the last axes of the streaming kernel's image.
template <class T>
void stream_windows(StreamExtreme<T>& p, const Extents& shape, std::span<const Window> windows, const Array& out,
                    const Finished& finished, Array* met_nan) {
  const int last = shape.size() - 1;
  std::vector<Window> box;
  if (last == 0) box.push_back({0});
  for (int a = 0; a <= last; ++a) box.push_back({a});
  for (const Window& w : windows) box[box.size() - 1 - static_cast<std::size_t>(last - w.axis)] = w;
  for (std::size_t a = 0; a < box.size(); ++a) p.borders[a] = box[a].border;
  p.leading = static_cast<int>(box.size()) - 2;
  std::int64_t images = 1;
  for (int a = 0; a < p.leading; ++a) images *= p.shape[a] = shape[a];
  p.set_plane(last > 0 ? shape[last - 1] : 1, shape[last]);
  run_stream_extreme(p, images, out, chords_of_box(box), finished, met_nan);
}

template <class T>
void extreme_of_box(const Array& out, const Array& image, const std::vector<Window>& windows, double cval, bool minimum,
                    const KeyOf<T>& key, const Finished& finished) {
  const Extents& shape = image.shape();
  const int last = shape.size() - 1;
  std::vector<Window> sorted;
  for (const Window& w : windows) sorted.push_back(trimmed(w, shape[w.axis]));
  std::sort(sorted.begin(), sorted.end(), [](const Window& a, const Window& b) { return a.axis < b.axis; });
  Array flags;
  Array* const met_nan = std::is_floating_point_v<T> ? &flags : nullptr;
  StreamExtreme<T> p{};
  p.key = key;
  p.constant = constant_of<Stored<T>>(image.dtype(), cval);
  Array from = image;
  for (std::span<const Window> rest = sorted; !rest.empty();) {
    p.image = static_cast<const Stored<T>*>(from.data());
    std::int64_t planes = 1, rows = 1, columns = 1;
    for (const Window& w : rest) (w.axis < last - 1 ? planes : w.axis < last ? rows : columns) *= w.size;
    // Bits are cheap enough for any number of passes.
    const bool together =
        std::is_same_v<T, Bit> ||
        (planes <= most_box_planes && rows <= most_pass_rows && columns <= most_pass_columns(LaneOf<T>::pixels) &&
         std::max(shape[last], shape[std::max(last - 1, 0)]) < most_stream_axis);
    const Window w = rest[0];
    const std::span<const Window> done = rest.first(together ? rest.size() : 1);
    rest = rest.subspan(done.size());
    const Array to = rest.empty() ? out : Array::empty(shape, image.dtype(), image.device());
    const Finished finishing = rest.empty() ? finished : Finished{};
    if (together) {
      stream_windows(p, shape, done, to, finishing, met_nan);
    } else if constexpr (!std::is_same_v<T, Bit>) {
      std::int64_t outer = 1, inner = 1;
      for (int a = 0; a < w.axis; ++a) outer *= shape[a];
      for (int a = w.axis + 1; a <= last; ++a) inner *= shape[a];
      const std::int64_t n = shape[w.axis];
      if (w.axis < last && w.size <= most_pass_rows && std::max(n, inner) < most_stream_axis) {
        const Window down{1, w.size, w.first, w.border};
        stream_windows(p, Extents{outer, n, inner}, std::span(&down, 1), to, finishing, met_nan);
      } else {
        long_window(to, from, outer, n, inner, w, key, p.constant, flag_of_nan(met_nan, out.device()), finishing);
      }
    }
    from = to;
  }
  if constexpr (std::is_floating_point_v<T>) {
    from = image;  // Scratch is not held any longer.
    queue_image(out, image, windows, static_cast<T>(cval), minimum, flags, finished);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
