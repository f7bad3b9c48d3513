// SPDX-License-Identifier: Apache-2.0
// Exceptions and warnings. Python raises the builtin exception of the same name.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace opsin {

struct __attribute__((visibility("default"))) Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A value outside what the operation takes.
struct __attribute__((visibility("default"))) ValueError : Error {
  using Error::Error;
};
/// A dtype or kind of object the operation does not take.
struct __attribute__((visibility("default"))) TypeError : Error {
  using Error::Error;
};
struct __attribute__((visibility("default"))) IndexError : Error {
  using Error::Error;
};
struct __attribute__((visibility("default"))) NotImplementedError : Error {
  using Error::Error;
};
/// SciPy's answer to arguments that do not fit together (wrong output shape, filter too long).
struct __attribute__((visibility("default"))) RuntimeError : Error {
  using Error::Error;
};
struct __attribute__((visibility("default"))) MemoryError : Error {
  using Error::Error;
};
/// A file that cannot be read as what it says it is.
struct __attribute__((visibility("default"))) IoError : Error {
  using Error::Error;
};
/// CUDA is not there, or one of its calls failed.
struct __attribute__((visibility("default"))) CudaError : Error {
  using Error::Error;
};

struct Warning {
  enum class Category { user, runtime, future, deprecation } category;
  std::string text;
};

/// Warnings that calls of this thread left since the last take; the caller decides what to do with them.
std::vector<Warning> take_warnings();

}  // namespace opsin
