// SPDX-License-Identifier: Apache-2.0
// The only door to threads: every loop that runs on several cores goes through parallel_for.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace opsin::core {

/// A reference to a callable; the callable outlives the call it is passed to.
class RangeFunction {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, RangeFunction>)
  RangeFunction(F&& f)  // NOLINT: implicit on purpose
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* o, std::int64_t b, std::int64_t e) { (*static_cast<std::remove_reference_t<F>*>(o))(b, e); }) {}
  void operator()(std::int64_t begin, std::int64_t end) const { call_(object_, begin, end); }

 private:
  void* object_;
  void (*call_)(void*, std::int64_t, std::int64_t);
};

/// Runs f(begin, end) over disjoint ranges that cover [0, n), each of at least `grain` items but the last. The split
/// depends on n and grain alone, never on the number of threads, so results do not either.
void parallel_for(std::int64_t n, std::int64_t grain, RangeFunction f);

}  // namespace opsin::core
