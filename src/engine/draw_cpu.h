// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/draw.h. How many words a normal number takes is known when it has been drawn. But nearly all take
// one, so whoever begins at any word soon draws the same numbers as whoever began before: pieces of the stream are
// drawn beside each other, each as if a number began with its first word, and mended where the one before ends later.
#pragma once

#include <bit>
#include <vector>

#include "core/threads.h"

namespace opsin::OPSIN_TARGET::engine {

/// Normal numbers that begin within some words of a stream.
class NormalPiece {
 public:
  static constexpr std::int64_t words = 1 << 13;

  random::Pcg64 start;  // the stream before the piece

  /// All from word `first` of the piece on.
  void draw(const random::Ziggurat& z, std::int64_t first) {
    numbers_.resize(words);
    lead_.clear();
    skipped_ = 0;
    std::int64_t count = 0;
    begins_ = 0;
    Reader from(start, first);
    while (from.at < words) {
      if (from.at < known) begins_ |= std::uint64_t{1} << from.at;
      numbers_[static_cast<std::size_t>(count++)] = from.number(z);
    }
    numbers_.resize(static_cast<std::size_t>(count));
    end_ = from.at;
  }

  /// Makes a piece that was drawn from its first word on one whose first number begins with word `first`.
  void begin_at(const random::Ziggurat& z, std::int64_t first) {
    Reader from(start, first);
    while (from.at < known && !(begins_ >> from.at & 1)) lead_.push_back(from.number(z));
    if (from.at >= known) return draw(z, first);  // They have not met.
    skipped_ = std::popcount(begins_ & ((std::uint64_t{1} << from.at) - 1));
  }

  std::int64_t count() const { return static_cast<std::int64_t>(lead_.size() + numbers_.size()) - skipped_; }
  /// Words of the next piece that its numbers take.
  std::int64_t beyond() const { return end_ - words; }

  /// f(i, number i)
  template <class F>
  void each(const F& f) const {
    std::int64_t i = 0;
    for (const double x : lead_) f(i++, x);
    for (auto x = numbers_.begin() + skipped_; x != numbers_.end(); ++x) f(i++, *x);
  }

 private:
  static constexpr std::int64_t known = 64;  // words of which it is known whether a number begins there

  struct Reader {
    random::Pcg64 stream;
    std::int64_t at;

    Reader(const random::Pcg64& start, std::int64_t first) : stream(start), at(first) {
      for (std::int64_t i = 0; i < first; ++i) stream.next();
    }
    std::uint64_t next() {
      ++at;
      return stream.next();
    }
    double number(const random::Ziggurat& z) {
      const std::uint64_t bits = next();
      return random::normal_at_once(z, bits) ? random::normal_from(z, bits)
                                             : random::normal_beyond(z, bits, [this] { return next(); });
    }
  };

  std::vector<double> numbers_, lead_;
  std::int64_t skipped_ = 0;  // of numbers_
  std::int64_t end_ = 0;
  std::uint64_t begins_ = 0;  // bit i: a number begins with word i
};

inline void draw_normal(double* to, std::int64_t n, Device, random::Generator& rng, double mean, double deviation) {
  constexpr std::int64_t together = 16;
  const random::Ziggurat& z = random::ziggurat();
  std::vector<NormalPiece> pieces(n >= together * NormalPiece::words ? together : 0);
  std::int64_t done = 0;
  // A number takes a word at least.
  while (n - done >= together * NormalPiece::words) {
    random::Pcg64 stream = stream_of(rng);
    const random::Pcg64::Stride stride = stream.stride(NormalPiece::words);
    for (NormalPiece& piece : pieces) {
      piece.start = stream;
      stream.state = stride(stream.state);
    }
    const auto at = [](auto& all, std::int64_t k) -> auto& { return all[static_cast<std::size_t>(k)]; };
    core::parallel_for(together, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) at(pieces, k).draw(z, 0);
    });
    std::vector<std::int64_t> places;
    std::int64_t beyond = 0;
    for (NormalPiece& piece : pieces) {
      if (beyond > 0) piece.begin_at(z, beyond);
      beyond = piece.beyond();
      places.push_back(done);
      done += piece.count();
    }
    core::parallel_for(together, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) {
        double* const own = to + at(places, k);
        at(pieces, k).each([&](std::int64_t i, double x) { own[i] = mean + deviation * x; });
      }
    });
    rng.advance(static_cast<std::uint64_t>(together * NormalPiece::words + beyond));
  }
  for (; done < n; ++done) to[done] = mean + deviation * rng.normal();
}

inline void draw_at_most(std::uint8_t* to, std::int64_t n, const random::Generator& rng, double bound) {
  core::parallel_for(n, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    random::Generator own = rng;
    own.advance(static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < end; ++i) to[i] = own.uniform() <= bound;
  });
}

}  // namespace opsin::OPSIN_TARGET::engine
