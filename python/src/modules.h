// SPDX-License-Identifier: Apache-2.0
// One function per public header; its file is <module>.cpp, or <module>_<part>.cpp for a part of a module.
#pragma once

#include <nanobind/nanobind.h>

namespace opsin::python {

void bind_color(nanobind::module_& m);
void bind_color_difference(nanobind::module_& m);
void bind_color_spaces(nanobind::module_& m);
void bind_data(nanobind::module_& m);
void bind_exposure(nanobind::module_& m);
void bind_exposure_adjust(nanobind::module_& m);
void bind_feature(nanobind::module_& m);
void bind_feature_corners(nanobind::module_& m);
void bind_feature_maps(nanobind::module_& m);
void bind_feature_peaks(nanobind::module_& m);
void bind_filters(nanobind::module_& m);
void bind_filters_edges(nanobind::module_& m);
void bind_filters_frequency(nanobind::module_& m);
void bind_filters_gabor(nanobind::module_& m);
void bind_filters_rank(nanobind::module_& m);
void bind_filters_ridges(nanobind::module_& m);
void bind_filters_sharpen(nanobind::module_& m);
void bind_filters_sparse(nanobind::module_& m);
void bind_filters_threshold(nanobind::module_& m);
void bind_filters_threshold_local(nanobind::module_& m);
void bind_loader(nanobind::module_& m);
void bind_measure_blocks(nanobind::module_& m);
void bind_measure_colocalization(nanobind::module_& m);
void bind_measure_moments(nanobind::module_& m);
void bind_morphology(nanobind::module_& m);
void bind_ndimage(nanobind::module_& m);
void bind_ndimage_generic(nanobind::module_& m);
void bind_filters_lpi(nanobind::module_& m);
void bind_filters_window(nanobind::module_& m);
void bind_metrics(nanobind::module_& m);
void bind_ndimage_fourier(nanobind::module_& m);
void bind_ndimage_morphology(nanobind::module_& m);
void bind_segmentation(nanobind::module_& m);
void bind_ndimage_order(nanobind::module_& m);
void bind_slide(nanobind::module_& m);
void bind_transform_integral(nanobind::module_& m);
void bind_util(nanobind::module_& m);
void bind_util_arrange(nanobind::module_& m);
void bind_util_noise(nanobind::module_& m);

}  // namespace opsin::python
