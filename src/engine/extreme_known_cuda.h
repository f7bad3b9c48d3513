// SPDX-License-Identifier: Apache-2.0
// Footprints that have kernels of their own: the host's side.
#pragma once

#include "engine/extreme_image_cuda.h"
#include "engine/extreme_shape.h"

namespace opsin::OPSIN_TARGET::engine {

/// Element types that have these kernels.
template <class T>
inline constexpr bool has_shapes = std::is_same_v<T, Bit> || sizeof(Stored<T>) <= 2 || std::is_same_v<T, float>;

/// A file compiles the kernels of a quarter of the shapes: those whose places leave the same rest.
inline constexpr int shape_groups = 4;

/// Bands of the image that a warp takes at once.
template <class T>
inline constexpr int shape_bands = std::is_same_v<T, Bit>   ? 8
                                   : sizeof(Stored<T>) <= 2 ? 2
                                                            : 1;

/// border_index() for positions less than n beyond the ends, as one line on each side.
struct NearBorder {
  int slope, before, after;

  HD int at(int i, int n) const { return i < 0 ? slope * i + before : i >= n ? slope * i + after : i; }
  /// Whether it shows the constant.
  HD bool lacks() const { return slope == 0 && before < 0; }
};

inline NearBorder near_border(std::int64_t axis, Border border) {
  const int n = static_cast<int>(axis);
  switch (border) {
    case Border::constant: return {0, -1, -1};
    case Border::nearest: return {0, 0, n - 1};
    case Border::wrap: return {1, n, -n};
    case Border::mirror: return {-1, 0, 2 * n - 2};
    case Border::reflect: break;
  }
  return {-1, -1, 2 * n - 1};
}

template <class T>
struct ShapeImage : ExtremeImage<T> {
  int depth;
  NearBorder across, down, deep;
  bool worded;      // beyond the edges of a row, each word shows elements of one word
  bool every_warp;  // has a flag of its own for NaN
};

/// How far windows reach to each side.
struct NearReach {
  int depth, height, columns;

  /// Lanes at each of the warp's ends whose outputs are another strip's.
  HD constexpr int margin() const { return (columns + 3) / 4; }
};

/// How warps of 128 columns stream down `images` images; the number of warps, 0 where the image is smaller than the
/// windows or too large.
template <class T>
std::int64_t near_image(ShapeImage<T>& p, const ExtremeImage<T>& image, std::int64_t images, const Array& out,
                        const NearReach& reach, const Finished& finished, int waits = 2) {
  static_cast<ExtremeImage<T>&>(p) = image;
  if (reach.columns >= p.width || reach.height >= p.height) return 0;
  if (static_cast<std::int64_t>(p.width) * p.height > INT32_MAX) return 0;
  if (reach.depth > 0) {
    const std::int64_t depth = p.shape[p.leading - 1];
    if (reach.depth >= depth || depth >= most_stream_axis) return 0;
    p.depth = static_cast<int>(depth);
    p.deep = near_border(depth, p.borders[p.leading - 1]);
  }
  p.down = near_border(p.height, p.borders[p.leading]);
  p.across = near_border(p.width, p.borders[p.leading + 1]);
  p.set_output(out, finished.by, finished, 4 * static_cast<int>(sizeof(Stored<T>)));
  p.worded = sizeof(Stored<T>) == 4 || (p.wide_in && p.borders[p.leading + 1] != Border::mirror);
  p.strip = 128 - 8 * reach.margin();
  p.strips = (p.width + p.strip - 1) / p.strip;
  constexpr int together = shape_bands<T>;
  p.set_bands(images, 2 * reach.height, together, waits);
  const std::int64_t warps = images * p.strips * ((p.bands + together - 1) / together);
  core::check(warps <= INT32_MAX, "extreme", "the image is too large");
  return warps;
}

inline constexpr int bit_block = 256, bit_warps = bit_block / 32;
inline constexpr int bit_columns = 1024;  // of a tile
inline constexpr int most_bit_rows = 32;

/// Whether blocks of bit_block threads take tiles of the image, see extreme_bits_cuda.h.
template <class T>
constexpr bool in_bit_tiles(const ExtremeShape& shape) {
  return std::is_same_v<T, Bit> && shape.depth == 0;
}

/// Cuts the image into tiles; their number.
template <class T>
std::int64_t bit_tiles(ShapeImage<T>& p, std::int64_t images) {
  p.strip = bit_columns;
  p.strips = (p.width + p.strip - 1) / p.strip;
  // Small images take short tiles: two for each multiprocessor, if there are as many rows.
  p.band = most_bit_rows;
  const auto tiles = [&] { return images * p.strips * (p.bands = (p.height + p.band - 1) / p.band); };
  while (tiles() < 2 * cuda::multiprocessors() && p.band > bit_warps) p.band /= 2;
  core::check(tiles() <= INT32_MAX, "extreme", "the image is too large");
  return tiles();
}

/// Compiled in extreme_shapes_per_streamed_and_group.cpp.
template <class T, int Group>
void launch_shape(const ShapeImage<T>& p, int shape, unsigned blocks);

/// False when the footprint has no kernel of its own.
template <class T>
bool extreme_of_known_shape(const ExtremeImage<T>& image, std::int64_t images, const Array& out, const Chords& chords,
                            const Finished& finished, Array* met_nan) {
  const int known = known_shape(chords, image.leading);
  if (known < 0) return false;
  const ExtremeShape& shape = extreme_shapes[known];
  ShapeImage<T> p{};
  // Narrow elements come from memory sooner than their instructions are done.
  const int waits = sizeof(Stored<T>) < 4 ? 1 : 2;
  const std::int64_t warps =
      near_image(p, image, images, out, {shape.depth, shape.height, shape.greatest()}, finished, waits);
  if (warps == 0) return false;
  const std::int64_t blocks = in_bit_tiles<T>(shape) ? bit_tiles(p, images) : warps;
  if (image.borders[image.leading + 1] == Border::mirror) {
    // Runs that are their own mirror images hold all that the edge shows them again, with itself or without.
    p.across = near_border(p.width, Border::reflect);
    p.worded = p.worded || p.wide_in;
  }
  // Nothing has to clear flags that are all written.
  p.every_warp = met_nan != nullptr && !met_nan->defined();
  if (p.every_warp) *met_nan = Array::empty({warps}, DType::uint8, out.device());
  p.met_nan = flag_of_nan(met_nan, out.device());
  const auto count = static_cast<unsigned>(blocks);
  switch (known % shape_groups) {
    case 0: launch_shape<T, 0>(p, known, count); break;
    case 1: launch_shape<T, 1>(p, known, count); break;
    case 2: launch_shape<T, 2>(p, known, count); break;
    default: launch_shape<T, 3>(p, known, count); break;
  }
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
