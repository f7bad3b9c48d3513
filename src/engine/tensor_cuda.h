// SPDX-License-Identifier: Apache-2.0
// CUDA side of the structure tensor's engine: the kernel of small images (separable_small_cuda.h), whose lines are the
// two Sobel derivatives of an image. Each place of a tile takes those of the element that it shows, from the eight
// around that one: beyond a mirroring edge, a derivative of the mirrored image would have the other sign. Where the
// eight lie is found once for each row and column of the tile.
#pragma once

#include "engine/separable_small_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

struct SmallSobel {
  /// Rows before and after those of the tile, as small_rows has them; then columns before, at and after each of the
  /// tile's, `no_row` where a constant border shows.
  template <class Params>
  static __device__ __forceinline__ void prepare(const Params& p, int at, int first, int top, int thread) {
    auto* const to = reinterpret_cast<unsigned*>(small_memory()) + at;
    const int rows = p.brought_rows;
    if (thread < rows) {
      const int y = stream_row(p.first_row + top - p.above + thread, p.height, p.borders.y);
      const auto place = [&](int i) {
        const int from = y < 0 ? -1 : stream_row(i, p.height, p.borders.y);
        return from < 0 ? no_row : static_cast<unsigned>(from) * static_cast<unsigned>(p.width);
      };
      to[thread] = place(y - 1);
      to[rows + thread] = place(y + 1);
    }
    const int c = thread - most_brought_rows;
    if (c < 0 || c >= p.count) return;
    const int x = stream_row(first - p.left + c, p.width, p.borders.x);
    const auto place = [&](int i) { return static_cast<unsigned>(x < 0 ? -1 : stream_row(i, p.width, p.borders.x)); };
    to[2 * rows + c] = place(x - 1);
    to[2 * rows + p.count + c] = place(x);
    to[2 * rows + 2 * p.count + c] = place(x + 1);
  }

  template <class Params>
  static __device__ __forceinline__ void bring(const Params& p, int rows, int at, std::int64_t image, int, int thread) {
    const StreamPlane& plane = p.planes[0];
    if (plane.direct) {
      const float* from = reinterpret_cast<const float*>(plane.data) + image;
      bring_from(p, rows, at, thread, [from](std::size_t e) { return __ldg(from + e); });
    } else {
      const char* from = plane.data + image * plane.item;
      const auto item = static_cast<std::size_t>(plane.item);
      bring_from(p, rows, at, thread,
                 [&plane, from, item](std::size_t e) { return load_one<float>(from + e * item, plane.dtype); });
    }
  }

 private:
  template <class Params, class Load>
  static __device__ __forceinline__ void bring_from(const Params& p, int rows_at, int at, int thread,
                                                    const Load& load) {
    const unsigned* const rows = small_rows(rows_at);
    const unsigned* const beside = small_rows(at);
    const int brought = p.brought_rows;
    // A thread takes elements of one column, some neighbours at a time.
    constexpr int run = 4;
    const int groups = small_threads / p.count;
    const int group = thread / p.count;
    const int c = thread - group * p.count;
    if (group >= groups) return;
    const unsigned* const columns = beside + 2 * brought + c;
    const unsigned left = columns[0], middle = columns[p.count], right = columns[2 * p.count];
    const bool straight = left != no_row && middle != no_row && right - left == 2;
    const auto store = [&](int r, const float(&above)[3], const float(&row)[3], const float(&below)[3]) {
      // SciPy's order: the difference, then the smoothing, whose middle counts twice.
      float down = fmaf(2.0f, below[1] - above[1], (below[0] - above[0]) + (below[2] - above[2]));
      float across = fmaf(2.0f, row[2] - row[0], (above[2] - above[0]) + (below[2] - below[0]));
      // NaN and infinity show through the differences' middle weight, which is 0.
      down = fmaf(0.0f, row[0], fmaf(0.0f, row[1], fmaf(0.0f, row[2], down)));
      across = fmaf(0.0f, above[1], fmaf(0.0f, row[1], fmaf(0.0f, below[1], across)));
      float* const to = small_memory() + (p.sums_at + r * p.pitch + c);
      const int line = brought * p.pitch;
      to[0] = down * down;
      to[line] = down * across;
      to[2 * line] = across * across;
    };
    for (int first = run * group; first < brought; first += run * groups) {
      const int end = first + run < brought ? first + run : brought;
      const unsigned top = beside[first], bottom = beside[brought + end - 1];
      const auto width = static_cast<unsigned>(p.width);
      if (straight && end == first + run && top != no_row && bottom != no_row && bottom - top == (run + 1) * width) {
        float x[run + 2][3];
#pragma unroll
        for (int i = 0; i < run + 2; ++i) {
          const std::size_t from = static_cast<std::size_t>(top) + left + static_cast<std::size_t>(i) * width;
#pragma unroll
          for (int j = 0; j < 3; ++j) x[i][j] = load(from + static_cast<std::size_t>(j));
        }
#pragma unroll
        for (int i = 0; i < run; ++i) store(first + i, x[i], x[i + 1], x[i + 2]);
        continue;
      }
#pragma unroll 1
      for (int r = first; r < end; ++r) {
        const unsigned at_row[3] = {beside[r], rows[r], beside[brought + r]};
        const unsigned at_column[3] = {left, middle, right};
        // Beyond a constant border, which is zero, derivatives are too.
        const bool beyond = at_row[1] == no_row || middle == no_row;
        float x[3][3];
#pragma unroll
        for (int i = 0; i < 3; ++i) {
#pragma unroll
          for (int j = 0; j < 3; ++j) {
            const bool none = beyond || at_row[i] == no_row || at_column[j] == no_row;
            x[i][j] = none ? 0.0f : load(at_row[i] + at_column[j]);
          }
        }
        store(r, x[0], x[1], x[2]);
      }
    }
  }
};

/// Hands the products of an image's Sobel derivatives to a bank, which has no inputs of its own: 0 is the square of the
/// first derivative (along the rows' index, or along the columns' if `across`), 1 the product of both, 2 the square of
/// the second. False, and nothing is done, when the image is too large for one kernel to pay or not of a kind that it
/// takes.
template <class E>
bool run_small_tensor(const Plane& image, bool across, const Bank<3, 3>& bank, const E& epilogue) {
  const Borders& b = bank.borders;
  if (!image.scaling.identity() || image.times != nullptr || bank.geometry.inner != 1) return false;
  if (b.cval != 0 && (b.x == Border::constant || b.y == Border::constant)) return false;
  SmallPlan<3, 3> plan;
  return run_small_of<SmallSobel>(plan, bank, epilogue, [&](const Geometry& g, int input) {
    plan.p.planes[0] = stream_plane(image, image.data, false, g, b.cval);
    return StreamInputs<4>::Factors{across ? 2 - input : input, -1, 1.0f};
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
