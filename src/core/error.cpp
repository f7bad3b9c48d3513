// SPDX-License-Identifier: Apache-2.0
#include "opsin/error.h"

#include <utility>

#include "core/check.h"

namespace opsin {
namespace {
thread_local std::vector<Warning> warnings_of_thread;
}

std::vector<Warning> take_warnings() { return std::exchange(warnings_of_thread, {}); }

void core::warn(Warning::Category category, std::string text) {
  warnings_of_thread.push_back({category, std::move(text)});
}

}  // namespace opsin
