// SPDX-License-Identifier: Apache-2.0
#include "segmentation/drawn_level_sets.h"

#include <algorithm>

#include "core/target.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::segmentation {
namespace {

/// A line of the image: calls f(axis, coordinate) for all axes but the last.
struct Shape {
  int ndim;
  std::int64_t size[max_ndim];

  template <class F>
  HD void coordinates(std::int64_t line, const F& f) const {
    for (int d = ndim - 2; d >= 0; --d) {
      f(d, line % size[d]);
      line /= size[d];
    }
  }
  HD std::int64_t length() const { return size[ndim - 1]; }
};

HD std::int64_t tile_of(std::int64_t coordinate, std::int64_t square) {
  if (square == 0) return 0;  // NumPy's integer division by zero
  const std::int64_t quotient = coordinate / square;
  return quotient - (coordinate % square != 0 && square < 0);
}

struct Checkerboard {
  Shape shape;
  std::int64_t square;
  std::int8_t* out;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    std::int64_t parity = 0;
    shape.coordinates(line, [&](int, std::int64_t at) { parity ^= tile_of(at, square); });
    std::int8_t* to = out + line * shape.length();
    for (std::int64_t x = begin; x < end; ++x) to[x] = static_cast<std::int8_t>((parity ^ tile_of(x, square)) & 1);
  }
};

struct Ball {
  Shape shape;
  double center[max_ndim];
  double radius;
  std::int8_t* out;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    double before[max_ndim];
    shape.coordinates(line, [&](int d, std::int64_t at) {
      before[d] = (static_cast<double>(at) - center[d]) * (static_cast<double>(at) - center[d]);
    });
    double sum = 0;  // in the order of the axes, as NumPy adds
    for (int d = 0; d < shape.ndim - 1; ++d) sum += before[d];
    std::int8_t* to = out + line * shape.length();
    for (std::int64_t x = begin; x < end; ++x) {
      const double along = static_cast<double>(x) - center[shape.ndim - 1];
      to[x] = radius - sqrt(sum + along * along) > 0;
    }
  }
};

Shape shape_of(const Array& out) {
  Shape shape{out.ndim(), {}};
  for (int i = 0; i < shape.ndim; ++i) shape.size[i] = out.shape(i);
  return shape;
}

template <class Drawing>
void draw(const Array& out, Drawing drawing) {
  drawing.shape = shape_of(out);
  drawing.out = static_cast<std::int8_t*>(out.mutable_data());
  const std::int64_t length = drawing.shape.length();
  engine::each_span(out.size() / length, length, drawing);
}

}  // namespace

void draw_checkerboard(const Array& out, std::int64_t square_size) {
  Checkerboard board{};
  board.square = square_size;
  draw(out, board);
}

void draw_ball(const Array& out, const std::vector<double>& center, double radius) {
  Ball ball{};
  ball.radius = radius;
  std::copy(center.begin(), center.end(), ball.center);
  draw(out, ball);
}

}  // namespace opsin::OPSIN_TARGET::segmentation

OPSIN_EXPORT(segmentation, draw_checkerboard, void, const Array&, std::int64_t)
OPSIN_EXPORT(segmentation, draw_ball, void, const Array&, const std::vector<double>&, double)
