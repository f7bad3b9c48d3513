// SPDX-License-Identifier: Apache-2.0
// One IFD as a StoredImage: what all TIFF-based formats share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/slide_data.h"
#include "io/tiff/directory.h"

namespace opsin::io {

/// When SlideLimits::tile_pixels is looked at: the caller may be about to divide the tiles.
enum class TileLimit : std::uint8_t { now, later };

/// The image of a directory, tiled or in strips. Throws IoError where tags are missing, contradict each other, or ask
/// for something that opsin cannot read (the message names the tag and its value).
StoredImage tiff_image(const std::shared_ptr<const tiff::File>& file, const tiff::Directory& directory,
                       TileLimit limit = TileLimit::now);

/// IoError "where tiles of ..." when a tile of the image has more pixels than the limit.
void check_tile_pixels(const StoredImage& image, const SlideLimits& limits, const std::string& where);

/// A placement of a whole image at the origin, tiles side by side.
Placement whole(const SlideData& data, std::size_t image);

/// Appends a level that is one image, with one plane; downsample is left at 1 for set_downsamples().
Level& add_level(SlideData& data, StoredImage image);

/// Adds a focal plane behind those that all levels have, from one image per level. False, and nothing is added, unless
/// these have the sizes, tiles and samples of the levels' own.
bool add_focal_plane(SlideData& data, std::vector<StoredImage> images);

/// OpenSlide's rule: the mean of the two ratios to level 0.
void set_downsamples(SlideData& data);

/// dtype, samples, photometric, colour map and ICC profile of level 0's first image.
void describe_pixels(SlideData& data, const tiff::Directory& directory);

/// "tiff.*" and "openslide.comment" as OpenSlide has them.
void add_tiff_properties(std::map<std::string, std::string>& properties, const tiff::Directory& directory);

/// OpenSlide's openslide.mpp-x and -y from XResolution, YResolution and ResolutionUnit; nothing without a unit.
void add_tiff_mpp(std::map<std::string, std::string>& properties, const tiff::Directory& directory);

/// OpenSlide's quickhash of most TIFFs: the tiles of `lowest` (in SlideData::images), then nine strings of a directory.
void set_tiff_quickhash(SlideData& data, std::size_t lowest, const tiff::Directory& properties_of);

/// ICC profile (34675); empty when there is none.
std::vector<std::byte> icc_profile(const tiff::Directory& directory);

/// A single image file (JPEG, PNG, ...) in `source` as one tile, probed for its size and ICC profile.
Associated encoded_image(SourcePtr source, Compression compression, std::string label);

}  // namespace opsin::io
