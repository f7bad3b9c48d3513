// SPDX-License-Identifier: Apache-2.0
// Images of any number of axes, in slabs along the first one: what lies between takes no more memory than three images,
// or than 64 MiB.
#include <algorithm>

#include "core/assign.h"
#include "engine/box.h"
#include "engine/pointwise.h"
#include "engine/smooth.h"
#include "engine/total.h"
#include "metrics/similarity.h"

namespace opsin::OPSIN_TARGET::metrics {
namespace {

struct Product {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] * in[1];
  }
};

/// The index, and what the gradient is made of: factors of the first and of the second image, and a rest.
struct SimilarityParts {
  double cov_norm, c1, c2;

  template <class V>
  HD void operator()(const V (&m)[5], V (&out)[4]) const {
    const SimilarityTerms<V> t(m, cov_norm, c1, c2);
    out[0] = t.s;
    out[1] = quotient(t.a1, t.d);
    out[2] = quotient(-t.s, t.b2);
    out[3] = quotient(t.ux * (t.a2 - t.a1) - t.uy * (t.b2 - t.b1) * t.s, t.d);
  }
};

/// From the smoothed parts and both images.
struct Gradient {
  double scale;

  template <class V>
  HD void operator()(const V (&in)[5], V (&out)[1]) const {
    out[0] = (in[0] * in[3] + in[1] * in[4] + in[2]) * broadcast<V>(static_cast<Element<V>>(scale));
  }
};

template <class C>
class Slabs {
 public:
  explicit Slabs(const SimilarityTask& task) : task_(task) {}

  void run() const {
    const std::int64_t n = task_.a.shape(0);
    const bool gradient = task_.gradient.defined();
    const std::int64_t halo = task_.radius() * (gradient ? 2 : 1);
    const std::int64_t images = gradient ? 15 : 11;  // with what a smoothing has between its passes
    const std::int64_t plane = task_.a.size() / n * static_cast<std::int64_t>(sizeof(C));
    const std::int64_t most = std::max<std::int64_t>(3 * n * plane, 64 << 20) / (images * plane);
    const std::int64_t rows = most >= n ? n : std::max<std::int64_t>({1, halo, most - 2 * halo});
    for (std::int64_t z = 0; z < n; z += rows) slab(z, std::min(n, z + rows), halo);
  }

 private:
  const SimilarityTask& task_;

  static Array like(const Array& a) { return Array::empty(a.shape(), dtype_of<C>, a.device()); }

  static Array rows_of(const Array& image, std::int64_t begin, std::int64_t end) {
    const Array rows = image.slice(0, begin, end - begin);
    return image.dtype() == dtype_of<C> ? rows : rows.astype(dtype_of<C>);
  }

  Array smooth(const Array& image) const {
    if (!task_.windowed) return image;
    const Array out = like(image);
    if (task_.gaussian) {
      std::vector<engine::AxisFilter> filters;
      for (int axis = 0; axis < image.ndim(); ++axis) filters.push_back({axis, *task_.gaussian, Border::reflect});
      engine::separable<C>(out, image, {}, filters, 0);
      return out;
    }
    std::vector<engine::BoxPass> passes;
    for (int axis = 0; axis < image.ndim(); ++axis) {
      passes.push_back({axis, task_.size, -task_.radius(), Border::reflect});
    }
    engine::boxes<C>(out, image, passes, dtype_of<C>, 0);
    return out;
  }

  Array smooth_product(const Array& a, const Array& b) const {
    const Array product = like(a);
    engine::pointwise<C, 2, 1>({product}, {a, b}, Product{});
    return smooth(product);
  }

  /// Rows [z0, z1) of the results, from the rows around them.
  void slab(std::int64_t z0, std::int64_t z1, std::int64_t halo) const {
    const std::int64_t low = std::max<std::int64_t>(0, z0 - halo);
    const std::int64_t high = std::min(task_.a.shape(0), z1 + halo);
    const Array a = rows_of(task_.a, low, high);
    const Array b = rows_of(task_.b, low, high);
    const Array index = like(a);
    std::array<Array, 3> parts;
    {
      const std::array<Array, 5> moments{smooth(a), smooth(b), smooth_product(a, a), smooth_product(b, b),
                                         smooth_product(a, b)};
      if (task_.gradient.defined()) {
        for (Array& part : parts) part = like(a);
        engine::pointwise<C, 5, 4>({index, parts[0], parts[1], parts[2]}, moments,
                                   SimilarityParts{task_.cov_norm, task_.c1, task_.c2});
      } else {
        engine::pointwise<C, 5, 1>({index}, moments, Similarity{task_.cov_norm, task_.c1, task_.c2});
      }
    }
    const auto inner = [&](const Array& x) { return x.slice(0, z0 - low, z1 - z0); };
    add_mean(inner(index), z0, z1);
    if (task_.full.defined()) opsin::memory::assign(task_.full.slice(0, z0, z1 - z0), inner(index));
    if (!task_.gradient.defined()) return;
    for (Array& part : parts) part = smooth(part);
    engine::pointwise<C, 5, 1>({task_.gradient.slice(0, z0, z1 - z0)},
                               {inner(parts[0]), inner(parts[1]), inner(parts[2]), inner(a), inner(b)},
                               Gradient{2.0 / static_cast<double>(task_.a.size())});
  }

  void add_mean(Array index, std::int64_t z0, std::int64_t z1) const {
    const std::int64_t margin = task_.margin;
    const std::int64_t begin = std::max(z0, margin);
    const std::int64_t end = std::min(z1, task_.a.shape(0) - margin);
    if (end <= begin) return;
    index = index.slice(0, begin - z0, end - begin);
    for (int axis = 1; axis < index.ndim(); ++axis) {
      index = index.slice(axis, margin, index.shape(axis) - 2 * margin);
    }
    engine::total<C, 1>({index}, engine::Itself{}, AddMean{task_.mean, task_.count()});
  }
};

}  // namespace

template <class C>
void similarity_by_axes(const SimilarityTask& task) {
  Slabs<C>(task).run();
}

template void similarity_by_axes<OPSIN_REAL>(const SimilarityTask&);

}  // namespace opsin::OPSIN_TARGET::metrics
