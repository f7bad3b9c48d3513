// SPDX-License-Identifier: Apache-2.0
// Random numbers: the streams of numpy.random.default_rng, bit for bit.
#pragma once

#include <cstdint>
#include <span>

namespace opsin::random {

/// Where a PCG64 stream stands: numpy.random.PCG64's `state`, as two halves of 128 bits each.
struct State {
  std::uint64_t state_high = 0;
  std::uint64_t state_low = 0;
  std::uint64_t increment_high = 0;
  std::uint64_t increment_low = 0;
};

/// numpy.random.Generator(PCG64): M. E. O'Neill, "PCG: A family of simple fast space-efficient statistically good
/// algorithms for random number generation", HMC-CS-2014-0905, 2014. Not for several threads at once.
class __attribute__((visibility("default"))) Generator {
 public:
  /// default_rng(seed).
  explicit Generator(std::uint64_t seed);
  /// default_rng(entropy), a list of 32-bit words.
  explicit Generator(std::span<const std::uint32_t> entropy);
  explicit Generator(const State& state);

  State state() const;
  /// As if next() had been called so many times: numpy.random.PCG64.advance(), without its cost.
  void advance(std::uint64_t words);

  /// 64 random bits.
  std::uint64_t next() {
    state_ = state_ * multiplier + increment_;
    const auto mixed = static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_);
    const auto turn = static_cast<unsigned>(state_ >> 122);
    return mixed >> turn | mixed << (-turn & 63);
  }
  /// Uniform in [0, 1): Generator.random().
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Generator.standard_normal(): the ziggurat of G. Marsaglia and W. W. Tsang, J. Stat. Softw. 5(8), 2000.
  double normal();
  /// Generator.poisson(mean): W. Hormann, "The transformed rejection method for generating Poisson random variables",
  /// Insur. Math. Econ. 12, 1993, from a mean of 10 on. Throws ValueError for means that are NaN, negative or beyond
  /// 9.2e18.
  std::int64_t poisson(double mean);

 private:
  using Word = unsigned __int128;
  static constexpr Word multiplier = Word{2549297995355413924u} << 64 | 4865540595714422341u;

  void seed(std::span<const std::uint32_t> entropy);

  Word state_ = 0;
  Word increment_ = 0;
};

}  // namespace opsin::random
