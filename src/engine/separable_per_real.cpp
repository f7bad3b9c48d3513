// SPDX-License-Identifier: Apache-2.0
// The bank of the separable engine that every operation uses as it is.
#include "engine/separable.h"

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA
// In separable_down.cpp: all in one object take too long to compile.
extern template bool run_columns_of(ColumnKernels<column_forms::Down, 9, 17, 33>, int, const Bank<1, 1>&,
                                    const Identity&);
extern template bool run_columns_of(ColumnKernels<column_forms::SquareDown, 9, 17>, int, const Bank<1, 1>&,
                                    const Identity&);
extern template bool run_columns_of(ColumnKernels<column_forms::ProductDown, 9, 17>, int, const Bank<1, 1>&,
                                    const Identity&);
template bool run_in_one_pass<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
#endif

template void run_bank<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);

}  // namespace opsin::OPSIN_TARGET::engine
