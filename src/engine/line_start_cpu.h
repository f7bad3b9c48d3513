// SPDX-License-Identifier: Apache-2.0
// Where a line of a loop begins in every array.
#pragma once

#include <cstddef>

#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

template <int N>
void find_line(const std::byte* (&at)[N], const opsin::engine::Loop<N>& loop, std::int64_t line) {
  for (int k = 0; k < N; ++k) at[k] = static_cast<const std::byte*>(loop.data[k]);
  for (int d = loop.ndim - 2; d >= 0; --d) {
    for (int k = 0; k < N; ++k) at[k] += line % loop.shape[d] * loop.strides[k][d];
    line /= loop.shape[d];
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
