// SPDX-License-Identifier: Apache-2.0
#include "feature/differences.h"

#include "core/dispatch.h"
#include "core/target.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

struct Axis {
  std::int64_t length;
  std::int64_t stride;  // in elements
  bool last;

  HD std::int64_t position(std::int64_t element) const { return element / stride % length; }
};

template <class C>
struct SecondDifference {
  const C* image;
  C* out;
  Axis first, second;
  std::int64_t line_length;

  /// The gradient along `first` at an element whose position on that axis is p.
  HD C gradient(std::int64_t element, std::int64_t p) const {
    const bool low = p > 0, high = p + 1 < first.length;
    const C difference = image[element + (high ? first.stride : 0)] - image[element - (low ? first.stride : 0)];
    return low && high ? difference * C(0.5) : difference;
  }

  HD C at(std::int64_t element) const {
    const std::int64_t p = second.position(element);
    const bool low = p > 0, high = p + 1 < second.length;
    const std::int64_t up = high ? 1 : 0, down = low ? 1 : 0;
    const bool same = first.stride == second.stride;
    const std::int64_t q = same ? p : first.position(element);
    const C difference = gradient(element + up * second.stride, same ? q + up : q) -
                         gradient(element - down * second.stride, same ? q - down : q);
    return low && high ? difference * C(0.5) : difference;
  }

  /// True where both axes but the last have neighbours on both sides, far enough for the second difference.
  HD bool inside(const Axis& axis, std::int64_t element, std::int64_t reach) const {
    const std::int64_t p = axis.position(element);
    return axis.last || (p >= reach && p + reach < axis.length);
  }

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const std::int64_t start = line * line_length;
    const std::int64_t reach = first.stride == second.stride ? 2 : 1;
    std::int64_t from = end, to = end;
    if (end - begin > 4 && inside(first, start, reach) && inside(second, start, reach)) {
      from = first.last || second.last ? begin + reach : begin;
      to = first.last || second.last ? end - reach : end;
    }
    for (std::int64_t c = begin; c < from; ++c) out[start + c] = at(start + c);
    const C* p = image + start;
    const std::int64_t a = first.stride, b = second.stride;
    for (std::int64_t c = from; c < to; ++c) {
      out[start + c] = ((p[c + b + a] - p[c + b - a]) * C(0.5) - (p[c - b + a] - p[c - b - a]) * C(0.5)) * C(0.5);
    }
    for (std::int64_t c = to; c < end; ++c) out[start + c] = at(start + c);
  }
};

}  // namespace

void second_difference(const Array& out, const Array& image, int first, int second) {
  const Extents& shape = image.shape();
  const int last = shape.size() - 1;
  const auto axis = [&](int i) {
    std::int64_t stride = 1;
    for (int d = i + 1; d <= last; ++d) stride *= shape[d];
    return Axis{shape[i], stride, i == last};
  };
  with_real(image.dtype(), [&]<class C>(Tag<C>) {
    const SecondDifference<C> f{image.data_as<C>(), out.mutable_data_as<C>(), axis(first), axis(second), shape[last]};
    engine::each_span(image.size() / shape[last], shape[last], f);
  });
}

void check_differences(const Extents& shape) {
  for (const std::int64_t n : shape) {
    core::check_plain(n >= 2,
                      "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements "
                      "are required.");
  }
  core::check_plain(shape.size() != 1, "axis 0 is out of bounds for array of dimension 0");
}

}  // namespace opsin::OPSIN_TARGET::feature
