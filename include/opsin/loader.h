// SPDX-License-Identifier: Apache-2.0
// Many regions of a slide as batches, for training and inference.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "opsin/array.h"
#include "opsin/device.h"
#include "opsin/slide.h"

namespace opsin {

enum class BatchLayout : std::uint8_t {
  nhwc,  ///< (batch, height, width, channels)
  nchw,  ///< (batch, channels, height, width)
};

struct LoaderOptions {
  int level = 0;
  /// Numbers of the channels wanted, in this order; unset: all.
  std::optional<std::vector<int>> channels = {};
  std::int64_t z = 0;
  std::int64_t t = 0;
  std::int64_t batch_size = 1;
  /// Threads that read ahead. 0: next() itself makes each batch, with the threads that every operation uses.
  int num_workers = 0;
  /// Batches that the threads may have begun or finished before they are asked for.
  int prefetch = 2;
  /// Leaves out a last batch of fewer than batch_size regions.
  bool drop_last = false;
  /// Where the batches lie.
  Device device = {};
  /// Unset: the slide's, or float32 with mean or stddev. Otherwise the slide's own or a floating one: values keep their
  /// range, 0 to 255 of a uint8 slide are 0.0 to 255.0.
  std::optional<DType> dtype = {};
  BatchLayout layout = BatchLayout::nhwc;
  /// (x - mean) / stddev per channel, on the scale of the slide's own values. One entry for all channels or one for
  /// each; empty: 0 and 1.
  std::vector<double> mean = {}, stddev = {};
};

/// Regions of one size in batches, in the order of their locations whatever the number of threads. Within a batch each
/// tile is decoded once, and neighbouring tiles are read together. Memory is bounded: `prefetch` batches and the one
/// handed out, what one region after the other needs of each of them, and the tile cache.
///
/// next() and close() are for one thread at a time. A loader that is copied into a forked child belongs to the parent:
/// next() throws there; the child makes its own.
class __attribute__((visibility("default"))) RegionLoader {
 public:
  /// Locations are (x, y) of the top left corners in level-0 pixels, as for Slide::read_region. The threads start here.
  /// Throws what read_region throws for its arguments, ValueError for the others, CudaError where there is no such
  /// device.
  RegionLoader(const Slide& slide, std::vector<std::array<std::int64_t, 2>> locations, Size size,
               const LoaderOptions& options = {});
  ~RegionLoader();
  RegionLoader(RegionLoader&&) noexcept;
  RegionLoader& operator=(RegionLoader&&) noexcept;

  /// Batches in all.
  std::int64_t size() const;

  /// The next batch, a new array; nothing when there is none left. Waits for it. Throws IoError for a tile that cannot
  /// be decoded (of the first region concerned), when the batches before it have been handed out; the loader is then
  /// closed. On CUDA the batch is made on the caller's current stream.
  std::optional<Array> next();

  /// Ends and joins the threads and frees everything; next() gives nothing from then on. The destructor does the same.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::int64_t size_ = 0;
};

}  // namespace opsin
