// SPDX-License-Identifier: Apache-2.0
// The engine of sorting for one width of keys.
#include "engine/sort.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/sort_cuda.h"
#else
#include "engine/sort_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

template SortedKeys sort_keys<OPSIN_BITS>(const Array&, const KeyBits<OPSIN_BITS>&);
template Array sorted_keys<OPSIN_BITS>(const Array&, const KeyBits<OPSIN_BITS>&);

}  // namespace opsin::OPSIN_TARGET::engine
