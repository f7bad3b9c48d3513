// SPDX-License-Identifier: Apache-2.0
#include "opsin/array.h"

#include <algorithm>
#include <complex>
#include <cstring>
#include <limits>

#include "core/assign.h"
#include "core/check.h"
#include "core/device_api.h"
#include "core/memory.h"

namespace opsin {

using core::check;

Extents::Extents(std::initializer_list<std::int64_t> values) : Extents(std::span(values.begin(), values.size())) {}

Extents::Extents(std::span<const std::int64_t> values) {
  for (const std::int64_t v : values) push_back(v);
}

void Extents::push_back(std::int64_t v) { insert(size_, v); }

void Extents::insert(int at, std::int64_t v) {
  check(size_ < max_ndim, "Array", "at most ", max_ndim, " axes are supported");
  std::copy_backward(values_.begin() + at, values_.begin() + size_, values_.begin() + size_ + 1);
  values_[static_cast<std::size_t>(at)] = v;
  ++size_;
}

void Extents::erase(int at) {
  std::copy(values_.begin() + at + 1, values_.begin() + size_, values_.begin() + at);
  --size_;
}

std::int64_t Extents::product() const {
  std::int64_t p = 1;
  for (const std::int64_t v : *this) p *= v;
  return p;
}

std::string Extents::str() const {
  std::string s = "(";
  for (int i = 0; i < size_; ++i) s += (i ? ", " : "") + std::to_string((*this)[i]);
  return s + (size_ == 1 ? ",)" : ")");
}

bool operator==(const Extents& a, const Extents& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

Extents core::c_strides(const Extents& shape, DType dtype) {
  Extents strides = shape;
  auto step = static_cast<std::int64_t>(itemsize(dtype));
  for (int i = shape.size() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= std::max<std::int64_t>(1, shape[i]);
  }
  return strides;
}

namespace {

std::size_t checked_bytes(const Extents& shape, DType dtype) {
  auto bytes = static_cast<std::int64_t>(itemsize(dtype));
  bool empty = false;
  for (const std::int64_t n : shape) {
    check(n >= 0, "Array", "negative dimensions are not allowed, got shape ", shape);
    empty = empty || n == 0;
    if (n > 0 && __builtin_mul_overflow(bytes, n, &bytes)) {
      throw MemoryError(core::text("Array: shape ", shape, " of ", dtype, " is larger than memory can be"));
    }
  }
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

}  // namespace

Array Array::empty(const Extents& shape, DType dtype, Device device) {
  Array a;
  a.buffer_ = core::allocate(checked_bytes(shape, dtype), device);
  a.data_ = a.buffer_->data;
  a.shape_ = shape;
  a.strides_ = core::c_strides(shape, dtype);
  a.dtype_ = dtype;
  a.device_ = device;
  return a;
}

Array Array::zeros(const Extents& shape, DType dtype, Device device) {
  Array a = empty(shape, dtype, device);
  core::fill_zero(a);
  return a;
}

Array Array::view_of(void* data, const Extents& shape, const Extents& strides, DType dtype, Device device,
                     std::shared_ptr<void> owner, bool readonly) {
  check(shape.size() == strides.size(), "Array", "shape and strides have different lengths");
  const std::size_t bytes = checked_bytes(shape, dtype);
  Array a;
  a.buffer_ = std::make_shared<Buffer>(Buffer{data, bytes, device, std::move(owner)});
  a.data_ = data;
  a.shape_ = shape;
  a.strides_ = strides;
  a.dtype_ = dtype;
  a.device_ = device;
  a.readonly_ = readonly;
  return a;
}

template <class T>
Array Array::from(std::span<const T> values, const Extents& shape) {
  constexpr DType dtype = std::is_same_v<T, float>          ? DType::float32
                          : std::is_same_v<T, double>       ? DType::float64
                          : std::is_same_v<T, std::uint8_t> ? DType::uint8
                                                            : DType::int64;
  check(shape.product() == static_cast<std::int64_t>(values.size()), "Array", "cannot shape ", values.size(),
        " values as ", shape);
  Array a = empty(shape, dtype);
  if (!values.empty()) std::memcpy(a.data_, values.data(), values.size_bytes());
  return a;
}
template Array Array::from(std::span<const float>, const Extents&);
template Array Array::from(std::span<const double>, const Extents&);
template Array Array::from(std::span<const std::uint8_t>, const Extents&);
template Array Array::from(std::span<const std::int64_t>, const Extents&);

bool Array::is_contiguous() const {
  auto step = static_cast<std::int64_t>(itemsize(dtype_));
  for (int i = ndim() - 1; i >= 0; --i) {
    if (shape_[i] == 0) return true;
    if (shape_[i] != 1 && strides_[i] != step) return false;
    step *= shape_[i];
  }
  return true;
}

Array Array::moveaxis(int from, int to) const {
  Array a = *this;
  const std::int64_t n = shape_[from];
  const std::int64_t s = strides_[from];
  a.shape_.erase(from);
  a.strides_.erase(from);
  a.shape_.insert(to, n);
  a.strides_.insert(to, s);
  return a;
}

Array Array::slice(int axis, std::int64_t start, std::int64_t count, std::int64_t step) const {
  Array a = *this;
  if (count > 0) a.data_ = static_cast<std::byte*>(data_) + start * strides_[axis];
  a.shape_[axis] = count;
  a.strides_[axis] = strides_[axis] * step;
  return a;
}

Array Array::reshape(const Extents& shape) const {
  check(is_contiguous() && shape.product() == size(), "Array", "cannot view shape ", shape_, " as ", shape);
  Array a = *this;
  a.shape_ = shape;
  a.strides_ = core::c_strides(shape, dtype_);
  return a;
}

Array Array::view_real() const {
  Array a = *this;
  a.dtype_ = real_of(dtype_);
  a.shape_.push_back(2);
  a.strides_.push_back(static_cast<std::int64_t>(itemsize(a.dtype_)));
  return a;
}

Array Array::view_complex() const {
  check(ndim() > 0 && shape_[ndim() - 1] == 2 && strides_[ndim() - 1] == static_cast<std::int64_t>(itemsize(dtype_)),
        "Array", "a complex view needs a contiguous last axis of length 2");
  Array a = *this;
  a.dtype_ = complex_of(dtype_);
  a.shape_.erase(ndim() - 1);
  a.strides_.erase(ndim() - 1);
  return a;
}

Array Array::copy() const { return astype(dtype_); }

Array Array::astype(DType dtype) const {
  Array a = empty(shape_, dtype, device_);
  memory::assign(a, *this);
  return a;
}

Array Array::contiguous() const { return is_contiguous() ? *this : copy(); }

Array Array::to(Device device) const {
  if (device == device_) return *this;
  const Array source = contiguous();
  Array a = empty(shape_, dtype_, device);
  if (nbytes() == 0) return a;
  const bool up = device.kind == DeviceKind::cuda;
  const bool down = device_.kind == DeviceKind::cuda;
  const core::DeviceScope scope(down ? device_ : device);
  core::device_api().copy(a.data_, source.data_, nbytes(),
                          up && down ? core::CopyKind::device_to_device
                          : up       ? core::CopyKind::host_to_device
                                     : core::CopyKind::device_to_host,
                          current_stream());
  return a;
}

double Array::item() const {
  check(size() == 1 && !is_complex(dtype_), "Array", "item() needs one real element, got shape ", shape_);
  const Array value = to({}).astype(DType::float64);  // converted on the host: that spares the device a kernel
  return *value.data_as<double>();
}

bool may_overlap(const Array& a, const Array& b) {
  if (a.device() != b.device() || a.size() == 0 || b.size() == 0) return false;
  const auto range = [](const Array& x) {
    auto low = reinterpret_cast<std::uintptr_t>(x.data());
    std::uintptr_t high = low + itemsize(x.dtype());
    for (int i = 0; i < x.ndim(); ++i) {
      const std::int64_t span = (x.shape(i) - 1) * x.strides()[i];
      (span < 0 ? low : high) += static_cast<std::uintptr_t>(span);
    }
    return std::pair(low, high);
  };
  const auto [a0, a1] = range(a);
  const auto [b0, b1] = range(b);
  return a0 < b1 && b0 < a1;
}

}  // namespace opsin
