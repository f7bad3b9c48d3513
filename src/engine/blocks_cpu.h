// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/blocks.h. Folds: rows of blocks are added to a line of totals with vectors along the row, then
// neighbours in the line are folded.
#pragma once

#include <vector>

#include "core/lines_cpu.h"
#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Row `row` of `count` neighbouring blocks from block `first` of a line on, with the constant where the image ends.
template <class C>
void block_row(C* to, const Blocks& b, std::int64_t line, std::int64_t row, std::int64_t first, std::int64_t count,
               C cval) {
  const std::int64_t width = b.block[b.ndim - 1];
  const std::int64_t x = first * width;
  const std::int64_t start = b.row_start(line, row);
  const std::int64_t inside =
      start < 0 ? 0 : std::min(count * width, std::max<std::int64_t>(0, b.shape[b.ndim - 1] - x));
  const auto item = static_cast<std::int64_t>(itemsize(b.dtype));
  if (inside > 0) {
    load_line(to, static_cast<const std::byte*>(b.image) + (start + x) * item, b.dtype, item, inside, Scaling{});
  }
  std::fill(to + inside, to + count * width, cval);
}

/// Results from number `first` on.
template <class C>
void store_results(const Array& out, std::int64_t first, const std::vector<C>& results, std::int64_t count) {
  const auto item = static_cast<std::int64_t>(itemsize(out.dtype()));
  store_line(static_cast<std::byte*>(out.mutable_data()) + first * item, results.data(), out.dtype(), item, count);
}

template <class C, class F>
void run_fold(const Array& out, const Blocks& b, C cval, const F& f) {
  using V = Vec<C>;
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1];
  const std::int64_t share = std::max<std::int64_t>(1, 4096 / width);  // outputs of a task
  const std::int64_t pieces = (columns + share - 1) / share;
  const std::int64_t rows = b.rows();
  const auto size = static_cast<double>(rows) * static_cast<double>(width);
  core::parallel_for(b.outputs() / columns * pieces, std::max<std::int64_t>(1, (1 << 15) / (rows * width * share)),
                     [&](std::int64_t begin, std::int64_t end) {
                       const std::int64_t most = (share * width + V::lanes - 1) / V::lanes * V::lanes;
                       std::vector<C> total(static_cast<std::size_t>(most)), row(static_cast<std::size_t>(most));
                       std::vector<C> results(static_cast<std::size_t>(share));
                       for (std::int64_t t = begin; t < end; ++t) {
                         const std::int64_t line = t / pieces, first = t % pieces * share;
                         const std::int64_t count = std::min(share, columns - first);
                         block_row(total.data(), b, line, 0, first, count, cval);
                         for (std::int64_t r = 1; r < rows; ++r) {
                           block_row(row.data(), b, line, r, first, count, cval);
                           for (std::int64_t x = 0; x < count * width; x += V::lanes) {
                             f.template step<V>(V::load(&total[static_cast<std::size_t>(x)]),
                                                V::load(&row[static_cast<std::size_t>(x)]))
                                 .store(&total[static_cast<std::size_t>(x)]);
                           }
                         }
                         const C* from = total.data();
                         for (std::int64_t o = 0; o < count; ++o, from += width) {
                           C value = from[0];
                           for (std::int64_t x = 1; x < width; ++x) value = f.template step<C>(value, from[x]);
                           results[static_cast<std::size_t>(o)] = f.template finish<C>(value, size);
                         }
                         store_results(out, line * columns + first, results, count);
                       }
                     });
}

template <class C>
struct CopiedBlock {
  C* elements;

  C operator()(std::int64_t i) const { return elements[i]; }
  C* copy() const { return elements; }
};

/// Blocks of a line whose rows are read together.
inline std::int64_t blocks_together(const Blocks& b) {
  return std::clamp<std::int64_t>(4096 / (b.rows() * b.block[b.ndim - 1]), 1, b.out[b.ndim - 1]);
}

/// each(rows, apart, count, results, scratch) for `count` neighbouring blocks, over and over. A block's row r begins at
/// rows[r * apart], the next block's behind it; `scratch` holds as much for each of the threads.
template <class C, class Each>
void each_share(const Array& out, const Blocks& b, C cval, std::int64_t scratch, const Each& each) {
  const std::int64_t width = b.block[b.ndim - 1], columns = b.out[b.ndim - 1];
  const std::int64_t rows = b.rows(), size = rows * width;
  const std::int64_t share = blocks_together(b);
  const std::int64_t pieces = (columns + share - 1) / share;
  core::parallel_for(b.outputs() / columns * pieces, std::max<std::int64_t>(1, (1 << 12) / (size * share)),
                     [&](std::int64_t begin, std::int64_t end) {
                       std::vector<C> read(static_cast<std::size_t>(size * share));
                       std::vector<C> own(static_cast<std::size_t>(scratch));
                       std::vector<C> results(static_cast<std::size_t>(share));
                       for (std::int64_t t = begin; t < end; ++t) {
                         const std::int64_t line = t / pieces, first = t % pieces * share;
                         const std::int64_t count = std::min(share, columns - first);
                         for (std::int64_t r = 0; r < rows; ++r) {
                           block_row(read.data() + r * share * width, b, line, r, first, count, cval);
                         }
                         each(read.data(), share * width, count, results.data(), own.data());
                         store_results(out, line * columns + first, results, count);
                       }
                     });
}

template <class C, class F>
void run_windows(const Array& out, const Blocks& b, C cval, const F& f) {
  const std::int64_t width = b.block[b.ndim - 1], rows = b.rows(), size = rows * width;
  if constexpr (requires { side_by_side(f, size); }) {
    if (const auto of_blocks = side_by_side(f, size)) {
      // Element i of as many blocks as a vector has lanes is vector i.
      using V = Vec<C>;
      return each_share(out, b, cval, size * V::lanes,
                        [&](const C* read, std::int64_t apart, std::int64_t count, C* results, C* vectors) {
                          for (std::int64_t o = 0; o < count; o += V::lanes) {
                            const std::int64_t blocks = std::min<std::int64_t>(V::lanes, count - o);
                            for (std::int64_t i = 0; i < size; ++i) {
                              const C* const from = read + i / width * apart + o * width + i % width;
                              for (std::int64_t k = 0; k < blocks; ++k) vectors[i * V::lanes + k] = from[k * width];
                            }
                            of_blocks->template operator()<V>(vectors).store(results + o, blocks);
                          }
                        });
    }
  }
  if (blocks_together(b) == 1) {  // A block lies as it should.
    return each_share(out, b, cval, 0, [&](C* read, std::int64_t, std::int64_t, C* results, C*) {
      results[0] = f.template operator()<C>(CopiedBlock<C>{read}, size);
    });
  }
  each_share(out, b, cval, size, [&](const C* read, std::int64_t apart, std::int64_t count, C* results, C* block) {
    for (std::int64_t o = 0; o < count; ++o) {
      for (std::int64_t r = 0; r < rows; ++r) std::copy_n(read + r * apart + o * width, width, block + r * width);
      results[o] = f.template operator()<C>(CopiedBlock<C>{block}, size);
    }
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
