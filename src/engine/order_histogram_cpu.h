// SPDX-License-Identifier: Apache-2.0
// Any rank of bytes under a box on the CPU: a histogram of each column of the box, and their sum under the window
// (S. Perreault and P. Hebert, "Median filtering in constant time", IEEE Transactions on Image Processing 16, 2007).
#pragma once

#include "engine/order_rows_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Sixteen counts; plain loops over them become vector code.
struct Counts {
  alignas(32) std::uint16_t n[16];

  void add(const Counts& c) {
    for (int i = 0; i < 16; ++i) n[i] = static_cast<std::uint16_t>(n[i] + c.n[i]);
  }
  void subtract(const Counts& c) {
    for (int i = 0; i < 16; ++i) n[i] = static_cast<std::uint16_t>(n[i] - c.n[i]);
  }
  /// The bin that holds the element of that rank; takes what lies in lower bins from the rank.
  int find(int& rank) const {
    const hn::FixedTag<std::uint16_t, 8> tag;
    const auto sums = [&](const std::uint16_t* from) {
      auto v = hn::LoadU(tag, from);
      v = hn::Add(v, hn::ShiftLeftLanes<1>(tag, v));
      v = hn::Add(v, hn::ShiftLeftLanes<2>(tag, v));
      return hn::Add(v, hn::ShiftLeftLanes<4>(tag, v));
    };
    const auto low = sums(n), high = hn::Add(sums(n + 8), hn::Broadcast<7>(low));
    std::uint16_t below[17] = {};
    hn::StoreU(low, tag, below + 1);
    hn::StoreU(high, tag, below + 9);
    const auto k = hn::Set(tag, static_cast<std::uint16_t>(rank));
    const auto bin =
        hn::CountTrue(tag, hn::Eq(hn::Min(low, k), low)) + hn::CountTrue(tag, hn::Eq(hn::Min(high, k), high));
    rank -= below[bin];
    return static_cast<int>(bin);
  }
};

class ByteBoxTask {
 public:
  explicit ByteBoxTask(const OrderImage<std::uint8_t>& image)
      : image_(image), rank_(static_cast<int>(image.rank)), reach_(image.reach) {}

  void run() const {
    // The columns' histograms stay in the L2 cache; a tile is much higher than the rows that it only adds.
    const std::int64_t strip = std::max<std::int64_t>(320, 2 * reach_.columns);
    const std::int64_t band = std::max<std::int64_t>(128, 4 * reach_.rows);
    const std::int64_t across = (image_.width + strip - 1) / strip, down = (image_.height + band - 1) / band;
    core::parallel_for(image_.planes * down * across, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        const std::int64_t x0 = t % across * strip, y0 = t / across % down * band;
        tile(t / across / down, y0, std::min(image_.height, y0 + band), x0, std::min(image_.width, x0 + strip));
      }
    });
  }

 private:
  struct Columns {
    std::int64_t count;
    Counts* coarse;  // one for each column
    Counts* fine;    // one for each column, for each value of the upper four bits
  };

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t columns = x1 - x0 + reach_.columns - 1;
    const std::int64_t line = order_line<std::uint8_t>(columns);
    const std::int64_t planes = reach_.plane_count(), rows = y1 - y0 + reach_.rows - 1;
    // Of the band's rows only the planes' edges are needed at a time, but a tile of bytes is small.
    const std::int64_t counts = 17 * columns;
    std::byte* memory = thread_scratch(static_cast<std::size_t>(counts) * sizeof(Counts) +
                                       static_cast<std::size_t>(planes * rows * line));
    const Columns c{columns, reinterpret_cast<Counts*>(memory), reinterpret_cast<Counts*>(memory) + columns};
    std::uint8_t* keys = reinterpret_cast<std::uint8_t*>(c.fine + 16 * columns);
    image_.load(keys, line, plane, y0, x0, rows, columns);
    std::memset(memory, 0, static_cast<std::size_t>(counts) * sizeof(Counts));
    std::vector<std::uint8_t> result(static_cast<std::size_t>(order_line<std::uint8_t>(x1 - x0)));
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t p = 0; p < planes; ++p) {
        const std::uint8_t* enters = keys + (p * rows + r) * line;
        for (std::int64_t x = 0; x < columns; ++x) change(c, x, enters[x], 1);
        if (r < reach_.rows) continue;
        const std::uint8_t* leaves = enters - reach_.rows * line;
        for (std::int64_t x = 0; x < columns; ++x) change(c, x, leaves[x], -1);
      }
      const std::int64_t y = r - reach_.rows + 1;
      if (y < 0) continue;
      row(c, result.data(), x1 - x0);
      store_order_keys(image_.out_row(plane, y0 + y) + x0, result.data(), x1 - x0, image_.key);
    }
  }

  static void change(const Columns& c, std::int64_t x, int value, int by) {
    std::uint16_t& coarse = c.coarse[x].n[value / 16];
    std::uint16_t& fine = c.fine[value / 16 * c.count + x].n[value % 16];
    coarse = static_cast<std::uint16_t>(coarse + by);
    fine = static_cast<std::uint16_t>(fine + by);
  }

  /// Along a row the coarse sum goes along; a fine one is brought up to date where it is asked for.
  void row(const Columns& c, std::uint8_t* result, std::int64_t count) const {
    const std::int64_t wide = reach_.columns;
    Counts coarse{}, fine[16];
    std::int64_t at[16];  // the window that each fine sum is of
    std::fill_n(at, 16, -2 * wide);
    for (std::int64_t x = 0; x + 1 < wide; ++x) coarse.add(c.coarse[x]);
    for (std::int64_t x = 0; x < count; ++x) {
      coarse.add(c.coarse[x + wide - 1]);
      int rank = rank_;
      const int high = coarse.find(rank);
      coarse.subtract(c.coarse[x]);
      const Counts* from = c.fine + high * c.count;
      Counts& sum = fine[high];
      if (2 * (x - at[high]) >= wide) {
        sum = from[x];
        for (std::int64_t i = 1; i < wide; ++i) sum.add(from[x + i]);
      } else {
        for (std::int64_t i = at[high]; i < x; ++i) {
          sum.add(from[i + wide]);
          sum.subtract(from[i]);
        }
      }
      at[high] = x;
      result[x] = static_cast<std::uint8_t>(16 * high + sum.find(rank));
    }
  }

  const OrderImage<std::uint8_t>& image_;
  int rank_;
  const Reach& reach_;
};

/// Counts are of 16 bits. A small window costs a network less.
inline bool byte_box(const OrderJob<std::uint8_t>& job) {
  if (!job.reach.full || job.reach.count > 65535 || job.reach.count <= 49) return false;
  ByteBoxTask(OrderImage<std::uint8_t>(job)).run();
  return true;
}

}  // namespace opsin::OPSIN_TARGET::engine
