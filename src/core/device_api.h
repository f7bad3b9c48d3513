// SPDX-License-Identifier: Apache-2.0
// What the core asks of a device that is not the CPU. The CUDA target fills the table; the core holds no CUDA call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "opsin/device.h"

namespace opsin::core {

enum class CopyKind { host_to_device, device_to_host, device_to_device };

struct StreamState {
  std::uint64_t id = 0;  // Never used twice in a process, unlike handles.
  bool capturing = false;
};

/// Every function throws CudaError (MemoryError from allocate) with the runtime's reason.
struct DeviceApi {
  int (*device_count)(std::string& why_none);
  /// Its model and the versions that matter, for people.
  std::string (*describe)(int index);
  int (*get_device)();
  void (*set_device)(int index);
  void* (*allocate)(std::size_t bytes, StreamHandle stream);
  /// Frees in the order of a stream; the device may be another than the current one.
  void (*release)(void* data, StreamHandle stream, int device) noexcept;
  /// Waits for all work on the current device. False when a stream capture forbids it.
  bool (*wait_idle)();
  /// Frees memory of the current device that no work uses any more.
  void (*free)(void* data) noexcept;
  /// Gives freed memory of the current device back to its other users.
  void (*trim)() noexcept;
  /// Bytes of the current device that may be kept for reuse.
  std::size_t (*cache_limit)();
  StreamState (*stream_state)(StreamHandle stream);
  /// The device that an address belongs to.
  int (*device_of)(const void* data);
  /// The host memory may be used again at once; on the device, the copy is ordered on the stream.
  void (*copy)(void* to, const void* from, std::size_t bytes, CopyKind kind, StreamHandle stream);
  void (*fill_zero)(void* data, std::size_t bytes, StreamHandle stream);
  void (*synchronize)(StreamHandle stream);
  /// Work queued on `later` from now on waits for what is queued on `earlier`.
  void (*order)(StreamHandle earlier, StreamHandle later);
  bool (*is_capturing)(StreamHandle stream);
};

/// Loads the CUDA target on first use. Throws CudaError that says in one sentence why CUDA is not there.
const DeviceApi& device_api();

/// Selects a CUDA device for its scope; does nothing for the CPU.
class DeviceScope {
 public:
  explicit DeviceScope(Device device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int before_ = -1;
};

}  // namespace opsin::core
