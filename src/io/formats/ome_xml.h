// SPDX-License-Identifier: Apache-2.0
// OME-XML (schema 2016-06 and older): what an OME-TIFF's image is made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/slide_data.h"
#include "io/xml.h"

namespace opsin::io {

/// Where the pixels of one plane are: a page of a file.
struct OmePlane {
  std::string file;  ///< as FileName says; empty for the file with the XML
  std::uint64_t directory = 0;
  bool known = false;
};

struct OmeImage {
  std::string name;
  std::int64_t width = 0, height = 0;
  std::int64_t groups = 1, z = 1, t = 1;  ///< channels as they are stored: RGB is one
  std::int64_t samples = 1;               ///< per stored channel
  std::vector<OmePlane> planes;           ///< groups * z * t, as Level::planes
  std::vector<ChannelData> channels;      ///< groups * samples, or empty
  std::array<std::optional<double>, 2> mpp;
  std::optional<double> objective_power;
};

struct OmeMetadata {
  std::string metadata_file;  ///< BinaryOnly: the file that has the XML; nothing else is set then
  std::vector<OmeImage> images;
};

/// Throws IoError("where: ...") for what is no OME-XML or contradicts itself, and for more planes than
/// limits.directories. `directories` is the number of pages of the file itself, which TiffData without counts stands
/// for.
OmeMetadata parse_ome(std::string_view text, const std::string& where, std::uint64_t directories,
                      const SlideLimits& limits);

}  // namespace opsin::io
