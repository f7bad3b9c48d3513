// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/propagate.h: a front that only visits what changes.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace opsin::OPSIN_TARGET::engine {

inline void propagate(const Array& image, const std::vector<Offset>& offsets, std::uint8_t spreading,
                      const Array& mask) {
  const int ndim = std::max(1, image.ndim());
  const Extents shape = image.ndim() ? image.shape() : Extents{1};
  auto* truth = image.mutable_data_as<std::uint8_t>();
  const auto* may = mask.defined() ? mask.data_as<std::uint8_t>() : nullptr;
  // A margin of elements that never change takes the place of tests for the edge.
  Extents margin, padded;
  for (int a = 0; a < ndim; ++a) {
    std::int64_t reach = 0;
    for (const Offset& o : offsets) reach = std::max(reach, std::abs(o[static_cast<std::size_t>(a)]));
    margin.push_back(reach);
    padded.push_back(shape[a] + 2 * reach);
  }
  std::vector<std::int64_t> deltas;
  for (const Offset& o : offsets) {
    std::int64_t delta = 0;
    for (int a = 0; a < ndim; ++a) delta = delta * padded[a] + o[static_cast<std::size_t>(a)];
    if (delta != 0) deltas.push_back(-delta);
  }
  std::vector<std::uint8_t> open(static_cast<std::size_t>(padded.product()), 0);
  const std::int64_t width = shape[ndim - 1];
  const std::int64_t lines = shape.product() / width;
  const auto place = [&](std::int64_t line) {
    std::int64_t at = margin[ndim - 1], step_size = padded[ndim - 1];
    for (int a = ndim - 2; a >= 0; --a) {
      at += (line % shape[a] + margin[a]) * step_size;
      line /= shape[a];
      step_size *= padded[a];
    }
    return at;
  };
  for (std::int64_t line = 0; line < lines; ++line) {
    std::uint8_t* to = open.data() + place(line);
    const std::int64_t from = line * width;
    for (std::int64_t x = 0; x < width; ++x) {
      to[x] = truth[from + x] != spreading && (!may || may[from + x] != 0) ? 1 : 0;
    }
  }
  std::vector<std::int64_t> front, next;
  const auto visit = [&](std::int64_t at) {
    for (const std::int64_t delta : deltas) {
      std::uint8_t& there = open[static_cast<std::size_t>(at + delta)];
      if (there) {
        there = 0;
        next.push_back(at + delta);
      }
    }
  };
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::int64_t at = place(line);
    for (std::int64_t x = 0; x < width; ++x) {
      if (truth[line * width + x] == spreading) visit(at + x);
    }
  }
  while (!next.empty()) {
    front.swap(next);
    next.clear();
    for (const std::int64_t at : front) visit(at);
  }
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::uint8_t* left = open.data() + place(line);
    const std::int64_t from = line * width;
    for (std::int64_t x = 0; x < width; ++x) {
      if (!left[x] && (!may || may[from + x] != 0)) truth[from + x] = spreading;
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
