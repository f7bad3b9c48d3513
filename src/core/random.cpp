// SPDX-License-Identifier: Apache-2.0
#include "opsin/random.h"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/check.h"
#include "core/random_numbers.h"

namespace opsin::random {
namespace {

using Word = unsigned __int128;

constexpr int layers = Ziggurat::layers;
constexpr double grains = 0x1p52;

// NumPy's tables carry the rounding errors of the program that made them. A stream that is to be NumPy's needs the same
// numbers: these are their distances from the exact ones, in units of the last place.

/// Of the scales.
constexpr std::int8_t width_ulps[layers] = {
    -10, -79, -24, -20, -18, -18, -19, -15, -16, -8, -7, -7, -5, -5, -5, -6, -6, -7, -6, -7, -8, -8, -7, -8, -7, -7,
    -6,  -5,  -7,  -7,  -7,  -6,  -6,  -7,  -6,  -6, -7, -7, -5, -5, -5, -4, -4, -5, -4, -5, -4, -4, -4, -4, -5, -5,
    -3,  -3,  -4,  -4,  -4,  -3,  -4,  -4,  -3,  -3, -2, -3, -3, -3, -4, -3, -4, -3, -3, -3, -3, -2, -2, -3, -2, -3,
    -3,  -3,  -2,  -3,  -3,  -3,  -3,  -2,  -2,  -2, -2, -2, -2, -1, -1, -1, -1, -1, -2, -1, -1, -1, -1, -1, -2, -2,
    -1,  -2,  -2,  -2,  -2,  -2,  -2,  -3,  -2,  -2, -1, -1, -1, -1, -2, -2, -1, -1, 0,  0,  -1, -1, -1, -2, -1, -1,
    -1,  -1,  -2,  -2,  -2,  -1,  -1,  -2,  -2,  -2, -3, -4, -4, -3, -3, -3, -2, -2, -1, -2, -1, -1, -1, -1, -1, -1,
    0,   0,   1,   0,   0,   -1,  0,   0,   0,   0,  -1, 0,  0,  0,  0,  1,  1,  2,  3,  3,  3,  2,  2,  1,  0,  0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  0,  0,  0,  -1, -1, -1, -1, -1, -2, -1, -2, -2, -2, -2, -2, -2,
    -1,  -1,  -1,  -1,  0,   0,   -1,  -1,  0,   0,  0,  0,  -1, -1, 0,  0,  0,  0,  0,  0,  0,  0,  0,  -1, 0,  -1,
    -1,  -1,  -1,  -1,  -1,  -1,  0,   0,   1,   0,  1,  1,  1,  1,  1,  1,  0,  0,  0,  1,  1,  0,
};

/// Of the heights.
constexpr std::int8_t height_ulps[layers] = {
    0,  4,  3,  3,  3,  3,  4,  3,  3, 3,  3,  3,  3,  3,  3,   3,  3,  4,  3,  4,  4,  4,  4,  4, 5, 4, 3,  3,  4,
    4,  4,  4,  4,  4,  4,  4,  4,  4, 4,  3,  3,  2,  3,  3,   2,  3,  3,  3,  3,  3,  3,  3,  3, 3, 4, 5,  5,  4,
    4,  5,  4,  3,  3,  3,  4,  4,  4, 4,  4,  4,  3,  4,  3,   3,  2,  2,  6,  6,  7,  7,  6,  6, 7, 7, 7,  6,  5,
    4,  5,  4,  3,  3,  2,  2,  3,  3, 4,  3,  2,  3,  3,  3,   4,  4,  3,  4,  4,  4,  4,  4,  5, 5, 5, 4,  3,  3,
    3,  2,  3,  3,  3,  3,  1,  1,  1, 2,  1,  3,  2,  3,  2,   2,  2,  3,  3,  3,  2,  3,  4,  3, 4, 6, 7,  6,  5,
    5,  5,  9,  6,  6,  6,  4,  4,  4, 3,  3,  1,  1,  -1, 0,   0,  2,  2,  1,  0,  0,  1,  1,  0, 1, 0, -2, -3, -5,
    -8, -7, -8, -6, -5, -3, -1, -1, 1, -1, 1,  -1, 1,  0,  1,   1,  1,  1,  1,  1,  1,  7,  5,  4, 9, 6, 11, 11, 12,
    12, 15, 13, 13, 11, 9,  7,  8,  7, 3,  1,  5,  7,  4,  2,   -1, 0,  3,  2,  2,  -3, 0,  0,  1, 3, 3, 2,  2,  3,
    1,  5,  3,  6,  8,  15, 13, 9,  4, -1, -4, -3, -7, -8, -10, -7, -5, -7, -3, -5, -6, -8, -8, 2,
};

/// Of the bounds, in units.
constexpr std::int8_t inside_units[layers] = {
    5, 0, -18, -5, -2, 0, 0,  -1, 1, 1, 0, 0, -1, 1,  1, 0, 1,  2, 0, 1, 1,  1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0,
    0, 0, 0,   1,  0,  0, -1, 1,  0, 0, 0, 1, 0,  1,  1, 0, 0,  0, 1, 1, 0,  0, 2, 1, 0, 1, 1, 1, 0, 0, 0, 0,
    1, 0, 1,   0,  1,  0, 0,  1,  0, 0, 0, 1, 0,  1,  1, 0, -1, 0, 0, 0, 1,  0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0,
    1, 0, 0,   1,  1,  0, 1,  1,  0, 1, 0, 0, 0,  0,  2, 0, 0,  0, 0, 0, 0,  0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1,
    1, 1, 0,   0,  1,  0, 1,  0,  1, 0, 0, 1, 1,  0,  1, 1, 0,  1, 0, 0, -1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1,
    0, 1, 1,   0,  0,  1, 1,  1,  1, 1, 1, 0, 0,  -1, 0, 1, 1,  1, 1, 1, 1,  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1,
    0, 1, 1,   1,  0,  0, 1,  0,  1, 1, 1, 0, 1,  0,  0, 0, 0,  1, 1, 0, 0,  0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1,
    0, 1, 0,   0,  1,  0, 1,  1,  0, 0, 1, 0, 0,  0,  1, 0, 0,  0, 0, 1, 0,  0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1,
};

Ziggurat make_ziggurat() {
  Ziggurat z;
  const long double area = 0.00492867323397465524494L, end = 3.6541528853610087963519472518L;
  std::array<long double, layers> width{}, density{};
  const auto bell = [](long double x) { return std::exp(-x * x / 2); };
  width[layers - 1] = end;
  density[layers - 1] = bell(end);
  width[0] = area / density[layers - 1];
  density[0] = 1;
  const auto bound = [&](long double part, int i) {
    return static_cast<std::uint64_t>(part * grains) + static_cast<std::uint64_t>(inside_units[i]);
  };
  z.inside[0] = bound(end / width[0], 0);
  z.inside[1] = bound(0, 1);
  for (int i = layers - 2; i > 0; --i) {
    const long double right = width[static_cast<unsigned>(i + 1)];
    const long double x = std::sqrt(-2 * std::log(area / right + density[static_cast<unsigned>(i + 1)]));
    width[static_cast<unsigned>(i)] = x;
    density[static_cast<unsigned>(i)] = bell(x);
    z.inside[i + 1] = bound(x / right, i + 1);
  }
  const auto moved = [](double x, int ulps) { return std::bit_cast<double>(std::bit_cast<std::int64_t>(x) + ulps); };
  for (int i = 0; i < layers; ++i) {
    z.scale[i] = moved(static_cast<double>(width[static_cast<unsigned>(i)] / grains), width_ulps[i]);
    z.height[i] = moved(static_cast<double>(density[static_cast<unsigned>(i)]), height_ulps[i]);
  }
  return z;
}

const Ziggurat tables = make_ziggurat();

/// NumPy's SeedSequence, which spreads entropy over a pool of four words and draws states from it (M. E. O'Neill,
/// "Developing a seed_seq alternative", 2015).
class SeedSequence {
 public:
  explicit SeedSequence(std::span<const std::uint32_t> entropy) {
    std::uint32_t hash = 0x43b0d7e5;
    const auto hashed = [&](std::uint32_t value) {
      value ^= hash;
      hash *= 0x931e8875;
      value *= hash;
      return value ^ value >> 16;
    };
    const auto mixed = [](std::uint32_t x, std::uint32_t y) {
      const std::uint32_t result = 0xca01f9ddu * x - 0x4973f715u * y;
      return result ^ result >> 16;
    };
    for (std::size_t i = 0; i < pool_.size(); ++i) pool_[i] = hashed(i < entropy.size() ? entropy[i] : 0);
    for (std::size_t from = 0; from < pool_.size(); ++from) {
      for (std::size_t to = 0; to < pool_.size(); ++to) {
        if (from != to) pool_[to] = mixed(pool_[to], hashed(pool_[from]));
      }
    }
    for (std::size_t i = pool_.size(); i < entropy.size(); ++i) {
      for (std::uint32_t& word : pool_) word = mixed(word, hashed(entropy[i]));
    }
  }

  std::array<std::uint64_t, 4> states() const {
    std::array<std::uint64_t, 4> states{};
    std::uint32_t hash = 0x8b51f9dd;
    for (std::size_t i = 0; i < 2 * states.size(); ++i) {
      std::uint32_t value = pool_[i % pool_.size()] ^ hash;
      hash *= 0x58f38ded;
      value *= hash;
      value ^= value >> 16;
      states[i / 2] |= std::uint64_t{value} << 32 * (i % 2);
    }
    return states;
  }

 private:
  std::array<std::uint32_t, 4> pool_;
};

Word word(std::uint64_t high, std::uint64_t low) { return Word{high} << 64 | low; }

/// log(Gamma(x)) by Stirling's series, shifted to where it converges (S. Zhang and J. Jin, "Computation of Special
/// Functions", 1996); in NumPy's order of operations.
double log_gamma(double x) {
  constexpr double terms[] = {8.333333333333333e-02,  -2.777777777777778e-03, 7.936507936507937e-04,
                              -5.952380952380952e-04, 8.417508417508418e-04,  -1.917526917526918e-03,
                              6.410256410256410e-03,  -2.955065359477124e-02, 1.796443723688307e-01,
                              -1.39243221690590e+00};
  if (x == 1 || x == 2) return 0;
  const int shifts = x < 7 ? static_cast<int>(7 - x) : 0;
  double far = x + shifts;
  const double squared = (1 / far) * (1 / far);
  double series = terms[9];
  for (int k = 8; k >= 0; --k) series = series * squared + terms[k];
  double result = series / far + 0.5 * 1.8378770664093453 + (far - 0.5) * std::log(far) - far;
  for (int k = 0; k < shifts; ++k) {
    result -= std::log(far - 1);
    far -= 1;
  }
  return result;
}

}  // namespace

const Ziggurat& ziggurat() { return tables; }

Generator::Generator(std::uint64_t value) {
  const std::uint32_t words[2] = {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
  seed({words, words[1] == 0 ? std::size_t{1} : std::size_t{2}});
}

Generator::Generator(std::span<const std::uint32_t> entropy) { seed(entropy); }

Generator::Generator(const State& s)
    : state_(word(s.state_high, s.state_low)), increment_(word(s.increment_high, s.increment_low)) {}

void Generator::seed(std::span<const std::uint32_t> entropy) {
  const auto states = SeedSequence(entropy).states();
  increment_ = word(states[2], states[3]) << 1 | 1;
  next();
  state_ += word(states[0], states[1]);
  next();
}

State Generator::state() const {
  return {static_cast<std::uint64_t>(state_ >> 64), static_cast<std::uint64_t>(state_),
          static_cast<std::uint64_t>(increment_ >> 64), static_cast<std::uint64_t>(increment_)};
}

void Generator::advance(std::uint64_t words) { state_ = Pcg64{state_, increment_}.stride(words)(state_); }

double Generator::normal() {
  const std::uint64_t bits = next();
  // One of a hundred takes more words.
  return normal_at_once(tables, bits) ? normal_from(tables, bits) : normal_beyond(tables, bits, [&] { return next(); });
}

std::int64_t Generator::poisson(double mean) {
  core::check_plain(mean >= 0, "lam < 0 or lam is NaN");
  // NumPy's limit: ten deviations below the greatest number that there is.
  core::check_plain(mean <= 9.223372006484771e18, "lam value too large");
  if (mean == 0) return 0;
  if (mean < 10) {
    const double stop = std::exp(-mean);
    double product = 1;
    for (std::int64_t count = 0;; ++count) {
      product *= uniform();
      if (!(product > stop)) return count;
    }
  }
  const double root = std::sqrt(mean), logarithm = std::log(mean);
  const double b = 0.931 + 2.53 * root;
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = uniform();
    const double us = 0.5 - std::fabs(u);
    const auto k = static_cast<std::int64_t>(std::floor((2 * a / us + b) * u + mean + 0.43));
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double hat = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (hat <= -mean + static_cast<double>(k) * logarithm - log_gamma(static_cast<double>(k + 1))) return k;
  }
}

}  // namespace opsin::random
