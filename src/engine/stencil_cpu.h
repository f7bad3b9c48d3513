// SPDX-License-Identifier: Apache-2.0
// CPU side of the stencil engine. A task streams along the slowest filtered axis: rows of a plane image, planes of a
// block of rows of a volume. What it passes is converted and padded once into a ring that stays in the cache, and the
// functor reads vectors from there.
#pragma once

#include "core/threads.h"
#include "engine/padded_line_cpu.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

template <class C, int O, class F>
class StencilTask {
  static constexpr bool volume = F::reach.z > 0;
  static constexpr int along = volume ? F::reach.z : F::reach.y;  // reach along the stream
  static constexpr int beside = volume ? F::reach.y : 0;          // reach over the block's rows
  static constexpr int slots = 2 * along + 1;
  static constexpr int pad = F::reach.x;
  using V = Vec<C>;

  /// The functor's view of the neighbourhood of elements x ... x + lanes - 1 of a row.
  struct Rows {
    const C* row[slots][2 * beside + 1];
    std::int64_t x;
    HD V operator()(int dz, int dy, int dx) const {
      const C* p = volume ? row[dz + along][dy + beside] : row[dy + along][0];
      return V::load(p + x + dx);
    }
  };

  struct Block {
    std::int64_t image;   // which of the outer images
    std::int64_t s0, s1;  // stream positions
    std::int64_t b0, b1;  // rows of a volume's block
    std::int64_t x0, x1;
  };

 public:
  StencilTask(const Stencil<O>& s, const F& f) : s_(s), f_(f) {}

  void run() {
    const std::int64_t stream = volume ? s_.depth : s_.height;
    const std::int64_t rows = volume ? s_.height : 1;
    const std::int64_t pieces = std::max<std::int64_t>(1, stream / 32);
    const std::int64_t blocks = std::max<std::int64_t>(1, rows / 16);
    const std::int64_t strips = std::max<std::int64_t>(1, s_.width / 4096);
    const std::int64_t tasks = s_.outer * pieces * blocks * strips;
    const std::int64_t work = std::max<std::int64_t>(1, s_.outer * stream * rows * s_.width / tasks);
    core::parallel_for(tasks, std::max<std::int64_t>(1, 32768 / work), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t strip = t % strips;
        const std::int64_t block = t / strips % blocks;
        const std::int64_t piece = t / strips / blocks % pieces;
        compute({t / strips / blocks / pieces, stream * piece / pieces, stream * (piece + 1) / pieces,
                 rows * block / blocks, rows * (block + 1) / blocks, s_.width * strip / strips,
                 s_.width * (strip + 1) / strips});
      }
    });
  }

 private:
  void compute(const Block& b) const {
    const std::int64_t count = b.x1 - b.x0;
    // The last vector of a row may read past what is filled, never past the line.
    const std::int64_t line = (count + 2 * pad + V::lanes + 15) / 16 * 16;
    const std::int64_t rows = b.b1 - b.b0 + 2 * beside;
    C* ring = reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(slots * rows * line) * sizeof(C)));
    for (std::int64_t s = b.s0 - along; s < b.s1 + along; ++s) {
      fill(b, s, ring + (s - b.s0 + along) % slots * rows * line, line);
      const std::int64_t center = s - along;
      if (center < b.s0) continue;
      for (std::int64_t r = b.b0; r < b.b1; ++r) {
        Rows at;
        for (int i = 0; i < slots; ++i) {
          const C* slot = ring + (center - b.s0 + i) % slots * rows * line;
          for (int j = 0; j < 2 * beside + 1; ++j) at.row[i][j] = slot + (r - b.b0 + j) * line + pad;
        }
        const std::int64_t row = volume ? center * s_.height + r : center;
        evaluate(at, (b.image * s_.depth * s_.height + row) * s_.width + b.x0, count);
      }
    }
  }

  void fill(const Block& b, std::int64_t s, C* slot, std::int64_t line) const {
    const auto item = static_cast<std::int64_t>(itemsize(s_.input_dtype));
    const std::int64_t outside = border_index(s, volume ? s_.depth : s_.height, s_.border);
    for (std::int64_t r = b.b0 - beside; r < b.b1 + beside; ++r, slot += line) {
      const std::int64_t inside = volume ? border_index(r, s_.height, s_.border) : 0;
      if (outside < 0 || inside < 0) {
        std::fill_n(slot, b.x1 - b.x0 + 2 * pad, static_cast<C>(s_.cval));
        continue;
      }
      const std::int64_t row = b.image * s_.depth * s_.height + (volume ? outside * s_.height + inside : outside);
      padded_line(slot, static_cast<const std::byte*>(s_.input) + row * s_.width * item, s_.input_dtype, s_.width,
                  b.x0 - pad, b.x1 - b.x0 + 2 * pad, s_.scaling, s_.border, static_cast<C>(s_.cval));
    }
  }

  void evaluate(Rows& at, std::int64_t element, std::int64_t count) const {
    C* to[O];
    for (int o = 0; o < O; ++o) to[o] = static_cast<C*>(s_.outputs[o]) + element;
    const F f = f_;  // A copy the compiler can keep in registers: the outputs may alias the original.
    V out[O];
    const std::int64_t whole = count - count % V::lanes;
    for (at.x = 0; at.x < whole; at.x += V::lanes) {
      f(at, out);
      for (int o = 0; o < O; ++o) out[o].store(to[o] + at.x);
    }
    if (at.x == count) return;
    f(at, out);
    for (int o = 0; o < O; ++o) out[o].store(to[o] + at.x, count - at.x);
  }

  const Stencil<O>& s_;
  const F& f_;
};

template <class C, int O, class F>
void run_stencil(const Stencil<O>& s, const F& f) {
  StencilTask<C, O, F>(s, f).run();
}

}  // namespace opsin::OPSIN_TARGET::engine
