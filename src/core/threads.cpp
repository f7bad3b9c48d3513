// SPDX-License-Identifier: Apache-2.0
#include "core/threads.h"

#include <pthread.h>
#include <sched.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "core/check.h"
#include "opsin/device.h"

namespace opsin::core {
namespace {

int default_threads() {
  if (const char* text = std::getenv("OPSIN_NUM_THREADS")) {
    int n = 0;
    const auto [end, error] = std::from_chars(text, text + std::strlen(text), n);
    if (error == std::errc() && *end == '\0' && n >= 1) return n;
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return 1;
}

std::atomic<int> thread_limit{0};

/// TBB's state in one place that a fork can take down and bring up again. Running operations hold `running` shared; a
/// fork takes it alone, so no worker is inside TBB while the process is copied, ends TBB's workers, and leaves parent
/// and child to start their own on the next use.
struct Pool {
  std::shared_mutex running;
  std::mutex making;
  int size = 0;
  tbb::task_scheduler_handle handle;
  std::shared_ptr<tbb::task_arena> arena;

  std::shared_ptr<tbb::task_arena> get(int threads) {
    const std::lock_guard lock(making);
    if (!arena || size != threads) {
      if (!handle) handle = tbb::task_scheduler_handle{tbb::attach{}};
      arena = std::make_shared<tbb::task_arena>(threads);
      size = threads;
    }
    return arena;
  }

  void stop() {
    arena.reset();
    if (handle) tbb::finalize(handle, std::nothrow);
    handle = {};
    size = 0;
  }
};

Pool& pool() {
  // Never destroyed: operations may still run in threads that outlive main.
  static Pool* const instance = [] {
    auto* p = new Pool;
    pthread_atfork(
        [] {
          pool().running.lock();
          pool().stop();
        },
        [] { pool().running.unlock(); },
        [] {
          // The lock's owner is this thread, but the lock may hold waiters that do not exist here: make it anew.
          new (&pool().running) std::shared_mutex;
        });
    return p;
  }();
  return *instance;
}

thread_local bool inside = false;  // A nested loop runs in its caller's thread: no second lock, no second split.

struct InsideScope {
  const bool before = std::exchange(inside, true);
  ~InsideScope() { inside = before; }
};

}  // namespace

void parallel_for(std::int64_t n, std::int64_t grain, RangeFunction f) {
  if (n <= 0) return;
  grain = std::max<std::int64_t>(1, grain);
  const std::int64_t pieces = (n + grain - 1) / grain;
  const int threads = num_threads();
  const auto run = [&](std::int64_t piece) { f(piece * grain, std::min(n, (piece + 1) * grain)); };
  if (pieces == 1 || threads == 1 || inside) {
    for (std::int64_t i = 0; i < pieces; ++i) run(i);
    return;
  }
  const std::shared_lock lock(pool().running);
  const auto arena = pool().get(threads);
  arena->execute([&] {
    tbb::parallel_for(std::int64_t{0}, pieces, [&](std::int64_t i) {
      const InsideScope scope;
      run(i);
    });
  });
}

}  // namespace opsin::core

namespace opsin {

int num_threads() {
  int n = core::thread_limit.load(std::memory_order_relaxed);
  if (n == 0) {
    n = core::default_threads();
    core::thread_limit.store(n, std::memory_order_relaxed);
  }
  return n;
}

void set_num_threads(int n) {
  core::check(n >= 1, "set_num_threads", "the number of threads must be >= 1, got ", n);
  core::thread_limit.store(n, std::memory_order_relaxed);
}

}  // namespace opsin
