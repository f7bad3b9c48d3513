// SPDX-License-Identifier: Apache-2.0
// What is behind opsin::Slide.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/region.h"
#include "io/slide_data.h"
#include "opsin/slide.h"

namespace opsin {
namespace io {

/// Detects, opens and checks. Throws IoError, UnsupportedFormatError.
SlideData open_data(const SourcePtr& source, const std::string& path, const SlideOptions& options);

/// Checks what the caller chose and fills in the rest; the position is left to the caller. Throws IndexError,
/// ValueError.
RegionRequest request_of(const Slide::Impl& impl, Size size, const RegionOptions& options);

/// Where a level-0 coordinate lies on a level: rounded down. Far outside it does not matter where exactly.
std::int64_t level_position(std::int64_t x, double downsample);

/// Bytes of `count` regions together. Throws ValueError when they are more than the slide's limit.
std::uint64_t region_bytes(const Slide::Impl& impl, const RegionRequest& request, std::int64_t count = 1);

/// Leaves the warning of TileErrors::fill for the caller of the current operation.
void warn_of_failures(std::size_t failures, const std::string& first);

}  // namespace io

struct Slide::Impl {
  Impl(io::SlideData slide, std::string slide_name, const SlideOptions& slide_options);
  ~Impl();

  io::SlideData data;
  SlideOptions options;
  std::string name;
  std::uint64_t id;  ///< in the tile cache
  SlideSizes sizes;
  std::vector<SlideChannel> channels;

  io::RegionSource source() const { return {&data, id, options.limits, options.errors}; }
  const std::map<std::string, std::string>& properties() const;

 private:
  // With the quickhash; made by whichever threads ask first, so that no lock can be held during a fork.
  mutable std::atomic<const std::map<std::string, std::string>*> properties_{nullptr};
};

}  // namespace opsin
