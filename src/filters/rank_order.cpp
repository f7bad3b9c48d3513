// SPDX-License-Identifier: Apache-2.0
// rank_order: images of 8 and 16 bits go by counts of their values and a table, others are sorted.
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/histogram.h"
#include "engine/lookup.h"
#include "engine/sort.h"
#include "opsin/filters_rank.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// 1 where a sorted key is another than the one before.
template <class K>
struct MarkNew {
  const K* keys;
  std::uint32_t* marks;
  HD void operator()(std::int64_t i) const { marks[i] = i > 0 && keys[i] != keys[i - 1] ? 1u : 0u; }
};

/// From the sorted order to the ranks of the elements and to the different values.
template <class K>
struct Spread {
  const K* keys;
  const std::uint32_t* places;
  const std::uint32_t* order;
  engine::KeyBits<K> bits;
  void* ranks;
  DType rank_dtype;
  K* values;
  HD void operator()(std::int64_t i) const {
    const std::uint32_t rank = order[i];
    const std::int64_t to = places[i];
    switch (rank_dtype) {
      case DType::uint8: static_cast<std::uint8_t*>(ranks)[to] = static_cast<std::uint8_t>(rank); break;
      case DType::uint16: static_cast<std::uint16_t*>(ranks)[to] = static_cast<std::uint16_t>(rank); break;
      default: static_cast<std::uint32_t*>(ranks)[to] = rank;
    }
    if (i == 0 || order[i - 1] != rank) values[rank] = bits.bits(keys[i]);
  }
};

/// 1 for a value that occurs.
struct MarkFound {
  const std::int64_t* counts;
  std::uint32_t* marks;
  HD void operator()(std::int64_t i) const { marks[i] = counts[i] > 0 ? 1u : 0u; }
};

/// To its rank, each value that occurs: `order` counts those up to it.
template <class K>
struct KeepFound {
  const std::int64_t* counts;
  const std::uint32_t* order;
  std::int64_t least;
  K* values;
  HD void operator()(std::int64_t i) const {
    if (counts[i] > 0) values[order[i] - 1] = static_cast<K>(least + i);
  }
};

struct RankOfValue {
  const std::uint32_t* order;
  std::int64_t least;
  HD std::int64_t operator()(std::int64_t x) const { return std::int64_t{order[x - least]} - 1; }
};

std::vector<Array> rank_values(const Array& given, DType rank_dtype) {
  constexpr std::int64_t grain = 1 << 15;
  const Array image = given.dtype() == DType::boolean ? given.astype(DType::uint8) : given;
  const std::int64_t least = engine::least_value(image.dtype());
  const Array counts = engine::count_values(image);
  const Array order = Array::empty(counts.shape(), DType::uint32, image.device());
  auto* marks = order.mutable_data_as<std::uint32_t>();
  engine::each(counts.size(), grain, MarkFound{counts.data_as<std::int64_t>(), marks});
  const std::int64_t different = engine::add_up(order);
  const Array ranks = core::empty_result(image.shape(), rank_dtype, image.device());
  const Array values = core::empty_result({different}, given.dtype(), image.device());
  with_bits(itemsize(image.dtype()), [&]<class K>(Tag<K>) {
    engine::each(counts.size(), grain,
                 KeepFound<K>{counts.data_as<std::int64_t>(), marks, least, static_cast<K*>(values.mutable_data())});
  });
  engine::lookup<std::int64_t>(ranks, image, RankOfValue{marks, least});
  return {ranks, values};
}

template <class K>
std::vector<Array> rank_sorted(const Array& image, DType rank_dtype) {
  constexpr std::int64_t grain = 1 << 15;
  const std::int64_t n = image.size();
  const engine::KeyBits<K> bits = engine::key_bits<K>(image.dtype());
  const engine::SortedKeys sorted = engine::sort_keys<K>(image, bits);
  const Array order = Array::empty({n}, DType::uint32, image.device());
  auto* marks = order.mutable_data_as<std::uint32_t>();
  engine::each(n, grain, MarkNew<K>{sorted.keys.data_as<K>(), marks});
  const std::int64_t different = engine::add_up(order) + 1;
  const Array ranks = core::empty_result(image.shape(), rank_dtype, image.device());
  const Array values = core::empty_result({different}, image.dtype(), image.device());
  engine::each(n, grain,
               Spread<K>{sorted.keys.data_as<K>(), sorted.places.data_as<std::uint32_t>(), marks, bits,
                         ranks.mutable_data(), rank_dtype, values.mutable_data_as<K>()});
  return {ranks, values};
}

}  // namespace

std::vector<Array> rank_order(const Array& image) {
  const std::int64_t n = image.size();
  core::check<TypeError>(!is_complex(image.dtype()), "filters.rank_order", "complex images have no order");
  core::check_plain<IndexError>(n > 0, "an image without elements has no values");
  const DType rank_dtype = n < 1 << 8 ? DType::uint8 : n < 1 << 16 ? DType::uint16 : DType::uint32;
  engine::check_places(image);  // of values, too, ranks are at most uint32
  if (!is_floating(image.dtype()) && itemsize(image.dtype()) <= 2) return rank_values(image, rank_dtype);
  const Array in = image.contiguous();
  std::vector<Array> result;
  with_bits(itemsize(image.dtype()), [&]<class K>(Tag<K>) { result = rank_sorted<K>(in, rank_dtype); });
  return result;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, rank_order, std::vector<Array>, const Array&)
