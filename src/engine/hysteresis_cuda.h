// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/hysteresis.h: a flood from the strong elements.
#pragma once

#include "engine/flood_forest_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

struct ElementState {
  const std::uint8_t* state;
  __device__ std::uint8_t operator()(std::int64_t i) const { return state[i]; }
  __device__ FourWords sixteen(std::int64_t i) const { return *reinterpret_cast<const FourWords*>(state + i); }
  bool wide() const { return is_wide(state); }
};

inline void hysteresis(const Array& out, const Array& state, int connectivity) {
  if (state.size() == 0) return;
  std::vector<Offset> offsets = earlier_neighbours(state.ndim(), connectivity);
  for (std::size_t k = offsets.size(); k-- > 0;) offsets.push_back(opposite(offsets[k]));
  // From many seeds, most of them near: five sweeps for noise, three for its edges.
  constexpr int sweeps = 8;
  flood(out, ElementState{state.data_as<std::uint8_t>()}, offsets, 1, sweeps);
}

}  // namespace opsin::OPSIN_TARGET::engine
