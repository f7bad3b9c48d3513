// SPDX-License-Identifier: Apache-2.0
// One function per public header; its file is <module>.cpp.
#pragma once

#include <nanobind/nanobind.h>

namespace opsin::python {

void bind_color(nanobind::module_& m);
void bind_filters(nanobind::module_& m);
void bind_util(nanobind::module_& m);

}  // namespace opsin::python
