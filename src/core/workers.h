// SPDX-License-Identifier: Apache-2.0
// Threads that stay: for work that goes on while the caller does something else. Loops go through parallel_for.
#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace opsin::core {

/// `count` threads (fewer where the system has no more, at least one) that each call `run` once. Loops inside `run` are
/// not split further. `run` must not throw. Throws RuntimeError when no thread can be started.
class Workers {
 public:
  Workers(int count, std::function<void()> run);
  /// Joins: whoever owns it has told `run` to return before. Not to be called in a forked child, which has no such
  /// threads.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  std::function<void()> run_;
  std::vector<std::thread> threads_;
};

}  // namespace opsin::core
