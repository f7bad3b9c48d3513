// SPDX-License-Identifier: Apache-2.0
// Argument checks: one spelling for every error that a caller can cause.
#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "opsin/array.h"
#include "opsin/error.h"

namespace opsin::core {

namespace detail {
inline void put(std::ostream& s, DType t) { s << name(t); }
inline void put(std::ostream& s, const Extents& e) { s << e.str(); }
inline void put(std::ostream& s, Device d) { s << d.str(); }
template <class T>
void put(std::ostream& s, const T& v) {
  s << v;
}
}  // namespace detail

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream s;
  (detail::put(s, parts), ...);
  return s.str();
}

/// Throws E with "op: parts..." unless the condition holds.
template <class E = ValueError, class... Parts>
void check(bool condition, std::string_view op, const Parts&... parts) {
  if (!condition) throw E(text(op, ": ", parts...));
}

/// The same without the name of the operation, for messages that scikit-image fixes word by word.
template <class E = ValueError, class... Parts>
void check_plain(bool condition, const Parts&... parts) {
  if (!condition) throw E(text(parts...));
}

/// Axis in [-ndim, ndim) as one in [0, ndim). Throws IndexError.
inline int normalize_axis(std::string_view op, std::int64_t axis, int ndim) {
  check<IndexError>(axis >= -ndim && axis < ndim, op, "axis ", axis, " is out of bounds for array of dimension ", ndim);
  return static_cast<int>(axis < 0 ? axis + ndim : axis);
}

/// Leaves a warning for the caller of the current operation (see opsin::take_warnings).
void warn(Warning::Category category, std::string text);

}  // namespace opsin::core
