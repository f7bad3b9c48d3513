// SPDX-License-Identifier: Apache-2.0
// A common loop nest for arrays of one shape: axes that lie next to each other in every array are joined, axes of
// length 1 dropped, so most calls see one long line.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/check.h"
#include "opsin/array.h"

namespace opsin::engine {

template <int N>
struct Loop {
  int ndim = 0;  // >= 1 after make()
  std::int64_t shape[max_ndim] = {};
  std::int64_t strides[N][max_ndim] = {};  // in bytes
  void* data[N] = {};
  DType dtype[N] = {};

  /// True when the K arrays from `first` on are the channels of one image: element i of array k lies at i * K + k.
  template <int K>
  bool interleaved(int first) const {
    if constexpr (K < 2 || K > 4) return false;
    const auto item = static_cast<std::int64_t>(itemsize(dtype[first]));
    for (int k = first; k < first + K; ++k) {
      if (dtype[k] != dtype[first] || strides[k][ndim - 1] != K * item) return false;
      if (static_cast<std::byte*>(data[k]) != static_cast<std::byte*>(data[first]) + (k - first) * item) return false;
      for (int d = 0; d < ndim - 1; ++d) {
        if (strides[k][d] != strides[first][d]) return false;
      }
    }
    return true;
  }

  std::int64_t size() const {
    std::int64_t n = 1;
    for (int i = 0; i < ndim; ++i) n *= shape[i];
    return n;
  }
  std::int64_t line_length() const { return shape[ndim - 1]; }
  std::int64_t lines() const { return line_length() ? size() / line_length() : 0; }
};

template <int N>
Loop<N> make_loop(const std::array<Array, N>& arrays) {
  Loop<N> loop;
  const Extents& shape = arrays[0].shape();
  for (int k = 0; k < N; ++k) {
    core::check(arrays[k].shape() == shape, "engine", "shapes differ: ", shape, " and ", arrays[k].shape());
    loop.data[k] = arrays[k].mutable_data();
    loop.dtype[k] = arrays[k].dtype();
  }
  for (int i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    bool joins = loop.ndim > 0;
    for (int k = 0; k < N && joins; ++k) {
      joins = loop.strides[k][loop.ndim - 1] == arrays[k].strides()[i] * shape[i];
    }
    if (joins) {
      loop.shape[loop.ndim - 1] *= shape[i];
    } else {
      loop.shape[loop.ndim++] = shape[i];
    }
    for (int k = 0; k < N; ++k) loop.strides[k][loop.ndim - 1] = arrays[k].strides()[i];
  }
  if (loop.ndim == 0) {
    loop.ndim = 1;
    loop.shape[0] = 1;
    for (int k = 0; k < N; ++k) loop.strides[k][0] = static_cast<std::int64_t>(itemsize(loop.dtype[k]));
  }
  return loop;
}

}  // namespace opsin::engine
