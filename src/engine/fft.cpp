// SPDX-License-Identifier: Apache-2.0
#include "engine/fft.h"

#include "core/check.h"
#include "core/dispatch.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/fft_cuda.h"
#else
#include "engine/fft_lines.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

#ifndef OPSIN_TARGET_CUDA

namespace {

FftLayout layout_of(const Extents& shape, int axis) {
  FftLayout layout{1, shape[axis], 1};
  for (int i = 0; i < shape.size(); ++i) {
    if (i < axis) layout.outer *= shape[i];
    if (i > axis) layout.inner *= shape[i];
  }
  return layout;
}

}  // namespace

void fft(const Array& spectrum, const std::vector<int>& axes, FftDirection direction) {
  if (spectrum.size() == 0) return;
  with_real(real_of(spectrum.dtype()), [&]<class C>(opsin::OPSIN_TARGET::Tag<C>) {
    for (const int axis : axes) {
      if (spectrum.shape(axis) == 1) continue;
      fft_lines(spectrum.mutable_data_as<C>(), layout_of(spectrum.shape(), axis), direction == FftDirection::inverse);
    }
  });
}

void real_fft(const Array& spectrum, const Array& image, const std::vector<int>& axes) {
  if (image.size() == 0) return;
  with_real(image.dtype(), [&]<class C>(opsin::OPSIN_TARGET::Tag<C>) {
    real_fft_lines(spectrum.mutable_data_as<C>(), image.data_as<C>(), layout_of(image.shape(), axes.back()));
  });
  fft(spectrum, {axes.begin(), axes.end() - 1}, FftDirection::forward);
}

void inverse_real_fft(const Array& image, const Array& spectrum, const std::vector<int>& axes) {
  if (image.size() == 0) return;
  fft(spectrum, {axes.begin(), axes.end() - 1}, FftDirection::inverse);
  with_real(image.dtype(), [&]<class C>(opsin::OPSIN_TARGET::Tag<C>) {
    inverse_real_fft_lines(image.mutable_data_as<C>(), spectrum.data_as<C>(), layout_of(image.shape(), axes.back()));
  });
}

#endif

}  // namespace opsin::OPSIN_TARGET::engine
