// SPDX-License-Identifier: Apache-2.0
#include "io/fill.h"

#include <algorithm>
#include <array>
#include <complex>
#include <cstring>

#include "io/sample_value.h"

namespace opsin::io {
void sample_bytes(DType dtype, double value, std::byte* out) {
  const auto put = [&](auto v) { std::memcpy(out, &v, sizeof v); };
  if (dtype == DType::complex64) return put(std::complex<float>(static_cast<float>(value)));
  if (dtype == DType::complex128) return put(std::complex<double>(value));
  if (dtype == DType::boolean) return put(static_cast<std::uint8_t>(value != 0));
  with_sample_type(dtype, [&]<class T>(T) { put(to_sample<T>(value)); });
}

void fill_samples(std::byte* data, std::ptrdiff_t row_stride, std::ptrdiff_t step, std::int64_t count,
                  std::int64_t rows, DType dtype, double value) {
  std::array<std::byte, 16> sample{};
  sample_bytes(dtype, value, sample.data());
  const std::size_t size = itemsize(dtype);
  const bool same = std::all_of(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(size),
                                [&](std::byte b) { return b == sample[0]; });
  for (std::int64_t y = 0; y < rows; ++y) {
    std::byte* row = data + y * row_stride;
    if (same && step == static_cast<std::ptrdiff_t>(size)) {
      std::memset(row, std::to_integer<int>(sample[0]), static_cast<std::size_t>(count) * size);
    } else {
      for (std::int64_t i = 0; i < count; ++i) std::memcpy(row + i * step, sample.data(), size);
    }
  }
}

}  // namespace opsin::io
