// SPDX-License-Identifier: Apache-2.0
// Lists of peaks: their order, their coordinates and their distance.
#pragma once

#include <optional>

#include "core/dispatch.h"
#include "engine/select.h"
#include "engine/spacing.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::feature {

/// Elements of an image (indices in C order) as coordinates: int64 (elements, axes).
Array coordinates_of(const Array& indices, const Extents& shape);

/// The rows whose byte in `keep` is not 0.
Array kept_rows(const Array& rows, const Array& keep);

/// Coordinates of the flagged elements of a contiguous image, the greatest first, at `spacing` from each other unless
/// that is 1 or less; at most `most` of them.
Array greatest_first(const Array& image, const Array& flags, const engine::Spacing& spacing,
                     std::optional<std::int64_t> most);

/// A bool image that is true at the coordinates.
Array image_of(const Array& coordinates, const Extents& shape);

}  // namespace opsin::OPSIN_TARGET::feature
