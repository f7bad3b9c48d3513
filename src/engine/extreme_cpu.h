// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/extreme.h. A task is a tile of one plane that stays in the L2 cache: rows of keys with what lies
// beyond the edges, changed in place into running extremes.
#pragma once

#include <atomic>

#include "core/simd.h"
#include "engine/extreme_queue.h"
#include "engine/scratch_cpu.h"
#include "engine/tile_cut_cpu.h"

namespace opsin::OPSIN_TARGET::engine {

/// Keys past the end of a line that whole vectors may read and write.
inline constexpr std::int64_t key_slack = 64;

/// n elements as keys; true when one of them is NaN.
template <class T>
bool load_keys(T* to, const T* from, std::int64_t n, const KeyOf<T>& key) {
  using V = Vec<T>;
  const V flip(key.flip);
  if constexpr (std::is_floating_point_v<T>) {
    const V most(std::numeric_limits<T>::infinity());
    Mask<T> numbers = most == most;
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      const V v = V::load(from + x, n - x);
      const auto number = v == v;  // The vectors' != is false for NaN.
      numbers = numbers & number;
      pick(number, v ^ flip, most).store(to + x);
    }
    return !hn::AllTrue(typename V::Tag(), numbers.m);
  } else {
    const V zero(T(0)), one(T(1));
    for (std::int64_t x = 0; x < n; x += V::lanes) {
      V v = V::load(from + x, n - x);
      if (key.truth) v = pick(v != zero, one, v);
      (v ^ flip).store(to + x);
    }
    return false;
  }
}

/// The overlapping windows of `from` elements that make one of `to` <= 4 * from.
struct Cover {
  std::int64_t at[4] = {};
  int count = 0;
  Cover(std::int64_t from, std::int64_t to) {
    for (std::int64_t done = 0; done < to; done += from) at[count++] = std::min(done, to - from);
  }
};

template <int N, class T>
HD Vec<T> least_of(const T* const (&from)[4], std::int64_t x) {
  Vec<T> v = Vec<T>::load(from[0] + x);
  for (int i = 1; i < N; ++i) v = min(Vec<T>::load(from[i] + x), v);
  return v;
}

/// Calls f(Count<n>) for n in 1 ... 4.
template <class F>
void with_count(int n, const F& f) {
  switch (n) {
    case 1: return f(std::integral_constant<int, 1>{});
    case 2: return f(std::integral_constant<int, 2>{});
    case 3: return f(std::integral_constant<int, 3>{});
    default: return f(std::integral_constant<int, 4>{});
  }
}

/// In place: p[i], the extreme of `size` elements from i on, becomes that of `wanted`, for i in [0, count).
template <class T>
void grow_line(T* p, std::int64_t count, std::int64_t size, std::int64_t wanted) {
  while (size < wanted) {
    const std::int64_t next = std::min(4 * size, wanted);
    const Cover cover(size, next);
    with_count(cover.count, [&]<int N>(std::integral_constant<int, N>) {
      // Locals: after each store, what a lambda has by reference would be read anew.
      T* const to = p;
      const T* const from[4] = {to, to + cover.at[1], to + cover.at[2], to + cover.at[3]};
      const std::int64_t end = count + wanted - next;
      // Ascending, so that everything is read before it is replaced.
      for (std::int64_t x = 0; x < end; x += Vec<T>::lanes) least_of<N>(from, x).store(to + x);
    });
    size = next;
  }
}

/// The image as planes of rows, and the rows of keys of one tile.
template <class T>
class ExtremeTile {
 public:
  ExtremeTile(const T* image, std::int64_t height, std::int64_t width, const KeyOf<T>& key, T constant)
      : image_(image), height_(height), width_(width), key_(key), constant_(constant) {}

  /// Keys first ... first + count - 1 of an endless row of a plane; true when one of them was NaN.
  bool load(T* to, std::int64_t plane, std::int64_t row, std::int64_t first, std::int64_t count, Border border) const {
    const T* from = image_ + (plane * height_ + row) * width_;
    const std::int64_t begin = std::clamp<std::int64_t>(-first, 0, count);
    const std::int64_t end = std::clamp<std::int64_t>(width_ - first, begin, count);
    bool nan = end > begin && load_keys(to + begin, from + first + begin, end - begin, key_);
    const auto beyond = [&](std::int64_t i) {
      const std::int64_t at = border_index(first + i, width_, border);
      const T value = at < 0 ? constant_ : from[at];
      nan = nan || value != value;
      to[i] = to_key(value, key_);
    };
    for (std::int64_t i = 0; i < begin; ++i) beyond(i);
    for (std::int64_t i = end; i < count; ++i) beyond(i);
    return nan;
  }

  /// A row beyond the edges.
  bool fill(T* to, std::int64_t count) const {
    std::fill_n(to, count, to_key(constant_, key_));
    return constant_ != constant_;
  }

 private:
  const T* image_;
  std::int64_t height_, width_;
  const KeyOf<T>& key_;
  T constant_;
};

/// Windows down the rows (y) and along them (x) of an image of planes; true when a NaN was met.
template <class T>
bool box_pass(T* out, const T* image, std::int64_t planes, std::int64_t height, std::int64_t width, const Window& y,
              const Window& x, T constant, const KeyOf<T>& key, const Finished& finished) {
  const ExtremeTile<T> tile(image, height, width, key, constant);
  constexpr std::int64_t item = sizeof(T), cache_line = 64;
  // What is larger than the caches is written past them, unless it is read again at once.
  const bool streams = finished.by == Finish::none && planes * height * width * item > std::int64_t{8} << 20;
  const TileCut cut(planes, height, width, y.size, x.size, item);
  std::atomic<bool> met_nan{false};
  cut.each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
    const std::int64_t count = x1 - x0;
    const std::int64_t reached = count + x.size - 1;
    const std::int64_t line = (reached + key_slack + 63) / 64 * 64;
    const std::int64_t rows = y1 - y0 + y.size - 1;
    T* keys = reinterpret_cast<T*>(thread_scratch(static_cast<std::size_t>(rows * line + 64) * sizeof(T)));
    bool nan = false;
    for (std::int64_t r = 0; r < rows; ++r) {
      T* row = keys + r * line;
      const std::int64_t at = border_index(y0 + y.first + r, height, y.border);
      if (at < 0) {
        nan |= tile.fill(row, count);
      } else {
        nan |= tile.load(row, plane, at, x0 + x.first, reached, x.border);
        grow_line(row, count, 1, x.size);
      }
    }
    if (nan) met_nan.store(true, std::memory_order_relaxed);
    std::int64_t size = 1;
    const Vec<T> flip(key.flip);
    for (bool last = false; !last;) {
      const std::int64_t next = std::min(4 * size, y.size);
      last = next == y.size;
      const Cover cover(size, next);
      with_count(cover.count, [&]<int N>(std::integral_constant<int, N>) {
        for (std::int64_t r = 0; r < rows - next + 1; ++r) {
          T* row = keys + r * line;
          const T* from[4] = {row, row + cover.at[1] * line, row + cover.at[2] * line, row + cover.at[3] * line};
          if (!last) {
            for (std::int64_t i = 0; i < count; i += Vec<T>::lanes) least_of<N>(from, i).store(row + i);
            continue;
          }
          T* to = out + (plane * height + y0 + r) * width + x0;
          std::int64_t i = 0;
          if (streams && reinterpret_cast<std::uintptr_t>(to) % cache_line == 0) {
            for (; i + cache_line / item <= count; i += cache_line / item) {
              for (std::int64_t k = i; k < i + cache_line / item; k += Vec<T>::lanes) {
                hn::Stream((least_of<N>(from, k) ^ flip).v, typename Vec<T>::Tag(), to + k);
              }
            }
          }
          for (; i + Vec<T>::lanes <= count; i += Vec<T>::lanes) (least_of<N>(from, i) ^ flip).store(to + i);
          if (i < count) (least_of<N>(from, i) ^ flip).store(to + i, count - i);
          if (finished.by != Finish::none) finish_row(to, finished, key.truth, to - out, count);
        }
      });
      size = next;
    }
    if (streams) hwy::FlushStream();
  });
  return met_nan.load(std::memory_order_relaxed);
}

template <class T>
void box_of_numbers(const Array& out, const Array& image, const std::vector<Window>& windows, double cval, bool minimum,
                    const KeyOf<T>& key, const Finished& finished) {
  const Extents& shape = image.shape();
  const int last = shape.size() - 1;
  const T constant = constant_of<T>(image.dtype(), cval);
  // The windows of the last two axes go together, after the others.
  std::vector<Window> sorted = windows;
  std::sort(sorted.begin(), sorted.end(), [](const Window& a, const Window& b) { return a.axis < b.axis; });
  bool nan = false;
  Array from = image;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    Window y = sorted[i], x;
    std::int64_t planes = 1, height = shape[y.axis], width = 1;
    for (int a = 0; a < y.axis; ++a) planes *= shape[a];
    for (int a = y.axis + 1; a <= last; ++a) width *= shape[a];
    if (y.axis == last) {
      x = y;
      y = Window{};
      width = height;
      height = planes;
      planes = 1;
    } else if (y.axis == last - 1 && i + 1 < sorted.size()) {
      x = sorted[++i];
    }
    const Array to = i + 1 == sorted.size() ? out : Array::empty(shape, image.dtype(), {});
    nan |= box_pass(to.mutable_data_as<T>(), from.data_as<T>(), planes, height, width, y, x, constant, key,
                    i + 1 == sorted.size() ? finished : Finished{});
    from = to;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (!nan) return;
    from = image;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const Array to = i + 1 == windows.size() ? out : Array::empty(shape, image.dtype(), {});
      queue_lines(to.mutable_data_as<T>(), from.data_as<T>(), shape, windows[i], static_cast<T>(cval), minimum,
                  i + 1 == windows.size() ? finished : Finished{});
      from = to;
    }
  }
}

template <class T>
void extreme_of_box(const Array& out, const Array& image, const std::vector<Window>& windows, double cval, bool minimum,
                    const KeyOf<T>& key, const Finished& finished) {
  if constexpr (std::is_same_v<T, Bit>) {
    extreme_of_box(out, image, windows, cval, minimum, as_bytes(key), finished);
  } else {
    box_of_numbers(out, image, windows, cval, minimum, key, finished);
  }
}

template <class T>
class FootprintTask {
 public:
  FootprintTask(const Array& out, const Array& image, const Chords& chords, Border border, T constant,
                const KeyOf<T>& key, const Finished& finished)
      : out_(out.mutable_data_as<T>()),
        image_(image.data_as<T>()),
        shape_(image.shape()),
        chords_(chords),
        border_(border),
        constant_(constant),
        key_(key),
        finished_(finished),
        height_(shape_[shape_.size() - 2]),
        width_(shape_[shape_.size() - 1]),
        tile_(image_, height_, width_, key, constant) {}

  void run() const {
    const std::int64_t planes = shape_.product() / (height_ * width_);
    TileCut(planes, height_, width_, chords_.rows, chords_.columns, 2 * sizeof(T))
        .each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
          tile(plane, y0, y1, x0, x1);
        });
  }

 private:
  using V = Vec<T>;

  void tile(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    const std::int64_t count = x1 - x0;
    const std::int64_t reached = count + chords_.columns - 1;
    const std::int64_t line = (reached + key_slack + 63) / 64 * 64;
    const std::int64_t rows = y1 - y0 + chords_.rows - 1;
    const std::int64_t best_line = (count + key_slack + 63) / 64 * 64;
    T* keys = reinterpret_cast<T*>(
        thread_scratch(static_cast<std::size_t>(rows * line + (y1 - y0) * best_line + 64) * sizeof(T)));
    T* best = keys + rows * line;
    bool nan = false, begun = false;
    std::vector<const T*> from;
    for (std::size_t p = 0; p < chords_.planes.size(); ++p) {
      const ChordPlane& part = chords_.planes[p];
      const std::int64_t source = met_index(shape_, shape_.size() - 2, plane, part.offset.data(), border_);
      for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t at = source < 0 ? -1 : border_index(y0 + chords_.top + r, height_, border_);
        T* row = keys + r * line;
        nan |= at < 0 ? tile_.fill(row, reached) : tile_.load(row, source, at, x0 + chords_.left, reached, border_);
      }
      std::int64_t size = 1;
      for (std::size_t g = 0; g < part.groups.size(); ++g) {
        const ChordGroup& group = part.groups[g];
        for (std::int64_t r = 0; size < group.length && r < rows; ++r) {
          grow_line(keys + r * line, reached - group.length + 1, size, group.length);
        }
        size = group.length;
        const bool last = p + 1 == chords_.planes.size() && g + 1 == part.groups.size();
        for (std::int64_t r = 0; r < y1 - y0; ++r) {
          from.clear();
          if (begun) from.push_back(best + r * best_line);
          for (const auto& start : group.starts) from.push_back(keys + (r + start[0]) * line + start[1]);
          if (last) {
            const std::int64_t at = (plane * height_ + y0 + r) * width_ + x0;
            finish(out_ + at, from, count);
            if (finished_.by != Finish::none) finish_row(out_ + at, finished_, key_.truth, at, count);
          } else {
            gather(best + r * best_line, from, count);
          }
        }
        begun = true;
      }
    }
    if (nan) restore_nan(plane, y0, y1, x0, x1);
  }

  void gather(T* to, const std::vector<const T*>& from, std::int64_t count) const {
    for (std::int64_t x = 0; x < count; x += V::lanes) least(from, x).store(to + x);
  }

  /// Two vectors at a time: each result waits for a chain of minima.
  void finish(T* to, const std::vector<const T*>& from, std::int64_t count) const {
    const V flip(key_.flip);
    std::int64_t x = 0;
    for (; x + 2 * V::lanes <= count; x += 2 * V::lanes) {
      V a = V::load(from[0] + x), b = V::load(from[0] + x + V::lanes);
      for (std::size_t i = 1; i < from.size(); ++i) {
        a = min(V::load(from[i] + x), a);
        b = min(V::load(from[i] + x + V::lanes), b);
      }
      (a ^ flip).store(to + x);
      (b ^ flip).store(to + x + V::lanes);
    }
    for (; x < count; x += V::lanes) (least(from, x) ^ flip).store(to + x, count - x);
  }

  HD static V least(const std::vector<const T*>& from, std::int64_t x) {
    V v = V::load(from[0] + x);
    for (std::size_t i = 1; i < from.size(); ++i) v = min(V::load(from[i] + x), v);
    return v;
  }

  /// NaN where the footprint's first element meets one.
  void restore_nan(std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) const {
    if constexpr (std::is_floating_point_v<T>) {
      const auto axis = static_cast<std::size_t>(shape_.size() - 2);
      const std::int64_t source = met_index(shape_, shape_.size() - 2, plane, chords_.first.data(), border_);
      for (std::int64_t y = y0; y < y1; ++y) {
        const std::int64_t row = source < 0 ? -1 : border_index(y + chords_.first[axis], height_, border_);
        for (std::int64_t x = x0; x < x1; ++x) {
          const std::int64_t at = row < 0 ? -1 : border_index(x + chords_.first[axis + 1], width_, border_);
          const T value = at < 0 ? constant_ : image_[(source * height_ + row) * width_ + at];
          if (value != value) out_[(plane * height_ + y) * width_ + x] = value;
        }
      }
    }
  }

  T* out_;
  const T* image_;
  const Extents& shape_;
  const Chords& chords_;
  Border border_;
  T constant_;
  const KeyOf<T>& key_;
  const Finished& finished_;
  std::int64_t height_, width_;
  ExtremeTile<T> tile_;
};

template <class T>
void extreme_of_footprint(const Array& out, const Array& image, const Chords& chords, Border border, double cval,
                          const KeyOf<T>& key, const Finished& finished) {
  if constexpr (std::is_same_v<T, Bit>) {
    extreme_of_footprint(out, image, chords, border, cval, as_bytes(key), finished);
  } else {
    FootprintTask<T>(out, image, chords, border, constant_of<T>(image.dtype(), cval), key, finished).run();
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
