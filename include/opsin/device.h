// SPDX-License-Identifier: Apache-2.0
// Where memory lies and in which order work on it runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace opsin {

enum class DeviceKind : std::uint8_t { cpu, cuda };

struct Device {
  DeviceKind kind = DeviceKind::cpu;
  int index = 0;

  friend bool operator==(const Device&, const Device&) = default;

  /// "cpu", "cuda" (device 0) or "cuda:N". Throws ValueError for anything else.
  static Device parse(std::string_view text);
  /// "cpu" or "cuda:N".
  std::string str() const;
};

/// A CUDA stream handle (cudaStream_t as a plain pointer); null is the legacy default stream. Meaningless on the CPU.
using StreamHandle = void*;

/// The stream that opsin's CUDA work of this thread is queued on.
StreamHandle current_stream();

/// Makes `stream` current in this thread for its scope.
class StreamGuard {
 public:
  explicit StreamGuard(StreamHandle stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  StreamHandle before_;
};

/// Waits for the current stream of a device; returns at once for the CPU.
void synchronize(Device device);

/// Number of CUDA devices; 0 without a driver or without the CUDA target.
int cuda_device_count();

/// Why CUDA cannot be used, in one sentence; empty when it can.
std::string cuda_unavailable_reason();

/// Names of the CPU targets that this build holds and this processor can run, best last ("x86-64-v2", ...).
std::vector<std::string> cpu_targets();

/// The CPU target in use: the best one, or the one that the environment variable OPSIN_CPU_TARGET names.
std::string cpu_target();

/// Threads that CPU work of this process may use; starts at OPSIN_NUM_THREADS or the number of usable cores.
int num_threads();
/// Sets it. Throws ValueError for n < 1.
void set_num_threads(int n);

/// The library's version, "0.1.0".
std::string_view version();

}  // namespace opsin
