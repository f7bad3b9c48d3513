// SPDX-License-Identifier: Apache-2.0
// integral_image and integrate.
#include "engine/integral.h"

#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/on_device.h"
#include "opsin/transform_integral.h"

namespace opsin::OPSIN_TARGET::transform {
namespace {

/// numpy.cumsum's type of sums, float64 for narrower floats.
DType sums_of(DType t) {
  if (is_complex(t)) return DType::complex128;
  if (is_floating(t)) return DType::float64;
  return is_unsigned(t) ? DType::uint64 : DType::int64;
}

/// Elements that the engine's type can meet.
Array source_for(const Array& image, DType sums) {
  return is_integer(sums) && is_floating(image.dtype()) ? image.astype(DType::int64) : image.contiguous();
}

Array part_of(const Array& a, int part) {
  const Array pairs = a.view_real();
  return Array::view_of(static_cast<std::byte*>(pairs.mutable_data()) + part * itemsize(pairs.dtype()), a.shape(),
                        a.strides(), pairs.dtype(), a.device(), a.buffer());
}

/// Into an array of float32, float64 or 64-bit integers.
void sum_into(const Array& sums, const Array& image) {
  const Array source = source_for(image, sums.dtype());
  if (is_integer(sums.dtype())) return engine::running_sums<std::int64_t>(sums, source);
  with_real(sums.dtype(), [&]<class S>(Tag<S>) { engine::running_sums<S>(sums, source); });
}

/// The corners of a box: all of them, with the sign of each.
struct BoxSum {
  const void* sums;
  DType dtype;
  const std::int64_t* corners;  // byte offsets, -1 for one that lies before the image
  std::int64_t count;
  double* out;

  HD void operator()(std::int64_t box) const {
    double sum = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const std::int64_t at = corners[box * count + k];
      if (at < 0) continue;
      const double value = with_storage<double>(dtype, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
        return load_as<double>(reinterpret_cast<const T*>(static_cast<const char*>(sums) + at));
      });
      int bits = 0;
      for (std::int64_t rest = k; rest; rest &= rest - 1) ++bits;
      sum += bits % 2 ? -value : value;
    }
    out[box] = sum;
  }
};

}  // namespace

Array integral_image(const Array& image, const opsin::transform::IntegralImageOptions& o) {
  if (image.ndim() == 0) return image.copy();  // No axis to sum along: NumPy's image stays as it is.
  const DType dtype = o.dtype.value_or(sums_of(image.dtype()));
  core::check_plain<TypeError>(dtype != DType::float16, "sums in float16 are not supported");
  core::check_plain<TypeError>(is_complex(dtype) || !is_complex(image.dtype()), "complex images have complex sums");
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (is_complex(dtype)) {
    for (int part = 0; part < 2; ++part) {
      const bool real = !is_complex(image.dtype());
      const Array sums = Array::zeros(image.shape(), real_of(dtype), image.device());
      if (part == 0 || !real) sum_into(sums, real ? image : part_of(image, part));
      opsin::memory::assign(part_of(out, part), sums);
    }
  } else if (is_floating(dtype) || itemsize(dtype) == 8) {
    sum_into(out, image);
  } else {
    // Wrapping in 64 bits first changes nothing about fewer; bool adds as "or". Floats are converted by themselves.
    const bool converts = dtype == DType::boolean || is_floating(image.dtype());
    const Array sums = Array::empty(image.shape(), DType::int64, image.device());
    sum_into(sums, converts ? image.astype(dtype) : image);
    opsin::memory::assign(out, sums);
  }
  return out;
}

Array integrate(const Array& sums, const std::vector<std::vector<std::int64_t>>& start,
                const std::vector<std::vector<std::int64_t>>& end) {
  constexpr const char* op = "transform.integrate";
  core::check(start.size() == end.size(), op, start.size(), " starts for ", end.size(), " ends");
  core::check<TypeError>(!is_complex(sums.dtype()), op, "the integral image must be real");
  const auto ndim = static_cast<std::size_t>(sums.ndim());
  const std::size_t count = std::size_t{1} << ndim;
  std::vector<std::int64_t> corners;
  corners.reserve(start.size() * count);
  for (std::size_t box = 0; box < start.size(); ++box) {
    core::check(start[box].size() == ndim && end[box].size() == ndim, op, "a corner has one index for each of the ",
                ndim, " axes");
    std::int64_t first[max_ndim], last[max_ndim];
    for (std::size_t a = 0; a < ndim; ++a) {
      const std::int64_t n = sums.shape(static_cast<int>(a));
      first[a] = start[box][a] < 0 ? start[box][a] + n : start[box][a];
      last[a] = end[box][a] < 0 ? end[box][a] + n : end[box][a];
      core::check_plain<IndexError>(last[a] >= first[a], "end coordinates must be greater or equal to start");
      core::check<IndexError>(first[a] >= 0 && last[a] < n, op, "index ", last[a], " is out of bounds for axis ", a,
                              " with size ", n);
    }
    for (std::size_t k = 0; k < count; ++k) {
      // Bit by bit, the first axis in the highest: whether the corner lies before the box.
      std::int64_t at = 0;
      for (std::size_t a = 0; a < ndim && at >= 0; ++a) {
        const std::int64_t i = k >> (ndim - 1 - a) & 1 ? first[a] - 1 : last[a];
        at = i < 0 ? -1 : at + i;
        if (at >= 0 && a + 1 < ndim) at *= sums.shape(static_cast<int>(a) + 1);
      }
      corners.push_back(at < 0 ? -1 : at * static_cast<std::int64_t>(itemsize(sums.dtype())));
    }
  }
  const Array source = sums.contiguous();
  const Array where = engine::on_device(corners, sums.device());
  const auto boxes = static_cast<std::int64_t>(start.size());
  const Array out = core::empty_result({boxes}, DType::float64, sums.device());
  engine::each(boxes, 1024,
               BoxSum{source.data(), source.dtype(), static_cast<const std::int64_t*>(where.data()),
                      static_cast<std::int64_t>(count), out.mutable_data_as<double>()});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::transform

OPSIN_EXPORT(transform, integral_image, Array, const Array&, const opsin::transform::IntegralImageOptions&)
OPSIN_EXPORT(transform, integrate, Array, const Array&, const std::vector<std::vector<std::int64_t>>&,
             const std::vector<std::vector<std::int64_t>>&)
