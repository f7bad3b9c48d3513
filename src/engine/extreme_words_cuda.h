// SPDX-License-Identifier: Apache-2.0
// Elements that a lane of a warp holds side by side, as 32-bit words: what the streaming kernel of extremes does with
// them. Two elements of 16 bits are compared by one instruction. Bytes go as 16-bit elements too: the comparison looks
// at their high halves first, so the odd bytes are the words themselves, the even ones the words moved up by a byte,
// and what the low halves hold does not matter.
#pragma once

#include <cstring>

#include "engine/extreme.h"

namespace opsin::OPSIN_TARGET::engine {

template <int N>
struct alignas(4 * N) LaneWords {
  unsigned w[N];
};

template <class T>
struct LaneOf {
  static constexpr int unit = sizeof(T);  // what a shift by one element counts
  static constexpr int words = sizeof(T) <= 2 ? 2 : 4;
  static constexpr int pixels = 4 * words / static_cast<int>(sizeof(T));
  static constexpr int registers = sizeof(T) == 1 ? 2 * words : words;  // for comparing
  static constexpr int aligned = 4 * words;                             // bytes
  using Words = LaneWords<words>;
  using Registers = unsigned[registers];
};

template <>
struct LaneOf<Bit> {
  static constexpr int unit = 1;
  static constexpr int words = 1;
  static constexpr int pixels = 32;
  static constexpr int registers = 1;
  static constexpr int aligned = 8;
  using Words = LaneWords<1>;
  using Registers = unsigned[1];
};

/// The bits of four elements that are true or false, and back.
__device__ __forceinline__ unsigned packed_truths(unsigned bytes) {
  // The highest bit of each byte that is not zero; then those four side by side, by a product without carries.
  const unsigned high = (((bytes & 0x7f7f7f7fu) + 0x7f7f7f7fu) | bytes) & 0x80808080u;
  return (high >> 7) * 0x01020408u >> 24;
}
__device__ __forceinline__ unsigned spread_truths(unsigned bits) { return (bits & 15u) * 0x00204081u & 0x01010101u; }

/// A lane's elements, from memory and back.
template <class T>
__device__ __forceinline__ typename LaneOf<T>::Words load_lane(const Stored<T>* from) {
  if constexpr (std::is_same_v<T, Bit>) {
    LaneWords<1> v{};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const auto bytes = reinterpret_cast<const LaneWords<2>*>(from)[i];
#pragma unroll
      for (int k = 0; k < 2; ++k) v.w[0] |= packed_truths(bytes.w[k]) << (8 * i + 4 * k);
    }
    return v;
  } else {
    return *reinterpret_cast<const typename LaneOf<T>::Words*>(from);
  }
}

template <class T>
__device__ __forceinline__ void store_lane(Stored<T>* to, const typename LaneOf<T>::Words& v) {
  if constexpr (std::is_same_v<T, Bit>) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      LaneWords<2> bytes;
#pragma unroll
      for (int k = 0; k < 2; ++k) bytes.w[k] = spread_truths(v.w[0] >> (8 * i + 4 * k));
      reinterpret_cast<LaneWords<2>*>(to)[i] = bytes;
    }
  } else {
    *reinterpret_cast<typename LaneOf<T>::Words*>(to) = v;
  }
}

/// Element i, known when the kernel is compiled.
template <class T>
__device__ __forceinline__ Stored<T> lane_element(const typename LaneOf<T>::Words& v, int i) {
  if constexpr (std::is_same_v<T, Bit>) {
    return v.w[0] >> i & 1u;
  } else if constexpr (std::is_same_v<T, float>) {
    return __uint_as_float(v.w[i]);
  } else if constexpr (std::is_same_v<T, double>) {
    return __hiloint2double(static_cast<int>(v.w[2 * i + 1]), static_cast<int>(v.w[2 * i]));
  } else {
    constexpr int per_word = 4 / static_cast<int>(sizeof(T));
    return static_cast<T>(v.w[i / per_word] >> (i % per_word * 8 * static_cast<int>(sizeof(T))));
  }
}

/// Into words that are zero there.
template <class T>
__device__ __forceinline__ void set_lane_element(typename LaneOf<T>::Words& v, int i, Stored<T> x) {
  if constexpr (std::is_same_v<T, Bit>) {
    v.w[0] |= (x != 0 ? 1u : 0u) << i;
  } else if constexpr (std::is_same_v<T, float>) {
    v.w[i] = __float_as_uint(x);
  } else if constexpr (std::is_same_v<T, double>) {
    v.w[2 * i] = static_cast<unsigned>(__double2loint(x));
    v.w[2 * i + 1] = static_cast<unsigned>(__double2hiint(x));
  } else {
    constexpr int per_word = 4 / static_cast<int>(sizeof(T));
    v.w[i / per_word] |= static_cast<unsigned>(x) << (i % per_word * 8 * static_cast<int>(sizeof(T)));
  }
}

template <class T>
__device__ __forceinline__ typename LaneOf<T>::Words lane_filled(Stored<T> x) {
  typename LaneOf<T>::Words v{};
#pragma unroll
  for (int i = 0; i < LaneOf<T>::pixels; ++i) set_lane_element<T>(v, i, x);
  return v;
}

/// What is never the least.
template <class T>
__device__ __forceinline__ void lane_most(typename LaneOf<T>::Registers& r) {
#pragma unroll
  for (int i = 0; i < LaneOf<T>::registers; ++i) {
    r[i] = std::is_same_v<T, float> ? 0x7f800000u : !std::is_same_v<T, double> ? ~0u : i % 2 ? 0x7ff00000u : 0u;
  }
}

template <class T>
__device__ __forceinline__ void lane_spread(typename LaneOf<T>::Registers& r, const typename LaneOf<T>::Words& v) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::words; ++i) {
      r[2 * i] = v.w[i];
      r[2 * i + 1] = v.w[i] << 8;
    }
  } else {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::words; ++i) r[i] = v.w[i];
  }
}

template <class T>
__device__ __forceinline__ typename LaneOf<T>::Words lane_packed(const typename LaneOf<T>::Registers& r) {
  typename LaneOf<T>::Words v;
#pragma unroll
  for (int i = 0; i < LaneOf<T>::words; ++i) {
    if constexpr (std::is_same_v<T, std::uint8_t>) {
      v.w[i] = __byte_perm(r[2 * i + 1], r[2 * i], 0x7351);
    } else {
      v.w[i] = r[i];
    }
  }
  return v;
}

/// r = the lesser of r and v, element by element.
template <class T>
__device__ __forceinline__ void lane_join(typename LaneOf<T>::Registers& r, const typename LaneOf<T>::Registers& v) {
  if constexpr (std::is_same_v<T, double>) {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::registers; i += 2) {
      const double a = __hiloint2double(static_cast<int>(r[i + 1]), static_cast<int>(r[i]));
      const double b = __hiloint2double(static_cast<int>(v[i + 1]), static_cast<int>(v[i]));
      const bool less = b < a;
      r[i] = less ? v[i] : r[i];
      r[i + 1] = less ? v[i + 1] : r[i + 1];
    }
  } else {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::registers; ++i) {
      if constexpr (std::is_same_v<T, Bit>) {
        r[i] &= v[i];
      } else if constexpr (std::is_same_v<T, float>) {
        r[i] = __float_as_uint(fminf(__uint_as_float(r[i]), __uint_as_float(v[i])));
      } else if constexpr (sizeof(T) == 4) {
        r[i] = r[i] < v[i] ? r[i] : v[i];
      } else {
        r[i] = __vminu2(r[i], v[i]);
      }
    }
  }
}

/// What flips a word.
template <class T>
__device__ __forceinline__ unsigned lane_flip(const KeyOf<T>& key, int i) {
  if constexpr (std::is_same_v<T, Bit>) {
    return key.flip ? ~0u : 0u;
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::signbit(key.flip) && (sizeof(T) == 4 || i % 2 == 1) ? 0x80000000u : 0u;
  } else {
    return key.flip * (0xffffffffu / static_cast<T>(~T(0)));
  }
}

/// Elements as keys; whether one of them is NaN.
template <class T>
__device__ __forceinline__ bool lane_keys(typename LaneOf<T>::Words& v, const KeyOf<T>& key) {
  bool nan = false;
  if constexpr (std::is_floating_point_v<T>) {
    typename LaneOf<T>::Words keys{};
#pragma unroll
    for (int i = 0; i < LaneOf<T>::pixels; ++i) {
      const T x = lane_element<T>(v, i);
      nan = nan || x != x;
      set_lane_element<T>(keys, i, to_key(x, key));
    }
    v = keys;
  } else {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::words; ++i) v.w[i] ^= lane_flip<T>(key, i);
  }
  return nan;
}

/// Keys as elements.
template <class T>
__device__ __forceinline__ void lane_elements(typename LaneOf<T>::Words& v, const KeyOf<T>& key) {
#pragma unroll
  for (int i = 0; i < LaneOf<T>::words; ++i) v.w[i] ^= lane_flip<T>(key, i);
}

/// A word of extremes, as elements of at most 32 bits, with the other images' elements.
template <class T>
__device__ __forceinline__ unsigned finish_word(Finish by, unsigned r, unsigned a, unsigned b) {
  if constexpr (std::is_same_v<T, Bit>) {
    return r ^ a;
  } else if constexpr (sizeof(T) < 4) {
    const auto less = [](unsigned x, unsigned y) { return sizeof(T) == 1 ? __vsub4(x, y) : __vsub2(x, y); };
    if (by == Finish::subtracted_from) return less(a, r);
    if (by == Finish::less) return less(r, a);
    return less(less(sizeof(T) == 1 ? __vadd4(a, r) : __vadd2(a, r), b), b);
  } else if constexpr (std::is_same_v<T, float>) {
    return __float_as_uint(finish_one(by, __uint_as_float(r), __uint_as_float(a), __uint_as_float(b)));
  } else {
    return finish_one(by, r, a, b);
  }
}

/// Extremes, as elements, with the other images' elements.
template <class T>
__device__ __forceinline__ void finish_lane(typename LaneOf<T>::Words& r, Finish by, const typename LaneOf<T>::Words& a,
                                            const typename LaneOf<T>::Words& b) {
  if constexpr (std::is_same_v<T, double>) {
    typename LaneOf<T>::Words to{};
#pragma unroll
    for (int i = 0; i < LaneOf<T>::pixels; ++i) {
      set_lane_element<T>(to, i,
                          finish_one<T>(by, lane_element<T>(r, i), lane_element<T>(a, i), lane_element<T>(b, i)));
    }
    r = to;
  } else {
#pragma unroll
    for (int i = 0; i < LaneOf<T>::words; ++i) r.w[i] = finish_word<T>(by, r.w[i], a.w[i], b.w[i]);
  }
}

/// The warp's elements `shift` units further on, the same for all lanes; at the warp's end some that mean nothing. A
/// shift within a lane's elements brings few of its neighbour's.
template <class T>
__device__ __forceinline__ typename LaneOf<T>::Words lane_shifted(const typename LaneOf<T>::Words& v, unsigned shift) {
  constexpr int N = LaneOf<T>::words;
  constexpr bool narrow = sizeof(T) < 4;
  constexpr unsigned per_word = std::is_same_v<T, Bit> ? 32 : 4;
  const int lanes = static_cast<int>(shift / (per_word * N));
  unsigned w[N + 1] = {};
  const auto from = [&](auto first, auto own) {
    constexpr int b = decltype(first)::value;
#pragma unroll
    for (int i = 0; i < N + narrow; ++i) {
      if (b + i < N) {
        w[i] = decltype(own)::value ? v.w[(b + i) % N] : __shfl_down_sync(0xffffffffu, v.w[(b + i) % N], lanes);
      } else {
        w[i] = __shfl_down_sync(0xffffffffu, v.w[(b + i) % N], lanes + 1);
      }
    }
  };
  const auto from_word = [&](auto own) {
    using std::integral_constant;
    switch (shift / per_word % N) {
      case 0: return from(integral_constant<int, 0>{}, own);
      case 1: return from(integral_constant<int, 1>{}, own);
      case 2: return from(integral_constant<int, 2 % N>{}, own);
      default: return from(integral_constant<int, 3 % N>{}, own);
    }
  };
  if (lanes == 0) {
    from_word(std::true_type{});
  } else {
    from_word(std::false_type{});
  }
  typename LaneOf<T>::Words to;
#pragma unroll
  for (int i = 0; i < N; ++i)
    to.w[i] = narrow ? __funnelshift_r(w[i], w[i + 1], shift % per_word * (32 / per_word)) : w[i];
  return to;
}

}  // namespace opsin::OPSIN_TARGET::engine
