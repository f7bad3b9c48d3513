// SPDX-License-Identifier: Apache-2.0
// Banks whose outputs are the filtered values themselves.
#include "engine/separable.h"

namespace opsin::OPSIN_TARGET::engine {

template void run_bank<OPSIN_REAL, OPSIN_FILTERS, OPSIN_FILTERS, PassThrough>(const Bank<OPSIN_FILTERS, OPSIN_FILTERS>&,
                                                                              const PassThrough&);

}  // namespace opsin::OPSIN_TARGET::engine
