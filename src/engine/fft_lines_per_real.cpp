// SPDX-License-Identifier: Apache-2.0
#ifndef OPSIN_TARGET_CUDA
#include "engine/fft_lines.h"

#include <map>
#include <mutex>

#include "core/block_cache.h"
#include "core/threads.h"
#include "engine/fft_cpu.h"
#include "engine/scratch_cpu.h"

namespace opsin::OPSIN_TARGET::engine {
namespace {

struct PlanCache {
  std::mutex mutex;
  std::map<std::int64_t, std::shared_ptr<const FftLines<OPSIN_REAL>>> plans;
};

/// Never destroyed: threads may still transform while the process ends. A fork waits until nobody holds the mutex, or
/// the child would find it locked for ever.
PlanCache& plan_cache() {
  static PlanCache* const cache = [] {
    core::survive_fork<&plan_cache>();
    return new PlanCache;
  }();
  return *cache;
}
[[maybe_unused]] PlanCache& plan_cache_at_load = plan_cache();

std::shared_ptr<const FftLines<OPSIN_REAL>> plan_of(std::int64_t length) {
  // Few lengths are used at a time; a plan may be as large as many lines.
  constexpr std::size_t most_plans = 16;
  auto& [mutex, plans] = plan_cache();
  {
    const std::lock_guard lock(mutex);
    const auto found = plans.find(length);
    if (found != plans.end()) return found->second;
  }
  auto plan = std::make_shared<const FftLines<OPSIN_REAL>>(length);
  const std::lock_guard lock(mutex);
  if (plans.size() >= most_plans) plans.clear();
  return plans.emplace(length, plan).first->second;
}

/// Between `count` strided lines of numbers, `step` apart, and one number of each vector of the working memory. In
/// short pieces, so that the memory's cache lines are met again soon.
template <class C, class F>
void each_number(std::int64_t length, std::int64_t count, const F& f) {
  constexpr std::int64_t piece = 16;
  for (std::int64_t begin = 0; begin < length; begin += piece) {
    const std::int64_t end = std::min(length, begin + piece);
    for (std::int64_t lane = 0; lane < count; ++lane) f(lane, begin, end);
  }
}

/// Lines in groups that lie side by side where `inner` allows it: f(first line, number of lines).
template <class F>
void in_groups(const FftLayout& layout, std::int64_t together, const F& f) {
  const bool side_by_side = layout.inner >= together;
  const std::int64_t run = side_by_side ? layout.inner : layout.outer * layout.inner;
  const std::int64_t runs = side_by_side ? layout.outer : 1;
  const std::int64_t per_run = (run + together - 1) / together;
  const std::int64_t grain = std::max<std::int64_t>(1, (1 << 14) / (layout.length * together));
  core::parallel_for(runs * per_run, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % per_run * together;
      f(i / per_run * run + first, std::min(together, run - first));
    }
  });
}

template <class C>
C* working_memory(const FftLines<C>& plan) {
  return reinterpret_cast<C*>(thread_scratch(static_cast<std::size_t>(plan.scratch()) * sizeof(C)));
}

}  // namespace

template <class C>
void fft_lines(C* data, const FftLayout& layout, bool inverse) {
  using Z = Lanes<C>;
  using D = typename Vec<C>::Tag;
  constexpr int lanes = Vec<C>::lanes;
  constexpr int element = FftLines<C>::element;
  const auto plan = plan_of(layout.length);
  const FftStarts start{layout.length, layout.inner};
  const std::int64_t step = 2 * layout.inner;
  // The way back is the way there with real and imaginary parts exchanged.
  const int re = inverse ? lanes : 0, im = inverse ? 0 : lanes;
  in_groups(layout, lanes, [&](std::int64_t first, std::int64_t count) {
    C* memory = working_memory(*plan);
    C* corner = data + 2 * start(first);
    if (count == lanes && layout.inner >= lanes) {
      for (std::int64_t i = 0; i < layout.length; ++i) {
        Z z;
        hn::LoadInterleaved2(D(), corner + i * step, z.re.v, z.im.v);
        z.re.store(memory + i * element + re);
        z.im.store(memory + i * element + im);
      }
      const C* made = plan->run(memory);
      for (std::int64_t i = 0; i < layout.length; ++i) {
        const C* at = made + i * element;
        hn::StoreInterleaved2(Vec<C>::load(at + re).v, Vec<C>::load(at + im).v, D(), corner + i * step);
      }
      return;
    }
    if (count < lanes) std::fill_n(memory, layout.length * element, C(0));
    each_number<C>(layout.length, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      const C* line = data + 2 * start(first + lane);
      for (std::int64_t i = begin; i < end; ++i) {
        memory[i * element + re + lane] = line[i * step];
        memory[i * element + im + lane] = line[i * step + 1];
      }
    });
    const C* made = plan->run(memory);
    each_number<C>(layout.length, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      C* line = data + 2 * start(first + lane);
      for (std::int64_t i = begin; i < end; ++i) {
        line[i * step] = made[i * element + re + lane];
        line[i * step + 1] = made[i * element + im + lane];
      }
    });
  });
}

template <class C>
void real_fft_lines(C* spectrum, const C* image, const FftLayout& layout) {
  constexpr int lanes = Vec<C>::lanes;
  constexpr int element = FftLines<C>::element;
  const std::int64_t n = layout.length, half = n / 2 + 1;
  const auto plan = plan_of(n);
  const FftStarts image_start{n, layout.inner}, spectrum_start{half, layout.inner};
  in_groups(layout, 2 * lanes, [&](std::int64_t first, std::int64_t count) {
    C* memory = working_memory(*plan);
    if (count < 2 * lanes) std::fill_n(memory, n * element, C(0));
    each_number<C>(n, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      const C* line = image + image_start(first + lane);
      for (std::int64_t i = begin; i < end; ++i) memory[i * element + lane] = line[i * layout.inner];
    });
    const C* made = plan->run(memory);
    each_number<C>(half, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      C* line = spectrum + 2 * spectrum_start(first + lane);
      const bool imaginary = lane >= lanes;
      const C* at = made + (imaginary ? lane - lanes : lane);
      for (std::int64_t k = begin; k < end; ++k) {
        const C* z = at + k * element;
        const C* w = at + (k == 0 ? 0 : n - k) * element;
        // Half of z and the conjugate of w, added for the real line, subtracted and turned for the imaginary one.
        const C x = imaginary ? z[lanes] + w[lanes] : z[0] + w[0];
        const C y = imaginary ? w[0] - z[0] : z[lanes] - w[lanes];
        line[2 * k * layout.inner] = C(0.5) * x;
        line[2 * k * layout.inner + 1] = C(0.5) * y;
      }
    });
  });
}

template <class C>
void inverse_real_fft_lines(C* image, const C* spectrum, const FftLayout& layout) {
  constexpr int lanes = Vec<C>::lanes;
  constexpr int element = FftLines<C>::element;
  const std::int64_t n = layout.length, half = n / 2 + 1;
  const auto plan = plan_of(n);
  const FftStarts image_start{n, layout.inner}, spectrum_start{half, layout.inner};
  in_groups(layout, 2 * lanes, [&](std::int64_t first, std::int64_t count) {
    C* memory = working_memory(*plan);
    std::fill_n(memory, n * element, C(0));
    // a + i b of the two lines' spectra, real and imaginary parts exchanged for the way back.
    each_number<C>(half, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      const C* line = spectrum + 2 * spectrum_start(first + lane);
      const bool imaginary = lane >= lanes;
      C* at = memory + (imaginary ? lane - lanes : lane);
      for (std::int64_t k = begin; k < end; ++k) {
        const C x = line[2 * k * layout.inner];
        // What is its own mirror image is real.
        const bool own = k == 0 || 2 * k == n;
        const C y = own ? C(0) : line[2 * k * layout.inner + 1];
        C* z = at + k * element;
        z[imaginary ? 0 : lanes] += x;
        z[imaginary ? lanes : 0] += imaginary ? -y : y;
        if (own) continue;
        C* w = at + (n - k) * element;
        w[imaginary ? 0 : lanes] += x;
        w[imaginary ? lanes : 0] += imaginary ? y : -y;
      }
    });
    const C* made = plan->run(memory);
    each_number<C>(n, count, [&](std::int64_t lane, std::int64_t begin, std::int64_t end) {
      C* line = image + image_start(first + lane);
      const C* at = made + (lane >= lanes ? lane - lanes : lane + lanes);
      for (std::int64_t i = begin; i < end; ++i) line[i * layout.inner] = at[i * element];
    });
  });
}

template void fft_lines<OPSIN_REAL>(OPSIN_REAL*, const FftLayout&, bool);
template void real_fft_lines<OPSIN_REAL>(OPSIN_REAL*, const OPSIN_REAL*, const FftLayout&);
template void inverse_real_fft_lines<OPSIN_REAL>(OPSIN_REAL*, const OPSIN_REAL*, const FftLayout&);

}  // namespace opsin::OPSIN_TARGET::engine
#endif
