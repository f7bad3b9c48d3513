// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/hysteresis.h: a flood from the strong elements.
#pragma once

#include "engine/flood_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

struct ElementState {
  const std::uint8_t* state;
  __device__ std::uint8_t operator()(std::int64_t i) const { return state[i]; }
  __device__ FourWords sixteen(std::int64_t i) const { return *reinterpret_cast<const FourWords*>(state + i); }
  bool wide() const { return is_wide(state); }
};

/// From many seeds, most of them near: five sweeps for noise, three for its edges.
inline constexpr int hysteresis_sweeps = 8;

inline std::vector<Offset> neighbours(int ndim, int connectivity) {
  std::vector<Offset> offsets = earlier_neighbours(ndim, connectivity);
  for (std::size_t k = offsets.size(); k-- > 0;) offsets.push_back(opposite(offsets[k]));
  return offsets;
}

inline void hysteresis(const Array& out, const Array& state, int connectivity) {
  if (state.size() == 0) return;
  flood(out, ElementState{state.data_as<std::uint8_t>()}, neighbours(state.ndim(), connectivity), 1, hysteresis_sweeps);
}

}  // namespace opsin::OPSIN_TARGET::engine
