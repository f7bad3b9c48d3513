// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/block_median.h"
#include "engine/blocks.h"
#include "measure/block_fold.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

using opsin::measure::Reduction;

/// From the mean, as NumPy takes it: in two passes.
struct Variance {
  bool root;

  template <class C, class At>
  HD C operator()(const At& at, std::int64_t count) const {
    C sum = 0, squares = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += at(i);
    const C mean = sum / static_cast<C>(count);
    for (std::int64_t i = 0; i < count; ++i) squares += (at(i) - mean) * (at(i) - mean);
    const C variance = squares / static_cast<C>(count);
    return root ? sqrt(variance) : variance;
  }
};

/// Elements of a block, what a block has beyond the image among them.
constexpr std::int64_t most_block = std::int64_t{1} << 40;

std::vector<std::int64_t> sizes_for(const Array& image, std::vector<std::int64_t> sizes) {
  const auto ndim = static_cast<std::size_t>(image.ndim());
  if (sizes.size() == 1) sizes.assign(ndim, sizes[0]);
  core::check_plain(sizes.size() == ndim, "`block_size` must be a scalar or have the same length as `image.shape`");
  std::int64_t block = 1;
  for (const std::int64_t n : sizes) {
    core::check_plain(n >= 1,
                      "Down-sampling factors must be >= 1. Use `skimage.transform.resize` to up-sample an image.");
    core::check<MemoryError>(!__builtin_mul_overflow(block, n, &block) && block <= most_block, "block_size",
                             "a block of more than ", most_block, " elements");
  }
  return sizes;
}

Extents reduced(const Extents& shape, const std::vector<std::int64_t>& sizes) {
  Extents result;
  for (int a = 0; a < shape.size(); ++a) {
    const std::int64_t n = sizes[static_cast<std::size_t>(a)];
    result.push_back((shape[a] + n - 1) / n);
  }
  return result;
}

DType result_dtype(DType t, Reduction kind) {
  if (is_floating(t) || kind == Reduction::min || kind == Reduction::max) return t;
  if (kind == Reduction::sum || kind == Reduction::prod) return is_unsigned(t) ? DType::uint64 : DType::int64;
  return DType::float64;
}

}  // namespace

Array block_reduce(const Array& given, const opsin::measure::BlockReduceOptions& o) {
  const std::vector<std::int64_t> sizes = sizes_for(given, o.block_size);
  core::check<TypeError>(!is_complex(given.dtype()), "measure.block_reduce", "complex images are not supported");
  const DType dtype = result_dtype(given.dtype(), o.func);
  Array image = given.contiguous();
  const Extents shape = reduced(image.shape(), sizes);
  std::vector<std::int64_t> block = sizes;
  if (image.ndim() == 0) {
    image = image.reshape({1});
    block = {1};
  }
  Extents folded = shape;
  if (folded.empty()) folded.push_back(1);
  const Array result = core::empty_result(shape, dtype, given.device());
  const Array out = result.reshape(folded);
  if (o.func == Reduction::var || o.func == Reduction::std) {
    engine::window_blocks<double>(out, image, block.data(), o.cval, Variance{o.func == Reduction::std});
  } else if (o.func == Reduction::median) {
    engine::window_blocks<double>(out, image, block.data(), o.cval, engine::BlockMedian{});
  } else if (o.func != Reduction::mean && !is_floating(image.dtype())) {
    fold_blocks<std::int64_t>(out, image, block.data(), o.cval, o.func);
  } else {
    fold_blocks<double>(out, image, block.data(), o.cval, o.func);
  }
  return result;
}

Array blocks(const Array& image, const std::vector<std::int64_t>& block_size, double cval) {
  const std::vector<std::int64_t> sizes = sizes_for(image, block_size);
  core::check(2 * image.ndim() <= max_ndim, "measure.blocks", "at most ", max_ndim / 2, " axes, got ", image.ndim());
  const Extents counts = reduced(image.shape(), sizes);
  Extents shape;
  for (int a = 0; a < image.ndim(); ++a) shape.push_back(counts[a] * sizes[static_cast<std::size_t>(a)]);
  Array filled = image.contiguous();
  if (!(shape == image.shape())) {
    filled = Array::empty(shape, image.dtype(), image.device());
    const Array constant = Array::empty({}, image.dtype(), image.device());
    memory::assign(constant, Array::from(std::span<const double>(&cval, 1), {}).to(image.device()));
    Extents none;
    for (int a = 0; a < image.ndim(); ++a) none.push_back(0);
    if (filled.size() > 0) {
      memory::assign(filled, Array::view_of(constant.mutable_data(), shape, none, image.dtype(), image.device(),
                                            constant.buffer()));
    }
    Array inside = filled;
    for (int a = 0; a < image.ndim(); ++a) inside = inside.slice(a, 0, image.shape(a));
    if (image.size() > 0) memory::assign(inside, image);
  }
  Extents cut = counts, strides = filled.strides();
  for (int a = 0; a < image.ndim(); ++a) {
    cut.push_back(sizes[static_cast<std::size_t>(a)]);
    strides.push_back(filled.strides()[a]);
    strides[a] = filled.strides()[a] * sizes[static_cast<std::size_t>(a)];
  }
  const Array view =
      Array::view_of(filled.mutable_data(), cut, strides, image.dtype(), image.device(), filled.buffer());
  const Array result = core::empty_result(cut, image.dtype(), image.device());
  if (result.size() > 0) memory::assign(result, view);
  return result;
}

}  // namespace opsin::OPSIN_TARGET::measure

using BlockSizes = std::vector<std::int64_t>;
OPSIN_EXPORT(measure, block_reduce, Array, const Array&, const opsin::measure::BlockReduceOptions&)
OPSIN_EXPORT(measure, blocks, Array, const Array&, const BlockSizes&, double)
