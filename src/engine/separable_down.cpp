// SPDX-License-Identifier: Apache-2.0
// CUDA's kernels of single float filters that fold down the columns alone.
#include "engine/separable.h"

#ifdef OPSIN_TARGET_CUDA

namespace opsin::OPSIN_TARGET::engine {

template bool run_columns_of(ColumnKernels<column_forms::Down, 9, 17, 33>, int, const Bank<1, 1>&, const Identity&);
template bool run_columns_of(ColumnKernels<column_forms::SquareDown, 9, 17>, int, const Bank<1, 1>&, const Identity&);
template bool run_columns_of(ColumnKernels<column_forms::ProductDown, 9, 17>, int, const Bank<1, 1>&, const Identity&);

}  // namespace opsin::OPSIN_TARGET::engine

#endif
