// SPDX-License-Identifier: Apache-2.0
// Array: a strided n-dimensional view of a shared buffer on one device.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "opsin/device.h"
#include "opsin/dtype.h"

namespace opsin {

inline constexpr int max_ndim = 8;

/// Owns memory until the last Array that views it is gone. `owner` keeps alive whatever else the memory belongs to.
struct __attribute__((visibility("default"))) Buffer {
  void* data = nullptr;
  std::size_t bytes = 0;
  Device device;
  std::shared_ptr<void> owner;
};

/// Sizes or strides of the axes: a small vector without allocation.
class Extents {
 public:
  Extents() = default;
  Extents(std::initializer_list<std::int64_t> values);
  explicit Extents(std::span<const std::int64_t> values);

  int size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::int64_t& operator[](int i) { return values_[static_cast<std::size_t>(i)]; }
  std::int64_t operator[](int i) const { return values_[static_cast<std::size_t>(i)]; }
  const std::int64_t* begin() const { return values_.data(); }
  const std::int64_t* end() const { return values_.data() + size_; }
  void push_back(std::int64_t v);
  void insert(int at, std::int64_t v);
  void erase(int at);
  /// Product of all values (1 when empty).
  std::int64_t product() const;
  /// NumPy's notation: "(3, 4)", "(3,)", "()".
  std::string str() const;
  friend bool operator==(const Extents& a, const Extents& b);

 private:
  std::array<std::int64_t, max_ndim> values_{};
  int size_ = 0;
};

class Array {
 public:
  /// A 0-d float64 array without memory; only assignment and `defined()` are meaningful.
  Array() = default;

  /// Uninitialised C-contiguous memory. Throws ValueError for a negative size or more than 8 axes, MemoryError.
  static Array empty(const Extents& shape, DType dtype, Device device = {});
  static Array zeros(const Extents& shape, DType dtype, Device device = {});
  /// A view of memory that somebody else owns; `owner` is released with the last view. Strides are in bytes.
  static Array view_of(void* data, const Extents& shape, const Extents& strides, DType dtype, Device device,
                       std::shared_ptr<void> owner, bool readonly = false);
  /// A copy of host values, on the CPU.
  template <class T>
  static Array from(std::span<const T> values, const Extents& shape);

  bool defined() const { return buffer_ != nullptr; }
  int ndim() const { return shape_.size(); }
  const Extents& shape() const { return shape_; }
  std::int64_t shape(int axis) const { return shape_[axis]; }
  /// In bytes.
  const Extents& strides() const { return strides_; }
  std::int64_t size() const { return shape_.product(); }
  std::size_t nbytes() const { return static_cast<std::size_t>(size()) * itemsize(dtype_); }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  bool readonly() const { return readonly_; }
  bool is_contiguous() const;
  /// Memory of the first element.
  const void* data() const { return data_; }
  void* mutable_data() const { return data_; }
  template <class T>
  const T* data_as() const {
    return static_cast<const T*>(data_);
  }
  template <class T>
  T* mutable_data_as() const {
    return static_cast<T*>(data_);
  }
  const std::shared_ptr<Buffer>& buffer() const { return buffer_; }

  /// Views: no element is copied.
  Array moveaxis(int from, int to) const;
  /// Elements start, start + step, ... of one axis; `count` of them; step may be negative.
  Array slice(int axis, std::int64_t start, std::int64_t count, std::int64_t step = 1) const;
  /// C-contiguous arrays only.
  Array reshape(const Extents& shape) const;
  /// The same bytes read as another dtype: a complex array as real pairs along a new last axis of length 2 and back.
  Array view_real() const;
  Array view_complex() const;

  /// Copies: always a new C-contiguous array on the same device.
  Array copy() const;
  Array astype(DType dtype) const;
  /// This array when it is C-contiguous already, a copy otherwise.
  Array contiguous() const;
  /// This array when it lies there already, a copy otherwise.
  Array to(Device device) const;

  /// The value of an array with one element; waits for the device. Throws ValueError otherwise.
  double item() const;

 private:
  std::shared_ptr<Buffer> buffer_;
  void* data_ = nullptr;
  Extents shape_;
  Extents strides_;
  DType dtype_ = DType::float64;
  Device device_;
  bool readonly_ = false;
};

/// True when the memory ranges of two arrays touch.
bool may_overlap(const Array& a, const Array& b);

}  // namespace opsin
