// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/output.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/sort.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

/// Sorted values and, where the span of their keys allows it, a table of all of them. Which it is, is known where the
/// keys are: no host waits for a device.
template <class K>
struct ValueTable {
  const K* keys;
  const std::uint32_t* places;
  std::int64_t count;
  std::uint32_t* table;  // 1 + the place of key - keys[0]; 0 for what is no value
  std::int64_t room;

  HD bool is_dense() const { return static_cast<K>(keys[count - 1] - keys[0]) < static_cast<std::uint64_t>(room); }

  /// The last of equal values counts.
  HD bool is_last(std::int64_t i) const { return i + 1 == count || keys[i + 1] != keys[i]; }

  /// The place of a value, -1 where there is none.
  HD std::int64_t find(K key) const {
    if (is_dense()) {
      if (key < keys[0] || key > keys[count - 1]) return -1;
      return static_cast<std::int64_t>(table[static_cast<K>(key - keys[0])]) - 1;
    }
    std::int64_t low = 0, high = count;  // The first key above it.
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      if (keys[middle] <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && keys[low - 1] == key ? static_cast<std::int64_t>(places[low - 1]) : -1;
  }
};

template <class K>
struct FillTable {
  ValueTable<K> values;
  HD void operator()(std::int64_t i) const {
    if (values.is_dense() && values.is_last(i)) {
      values.table[static_cast<K>(values.keys[i] - values.keys[0])] = values.places[i] + 1;
    }
  }
};

/// Spans of map_span elements, of `size` in all. `words`: how many of U make an element of the result.
constexpr std::int64_t map_span = 1 << 15;

template <class K, class U>
struct MapSpan {
  ValueTable<K> values;
  engine::KeyBits<K> bits;
  const K* input;
  const U* results;
  U* out;
  int words;
  std::int64_t size;

  HD void operator()(std::int64_t span, std::int64_t begin, std::int64_t end) const {
    begin += span * map_span;
    end += span * map_span;
    if (end > size) end = size;
    if (values.count == 0) {
      for (std::int64_t i = begin * words; i < end * words; ++i) out[i] = 0;
    } else if (words == 1 && values.is_dense()) {
      // What does not change stands in registers, which writes to the result would not leave to memory.
      const engine::KeyBits<K> key_of = bits;
      const K least = values.keys[0], width = static_cast<K>(values.keys[values.count - 1] - least);
      const std::uint32_t* const table = values.table;
      const K* const from = input;
      const U* const to_read = results;
      U* const to = out;
      for (std::int64_t i = begin; i < end; ++i) {
        const K at = static_cast<K>(key_of.key(from[i]) - least);
        const std::uint32_t entry = at <= width ? table[at] : 0;
        to[i] = entry == 0 ? U(0) : to_read[entry - 1];
      }
    } else {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t place = values.find(bits.key(input[i]));
        for (int w = 0; w < words; ++w) out[i * words + w] = place < 0 ? U(0) : results[place * words + w];
      }
    }
  }
};

template <class K>
void map_elements(const Array& out, const Array& input, const Array& input_vals, const Array& results) {
  ValueTable<K> values{};
  engine::SortedKeys sorted;
  Array table;
  const engine::KeyBits<K> bits = engine::key_bits<K>(input.dtype());
  values.count = input_vals.size();
  if (values.count > 0) {
    sorted = engine::sort_keys<K>(input_vals, bits);
    values.room = std::clamp<std::int64_t>(std::max(4 * values.count, input.size() / 4), 256, 1 << 22);
    table = Array::zeros(Extents{values.room}, DType::uint32, input.device());
    values.keys = sorted.keys.data_as<K>();
    values.places = sorted.places.data_as<std::uint32_t>();
    values.table = table.mutable_data_as<std::uint32_t>();
    engine::each(values.count, map_span, FillTable<K>{values});
  }
  const std::size_t item = itemsize(out.dtype());
  with_bits(item, [&]<class U>(Tag<U>) {
    const std::int64_t spans = (input.size() + map_span - 1) / map_span;
    engine::each_span(spans, map_span,
                      MapSpan<K, U>{values, bits, input.data_as<K>(), results.data_as<U>(), out.mutable_data_as<U>(),
                                    static_cast<int>(item / sizeof(U)), input.size()});
  });
}

}  // namespace

Array map_array(const Array& input_arr, const Array& input_vals, const Array& output_vals,
                const opsin::util::MapArrayOptions& o) {
  constexpr std::string_view op = "util.map_array";
  core::check_plain<TypeError>(is_integer(input_arr.dtype()),
                               "The dtype of an array to be remapped should be integer.");
  core::check_plain(
      !o.out || o.out->shape() == input_arr.shape(),
      "If out array is provided, it should have the same shape as the input array. Input array has shape ",
      input_arr.shape(), ", provided output array has shape ", o.out ? o.out->shape() : Extents{}, ".");
  core::check(input_vals.ndim() == 1 && output_vals.ndim() == 1, op, "values must have one axis");
  core::check(output_vals.size() >= input_vals.size(), op, "there are ", input_vals.size(), " input values and ",
              output_vals.size(), " output values");
  const DType dtype = o.out ? o.out->dtype() : output_vals.dtype();
  const Array vals = input_vals.dtype() == input_arr.dtype() ? input_vals : input_vals.astype(input_arr.dtype());
  const Array results = output_vals.dtype() == dtype ? output_vals : output_vals.astype(dtype);
  const core::Output output(o.out, input_arr.shape(), dtype, input_arr.device(),
                            {&input_arr, &input_vals, &output_vals});
  with_bits(itemsize(input_arr.dtype()), [&]<class K>(Tag<K>) {
    map_elements<K>(output.array(), input_arr.contiguous(), vals.contiguous(), results.contiguous());
  });
  return output.finish();
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, map_array, Array, const Array&, const Array&, const Array&, const opsin::util::MapArrayOptions&)
