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
      bring_from(p, rows, at, thread, [from](unsigned e) { return __ldg(from + e); });
    } else {
      const char* from = plane.data + image * plane.item;
      bring_from(p, rows, at, thread, [&plane, from](unsigned e) {
        return load_one<float>(from + static_cast<std::int64_t>(e) * plane.item, plane.dtype);
      });
    }
  }

 private:
  template <class Params, class Load>
  static __device__ __forceinline__ void bring_from(const Params& p, int rows_at, int at, int thread,
                                                    const Load& load) {
    const unsigned* const rows = small_rows(rows_at);
    const unsigned* const beside = small_rows(at);
    const int brought = p.brought_rows;
    // A thread takes elements of one column.
    const int groups = small_threads / p.count;
    const int group = thread / p.count;
    const int c = thread - group * p.count;
    if (group >= groups) return;
    const unsigned* const columns = beside + 2 * brought + c;
    const unsigned left = columns[0], middle = columns[p.count], right = columns[2 * p.count];
#pragma unroll 2
    for (int r = group; r < brought; r += groups) {
      const unsigned above = beside[r], row = rows[r], below = beside[brought + r];
      const auto pixel = [&](unsigned y, unsigned x) { return y == no_row || x == no_row ? 0.0f : load(y + x); };
      const float nw = pixel(above, left), n = pixel(above, middle), ne = pixel(above, right);
      const float w = pixel(row, left), e = pixel(row, right);
      const float sw = pixel(below, left), s = pixel(below, middle), se = pixel(below, right);
      const bool beyond = row == no_row || middle == no_row;
      // SciPy's order: the difference, then the smoothing, whose middle counts twice.
      const float down = fmaf(2.0f, s - n, (sw - nw) + (se - ne));
      const float across = fmaf(2.0f, e - w, (ne - nw) + (se - sw));
      const int to = p.sums_at + r * p.pitch + c;
      small_memory()[to] = beyond ? 0.0f : down;
      small_memory()[to + brought * p.pitch] = beyond ? 0.0f : across;
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
    const int first = across ? 1 : 0;
    return StreamInputs<4>::Factors{input == 2 ? 1 - first : first, input == 0 ? first : 1 - first, 1.0f};
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
