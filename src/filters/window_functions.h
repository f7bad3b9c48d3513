// SPDX-License-Identifier: Apache-2.0
// Windows that take more than a formula.
#pragma once

#include "opsin/filters_window.h"

namespace opsin::filters {

/// Dolph-Chebyshev: the spectrum's side lobes all lie parameter[0] decibels below the main one.
std::vector<double> chebyshev(std::int64_t n, const std::vector<double>& parameter);

/// The first discrete prolate spheroidal sequence of half bandwidth parameter[0].
std::vector<double> slepian(std::int64_t n, const std::vector<double>& parameter);

}  // namespace opsin::filters
