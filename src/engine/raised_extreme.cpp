// SPDX-License-Identifier: Apache-2.0
#include "engine/raised_extreme.h"

#include "core/assign.h"
#include "engine/each.h"
#include "engine/on_device.h"

namespace opsin::OPSIN_TARGET::engine {
namespace {

#ifdef OPSIN_TARGET_CUDA
constexpr std::int64_t block = 1;
#else
constexpr std::int64_t block = 512;
#endif

/// Elements of a line: the image is (lines, width), its lines have the axes of `shape`.
template <class T, class U>
struct RaisedExtreme {
  const T* image;
  U* out;
  const Offset* elements;
  const double* heights;
  std::int64_t count;
  std::int64_t shape[max_ndim];
  int ndim;
  std::int64_t width;
  bool minimum;
  Border border;
  T constant;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    for (; begin < end; begin += block) {
      const std::int64_t n = end - begin < block ? end - begin : block;
      double best[block];
      for (std::int64_t k = 0; k < count; ++k) {
        const double height = minimum ? -heights[k] : heights[k];
        const std::int64_t row = met_index(shape, ndim - 1, line, elements[k].data(), border);
        const T* from = image + row * width;
        const std::int64_t x = begin + elements[k][static_cast<std::size_t>(ndim) - 1];
        // Inside the image no border is asked for, so that the loop becomes vector code.
        const std::int64_t first = row < 0 ? n : x >= 0 ? 0 : -x < n ? -x : n;
        const std::int64_t inside = row < 0 ? n : width - x < first ? first : width - x < n ? width - x : n;
        const auto beyond = [&](std::int64_t i) {
          const std::int64_t at = row < 0 ? -1 : border_index(x + i, width, border);
          take(best[i], at < 0 ? constant : from[at], height, k == 0);
        };
        for (std::int64_t i = 0; i < first; ++i) beyond(i);
        if (k == 0) {
          for (std::int64_t i = first; i < inside; ++i) take(best[i], from[x + i], height, true);
        } else if (minimum) {
          const T raise = store_as<T>(height);
          for (std::int64_t i = first; i < inside; ++i) {
            const double value = static_cast<double>(static_cast<T>(from[x + i] + raise));
            best[i] = value < best[i] ? value : best[i];
          }
        } else {
          const T raise = store_as<T>(height);
          for (std::int64_t i = first; i < inside; ++i) {
            const double value = static_cast<double>(static_cast<T>(from[x + i] + raise));
            best[i] = value > best[i] ? value : best[i];
          }
        }
        for (std::int64_t i = inside; i < n; ++i) beyond(i);
      }
      for (std::int64_t i = 0; i < n; ++i) out[line * width + begin + i] = store_as<U>(best[i]);
    }
  }

 private:
  HD void take(double& best, T element, double height, bool first) const {
    if (first) {
      best = static_cast<double>(element) + height;
      return;
    }
    const double value = static_cast<double>(static_cast<T>(element + store_as<T>(height)));
    if (minimum ? value < best : value > best) best = value;
  }
};

template <class T, class U>
void run(const Array& out, const Array& image, const Array& elements, const Array& heights, std::int64_t count,
         bool minimum, Border border, double cval) {
  RaisedExtreme<T, U> f{image.data_as<T>(),
                        out.mutable_data_as<U>(),
                        static_cast<const Offset*>(elements.data()),
                        static_cast<const double*>(heights.data()),
                        count,
                        {},
                        image.ndim(),
                        image.shape(image.ndim() - 1),
                        minimum,
                        border,
                        store_as<T>(cval)};
  std::copy(image.shape().begin(), image.shape().end(), f.shape);
  each_span(image.size() / f.width, f.width, f);
}

template <class F>
void with_real_dtype(DType t, const F& f) {
  switch (t) {
    case DType::boolean:
    case DType::uint8: return f(Tag<std::uint8_t>{});
    case DType::uint16: return f(Tag<std::uint16_t>{});
    case DType::uint32: return f(Tag<std::uint32_t>{});
    case DType::uint64: return f(Tag<std::uint64_t>{});
    case DType::int8: return f(Tag<std::int8_t>{});
    case DType::int16: return f(Tag<std::int16_t>{});
    case DType::int32: return f(Tag<std::int32_t>{});
    case DType::int64: return f(Tag<std::int64_t>{});
    case DType::float32: return f(Tag<float>{});
    default: return f(Tag<double>{});
  }
}

}  // namespace

void raised_extreme(const Array& out, const Array& image, const std::vector<Offset>& elements,
                    const std::vector<double>& heights, bool minimum, Border border, double cval) {
  if (image.ndim() == 0) {
    raised_extreme(out.reshape({1}), image.reshape({1}), elements, heights, minimum, border, cval);
    return;
  }
  const Array where = on_device(elements, image.device());
  const Array high = on_device(heights, image.device());
  const auto count = static_cast<std::int64_t>(elements.size());
  const bool direct = out.dtype() == image.dtype() && out.dtype() != DType::boolean;
  with_real_dtype(image.dtype(), [&]<class T>(Tag<T>) {
    if (direct) {
      run<T, T>(out, image, where, high, count, minimum, border, cval);
      return;
    }
    const Array result = Array::empty(out.shape(), DType::float64, out.device());
    run<T, double>(result, image, where, high, count, minimum, border, cval);
    opsin::memory::assign(out, result);
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
