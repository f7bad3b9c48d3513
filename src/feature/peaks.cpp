// SPDX-License-Identifier: Apache-2.0
#include "feature/peaks.h"

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::feature {
namespace {

struct Unravel {
  const std::int64_t* index;
  std::int64_t* to;
  std::int64_t shape[max_ndim];
  int ndim;
  HD void operator()(std::int64_t i) const {
    std::int64_t rest = index[i];
    for (int a = ndim - 1; a >= 0; --a) {
      to[i * ndim + a] = rest % shape[a];
      rest /= shape[a];
    }
  }
};

struct Gather {
  const std::int64_t* from;
  const std::int64_t* row;
  std::int64_t* to;
  std::int64_t length;
  HD void operator()(std::int64_t i) const { to[i] = from[row[i / length] * length + i % length]; }
};

struct Mark {
  const std::int64_t* at;
  std::uint8_t* to;
  std::int64_t shape[max_ndim];
  int ndim;
  HD void operator()(std::int64_t i) const {
    std::int64_t index = 0;
    for (int a = 0; a < ndim; ++a) index = index * shape[a] + at[i * ndim + a];
    to[index] = 1;
  }
};

/// Keys whose ascending order is NumPy's of the negated elements: integers wrap, NaN comes last.
struct DescendingKey {
  const void* image;
  DType dtype;
  const std::int64_t* index;
  std::uint64_t* key;

  HD void operator()(std::int64_t i) const {
    key[i] = with_storage<double>(dtype, [&]<class T>(Tag<T>) -> std::uint64_t {
      const T* const p = static_cast<const T*>(image) + index[i];
      constexpr std::uint64_t top = std::uint64_t{1} << 63;
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        using U = std::make_unsigned_t<T>;
        const T negated = static_cast<T>(static_cast<U>(0) - static_cast<U>(*p));
        if constexpr (std::is_signed_v<T>) {
          return static_cast<std::uint64_t>(static_cast<std::int64_t>(negated)) ^ top;
        } else {
          return negated;
        }
      } else {
        const double negated = -load_as<double>(p);
        if (negated != negated) return ~std::uint64_t{0};
        const double value = negated == 0 ? 0.0 : negated;
        std::uint64_t bits;
        __builtin_memcpy(&bits, &value, sizeof bits);
        return bits & top ? ~bits : bits | top;
      }
    });
  }
};

std::int64_t* ints(const Array& a) { return a.mutable_data_as<std::int64_t>(); }

}  // namespace

Array coordinates_of(const Array& indices, const Extents& shape) {
  const Array out = core::empty_result({indices.size(), shape.size()}, DType::int64, indices.device());
  Unravel f{ints(indices), ints(out), {}, shape.size()};
  for (int a = 0; a < f.ndim; ++a) f.shape[a] = shape[a];
  engine::each(indices.size(), 4096, f);
  return out;
}

Array kept_rows(const Array& rows, const Array& keep) {
  const Array which = engine::flagged(keep);
  const Array out = core::empty_result({which.size(), rows.shape(1)}, DType::int64, rows.device());
  engine::each(out.size(), 4096, Gather{ints(rows), ints(which), ints(out), rows.shape(1)});
  return out;
}

Array greatest_first(const Array& image, const Array& flags, const engine::Spacing& spacing,
                     std::optional<std::int64_t> most) {
  const Array indices = engine::flagged(flags);
  const Array keys = Array::empty({indices.size()}, DType::uint64, image.device());
  engine::each(indices.size(), 4096,
               DescendingKey{image.data(), image.dtype(), ints(indices), keys.mutable_data_as<std::uint64_t>()});
  Array found = coordinates_of(engine::sorted_by(keys, indices), image.shape());
  if (spacing.distance > 1 && found.shape(0) > 0) found = kept_rows(found, engine::spaced_points(found, spacing));
  if (most && found.shape(0) > *most) found = found.slice(0, 0, *most).copy();
  return found;
}

Array image_of(const Array& coordinates, const Extents& shape) {
  const Array out = core::empty_result(shape, DType::boolean, coordinates.device());
  core::fill_zero(out);
  Mark f{ints(coordinates), out.mutable_data_as<std::uint8_t>(), {}, shape.size()};
  for (int a = 0; a < f.ndim; ++a) f.shape[a] = shape[a];
  engine::each(coordinates.shape(0), 4096, f);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::feature
