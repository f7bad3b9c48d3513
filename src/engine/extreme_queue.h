// SPDX-License-Identifier: Apache-2.0
// Extremes along lines that hold NaN: a queue of candidates as scipy.ndimage keeps it. A NaN compares with nothing, so
// what the queue holds depends on the line from its beginning on, and lines are not cut.
#pragma once

#include <vector>

#include "core/border.h"
#include "core/threads.h"
#include "engine/extreme.h"

#ifndef OPSIN_TARGET_CUDA
#include "engine/extreme_finish_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// A value and the position at which it leaves its window.
template <class T>
struct Candidate {
  T value;
  std::int64_t death;
};

/// source(i) for i in [0, n + size - 1) gives the extended line, target(i, value) takes result i; `ring` has room for
/// `size` candidates. The queue is [front, front + length) in the ring.
template <class T, class Source, class Target>
HD void queue_line(std::int64_t n, std::int64_t size, bool minimum, Candidate<T>* ring, const Source& source,
                   const Target& target) {
  const auto beats = [&](T a, T b) { return minimum ? a <= b : a >= b; };
  std::int64_t front = 0, length = 1;
  ring[0] = {source(0), size};
  if (size == 1) target(0, ring[0].value);
  for (std::int64_t i = 1; i < n + size - 1; ++i) {
    const T value = source(i);
    if (ring[front].death == i) {
      front = front + 1 == size ? 0 : front + 1;
      --length;
    }
    if (length > 0 && beats(value, ring[front].value)) {
      ring[front] = {value, i + size};
      length = 1;
    } else {
      const auto slot = [&](std::int64_t k) { return (front + k) % size; };
      while (length > 0 && beats(value, ring[slot(length - 1)].value)) --length;
      ring[slot(length)] = {value, i + size};
      ++length;
    }
    if (i >= size - 1) target(i - size + 1, ring[front].value);
  }
}

#ifndef OPSIN_TARGET_CUDA
/// One axis of a C-contiguous image.
template <class T>
void queue_lines(T* out, const T* image, const Extents& shape, const Window& window, T cval, bool minimum,
                 const Finished& finished) {
  const std::int64_t n = shape[window.axis];
  std::int64_t inner = 1;
  for (int a = window.axis + 1; a < shape.size(); ++a) inner *= shape[a];
  core::parallel_for(shape.product() / n, std::max<std::int64_t>(1, 8192 / n),
                     [&](std::int64_t begin, std::int64_t end) {
                       std::vector<Candidate<T>> ring(static_cast<std::size_t>(window.size));
                       for (std::int64_t line = begin; line < end; ++line) {
                         const std::int64_t base = line / inner * n * inner + line % inner;
                         queue_line<T>(
                             n, window.size, minimum, ring.data(),
                             [&](std::int64_t i) {
                               const std::int64_t at = border_index(i + window.first, n, window.border);
                               return at < 0 ? cval : image[base + at * inner];
                             },
                             [&](std::int64_t i, T value) { out[base + i * inner] = value; });
                       }
                     });
  if (finished.by != Finish::none) finish_row(out, finished, false, 0, shape.product());
}
#endif

}  // namespace opsin::OPSIN_TARGET::engine
