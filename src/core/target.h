// SPDX-License-Identifier: Apache-2.0
// Targets: the same operation compiled for several instruction sets and for CUDA.
//
// An operation's source is compiled once per target, in the namespace OPSIN_TARGET. Its OPSIN_EXPORT line defines the
// public function when it is compiled into the core (the baseline target), and registers the target's version in that
// target's shared object otherwise. The public function calls the version for its arguments' device.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "core/check.h"
#include "core/device_api.h"
#include "opsin/array.h"

#ifndef OPSIN_TARGET
#error "OPSIN_TARGET must name the target namespace (set by the build)"
#endif

namespace opsin::core {

using AnyFunction = void (*)();

/// One operation of one target, linked into a list at load time.
struct OpEntry {
  const char* name;
  AnyFunction function;
  const OpEntry* next;
};

/// What a target's shared object hands to the core.
struct TargetTable {
  const char* build_id;
  const OpEntry* ops;
  const DeviceApi* device;
};

/// The public side of one operation: the version of each target in use.
class OpSlot {
 public:
  OpSlot(const char* name, AnyFunction baseline);
  AnyFunction get(DeviceKind kind) {
    const AnyFunction f = functions_[static_cast<int>(kind)].load(std::memory_order_acquire);
    return f ? f : resolve(kind);
  }
  const char* name() const { return name_; }

 private:
  friend class TargetLoader;
  AnyFunction resolve(DeviceKind kind);

  const char* name_;
  AnyFunction baseline_;
  std::atomic<AnyFunction> functions_[2] = {};
  OpSlot* next_;
};

/// Registers an operation of a target other than the baseline.
struct OpRegistrar {
  OpRegistrar(const char* name, AnyFunction function);
  OpEntry entry;
};

namespace detail {
inline void gather_device(std::optional<Device>& found, const char* op, const Array& a) {
  if (!found) {
    found = a.device();
  } else {
    check(*found == a.device(), op, "arrays lie on different devices (", *found, " and ", a.device(), ")");
  }
}
inline void gather_device(std::optional<Device>& found, const char* op, const std::vector<Array>& arrays) {
  for (const Array& a : arrays) gather_device(found, op, a);
}
template <class T>
void gather_device(std::optional<Device>&, const char*, const T&) {}
}  // namespace detail

/// Calls the version of an operation for the device its array arguments share.
template <class Function, class... Args>
decltype(auto) call(OpSlot& slot, const Args&... args) {
  std::optional<Device> device;
  (detail::gather_device(device, slot.name(), args), ...);
  const Device where = device.value_or(Device{});
  const auto function = reinterpret_cast<Function>(slot.get(where.kind));
  DeviceScope scope(where);
  return function(args...);
}

}  // namespace opsin::core

#define OPSIN_CONCAT_(a, b) a##b
#define OPSIN_CONCAT(a, b) OPSIN_CONCAT_(a, b)
#define OPSIN_COUNT_(_1, _2, _3, _4, _5, _6, n, ...) n
#define OPSIN_COUNT(...) OPSIN_COUNT_(__VA_ARGS__, 6, 5, 4, 3, 2, 1)
#define OPSIN_PARAMS_1(A) A a
#define OPSIN_PARAMS_2(A, B) A a, B b
#define OPSIN_PARAMS_3(A, B, C) A a, B b, C c
#define OPSIN_PARAMS_4(A, B, C, D) A a, B b, C c, D d
#define OPSIN_PARAMS_5(A, B, C, D, E) A a, B b, C c, D d, E e
#define OPSIN_PARAMS_6(A, B, C, D, E, F) A a, B b, C c, D d, E e, F f
#define OPSIN_ARGS_1 a
#define OPSIN_ARGS_2 a, b
#define OPSIN_ARGS_3 a, b, c
#define OPSIN_ARGS_4 a, b, c, d
#define OPSIN_ARGS_5 a, b, c, d, e
#define OPSIN_ARGS_6 a, b, c, d, e, f

/// OPSIN_EXPORT(module, function, result type, parameter types...), once per operation, at the end of its file.
#ifdef OPSIN_BASELINE
#define OPSIN_EXPORT(module, function, Result, ...)                                                                \
  namespace opsin::module {                                                                                        \
  __attribute__((visibility("default"))) Result function(__VA_ARGS__);                                             \
  static ::opsin::core::OpSlot function##_slot{                                                                    \
      #module "." #function, reinterpret_cast<::opsin::core::AnyFunction>(                                         \
                                 static_cast<Result (*)(__VA_ARGS__)>(&::opsin::OPSIN_TARGET::module::function))}; \
  Result function(OPSIN_CONCAT(OPSIN_PARAMS_, OPSIN_COUNT(__VA_ARGS__))(__VA_ARGS__)) {                            \
    return ::opsin::core::call<Result (*)(__VA_ARGS__)>(function##_slot,                                           \
                                                        OPSIN_CONCAT(OPSIN_ARGS_, OPSIN_COUNT(__VA_ARGS__)));      \
  }                                                                                                                \
  }
#else
#define OPSIN_EXPORT(module, function, Result, ...)                                                   \
  namespace opsin::OPSIN_TARGET::module {                                                             \
  static const ::opsin::core::OpRegistrar function##_registrar{                                       \
      #module "." #function,                                                                          \
      reinterpret_cast<::opsin::core::AnyFunction>(static_cast<Result (*)(__VA_ARGS__)>(&function))}; \
  }
#endif
