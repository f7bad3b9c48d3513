// SPDX-License-Identifier: Apache-2.0
// A module's header brings all of its parts: one function of each is named here, and no part is included.
#include <doctest/doctest.h>

#include "opsin/color.h"
#include "opsin/exposure.h"
#include "opsin/feature.h"
#include "opsin/filters.h"
#include "opsin/measure.h"
#include "opsin/util.h"

using namespace opsin;

namespace {

template <class... Functions>
bool are_declared(Functions... functions) {
  return (... && (functions != nullptr));
}

}  // namespace

TEST_CASE("a module's header brings all of its parts") {
  CHECK(color::named_color("red").has_value());
  CHECK(are_declared(&color::rgb2hsv, &color::deltaE_cie76));
  CHECK(are_declared(&exposure::equalize_hist, &exposure::adjust_log));
  CHECK(are_declared(&feature::multiscale_basic_features, &feature::canny, &feature::corner_harris,
                     &feature::peak_local_max));
  CHECK(are_declared(&filters::gaussian, &filters::sobel, &filters::butterworth, &filters::gabor,
                     &filters::filter_forward, &filters::median, &filters::rank::mean, &filters::sato,
                     &filters::unsharp_mask, &filters::correlate_sparse, &filters::threshold_mean,
                     &filters::threshold_local, &filters::window));
  CHECK(are_declared(&measure::block_reduce, &measure::blur_effect, &measure::manders_overlap_coeff,
                     &measure::shannon_entropy, &measure::moments, &measure::profile_line));
  CHECK(are_declared(&util::invert, &util::montage, &util::random_noise));
}
