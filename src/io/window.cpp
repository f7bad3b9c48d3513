// SPDX-License-Identifier: Apache-2.0
#include "io/window.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/memory.h"
#include "io/limits.h"

namespace opsin::io {
namespace {

// A system call costs about what reading some tens of KiB from the page cache costs, and a disk's or a network's round
// trip much more; beyond that, bytes between two tiles are not worth reading. The size bounds the memory.
constexpr std::uint64_t largest_gap = 64 << 10;
constexpr std::uint64_t largest_read = 4 << 20;

}  // namespace

std::uint64_t TileWindow::add(const RegionSource& source, const RegionRequest& request) {
  std::uint64_t first = UINT64_MAX;
  visit_tiles(source, request, [&](const Tile& tile, std::uint32_t image) {
    // Uncompressed tiles are not decoded, and read by the rows that are wanted.
    if (tile.image->encoding->compression == Compression::none) return;
    TileRange range;
    try {
      range = tile.range();
    } catch (const IoError&) {
      return;  // The read of the region will say so.
    }
    if (range.length == 0) return;
    touched_.push_back({image, tile.index(), tile.image, range});
    first = std::min(first, range.offset);
  });
  return first;
}

void TileWindow::plan() {
  const auto place = [](const Touched& t) { return std::tuple(t.image, t.index); };
  std::sort(touched_.begin(), touched_.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  std::size_t count = 0;
  for (std::size_t i = 0; i < touched_.size(); ++i) count += i == 0 || place(touched_[i]) != place(touched_[i - 1]);
  entries_ = std::vector<Entry>(count);
  std::vector<const StoredImage*> images(count);
  std::size_t n = 0;
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    const Touched& t = touched_[i];
    if (i > 0 && place(t) != place(touched_[i - 1])) ++n;
    Entry& e = entries_[n];
    e.image = t.image;
    e.index = t.index;
    e.range = t.range;
    images[n] = t.stored;
    e.left = ++e.uses;
  }
  touched_ = {};

  // By place in the file.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < count; ++i) {
    const Source& source = *images[i]->source;
    const TileRange& r = entries_[i].range;
    // A tile beyond the end is left to the read of the region, which says which one it is.
    if (source.in_memory().empty() && r.length <= largest_read && inside(r.offset, r.length, source.size()))
      order.push_back(i);
  }
  const auto at = [&](std::size_t i) { return std::tuple(images[i]->source.get(), entries_[i].range.offset, i); };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at(a) < at(b); });
  struct Planned {
    std::size_t first, last;  // In `order`; both belong to it.
    std::uint64_t begin, end;
  };
  std::vector<Planned> planned;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const TileRange& r = entries_[order[k]].range;
    const std::uint64_t end = r.offset + r.length;
    if (!planned.empty()) {
      Planned& p = planned.back();
      const std::uint64_t both = std::max(p.end, end);
      if (images[order[p.first]]->source == images[order[k]]->source && r.offset <= p.end + largest_gap &&
          both - p.begin <= largest_read) {
        p.last = k;
        p.end = both;
        continue;
      }
    }
    planned.push_back({k, k, r.offset, end});
  }
  std::erase_if(planned, [](const Planned& p) { return p.first == p.last; });
  reads_ = std::vector<Read>(planned.size());
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const Planned& p = planned[i];
    Read& read = reads_[i];
    read.source = images[order[p.first]]->source.get();
    read.offset = p.begin;
    read.length = p.end - p.begin;
    read.left = p.last - p.first + 1;
    for (std::size_t k = p.first; k <= p.last; ++k) {
      entries_[order[k]].together = true;
      entries_[order[k]].read = i;
    }
  }
}

TileWindow::Entry* TileWindow::find(const TileKey& key) const {
  if (key.slide != slide_) return nullptr;
  const auto wanted = std::tuple(key.image, key.tile);
  const auto found = std::partition_point(entries_.begin(), entries_.end(),
                                          [&](const Entry& e) { return std::tuple(e.image, e.index) < wanted; });
  return found != entries_.end() && std::tuple(found->image, found->index) == wanted ? &*found : nullptr;
}

TilePixels TileWindow::shared(const TileKey& key, const std::function<TilePixels()>& decode) const {
  Entry* const e = find(key);
  if (!e || e->uses < 2) return nullptr;
  const std::lock_guard lock(e->mutex);
  if (!e->pixels) e->pixels = decode();
  const TilePixels pixels = e->pixels;
  if (e->left > 0 && --e->left == 0) e->pixels = nullptr;
  return pixels;
}

StoredBytes TileWindow::bytes(const TileKey& key) const {
  const Entry* const e = find(key);
  if (!e || !e->together) return {};
  Read& read = reads_[e->read];
  const std::lock_guard lock(read.mutex);
  if (read.failed || read.left == 0) return {};
  if (!read.bytes) {
    const auto buffer = core::allocate(read.length, Device{});
    try {
      read.source->read(read.offset, {static_cast<std::byte*>(buffer->data), read.length});
    } catch (const IoError&) {
      read.failed = true;  // Perhaps of a neighbour alone; each tile is read for itself, and says what is wrong.
      return {};
    }
    read.bytes = buffer;
  }
  const StoredBytes stored{
      read.bytes, {static_cast<const std::byte*>(read.bytes->data) + (e->range.offset - read.offset), e->range.length}};
  if (--read.left == 0) read.bytes = nullptr;
  return stored;
}

}  // namespace opsin::io
