// SPDX-License-Identifier: Apache-2.0
// The bank of the separable engine that every operation uses as it is.
#include "engine/separable.h"

namespace opsin::OPSIN_TARGET::engine {

#ifdef OPSIN_TARGET_CUDA
template bool run_in_one_pass<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);
#endif

template void run_bank<OPSIN_REAL, 1, 1, Identity>(const Bank<1, 1>&, const Identity&);

}  // namespace opsin::OPSIN_TARGET::engine
