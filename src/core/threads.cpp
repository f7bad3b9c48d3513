// SPDX-License-Identifier: Apache-2.0
#include "core/threads.h"

#include <pthread.h>
#include <sched.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/workers.h"
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

/// Held shared by running loops and alone by a fork. Not std::shared_mutex: that one prefers readers, and a few threads
/// that start loop after loop would keep a fork waiting for ever.
class RunLock {
 public:
  RunLock() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  void lock() { pthread_rwlock_wrlock(&lock_); }
  void lock_shared() { pthread_rwlock_rdlock(&lock_); }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }

 private:
  pthread_rwlock_t lock_;
};

/// TBB's state in one place that a fork can take down. A fork waits until no loop runs and ends TBB's workers; parent
/// and child then start their own on the next use. TBB keeps its workers, though, while any other thread that has used
/// it lives: such a child has TBB's records of workers that do not exist in it, and uses threads of its own instead.
struct Pool {
  RunLock running;
  std::mutex making;
  int size = 0;
  bool stopped = true;       // No worker of TBB is left.
  bool tbb_is_dead = false;  // In a child whose parent could not stop TBB.
  tbb::task_scheduler_handle handle;
  std::unique_ptr<tbb::global_control> room;
  std::shared_ptr<tbb::task_arena> arena;

  std::shared_ptr<tbb::task_arena> get(int threads) {
    const std::lock_guard lock(making);
    if (!arena || size != threads) {
      if (!handle) handle = tbb::task_scheduler_handle{tbb::attach{}};
      // TBB itself would stop at one thread per core, with a warning on the terminal.
      room.reset();
      if (threads > tbb::info::default_concurrency()) {
        room = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                     static_cast<std::size_t>(threads));
      }
      arena = std::make_shared<tbb::task_arena>(threads);
      size = threads;
      stopped = false;
    }
    return arena;
  }

  void stop() {
    arena.reset();
    room.reset();
    if (handle) stopped = tbb::finalize(handle, std::nothrow);
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
          new (&pool().running) RunLock;
          if (!pool().stopped) pool().tbb_is_dead = true;
        });
    return p;
  }();
  return *instance;
}

/// Runs every piece on threads that live for this loop. About 20 us for each thread: for processes without TBB.
template <class F>
void run_on_new_threads(std::int64_t pieces, int threads, const F& run) {
  std::atomic<std::int64_t> next{0};
  std::exception_ptr error;
  std::mutex error_lock;
  const auto work = [&] {
    try {
      for (std::int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < pieces;) run(i);
    } catch (...) {
      next.store(pieces, std::memory_order_relaxed);
      const std::lock_guard lock(error_lock);
      error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    const std::int64_t wanted = std::min<std::int64_t>(threads, pieces) - 1;
    try {
      for (std::int64_t i = 0; i < wanted; ++i) others.emplace_back(work);
    } catch (const std::system_error&) {  // No more threads to be had: the ones there do the work.
    }
    work();
  }
  if (error) std::rethrow_exception(error);
}

// ThreadSanitizer cannot see into a TBB that was built without it and would report every hand-over of work as a race.
#ifdef __SANITIZE_THREAD__
constexpr bool tbb_is_opaque = true;
#else
constexpr bool tbb_is_opaque = false;
#endif

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
  const auto run_inside = [&](std::int64_t piece) {
    const InsideScope scope;
    run(piece);
  };
  const std::shared_lock lock(pool().running);
  if (tbb_is_opaque || pool().tbb_is_dead) {
    run_on_new_threads(pieces, threads, run_inside);
  } else {
    pool().get(threads)->execute([&] { tbb::parallel_for(std::int64_t{0}, pieces, run_inside); });
  }
}

Workers::Workers(int count, std::function<void()> run) : run_(std::move(run)) {
  threads_.reserve(static_cast<std::size_t>(count));
  try {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this] {
        const InsideScope scope;
        run_();
      });
    }
  } catch (const std::system_error& e) {
    check_plain<RuntimeError>(!threads_.empty(), "no thread can be started: ", e.what());
  }
}

Workers::~Workers() {
  for (std::thread& t : threads_) t.join();
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
