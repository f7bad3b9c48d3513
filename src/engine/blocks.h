// SPDX-License-Identifier: Apache-2.0
// Blocks engine: one output for each block of an image that is cut into blocks of one size. What the last blocks lack
// is a constant.
//
// A fold meets the elements in no particular order:
//   template <class V> HD V init() const        V step(V total, V x) const        V finish(V total, double count) const
// A functor of windows sees all elements of its block:
//   template <class C, class At> HD C operator()(const At& at, std::int64_t count) const         at(i) is element i
// Where blocks are copied, at.copy() is the copy, which the functor may reorder once it has seen what it wants in
// order. V is the value type of the compute type C, float64 or int64. side_by_side(functor, count), where there is one,
// may give what does several blocks at once on the CPU: element i of all of them is vector i.
#pragma once

#include <algorithm>

#include "core/dispatch.h"
#include "core/scaling.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

struct Blocks {
  const void* image;  // C-contiguous
  DType dtype;
  int ndim;  // >= 1
  std::int64_t shape[max_ndim];
  std::int64_t block[max_ndim];
  std::int64_t out[max_ndim];

  HD std::int64_t outputs() const {
    std::int64_t n = 1;
    for (int a = 0; a < ndim; ++a) n *= out[a];
    return n;
  }
  /// Rows of a block: runs along the last axis.
  HD std::int64_t rows() const {
    std::int64_t n = 1;
    for (int a = 0; a < ndim - 1; ++a) n *= block[a];
    return n;
  }
  /// First element of row `row` of the blocks in line `line` of outputs, in elements from the image's; -1 outside.
  HD std::int64_t row_start(std::int64_t line, std::int64_t row) const {
    std::int64_t at = 0, step = shape[ndim - 1];
    for (int a = ndim - 2; a >= 0; --a) {
      // No division along the first axis, the only one of most images: it costs a GPU as much as the row's elements.
      const std::int64_t above = a > 0 ? line / out[a] : 0, before = a > 0 ? row / block[a] : 0;
      const std::int64_t i = (line - above * out[a]) * block[a] + row - before * block[a];
      if (i >= shape[a]) return -1;
      at += i * step;
      step *= shape[a];
      line = above;
      row = before;
    }
    return at;
  }
};

/// The constant as an element of the image's dtype.
template <class C>
C element_of(double cval, DType dtype) {
  return with_storage<double>(dtype, [&]<class T>(Tag<T>) {
    const T element = store_as<T>(cval);
    if constexpr (std::is_same_v<T, half>) {
      return static_cast<C>(half_to_float(element));
    } else {
      return static_cast<C>(element);
    }
  });
}

inline Blocks blocks_of(const Array& image, const Array& out, const std::int64_t* block) {
  Blocks b{image.data(), image.dtype(), image.ndim(), {}, {}, {}};
  for (int a = 0; a < b.ndim; ++a) {
    b.shape[a] = image.shape(a);
    b.block[a] = block[a];
    b.out[a] = out.shape(a);
  }
  return b;
}

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/blocks_cuda.h"
#else
#include "engine/blocks_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// `out` is contiguous, of any dtype that C meets; `image` C-contiguous.
template <class C, class F>
void fold_blocks(const Array& out, const Array& image, const std::int64_t* block, double cval, const F& f) {
  if (out.size() > 0) {
    run_fold<C>(out, blocks_of(image, out, block), element_of<C>(cval, image.dtype()), f);
  }
}

template <class C, class F>
void window_blocks(const Array& out, const Array& image, const std::int64_t* block, double cval, const F& f) {
  if (out.size() > 0) {
    run_windows<C>(out, blocks_of(image, out, block), element_of<C>(cval, image.dtype()), f);
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
