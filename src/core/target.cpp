// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

#include "opsin_build_id.h"

namespace opsin::core {
namespace {

OpSlot* slots = nullptr;  // Filled while the core's static objects are made, before any thread runs.

std::string library_folder() {
  Dl_info info{};
  dladdr(reinterpret_cast<void*>(&library_folder), &info);
  const std::string path = info.dli_fname ? info.dli_fname : "";
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string(".") : path.substr(0, slash);
}

using Functions = std::unordered_map<std::string_view, AnyFunction>;

struct LoadedTarget {
  Functions functions;
  const DeviceApi* device = nullptr;
  std::string why_not;
};

/// Opens libopsin_<file>.so beside the core. The object stays open for good: its code may be running.
LoadedTarget load(const std::string& file) {
  LoadedTarget target;
  const std::string path = library_folder() + "/libopsin_" + file + ".so";
  void* object = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    target.why_not = dlerror();
    return target;
  }
  const auto entry = reinterpret_cast<const TargetTable* (*)()>(dlsym(object, "opsin_target"));
  if (!entry) {
    target.why_not = path + " is not an opsin target";
    return target;
  }
  const TargetTable& table = *entry();
  if (std::strcmp(table.build_id, OPSIN_BUILD_ID) != 0) {
    target.why_not = path + " was built from other sources than the core (" + table.build_id + ", not " +
                     OPSIN_BUILD_ID + "); install both from one build";
    return target;
  }
  for (const OpEntry* e = table.ops; e; e = e->next) target.functions.emplace(e->name, e->function);
  target.device = table.device;
  return target;
}

bool exists(const std::string& file) { return std::filesystem::exists(library_folder() + "/libopsin_" + file + ".so"); }

struct CpuLevel {
  const char* name;
  const char* file;
  bool (*runs_here)();
};

// The psABI levels, lowest first, as this compiler's run-time library tests them.
const CpuLevel levels[] = {
    {"x86-64-v2", "x86_64_v2", [] { return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"); }},
    {"x86-64-v3", "x86_64_v3",
     [] {
       return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
              __builtin_cpu_supports("bmi2");
     }},
    {"x86-64-v4", "x86_64_v4",
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl");
     }},
};

bool is_baseline(const CpuLevel& l) { return std::strcmp(l.name, OPSIN_BASELINE_NAME) == 0; }

}  // namespace

class TargetLoader {
 public:
  static TargetLoader& get() {
    static TargetLoader* const loader = new TargetLoader;
    return *loader;
  }

  const CpuLevel& chosen() { return *chosen_; }
  const std::vector<std::string>& names() { return names_; }

  AnyFunction resolve(OpSlot& slot, DeviceKind kind) {
    if (kind == DeviceKind::cuda) {
      device();  // Throws the reason when CUDA is not there.
      const auto f = cuda_.functions.find(slot.name_);
      check<NotImplementedError>(f != cuda_.functions.end(), slot.name_, "there is no CUDA version in this build");
      return f->second;
    }
    const auto f = cpu_.functions.find(slot.name_);
    return f == cpu_.functions.end() ? slot.baseline_ : f->second;
  }

  const DeviceApi& device() {
    std::call_once(cuda_once_, [this] {
      cuda_ = load("cuda");
      if (cuda_.device) {
        std::string why;
        if (cuda_.device->device_count(why) == 0) cuda_.why_not = why;
      } else if (!exists("cuda")) {
        cuda_.why_not = "this build of opsin has no CUDA target (install opsin-cuda13 or build with CUDA)";
      }
    });
    check<CudaError>(cuda_.why_not.empty(), "cuda", "not available: ", cuda_.why_not);
    return *cuda_.device;
  }

 private:
  TargetLoader() {
    __builtin_cpu_init();
    const char* wanted = std::getenv("OPSIN_CPU_TARGET");
    for (const CpuLevel& l : levels) {
      if (!l.runs_here() || !(is_baseline(l) || exists(l.file))) continue;
      names_.emplace_back(l.name);
      if (!wanted || std::strcmp(wanted, l.name) == 0) chosen_ = &l;
    }
    if (!chosen_) {
      std::string have;
      for (const auto& n : names_) have += (have.empty() ? "" : ", ") + n;
      throw ValueError(text("OPSIN_CPU_TARGET: ", wanted ? wanted : "this processor",
                            " cannot be used; this build and processor have: ", have.empty() ? "none" : have));
    }
    if (is_baseline(*chosen_)) return;
    cpu_ = load(chosen_->file);
    check<RuntimeError>(cpu_.why_not.empty(), "targets", cpu_.why_not);
  }

  std::vector<std::string> names_;
  const CpuLevel* chosen_ = nullptr;
  LoadedTarget cpu_;
  LoadedTarget cuda_;
  std::once_flag cuda_once_;
};

OpSlot::OpSlot(const char* name, AnyFunction baseline) : name_(name), baseline_(baseline), next_(slots) {
  slots = this;
}

AnyFunction OpSlot::resolve(DeviceKind kind) {
  const AnyFunction f = TargetLoader::get().resolve(*this, kind);
  functions_[static_cast<int>(kind)].store(f, std::memory_order_release);
  return f;
}

const DeviceApi& device_api() { return TargetLoader::get().device(); }

}  // namespace opsin::core

namespace opsin {

std::vector<std::string> cpu_targets() { return core::TargetLoader::get().names(); }
std::string cpu_target() { return core::TargetLoader::get().chosen().name; }

std::string cuda_unavailable_reason() {
  try {
    core::device_api();
    return {};
  } catch (const CudaError& e) {
    return e.what();
  }
}

int cuda_device_count() {
  if (!cuda_unavailable_reason().empty()) return 0;
  std::string why;
  return core::device_api().device_count(why);
}

}  // namespace opsin
