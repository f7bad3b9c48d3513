// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/fft.h: as many lines at a time as a vector has lanes. A vector holds one element of each of them,
// so that a pass is plain arithmetic on vectors whatever its radix, and neighbours along an inner axis need no
// shuffling.
//
// Two real lines are the real and the imaginary part of one complex line, whose spectrum gives both of theirs.
#pragma once

#include <algorithm>
#include <complex>

#include "core/math.h"
#include "engine/fft_plan.h"

namespace opsin::OPSIN_TARGET::engine {

/// A complex number of each lane.
template <class C>
struct Lanes {
  using V = Vec<C>;
  V re, im;

  static HD Lanes load(const C* p) { return {V::load(p), V::load(p + V::lanes)}; }
  HD void store(C* p) const {
    re.store(p);
    im.store(p + V::lanes);
  }
  friend HD Lanes operator+(Lanes a, Lanes b) { return {a.re + b.re, a.im + b.im}; }
  friend HD Lanes operator-(Lanes a, Lanes b) { return {a.re - b.re, a.im - b.im}; }
  friend HD Lanes operator*(C s, Lanes a) { return {V(s) * a.re, V(s) * a.im}; }
  /// -i times it.
  HD Lanes turned() const { return {im, -re}; }
  HD Lanes times(C x, C y) const { return {fma(V(x), re, -(V(y) * im)), fma(V(x), im, V(y) * re)}; }
};

template <class C>
HD void butterfly(Lanes<C> (&a)[2], const C*) {
  const Lanes<C> b = a[0] - a[1];
  a[0] = a[0] + a[1];
  a[1] = b;
}

template <class C>
HD void butterfly(Lanes<C> (&a)[3], const C*) {
  const Lanes<C> sum = a[1] + a[2];
  const Lanes<C> turned = C(0.86602540378443864676) * (a[1] - a[2]).turned();
  const Lanes<C> middle = a[0] - C(0.5) * sum;
  a[0] = a[0] + sum;
  a[1] = middle + turned;
  a[2] = middle - turned;
}

template <class C>
HD void butterfly(Lanes<C> (&a)[4], const C*) {
  const Lanes<C> even = a[0] + a[2], odd = a[0] - a[2];
  const Lanes<C> other = a[1] + a[3], turned = (a[1] - a[3]).turned();
  a[0] = even + other;
  a[1] = odd + turned;
  a[2] = even - other;
  a[3] = odd - turned;
}

template <class C>
HD void butterfly(Lanes<C> (&a)[5], const C*) {
  constexpr C c1(0.30901699437494742410), c2(-0.80901699437494742410);
  constexpr C s1(0.95105651629515357212), s2(0.58778525229247312917);
  const Lanes<C> p = a[1] + a[4], q = a[2] + a[3];
  const Lanes<C> u = (a[1] - a[4]).turned(), v = (a[2] - a[3]).turned();
  const Lanes<C> x = a[0] + (c1 * p + c2 * q), y = a[0] + (c2 * p + c1 * q);
  const Lanes<C> m = s1 * u + s2 * v, n = s2 * u - s1 * v;
  a[0] = a[0] + (p + q);
  a[1] = x + m;
  a[2] = y + n;
  a[3] = y - n;
  a[4] = x - m;
}

/// Any odd radix, from its own roots.
template <class C>
void butterfly(Lanes<C>* a, int radix, const C* unit) {
  using Z = Lanes<C>;
  Z sum[opsin::engine::most_fft_radix / 2 + 1], difference[opsin::engine::most_fft_radix / 2 + 1];
  const int half = radix / 2;
  const Z first = a[0];
  for (int j = 1; j <= half; ++j) {
    sum[j] = a[j] + a[radix - j];
    difference[j] = (a[j] - a[radix - j]).turned();
    a[0] = a[0] + sum[j];
  }
  for (int k = 1; k <= half; ++k) {
    Z even = first, odd{};
    for (int j = 1, at = k; j <= half; ++j) {
      even = even + unit[2 * at] * sum[j];
      odd = odd + -unit[2 * at + 1] * difference[j];
      at = at + k < radix ? at + k : at + k - radix;
    }
    a[k] = even + odd;
    a[radix - k] = even - odd;
  }
}

/// A plan with its roots in the type of the lines.
template <class C>
struct FftLines {
  static constexpr int lanes = Vec<C>::lanes;
  static constexpr int element = 2 * lanes;  // in numbers

  explicit FftLines(std::int64_t n) : length(n), method(opsin::engine::plan_fft(n)) {
    const auto narrow = [](const std::vector<std::complex<double>>& from) {
      std::vector<C> to;
      for (const std::complex<double>& z : from) {
        to.push_back(static_cast<C>(z.real()));
        to.push_back(static_cast<C>(z.imag()));
      }
      return to;
    };
    roots = narrow(method.plan.roots);
    chirp = narrow(method.chirp);
    if (!chirp.empty()) make_filter();
  }

  std::int64_t length;
  opsin::engine::FftMethod method;
  std::vector<C> roots;
  std::vector<C> chirp;
  std::vector<C> filter;  // spectrum of the conjugate chirp, over the length of the convolution

  /// Numbers of memory that run() works in.
  std::int64_t scratch() const { return 2 * method.plan.length * element; }

  /// The transform of `length` elements at the start of the memory; where it lies then.
  C* run(C* memory) const { return chirp.empty() ? passes(memory) : convolve(memory); }

 private:
  template <int R>
  void pass(C* to, const C* from, const opsin::engine::FftPass& p) const {
    using Z = Lanes<C>;
    const std::int64_t s = p.stride * element, m = p.groups;
    const C* root = roots.data() + 2 * p.roots;
    for (std::int64_t g = 0; g < m; ++g, root += 2 * (R - 1)) {
      for (std::int64_t q = 0; q < s; q += element) {
        Z a[R];
        for (int k = 0; k < R; ++k) a[k] = Z::load(from + q + s * (g + k * m));
        butterfly(a, static_cast<const C*>(nullptr));
        C* at = to + q + s * R * g;
        a[0].store(at);
        for (int k = 1; k < R; ++k) {
          (g == 0 ? a[k] : a[k].times(root[2 * k - 2], root[2 * k - 1])).store(at + s * k);
        }
      }
    }
  }

  void odd_pass(C* to, const C* from, const opsin::engine::FftPass& p) const {
    using Z = Lanes<C>;
    const std::int64_t s = p.stride * element, m = p.groups;
    const int radix = p.radix;
    const C* root = roots.data() + 2 * p.roots;
    for (std::int64_t g = 0; g < m; ++g, root += 2 * (radix - 1)) {
      for (std::int64_t q = 0; q < s; q += element) {
        Z a[opsin::engine::most_fft_radix];
        for (int k = 0; k < radix; ++k) a[k] = Z::load(from + q + s * (g + k * m));
        butterfly(a, radix, roots.data() + 2 * p.unit);
        C* at = to + q + s * radix * g;
        a[0].store(at);
        for (int k = 1; k < radix; ++k) a[k].times(root[2 * k - 2], root[2 * k - 1]).store(at + s * k);
      }
    }
  }

  C* passes(C* memory) const {
    C* from = memory;
    C* to = memory + method.plan.length * element;
    for (const opsin::engine::FftPass& p : method.plan.passes) {
      switch (p.radix) {
        case 2: pass<2>(to, from, p); break;
        case 3: pass<3>(to, from, p); break;
        case 4: pass<4>(to, from, p); break;
        case 5: pass<5>(to, from, p); break;
        default: odd_pass(to, from, p);
      }
      std::swap(from, to);
    }
    return from;
  }

  /// Bluestein: x[n] w[n] convolved with the conjugate of w, times w. The way back of the convolution is the way there
  /// with real and imaginary parts exchanged.
  C* convolve(C* memory) const {
    using Z = Lanes<C>;
    const std::int64_t whole = method.plan.length;
    for (std::int64_t i = 0; i < length; ++i) {
      Z::load(memory + i * element).times(chirp[2 * i], chirp[2 * i + 1]).store(memory + i * element);
    }
    std::fill_n(memory + length * element, (whole - length) * element, C(0));
    C* spectrum = passes(memory);
    for (std::int64_t i = 0; i < whole; ++i) {
      const Z z = Z::load(spectrum + i * element).times(filter[2 * i], filter[2 * i + 1]);
      Z{z.im, z.re}.store(memory + i * element);
    }
    C* result = passes(memory);
    for (std::int64_t i = 0; i < length; ++i) {
      const Z z = Z::load(result + i * element);
      Z{z.im, z.re}.times(chirp[2 * i], chirp[2 * i + 1]).store(result + i * element);
    }
    return result;
  }

  void make_filter() {
    const std::int64_t whole = method.plan.length;
    std::vector<C> memory(static_cast<std::size_t>(scratch()));
    const double scale = 1.0 / static_cast<double>(whole);
    for (std::int64_t i = 0; i < length; ++i) {
      const std::complex<double> z = std::conj(method.chirp[static_cast<std::size_t>(i)]) * scale;
      for (const std::int64_t at : {i, i == 0 ? 0 : whole - i}) {
        memory[static_cast<std::size_t>(at * element)] = static_cast<C>(z.real());
        memory[static_cast<std::size_t>(at * element + lanes)] = static_cast<C>(z.imag());
      }
    }
    const C* spectrum = passes(memory.data());
    for (std::int64_t i = 0; i < whole; ++i) {
      filter.push_back(spectrum[i * element]);
      filter.push_back(spectrum[i * element + lanes]);
    }
  }
};

}  // namespace opsin::OPSIN_TARGET::engine
