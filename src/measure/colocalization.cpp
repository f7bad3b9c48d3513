// SPDX-License-Identifier: Apache-2.0
#include "measure/colocalization.h"

#include "core/same_device.h"
#include "core/target.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

using opsin::measure::Mask;

struct Other {
  static constexpr bool of_bytes = true;

  template <class V>
  HD void operator()(const V (&in)[1], V (&term)[1]) const {
    const V zero = broadcast<V>(0), one = broadcast<V>(1);
    term[0] = pick((in[0] == zero) | (in[0] == one), zero, one);
  }
};

/// In: image, second mask, mask. Terms: what both hold, the image, negative elements, elements.
struct Share {
  static constexpr bool of_bytes = true;

  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[4]) const {
    const V zero = broadcast<V>(0), one = broadcast<V>(1);
    const V inside = truth(in[2]);
    const auto outside = inside == zero;
    term[1] = pick(outside, zero, in[0]);
    term[0] = pick(in[1] == zero, zero, term[1]);
    term[2] = pick(term[1] < zero, one, zero);
    term[3] = inside;
  }
};

/// As Share, for an image that is a mask.
struct TrueShare {
  static constexpr bool of_bytes = true;

  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[2]) const {
    const V zero = broadcast<V>(0);
    term[1] = pick(in[0] == zero, zero, truth(in[2]));
    term[0] = pick(in[1] == zero, zero, term[1]);
  }
};

struct Quotient {
  double* out;
  const double* sums;
  HD void operator()() const { *out = sums[1] == 0 ? 0 : sums[0] / sums[1]; }
};

Array quotient(const Array& sums, DType dtype) {
  const Array out = Array::empty({}, DType::float64, sums.device());
  once(Quotient{out.mutable_data_as<double>(), sums.data_as<double>()});
  return as_result(out, dtype);
}

/// Products and squares of integers keep the images' dtypes, and wrap there.
struct Wrap {
  std::int64_t bits;
  std::int64_t sign;

  explicit Wrap(DType t)
      : bits(itemsize(t) == 8 ? -1 : (std::int64_t{1} << 8 * itemsize(t)) - 1),
        sign(is_signed(t) ? static_cast<std::int64_t>(std::uint64_t{1} << (8 * itemsize(t) - 1)) : 0) {}
  template <class V>
  HD V operator()(V x) const {
    return ((x & broadcast<V>(bits)) ^ broadcast<V>(sign)) - broadcast<V>(sign);
  }
};

/// In: both images, mask. Terms: products, squares, negative elements of either, elements.
template <class W0, class W1, class W>
struct Overlap {
  W0 wrap0;
  W1 wrap1;
  W wrap;

  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[6]) const {
    using C = Element<V>;
    const V zero = broadcast<V>(C(0)), one = broadcast<V>(C(1));
    const auto outside = in[2] == zero;
    const V a = pick(outside, zero, in[0]), b = pick(outside, zero, in[1]);
    term[0] = wrap(a * b);
    term[1] = wrap0(a * a);
    term[2] = wrap1(b * b);
    term[3] = pick(a < zero, one, zero);
    term[4] = pick(b < zero, one, zero);
    term[5] = pick(outside, zero, one);
  }
};

/// Of images of one integer dtype.
struct WrappedOverlap : Overlap<Wrap, Wrap, Wrap> {
  static constexpr bool of_words = true;
};

struct SetTrue {
  std::uint8_t* to;
  HD void operator()() const { *to = 1; }
};

struct Unwrapped {
  template <class V>
  HD V operator()(V x) const {
    return x;
  }
};

template <class C>
struct OverlapQuotient {
  double* out;
  const C* sums;
  bool is_unsigned;

  HD static double number(C x, bool is_unsigned) {
    if constexpr (std::is_same_v<C, std::int64_t>) {
      return is_unsigned ? static_cast<double>(static_cast<std::uint64_t>(x)) : static_cast<double>(x);
    } else {
      return x;
    }
  }
  HD void operator()() const {
    C product{};
    if constexpr (std::is_same_v<C, std::int64_t>) {
      product = static_cast<C>(static_cast<std::uint64_t>(sums[1]) * static_cast<std::uint64_t>(sums[2]));
    } else {
      product = sums[1] * sums[2];
    }
    *out = number(sums[0], is_unsigned) / sqrt(number(product, is_unsigned));
  }
};

DType promoted(DType a, DType b) {
  if (!is_floating(a) || !is_floating(b)) return DType::float64;
  return itemsize(a) < itemsize(b) ? b : a;
}

bool may_be_negative(DType t) { return is_signed(t) || is_floating(t); }

}  // namespace

void check_binary(const Array& mask, const char* name) {
  if (mask.dtype() == DType::boolean) return;
  core::check<TypeError>(!is_complex(mask.dtype()), "measure", name, " must be real");
  const Array others = engine::sums<double, 1, 1>({mask}, Other{});
  core::check_plain(seen(others, 0) == 0, name,
                    " array is not of dtype boolean or contains values other than 0 and 1 so cannot be safely cast to "
                    "boolean array.");
}

void check_shapes(const Array& image0, const Array& image1, const Mask& mask) {
  core::check_plain(image0.shape() == image1.shape() && (!mask || mask->shape() == image0.shape()),
                    "Input images must have the same dimensions.");
  if (mask) core::check_same_device(image0, *mask);
}

Array weights_of(const Mask& mask, const Array& image) {
  if (mask) return *mask;
  const Array one = Array::empty({}, DType::uint8, image.device());
  once(SetTrue{one.mutable_data_as<std::uint8_t>()});
  Extents none;
  for (int a = 0; a < image.ndim(); ++a) none.push_back(0);
  return Array::view_of(one.mutable_data(), image.shape(), none, DType::uint8, image.device(), one.buffer());
}

double seen(const Array& sums, int index) {
  core::check<CudaError>(sums.device().kind == DeviceKind::cpu || !core::device_api().is_capturing(current_stream()),
                         "cuda",
                         "this operation checks the values of its input, which cannot be captured into a graph");
  return sums.slice(0, index, 1).item();
}

Array manders_coloc_coeff(const Array& image0, const Array& image1_mask, const Mask& mask) {
  check_binary(image1_mask, "image1_mask");
  if (mask) check_binary(*mask, "mask");
  check_shapes(image0, image1_mask, mask);
  core::check<TypeError>(!is_complex(image0.dtype()), "measure.manders_coloc_coeff",
                         "complex images are not supported");
  core::check_plain(image0.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  const Array sums = engine::sums<double, 3, 4>({image0, image1_mask, weights_of(mask, image0)}, Share{});
  if (may_be_negative(image0.dtype())) {
    core::check_plain(seen(sums, 3) > 0, "zero-size array to reduction operation minimum which has no identity");
    core::check_plain(seen(sums, 2) == 0, "image contains negative values");
  }
  return quotient(sums, promoted(image0.dtype(), image0.dtype()));
}

Array manders_overlap_coeff(const Array& image0, const Array& image1, const Mask& mask) {
  if (mask) check_binary(*mask, "mask");
  check_shapes(image0, image1, mask);
  core::check<TypeError>(!is_complex(image0.dtype()) && !is_complex(image1.dtype()), "measure.manders_overlap_coeff",
                         "complex images are not supported");
  core::check_plain(image0.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  const DType t0 = image0.dtype(), t1 = image1.dtype();
  const Array weights = weights_of(mask, image0);
  const Array out = Array::empty({}, DType::float64, image0.device());
  const auto check_negative = [&](const Array& sums) {
    if (!may_be_negative(t0) && !may_be_negative(t1)) return;
    core::check_plain(seen(sums, 5) > 0, "zero-size array to reduction operation minimum which has no identity");
    core::check_plain(seen(sums, 3) == 0, "image0 contains negative values");
    core::check_plain(seen(sums, 4) == 0, "image1 contains negative values");
  };
  // Of two dtypes NumPy makes a wider one, where products of integers fit.
  if (is_integer(t0) && t0 == t1) {
    const Wrap wrap(t0);
    const Array sums = engine::sums<std::int64_t, 3, 6>({image0, image1, weights}, WrappedOverlap{{wrap, wrap, wrap}});
    check_negative(sums);
    once(OverlapQuotient<std::int64_t>{out.mutable_data_as<double>(), sums.data_as<std::int64_t>(), is_unsigned(t0)});
  } else {
    const Array sums =
        engine::sums<double, 3, 6>({image0, image1, weights}, Overlap<Unwrapped, Unwrapped, Unwrapped>{});
    check_negative(sums);
    once(OverlapQuotient<double>{out.mutable_data_as<double>(), sums.data_as<double>(), false});
  }
  return as_result(out, promoted(t0, t1));
}

Array intersection_coeff(const Array& image0_mask, const Array& image1_mask, const Mask& mask) {
  check_binary(image0_mask, "image0_mask");
  check_binary(image1_mask, "image1_mask");
  if (mask) check_binary(*mask, "mask");
  check_shapes(image0_mask, image1_mask, mask);
  const Array sums = engine::sums<double, 3, 2>({image0_mask, image1_mask, weights_of(mask, image0_mask)}, TrueShare{});
  return quotient(sums, DType::float64);
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, manders_coloc_coeff, Array, const Array&, const Array&, const opsin::measure::Mask&)
OPSIN_EXPORT(measure, manders_overlap_coeff, Array, const Array&, const Array&, const opsin::measure::Mask&)
OPSIN_EXPORT(measure, intersection_coeff, Array, const Array&, const Array&, const opsin::measure::Mask&)
