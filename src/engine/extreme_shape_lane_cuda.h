// SPDX-License-Identifier: Apache-2.0
// What a lane holds of a line where the footprint is known: four neighbouring columns, of as many bands of the image as
// go into a register. Bands never meet, so a shift along the line moves whole registers, or whole bytes of bits.
#pragma once

#include "engine/extreme_known_cuda.h"
#include "engine/extreme_words_cuda.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

template <class T>
struct ShapeLane {
  static constexpr bool bits = std::is_same_v<T, Bit>;
  static constexpr int columns = 4;
  static constexpr int bands = shape_bands<T>;
  static constexpr int registers = bits ? 1 : columns;
  static constexpr int words = sizeof(Stored<T>);  // of a band's columns in memory
  using Elements = LaneWords<words>;
  struct Keys {
    unsigned r[registers];
  };
};

template <class T>
using ShapeKeys = typename ShapeLane<T>::Keys;
template <class T>
using ShapeElements = typename ShapeLane<T>::Elements;

/// What is never the least.
template <class T>
__device__ __forceinline__ ShapeKeys<T> shape_most() {
  ShapeKeys<T> k;
#pragma unroll
  for (int i = 0; i < ShapeLane<T>::registers; ++i) k.r[i] = std::is_same_v<T, float> ? 0x7f800000u : ~0u;
  return k;
}

template <class T>
__device__ __forceinline__ ShapeKeys<T> lesser(const ShapeKeys<T>& a, const ShapeKeys<T>& b) {
  ShapeKeys<T> k;
#pragma unroll
  for (int i = 0; i < ShapeLane<T>::registers; ++i) {
    if constexpr (ShapeLane<T>::bits) {
      k.r[i] = a.r[i] & b.r[i];
    } else if constexpr (std::is_same_v<T, float>) {
      k.r[i] = __float_as_uint(fminf(__uint_as_float(a.r[i]), __uint_as_float(b.r[i])));
    } else {
      static_assert(sizeof(T) <= 2);
      k.r[i] = __vminu2(a.r[i], b.r[i]);
    }
  }
  return k;
}

/// The places of four neighbouring columns in their words, four bits each.
template <class T>
inline constexpr unsigned own_places = sizeof(Stored<T>) == 1   ? 0x3210
                                       : sizeof(Stored<T>) == 2 ? 0x1010
                                                                : 0;

/// Elements of all bands as keys, each column from the place in its word that `picked` says. NaN stays: a minimum with
/// it is the other operand.
template <class T>
__device__ __forceinline__ ShapeKeys<T> shape_keys(const ShapeElements<T> (&from)[ShapeLane<T>::bands],
                                                   const KeyOf<T>& key, unsigned picked = own_places<T>) {
  ShapeKeys<T> k;
  const unsigned flip = lane_flip<T>(key, 0);
  if constexpr (ShapeLane<T>::bits) {
    // Band b's columns are bit b of the four bytes: a byte that is not zero, by its highest bit.
    k.r[0] = 0;
#pragma unroll
    for (int b = 0; b < ShapeLane<T>::bands; ++b) {
      const unsigned w = from[b].w[0];
      const unsigned high = ((w & 0x7f7f7f7fu) + 0x7f7f7f7fu) | w;
      k.r[0] |= high >> (7 - b) & 0x01010101u << b;
    }
    k.r[0] = __byte_perm(k.r[0], 0, picked) ^ flip;
  } else if constexpr (sizeof(T) == 1) {
    const unsigned a = from[0].w[0] ^ flip, b = from[1].w[0] ^ flip;
#pragma unroll
    for (int i = 0; i < 4; ++i) k.r[i] = __byte_perm(a, b, 0x4400 + 0x1111 * (picked >> 4 * i & 3));
  } else if constexpr (sizeof(T) == 2) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      k.r[i] = __byte_perm(from[0].w[i / 2], from[1].w[i / 2], 0x5410 + 0x2222 * (picked >> 4 * i & 1)) ^ flip;
    }
  } else {
#pragma unroll
    for (int i = 0; i < 4; ++i) k.r[i] = from[0].w[i] ^ flip;
  }
  return k;
}

/// And back.
template <class T>
__device__ __forceinline__ void shape_elements(ShapeElements<T> (&to)[ShapeLane<T>::bands], const ShapeKeys<T>& k,
                                               const KeyOf<T>& key) {
  const unsigned flip = lane_flip<T>(key, 0);
  if constexpr (ShapeLane<T>::bits) {
#pragma unroll
    for (int b = 0; b < ShapeLane<T>::bands; ++b) to[b].w[0] = (k.r[0] ^ flip) >> b & 0x01010101u;
  } else if constexpr (sizeof(T) == 1) {
    const unsigned left = __byte_perm(k.r[0], k.r[1], 0x6240), right = __byte_perm(k.r[2], k.r[3], 0x6240);
    to[0].w[0] = __byte_perm(left, right, 0x5410) ^ flip;
    to[1].w[0] = __byte_perm(left, right, 0x7632) ^ flip;
  } else if constexpr (sizeof(T) == 2) {
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      to[0].w[i] = __byte_perm(k.r[2 * i], k.r[2 * i + 1], 0x5410) ^ flip;
      to[1].w[i] = __byte_perm(k.r[2 * i], k.r[2 * i + 1], 0x7632) ^ flip;
    }
  } else {
#pragma unroll
    for (int i = 0; i < 4; ++i) to[0].w[i] = k.r[i] ^ flip;
  }
}

template <int Lanes>
__device__ __forceinline__ unsigned lanes_away(unsigned v) {
  if constexpr (Lanes == 0) {
    return v;
  } else if constexpr (Lanes > 0) {
    return __shfl_down_sync(0xffffffffu, v, Lanes);
  } else {
    return __shfl_up_sync(0xffffffffu, v, -Lanes);
  }
}

/// The keys `Shift` columns further on; at the warp's ends some that mean nothing.
template <class T, int Shift>
__device__ __forceinline__ ShapeKeys<T> shape_shifted(const ShapeKeys<T>& from) {
  if constexpr (requires { ShapeLane<T>::template shifted<Shift>(from); }) {
    return ShapeLane<T>::template shifted<Shift>(from);
  } else {
    constexpr int columns = ShapeLane<T>::columns;
    constexpr auto lanes = [](int column) { return (column >= 0 ? column : column - columns + 1) / columns; };  // floor
    ShapeKeys<T> k;
    if constexpr (ShapeLane<T>::bits) {
      constexpr int whole = lanes(Shift), rest = Shift - columns * whole;
      k.r[0] = lanes_away<whole>(from.r[0]);
      if constexpr (rest != 0) k.r[0] = __funnelshift_r(k.r[0], lanes_away<whole + 1>(from.r[0]), 8 * rest);
    } else {
      unrolled<columns>([&](auto i) {
        constexpr int whole = lanes(i + Shift);
        k.r[i] = lanes_away<whole>(from.r[i + Shift - columns * whole]);
      });
    }
    return k;
  }
}

/// Windows of `To` columns from those of `From` columns that begin at the same ones.
template <class T, int From, int To>
__device__ __forceinline__ ShapeKeys<T> lengthened(const ShapeKeys<T>& from) {
  if constexpr (From == To) {
    return from;
  } else {
    constexpr int more = std::min(From, To - From);
    return lengthened<T, From + more, To>(lesser<T>(from, shape_shifted<T, more>(from)));
  }
}

/// Windows that reach `To` columns to both sides from those that reach `From`.
template <class T, int From, int To>
__device__ __forceinline__ ShapeKeys<T> widened(const ShapeKeys<T>& from) {
  if constexpr (From == To) {
    return from;
  } else if constexpr (From == 0) {
    const ShapeKeys<T> begun = lengthened<T, 1, To + 1>(from);
    return lesser<T>(shape_shifted<T, -To>(begun), begun);
  } else if constexpr (To > 2 * From) {
    return widened<T, 2 * From, To>(widened<T, From, 2 * From>(from));
  } else {
    return lesser<T>(shape_shifted<T, From - To>(from), shape_shifted<T, To - From>(from));
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
