// SPDX-License-Identifier: Apache-2.0
#include "core/threads.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "opsin/device.h"
#include "opsin/error.h"

using namespace opsin;

namespace {

struct ThreadsScope {
  const int before = num_threads();
  explicit ThreadsScope(int n) { set_num_threads(n); }
  ~ThreadsScope() { set_num_threads(before); }
};

/// Every item once; a little work for each.
bool covers(std::int64_t n, std::int64_t grain) {
  std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
  core::parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) seen[static_cast<std::size_t>(i)].fetch_add(1);
  });
  for (const auto& s : seen) {
    if (s.load() != 1) return false;
  }
  return true;
}

/// Threads that take part in a loop of pieces that wait for each other's company, at most a second.
std::size_t participants(int pieces) {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  core::parallel_for(pieces, 1, [&](std::int64_t, std::int64_t) {
    for (int i = 0; i < 100; ++i) {
      {
        const std::lock_guard lock(mutex);
        ids.insert(std::this_thread::get_id());
        if (ids.size() > 1) return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  return ids.size();
}

}  // namespace

TEST_CASE("parallel_for covers every item once") {
  for (const int threads : {1, 2, 5}) {
    const ThreadsScope scope(threads);
    for (const std::int64_t n : {0, 1, 7, 100, 1001}) {
      for (const std::int64_t grain : {-1, 0, 1, 7, 2000}) CHECK(covers(n, grain));
    }
  }
}

TEST_CASE("ranges depend on n and grain alone") {
  for (const int threads : {1, 4}) {
    const ThreadsScope scope(threads);
    std::mutex mutex;
    std::set<std::pair<std::int64_t, std::int64_t>> ranges;
    core::parallel_for(10, 4, [&](std::int64_t b, std::int64_t e) {
      const std::lock_guard lock(mutex);
      ranges.emplace(b, e);
    });
    CHECK(ranges == std::set<std::pair<std::int64_t, std::int64_t>>{{0, 4}, {4, 8}, {8, 10}});
  }
}

TEST_CASE("several threads take part, one when asked for one") {
  {
    const ThreadsScope scope(1);
    CHECK(participants(4) == 1);
  }
  const ThreadsScope scope(3);
  CHECK(participants(8) > 1);
}

TEST_CASE("a nested loop runs in its caller's thread") {
  const ThreadsScope scope(3);
  core::parallel_for(6, 1, [&](std::int64_t, std::int64_t) {
    const auto own = std::this_thread::get_id();
    core::parallel_for(10, 1, [&](std::int64_t, std::int64_t) {
      if (std::this_thread::get_id() != own) FAIL("a nested loop was split");
    });
  });
}

TEST_CASE("an exception reaches the caller and the next loop works") {
  const ThreadsScope scope(3);
  for (int i = 0; i < 3; ++i) {
    CHECK_THROWS_AS(core::parallel_for(100, 1,
                                       [](std::int64_t b, std::int64_t) {
                                         if (b == 57) throw std::out_of_range("57");
                                       }),
                    std::out_of_range);
    CHECK(covers(1000, 10));
  }
  CHECK_THROWS_AS(set_num_threads(0), ValueError);
}

#ifndef __SANITIZE_THREAD__  // ThreadSanitizer does not follow threads that a child starts after a fork.
TEST_CASE("forked children compute on several threads while the parent runs loops") {
  const ThreadsScope scope(3);
  for (const int others : {0, 2}) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < others; ++t) {
      threads.emplace_back([&] {
        while (!stop) {
          if (!covers(10000, 100)) FAIL("items were lost");
        }
      });
    }
    for (int i = 0; i < 15; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        alarm(60);  // A hang ends the child.
        _exit(covers(1000, 10) && participants(6) > 1 ? 0 : 1);
      }
      int status = -1;
      waitpid(child, &status, 0);
      CHECK(status == 0);
    }
    stop = true;
    for (std::thread& t : threads) t.join();
    CHECK(participants(8) > 1);
  }
}
#endif
