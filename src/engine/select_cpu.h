// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/select.h.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

Array flagged(const Array& flags) {
  constexpr std::int64_t share = 1 << 16;
  const auto* const p = flags.data_as<std::uint8_t>();
  const std::int64_t n = flags.size(), pieces = (n + share - 1) / share;
  std::vector<std::vector<std::int64_t>> found(static_cast<std::size_t>(pieces));
  core::parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      for (std::int64_t i = t * share; i < std::min(n, (t + 1) * share); ++i) {
        if (p[i] != 0) found[static_cast<std::size_t>(t)].push_back(i);
      }
    }
  });
  std::size_t count = 0;
  for (const auto& piece : found) count += piece.size();
  const Array out = Array::empty({static_cast<std::int64_t>(count)}, DType::int64, flags.device());
  auto* to = out.mutable_data_as<std::int64_t>();
  for (const auto& piece : found) to = std::copy(piece.begin(), piece.end(), to);
  return out;
}

Array sorted_by(const Array& keys, const Array& values) {
  const auto* const key = keys.data_as<std::uint64_t>();
  const auto* const value = values.data_as<std::int64_t>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return key[a] < key[b]; });
  const Array out = Array::empty(values.shape(), DType::int64, values.device());
  std::transform(order.begin(), order.end(), out.mutable_data_as<std::int64_t>(),
                 [&](std::int64_t i) { return value[i]; });
  return out;
}

std::vector<std::int64_t> label_boxes(const Array& labels, std::int64_t count) {
  const auto ndim = static_cast<std::size_t>(labels.ndim());
  std::vector<std::int64_t> boxes(static_cast<std::size_t>(count) * 2 * ndim);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    boxes[i] = i / ndim % 2 == 0 ? std::numeric_limits<std::int64_t>::max() : -1;
  }
  std::vector<std::int64_t> at(ndim, 0);
  const auto* const p = labels.data_as<std::int64_t>();
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    if (p[i] > 0 && p[i] <= count) {
      std::int64_t* const box = boxes.data() + static_cast<std::size_t>(p[i] - 1) * 2 * ndim;
      for (std::size_t a = 0; a < ndim; ++a) {
        box[a] = std::min(box[a], at[a]);
        box[ndim + a] = std::max(box[ndim + a], at[a]);
      }
    }
    for (std::size_t a = ndim; a-- > 0;) {
      if (++at[a] < labels.shape(static_cast<int>(a))) break;
      at[a] = 0;
    }
  }
  return boxes;
}

}  // namespace opsin::OPSIN_TARGET::engine
