// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/thin_edges.h. Edges leave as the bits that engine/flood_cuda.h works on.
#pragma once

#include "core/assign.h"
#include "engine/thin_edges_lanes_cuda.h"
#include "engine/thin_edges_tile_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

/// The words that a flood starts from.
struct EdgeState {
  FloodPlan plan;
  Array memory;
  bool none;  // too small an image to hold an edge

  EdgeState(const Extents& shape, Device device)
      : plan(flood_plan(shape, neighbours(2, 2), hysteresis_sweeps)),
        memory(flood_memory(plan, device)),
        none(shape[0] < 3 || shape[1] < 3) {}
};

template <class C>
void thin_edges(const EdgeState& state, const ThinEdges& e) {
  if (state.none) return;
  EdgeParams<C> p = edge_params<C>(e);
  p.weak = state.plan.weak;
  p.strong = state.plan.reached;
  p.changed = state.plan.changed;
  p.sweeps = state.plan.sweeps;
  if constexpr (sizeof(C) == 4) {
    launch_edge_strips(p);
  } else {
    launch_edges<C, true>(p);
  }
}

template <class C>
void gradient_magnitude(const Array& out, const ThinEdges& e) {
  EdgeParams<C> p = edge_params<C>(e);
  p.magnitude = out.mutable_data_as<C>();
  launch_edges<C, false>(p);
}

inline void link_edges(const Array& out, const EdgeState& state) {
  if (state.none) {
    opsin::memory::assign(out, Array::zeros(out.shape(), out.dtype(), out.device()));
    return;
  }
  FloodPlan plan = state.plan;
  plan.wide = plan.columns % 16 == 0 && is_wide(out.data());
  flood_words(out, plan, 1);
}

}  // namespace opsin::OPSIN_TARGET::engine
