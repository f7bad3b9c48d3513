// SPDX-License-Identifier: Apache-2.0
#include "engine/moments.h"
#include "metrics/similarity.h"

namespace opsin::OPSIN_TARGET::metrics {

template <class C>
void similarity_in_plane(const SimilarityTask& task) {
  engine::MomentsTask<1> moments;
  moments.a = task.a;
  moments.b = task.b;
  moments.radius = task.radius();
  if (task.gaussian) moments.weight = task.gaussian->weight;
  moments.outputs = {task.full};
  moments.margin = task.margin;
  engine::moments<C, 1>(moments, Similarity{task.cov_norm, task.c1, task.c2}, AddMean{task.mean, task.count()});
}

template void similarity_in_plane<OPSIN_REAL>(const SimilarityTask&);

}  // namespace opsin::OPSIN_TARGET::metrics
