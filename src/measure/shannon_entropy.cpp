// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/histogram.h"
#include "engine/runs.h"
#include "engine/sort.h"
#include "engine/split.h"
#include "opsin/measure_entropy.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

/// The part of a value that occurs `count` times among n: -p log p.
HD double part_of(std::int64_t count, std::int64_t n) {
  const double p = static_cast<double>(count) / static_cast<double>(n);
  return count > 0 ? -p * ::log(p) : 0.0;
}

struct OfCounts {
  const std::int64_t* counts;
  std::int64_t n;
  double* parts;
  HD void operator()(std::int64_t i) const { parts[i] = part_of(counts[i], n); }
};

/// The parts of values that occur less than `table_size` times: most values of real images, and a logarithm each.
constexpr std::int64_t table_size = 64;

struct PutTable {
  std::int64_t n;
  double* table;
  HD void operator()(std::int64_t count) const { table[count] = part_of(count, n); }
};

/// A run's part stands at its first element.
template <class K>
struct OfRuns {
  const K* keys;
  std::int64_t n;
  const double* table;
  double* parts;
  HD void operator()(std::int64_t i) const {
    const bool first = i == 0 || keys[i - 1] != keys[i];
    const std::int64_t count = first ? engine::run_end(keys, n, i) - i : 0;
    parts[i] = count < table_size ? table[count] : part_of(count, n);
  }
};

/// One pass over the parts.
struct Sum {
  double unit;  // the logarithm of the base
  double* out;
  HD bool over() const { return false; }
  HD double origin() const { return 0; }
  HD double level() const { return -HUGE_VAL; }
  HD void next(const engine::SplitSums& sums) const { *out = (sums.above + sums.below) / unit; }
};

Array parts_of_values(const Array& image) {
  const Array counts = engine::count_values(image);
  const Array parts = Array::empty(counts.shape(), DType::float64, image.device());
  engine::each(counts.size(), 1 << 12,
               OfCounts{counts.data_as<std::int64_t>(), image.size(), parts.mutable_data_as<double>()});
  return parts;
}

Array parts_of_runs(const Array& given) {
  const Array image = given.contiguous();
  const std::int64_t n = image.size();
  const Array table = Array::empty({table_size}, DType::float64, image.device());
  engine::each(table_size, table_size, PutTable{n, table.mutable_data_as<double>()});
  Array parts;
  with_bits(itemsize(image.dtype()), [&]<class K>(Tag<K>) {
    const Array keys = engine::sorted_keys<K>(image, engine::key_bits<K>(image.dtype()));
    parts = Array::empty({n}, DType::float64, image.device());
    engine::each(n, 1 << 14,
                 OfRuns<K>{keys.template data_as<K>(), n, table.data_as<double>(), parts.mutable_data_as<double>()});
  });
  return parts;
}

}  // namespace

Array shannon_entropy(const Array& image, const opsin::measure::ShannonEntropyOptions& o) {
  const DType t = image.dtype();
  core::check_plain<TypeError>(!is_complex(t), "complex images are not supported");
  core::check_plain(!o.base || *o.base > 0, "`base` must be a positive number or `None`.");
  const Array out = core::empty_result({}, DType::float64, image.device());
  const Array parts = is_integer(t) && itemsize(t) <= 2 ? parts_of_values(image) : parts_of_runs(image);
  engine::iterate_split<double>(parts, 1, false, Sum{o.base ? std::log(*o.base) : 1.0, out.mutable_data_as<double>()});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, shannon_entropy, Array, const Array&, const opsin::measure::ShannonEntropyOptions&)
