// SPDX-License-Identifier: Apache-2.0
// The table of formats. Adding one: a file here with its Format, a line in formats.cpp, cases in tests/slides.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "io/slide_data.h"
#include "io/source.h"
#include "io/tiff/directory.h"
#include "opsin/slide.h"

namespace opsin::io {

/// What detect and open get.
struct Candidate {
  SourcePtr source;
  /// The path, for formats of several files; empty when the slide is not a file.
  std::string path;
  SlideLimits limits;
  /// The parsed container when the source is a TIFF, null otherwise.
  std::shared_ptr<const tiff::File> tiff;
};

struct Format {
  const char* name;
  /// Whether a file is of this format, from content and never from the path's extension. Throws only IoError for reads
  /// that fail; a file that is not of the format, however broken, gives false.
  bool (*detect)(const Candidate&);
  /// Throws IoError for a file that is of the format but cannot be read.
  SlideData (*open)(const Candidate&);
};

/// In the order of detection: special ones first, generic TIFF and plain images last.
std::span<const Format> formats();

/// The first format that detects the candidate, or null.
const Format* detect(const Candidate& candidate);

// The formats, one file each.
extern const Format aperio;
extern const Format argos;
extern const Format hamamatsu_ndpi;
extern const Format huron;
extern const Format leica;
extern const Format ome_tiff;
extern const Format perkinelmer;
extern const Format philips;
extern const Format trestle;
extern const Format ventana;
extern const Format generic_tiff;
extern const Format plain_tiff;
extern const Format single_image;  // PNG, JPEG, JPEG 2000, WebP

}  // namespace opsin::io
