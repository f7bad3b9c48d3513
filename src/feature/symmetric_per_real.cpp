// SPDX-License-Identifier: Apache-2.0
#include "feature/symmetric.h"

#include "engine/each.h"
#include "engine/eigen.h"
#include "engine/jacobi.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

/// N (N + 1) / 2 values to N.
struct Closed {
  template <class V, int K, int N>
  HD void operator()(const V (&in)[K], V (&out)[N]) const {
    if constexpr (N == 1) {
      out[0] = in[0];
    } else {
      engine::symmetric_eigenvalues(in, out);
    }
  }
};

template <int N, class C>
void closed_form(const Array& out, const std::vector<Array>& elements) {
  constexpr std::size_t count = N * (N + 1) / 2;
  std::array<Array, count> in;
  std::array<Array, N> to;
  for (std::size_t i = 0; i < count; ++i) in[i] = elements[i];
  for (int k = 0; k < N; ++k) {
    const Array one = out.slice(0, k, 1);
    Extents shape = one.shape();
    Extents strides = one.strides();
    shape.erase(0);
    strides.erase(0);
    to[static_cast<std::size_t>(k)] =
        Array::view_of(one.mutable_data(), shape, strides, out.dtype(), out.device(), one.buffer());
  }
  engine::pointwise<C, static_cast<int>(count), N>(to, in, Closed{});
}

template <class C>
struct Jacobi {
  const C* element[max_ndim * (max_ndim + 1) / 2];
  C* out;
  std::int64_t size;
  int n;

  HD void operator()(std::int64_t at) const {
    double a[max_ndim][max_ndim];
    int k = 0;
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) a[i][j] = a[j][i] = element[k++][at];
    }
    double e[max_ndim];
    engine::jacobi_eigenvalues(a, n, e);
    for (int i = 0; i < n; ++i) out[i * size + at] = static_cast<C>(e[i]);
  }
};

template <class C>
void by_rotations(const Array& out, const std::vector<Array>& elements, int n) {
  core::check(n <= max_ndim, "eigenvalues", "matrices larger than 8 x 8 are not supported");
  Jacobi<C> jacobi{};
  std::vector<Array> held;
  for (int i = 0; i < n * (n + 1) / 2; ++i) {
    held.push_back(elements[static_cast<std::size_t>(i)].astype(dtype_of<C>).contiguous());
    jacobi.element[i] = held.back().template data_as<C>();
  }
  jacobi.out = out.mutable_data_as<C>();
  jacobi.size = out.size() / n;
  jacobi.n = n;
  engine::each(jacobi.size, 256, jacobi);
}

}  // namespace

template <class C>
void eigenvalues_of(const Array& out, const std::vector<Array>& elements, int n) {
  switch (n) {
    case 1: return closed_form<1, C>(out, elements);
    case 2: return closed_form<2, C>(out, elements);
    case 3: return closed_form<3, C>(out, elements);
    default: return by_rotations<C>(out, elements, n);
  }
}

template void eigenvalues_of<OPSIN_REAL>(const Array&, const std::vector<Array>&, int);

}  // namespace opsin::OPSIN_TARGET::feature
