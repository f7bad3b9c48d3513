// SPDX-License-Identifier: Apache-2.0
#include "opsin/device.h"

#include <charconv>

#include "core/check.h"
#include "core/device_api.h"

namespace opsin {
namespace {
thread_local StreamHandle stream_of_thread = nullptr;
}

Device Device::parse(std::string_view text) {
  if (text == "cpu") return {};
  constexpr std::string_view prefix = "cuda";
  if (text.starts_with(prefix)) {
    std::string_view rest = text.substr(prefix.size());
    if (rest.empty()) return {DeviceKind::cuda, 0};
    int index = 0;
    if (rest.front() == ':') {
      rest.remove_prefix(1);
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
      if (error == std::errc() && end == rest.data() + rest.size() && index >= 0) return {DeviceKind::cuda, index};
    }
  }
  throw ValueError(core::text("device must be \"cpu\", \"cuda\" or \"cuda:N\", got \"", text, "\""));
}

std::string Device::str() const { return kind == DeviceKind::cpu ? "cpu" : "cuda:" + std::to_string(index); }

StreamHandle current_stream() { return stream_of_thread; }

StreamGuard::StreamGuard(StreamHandle stream) : before_(stream_of_thread) { stream_of_thread = stream; }
StreamGuard::~StreamGuard() { stream_of_thread = before_; }

void synchronize(Device device) {
  if (device.kind == DeviceKind::cpu) return;
  core::DeviceScope scope(device);
  core::device_api().synchronize(current_stream());
}

std::string_view version() { return OPSIN_VERSION; }

namespace core {

DeviceScope::DeviceScope(Device device) {
  if (device.kind == DeviceKind::cpu) return;
  const DeviceApi& api = device_api();
  const int now = api.get_device();
  if (now == device.index) return;
  std::string why;
  const int count = api.device_count(why);
  check(device.index < count, "cuda", "there is no device ", device, " (", count, " found)");
  before_ = now;
  api.set_device(device.index);
}

DeviceScope::~DeviceScope() {
  if (before_ >= 0) device_api().set_device(before_);
}

}  // namespace core
}  // namespace opsin
