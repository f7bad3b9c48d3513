// SPDX-License-Identifier: Apache-2.0
#include "io/tiff/tags.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/check.h"

namespace opsin::io::tiff {
namespace {

struct Name {
  std::uint16_t number;
  std::string_view name;
};

constexpr std::array names{
    Name{254, "NewSubfileType"},
    Name{255, "SubfileType"},
    Name{256, "ImageWidth"},
    Name{257, "ImageLength"},
    Name{258, "BitsPerSample"},
    Name{259, "Compression"},
    Name{262, "PhotometricInterpretation"},
    Name{266, "FillOrder"},
    Name{269, "DocumentName"},
    Name{270, "ImageDescription"},
    Name{271, "Make"},
    Name{272, "Model"},
    Name{273, "StripOffsets"},
    Name{274, "Orientation"},
    Name{277, "SamplesPerPixel"},
    Name{278, "RowsPerStrip"},
    Name{279, "StripByteCounts"},
    Name{282, "XResolution"},
    Name{283, "YResolution"},
    Name{284, "PlanarConfiguration"},
    Name{285, "PageName"},
    Name{286, "XPosition"},
    Name{287, "YPosition"},
    Name{296, "ResolutionUnit"},
    Name{297, "PageNumber"},
    Name{305, "Software"},
    Name{306, "DateTime"},
    Name{315, "Artist"},
    Name{316, "HostComputer"},
    Name{317, "Predictor"},
    Name{320, "ColorMap"},
    Name{322, "TileWidth"},
    Name{323, "TileLength"},
    Name{324, "TileOffsets"},
    Name{325, "TileByteCounts"},
    Name{330, "SubIFDs"},
    Name{338, "ExtraSamples"},
    Name{339, "SampleFormat"},
    Name{347, "JPEGTables"},
    Name{512, "JPEGProc"},
    Name{513, "JPEGInterchangeFormat"},
    Name{514, "JPEGInterchangeFormatLength"},
    Name{515, "JPEGRestartInterval"},
    Name{519, "JPEGQTables"},
    Name{520, "JPEGDCTables"},
    Name{521, "JPEGACTables"},
    Name{529, "YCbCrCoefficients"},
    Name{530, "YCbCrSubSampling"},
    Name{531, "YCbCrPositioning"},
    Name{532, "ReferenceBlackWhite"},
    Name{700, "XMP"},
    Name{32997, "ImageDepth"},
    Name{33432, "Copyright"},
    Name{34675, "InterColorProfile"},
    Name{50838, "IJMetadataByteCounts"},
    Name{50839, "IJMetadata"},
    Name{65000, "ArgosXML"},
    Name{65420, "NDPI FormatFlag"},
    Name{65421, "NDPI SourceLens"},
    Name{65422, "NDPI XOffsetFromSlideCentre"},
    Name{65423, "NDPI YOffsetFromSlideCentre"},
    Name{65424, "NDPI FocalPlane"},
    Name{65426, "NDPI McuStarts"},
    Name{65427, "NDPI Reference"},
    Name{65432, "NDPI McuStartsHighBytes"},
    Name{65449, "NDPI PropertyMap"},
};
static_assert(std::is_sorted(names.begin(), names.end(),
                             [](const Name& a, const Name& b) { return a.number < b.number; }));

}  // namespace

std::string tag_name(std::uint16_t number) {
  const auto at =
      std::lower_bound(names.begin(), names.end(), number, [](const Name& a, std::uint16_t n) { return a.number < n; });
  if (at != names.end() && at->number == number) return std::string(at->name);
  return core::text("tag ", number);
}

}  // namespace opsin::io::tiff
