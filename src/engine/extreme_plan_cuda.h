// SPDX-License-Identifier: Apache-2.0
// What the streaming kernel of extremes is told: a footprint as passes over the image. A pass is a list of steps for
// each plane of the footprint; larger footprints than one pass takes are cut, and their passes join in the output.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

inline constexpr int most_pass_rows = 32;
/// Half a warp's elements, so that a strip makes the other half at least.
HD constexpr int most_pass_columns(int lane) { return 16 * lane; }
inline constexpr int most_pass_planes = 32;
inline constexpr int most_pass_steps = 224;

/// What is done with a line's windows: they grow by their neighbours `shift` bytes away (no rows), or those `shift`
/// bytes away join the outputs whose bits are set, 0 for the one that this line completes.
struct ExtremeStep {
  std::uint32_t rows;
  std::uint32_t shift;
};

/// Shifts are relative to `left`, which is a multiple of what a lane holds.
struct ExtremePass {
  int top, left;    // offset of the corner
  int rows, reach;  // rows, and columns beside an output
  int planes;
  bool has_first;  // the footprint's first element
  int offset[most_pass_planes][max_ndim - 2];
  int end[most_pass_planes];  // of a plane's steps
  ExtremeStep step[most_pass_steps];
};

/// A box as a footprint's runs: sizes and first offsets of all axes.
inline Chords chords_of_box(const std::vector<Window>& box) {
  const std::size_t y = box.size() - 2;
  Chords chords;
  chords.top = box[y].first;
  chords.left = box[y + 1].first;
  chords.rows = box[y].size;
  chords.columns = box[y + 1].size;
  ChordGroup group{chords.columns, {}};
  for (std::int64_t r = 0; r < chords.rows; ++r) group.starts.push_back({r, 0});
  std::int64_t planes = 1;
  for (std::size_t a = 0; a < y; ++a) planes *= box[a].size;
  for (std::int64_t p = 0; p < planes; ++p) {
    Offset offset{};
    std::int64_t rest = p;
    for (std::size_t a = y; a-- > 0; rest /= box[a].size) offset[a] = box[a].first + rest % box[a].size;
    chords.planes.push_back({offset, {group}});
  }
  return chords;
}

class ExtremePasses {
 public:
  /// `lane`: elements that a lane holds; `item`: bytes of one.
  ExtremePasses(const Chords& chords, int ndim, int lane, int item)
      : chords_(chords), leading_(ndim - 2), lane_(lane), item_(item) {
    for (std::int64_t r = 0; r < chords.rows; r += most_pass_rows) {
      for (std::int64_t c = 0; c < chords.columns; c += most_pass_columns(lane)) {
        cut(r, std::min(chords.rows, r + most_pass_rows), c, std::min(chords.columns, c + most_pass_columns(lane)));
      }
    }
    // Which outputs are NaN is decided by the first element: its pass comes last.
    std::stable_partition(passes_.begin(), passes_.end(), [](const ExtremePass& p) { return !p.has_first; });
  }
  const std::vector<ExtremePass>& passes() const { return passes_; }

 private:
  /// Length and start of a run, and the rows where it is.
  using Runs = std::map<std::pair<std::int64_t, std::int64_t>, std::uint32_t>;

  /// The plane's runs within rows [r0, r1) and columns [c0, c1), from `left` on.
  static Runs runs_of(const ChordPlane& plane, std::int64_t r0, std::int64_t r1, std::int64_t c0, std::int64_t c1,
                      std::int64_t left) {
    Runs runs;
    for (const ChordGroup& group : plane.groups) {
      for (const auto& [row, start] : group.starts) {
        const std::int64_t begin = std::max(start, c0), end = std::min(start + group.length, c1);
        if (row < r0 || row >= r1 || begin >= end) continue;
        runs[{end - begin, begin - left}] |= std::uint32_t{1} << (r1 - 1 - row);
      }
    }
    return runs;
  }

  std::vector<ExtremeStep> steps_of(const Runs& runs) const {
    std::vector<ExtremeStep> steps;
    std::int64_t size = 1;
    for (const auto& [run, rows] : runs) {
      while (size < run.first) {
        const std::int64_t more = std::min(size, run.first - size);
        steps.push_back({0, static_cast<std::uint32_t>(more * item_)});
        size += more;
      }
      steps.push_back({rows, static_cast<std::uint32_t>(run.second * item_)});
    }
    return steps;
  }

  void cut(std::int64_t r0, std::int64_t r1, std::int64_t c0, std::int64_t c1) {
    const std::int64_t column = chords_.left + c0;
    const std::int64_t left = column - (column % lane_ + lane_) % lane_;
    ExtremePass begun{};
    begun.top = static_cast<int>(chords_.top + r0);
    begun.left = static_cast<int>(left);
    begun.rows = static_cast<int>(r1 - r0);
    begun.reach = static_cast<int>(column + c1 - c0 - 1 - left);
    std::vector<std::vector<ExtremeStep>> steps;
    for (const ChordPlane& plane : chords_.planes) {
      steps.push_back(steps_of(runs_of(plane, r0, r1, c0, c1, left - chords_.left)));
      if (steps.back().size() > most_pass_steps) {
        // Down to single rows, then to fewer columns: a long row of single elements is too much for one pass.
        if (r1 - r0 > 1) {
          cut(r0, (r0 + r1) / 2, c0, c1);
          cut((r0 + r1) / 2, r1, c0, c1);
        } else {
          cut(r0, r1, c0, (c0 + c1) / 2);
          cut(r0, r1, (c0 + c1) / 2, c1);
        }
        return;
      }
    }
    const auto y = static_cast<std::size_t>(leading_);
    const std::int64_t first_row = chords_.first[y] - chords_.top, first_column = chords_.first[y + 1] - chords_.left;
    const bool first_here = first_row >= r0 && first_row < r1 && first_column >= c0 && first_column < c1;
    ExtremePass pass = begun;
    const auto count = [&] { return pass.planes > 0 ? pass.end[pass.planes - 1] : 0; };
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const int more = static_cast<int>(steps[k].size());
      if (more == 0) continue;
      if (pass.planes == most_pass_planes || count() + more > most_pass_steps) {
        passes_.push_back(pass);
        pass = begun;
      }
      std::copy(steps[k].begin(), steps[k].end(), pass.step + count());
      const int end = count() + more;
      for (std::size_t a = 0; a < y; ++a) pass.offset[pass.planes][a] = static_cast<int>(chords_.planes[k].offset[a]);
      pass.end[pass.planes++] = end;
      pass.has_first = pass.has_first || (first_here && k == 0);
    }
    if (pass.planes > 0) passes_.push_back(pass);
  }

  const Chords& chords_;
  int leading_, lane_, item_;
  std::vector<ExtremePass> passes_;
};

}  // namespace opsin::OPSIN_TARGET::engine
