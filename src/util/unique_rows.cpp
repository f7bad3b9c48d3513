// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/sort.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

constexpr std::int64_t grain = 1 << 13;

/// A row's bytes as words that are in order when their bytes are.
struct RowWords {
  const std::uint8_t* rows;
  std::int64_t bytes;  // of a row

  HD std::int64_t count() const { return (bytes + 7) / 8; }
  HD std::uint64_t word(std::int64_t row, std::int64_t which) const {
    const std::uint8_t* p = rows + row * bytes;
    std::uint64_t value = 0;
    for (std::int64_t b = 8 * which; b < 8 * which + 8; ++b) value = value << 8 | (b < bytes ? p[b] : 0u);
    return value;
  }
  HD bool differ(std::int64_t a, std::int64_t b) const {
    for (std::int64_t i = 0; i < bytes; ++i) {
      if (rows[a * bytes + i] != rows[b * bytes + i]) return true;
    }
    return false;
  }
};

/// A word of every row, in an order of the rows; null: as they are.
struct TakeWords {
  RowWords rows;
  std::int64_t which;
  const std::uint32_t* order;
  std::uint64_t* to;
  HD void operator()(std::int64_t i) const {
    to[i] = rows.word(order != nullptr ? static_cast<std::int64_t>(order[i]) : i, which);
  }
};

struct Compose {
  const std::uint32_t* order;
  const std::uint32_t* places;
  std::uint32_t* to;
  HD void operator()(std::int64_t i) const { to[i] = order[places[i]]; }
};

struct MarkNewRows {
  RowWords rows;
  const std::uint32_t* order;
  std::uint32_t* marks;
  HD void operator()(std::int64_t i) const { marks[i] = i > 0 && rows.differ(order[i], order[i - 1]) ? 1u : 0u; }
};

struct CopyNewRows {
  RowWords rows;
  const std::uint32_t* order;
  const std::uint32_t* before;
  std::uint8_t* to;
  HD void operator()(std::int64_t i) const {
    if (i > 0 && before[i] == before[i - 1]) return;
    const std::uint8_t* from = rows.rows + order[i] * rows.bytes;
    std::uint8_t* row = to + before[i] * rows.bytes;
    for (std::int64_t b = 0; b < rows.bytes; ++b) row[b] = from[b];
  }
};

/// Where the rows come from, sorted: by one word after the other from the last on, which keeps the order so far.
Array sorted_order(const RowWords& rows, std::int64_t n, Device device) {
  Array order;
  const Array words = Array::empty({n}, DType::uint64, device);
  for (std::int64_t which = rows.count() - 1; which >= 0; --which) {
    const auto* now = order.defined() ? order.data_as<std::uint32_t>() : nullptr;
    engine::each(n, grain, TakeWords{rows, which, now, words.mutable_data_as<std::uint64_t>()});
    const Array places = engine::sort_keys<std::uint64_t>(words, {engine::KeyBits<std::uint64_t>::Kind::whole}).places;
    if (!order.defined()) {
      order = places;
      continue;
    }
    const Array next = Array::empty({n}, DType::uint32, device);
    engine::each(n, grain, Compose{now, places.data_as<std::uint32_t>(), next.mutable_data_as<std::uint32_t>()});
    order = next;
  }
  return order;
}

}  // namespace

Array unique_rows(const Array& ar) {
  core::check_plain(ar.ndim() == 2, "unique_rows() only makes sense for 2D arrays, got ", ar.ndim());
  const std::int64_t n = ar.shape(0);
  if (n == 0) return ar.copy();
  core::check(ar.shape(1) > 0, "util.unique_rows", "rows must have elements");
  const Array in = ar.contiguous();
  const RowWords rows{static_cast<const std::uint8_t*>(in.data()),
                      in.shape(1) * static_cast<std::int64_t>(itemsize(in.dtype()))};
  const Array order = sorted_order(rows, n, in.device());
  const Array before = Array::empty({n}, DType::uint32, in.device());
  auto* marks = before.mutable_data_as<std::uint32_t>();
  engine::each(n, grain, MarkNewRows{rows, order.data_as<std::uint32_t>(), marks});
  const std::int64_t different = engine::add_up(before) + 1;
  const Array out = core::empty_result({different, in.shape(1)}, in.dtype(), in.device());
  engine::each(
      n, grain,
      CopyNewRows{rows, order.data_as<std::uint32_t>(), marks, static_cast<std::uint8_t*>(out.mutable_data())});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, unique_rows, Array, const Array&)
