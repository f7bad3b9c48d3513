// SPDX-License-Identifier: Apache-2.0
#include "opsin/dtype.h"

#include "core/check.h"

namespace opsin {
namespace {
thread_local FloatPolicy policy_of_thread = FloatPolicy::skimage;
}

std::string_view name(DType t) {
  switch (t) {
    case DType::boolean: return "bool";
    case DType::uint8: return "uint8";
    case DType::uint16: return "uint16";
    case DType::uint32: return "uint32";
    case DType::uint64: return "uint64";
    case DType::int8: return "int8";
    case DType::int16: return "int16";
    case DType::int32: return "int32";
    case DType::int64: return "int64";
    case DType::float16: return "float16";
    case DType::float32: return "float32";
    case DType::float64: return "float64";
    case DType::complex64: return "complex64";
    case DType::complex128: return "complex128";
  }
  return "?";
}

FloatPolicy set_float_policy(FloatPolicy policy) {
  const FloatPolicy before = policy_of_thread;
  policy_of_thread = policy;
  return before;
}

FloatPolicy float_policy() { return policy_of_thread; }

DType float_result(DType t, bool allow_complex) {
  if (is_complex(t)) {
    core::check_plain(allow_complex, "complex valued input is not supported");
    return t;
  }
  if (t == DType::float32 || t == DType::float64) return t;
  if (t == DType::float16) return DType::float32;
  return policy_of_thread == FloatPolicy::single ? DType::float32 : DType::float64;
}

}  // namespace opsin
