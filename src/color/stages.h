// SPDX-License-Identifier: Apache-2.0
// Steps between colour spaces. Each changes the three channels of a pixel in registers; an operation chains the steps
// that it needs, so that it reads an image once and writes one.
#pragma once

#include "color/convert.h"
#include "opsin/color_constants.h"

namespace opsin::OPSIN_TARGET::color {

/// c = m (c - before) + after.
template <class C>
struct Linear {
  C m[3][3] = {};
  C before[3] = {};
  C after[3] = {};

  explicit Linear(const opsin::color::Matrix& matrix, const opsin::color::Triple& minus = {},
                  const opsin::color::Triple& plus = {}) {
    for (unsigned i = 0; i < 3; ++i) {
      for (unsigned k = 0; k < 3; ++k) m[i][k] = static_cast<C>(matrix[i][k]);
      before[i] = static_cast<C>(minus[i]);
      after[i] = static_cast<C>(plus[i]);
    }
  }

  template <class V>
  HD void operator()(V (&c)[3]) const {
    V x[3];
    for (int k = 0; k < 3; ++k) x[k] = c[k] - broadcast<V>(before[k]);
    for (int i = 0; i < 3; ++i) {
      const V sum = fma(broadcast<V>(m[i][2]), x[2], fma(broadcast<V>(m[i][1]), x[1], broadcast<V>(m[i][0]) * x[0]));
      c[i] = sum + broadcast<V>(after[i]);
    }
  }
};

/// sRGB's companding undone: what a display shows becomes light.
template <class C>
struct DecodeSrgb {
  Divisor<C> slope{C(12.92)};
  Divisor<C> scale{C(1.055)};

  template <class V>
  HD void operator()(V (&c)[3]) const {
    for (int k = 0; k < 3; ++k) {
      const V light = power_2_4(divide(c[k] + broadcast<V>(C(0.055)), scale));
      c[k] = pick(c[k] > broadcast<V>(C(0.04045)), light, divide(c[k], slope));
    }
  }
};

/// Light companded for sRGB, and clipped to [0, 1]; NaN stays.
template <class C>
struct EncodeSrgb {
  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V zero = broadcast<V>(C(0)), one = broadcast<V>(C(1));
    for (int k = 0; k < 3; ++k) {
      const V bright = broadcast<V>(C(1.055)) * root_2_4(c[k]) - broadcast<V>(C(0.055));
      const V shown = pick(c[k] > broadcast<V>(C(0.0031308)), bright, c[k] * broadcast<V>(C(12.92)));
      const V low = pick(shown < zero, zero, shown);
      c[k] = pick(low > one, one, low);
    }
  }
};

template <class C>
struct EncodeLab {
  Divisor<C> white[3];

  explicit EncodeLab(const opsin::color::Triple& xyz) {
    for (unsigned k = 0; k < 3; ++k) white[k] = Divisor<C>(static_cast<C>(xyz[k]));
  }

  template <class V>
  HD void operator()(V (&c)[3]) const {
    for (int k = 0; k < 3; ++k) {
      const V x = divide(c[k], white[k]);
      c[k] =
          pick(x > broadcast<V>(C(0.008856)), cube_root(x), broadcast<V>(C(7.787)) * x + broadcast<V>(C(16.0 / 116.0)));
    }
    const V x = c[0], y = c[1], z = c[2];
    c[0] = broadcast<V>(C(116)) * y - broadcast<V>(C(16));
    c[1] = broadcast<V>(C(500)) * (x - y);
    c[2] = broadcast<V>(C(200)) * (y - z);
  }
};

/// Reports negative Z, which becomes zero.
template <class C>
struct DecodeLab {
  static constexpr bool checks = true;

  C white[3];
  Divisor<C> lightness{C(116)}, red{C(500)}, blue{C(200)}, slope{C(7.787)};

  explicit DecodeLab(const opsin::color::Triple& xyz) {
    for (unsigned k = 0; k < 3; ++k) white[k] = static_cast<C>(xyz[k]);
  }

  template <class V>
  HD void operator()(V (&c)[3], V& report) const {
    const V zero = broadcast<V>(C(0));
    const V y = divide(c[0] + broadcast<V>(C(16)), lightness);
    const V x = divide(c[1], red) + y;
    const V z = y - divide(c[2], blue);
    report = max(report, pick(z < zero, broadcast<V>(C(1)), zero));
    c[0] = x;
    c[1] = y;
    c[2] = pick(z < zero, zero, z);
    for (int k = 0; k < 3; ++k) {
      const V dark = divide(c[k] - broadcast<V>(C(16.0 / 116.0)), slope);
      c[k] = pick(c[k] > broadcast<V>(C(0.2068966)), c[k] * c[k] * c[k], dark) * broadcast<V>(white[k]);
    }
  }
};

/// What CIE-LUV's two directions share.
template <class C>
struct LuvWhite {
  C y, u, v;

  explicit LuvWhite(const opsin::color::Triple& xyz) {
    const C white[3] = {static_cast<C>(xyz[0]), static_cast<C>(xyz[1]), static_cast<C>(xyz[2])};
    const C sum = white[0] + 15 * white[1] + 3 * white[2];
    y = white[1];
    u = 4 * white[0] / sum;
    v = 9 * white[1] / sum;
  }
};

template <class C>
inline constexpr C luv_epsilon = std::numeric_limits<C>::epsilon();  // keeps black from being divided by zero

template <class C>
struct EncodeLuv {
  LuvWhite<C> white;
  Divisor<C> white_y{white.y};

  explicit EncodeLuv(const opsin::color::Triple& xyz) : white(xyz) {}

  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V x = c[0], y = c[1], z = c[2];
    const V relative = divide(y, white_y);
    const V bright = broadcast<V>(C(116)) * cube_root(relative) - broadcast<V>(C(16));
    const V l = pick(relative > broadcast<V>(C(0.008856)), bright, broadcast<V>(C(903.3)) * relative);
    const V sum = x + broadcast<V>(C(15)) * y + broadcast<V>(C(3)) * z + broadcast<V>(luv_epsilon<C>);
    const V l13 = broadcast<V>(C(13)) * l;
    c[0] = l;
    c[1] = l13 * (quotient(broadcast<V>(C(4)) * x, sum) - broadcast<V>(white.u));
    c[2] = l13 * (quotient(broadcast<V>(C(9)) * y, sum) - broadcast<V>(white.v));
  }
};

template <class C>
struct DecodeLuv {
  LuvWhite<C> white;
  Divisor<C> lightness{C(116)}, slope{C(903.3)};

  explicit DecodeLuv(const opsin::color::Triple& xyz) : white(xyz) {}

  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V root = divide(c[0] + broadcast<V>(C(16)), lightness);
    const V y = pick(c[0] > broadcast<V>(C(7.999625)), root * root * root, divide(c[0], slope)) * broadcast<V>(white.y);
    const V l13 = broadcast<V>(C(13)) * c[0] + broadcast<V>(luv_epsilon<C>);
    const V a = broadcast<V>(white.u) + quotient(c[1], l13);
    const V b = broadcast<V>(white.v) + quotient(c[2], l13);
    const V d = broadcast<V>(C(3)) * y * (broadcast<V>(C(5)) * b - broadcast<V>(C(3)));
    const V z = quotient((a - broadcast<V>(C(4))) * d - broadcast<V>(C(15)) * a * b * y, broadcast<V>(C(12)) * b);
    c[0] = -(quotient(d, b) + broadcast<V>(C(3)) * z);
    c[1] = y;
    c[2] = z;
  }
};

/// Bit for bit scikit-image's arithmetic; a pixel that holds NaN becomes 0, of which scikit-image leaves the hue open.
template <class C>
struct EncodeHsv {
  Divisor<C> turn{C(6)};

  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V zero = broadcast<V>(C(0));
    const V r = c[0], g = c[1], b = c[2];
    const V v = max(max(r, g), b);
    const V delta = v - min(min(r, g), b);
    const V from_red = quotient(g - b, delta);
    const V from_green = broadcast<V>(C(2)) + quotient(b - r, delta);
    const V from_blue = broadcast<V>(C(4)) + quotient(r - g, delta);
    const V sixth = divide(pick(b == v, from_blue, pick(g == v, from_green, from_red)), turn);
    const V h = pick(sixth < zero, sixth + broadcast<V>(C(1)), sixth);
    const V s = quotient(delta, v);
    const auto gray = delta == zero;
    const auto known = (r == r) & (g == g) & (b == b);
    c[0] = pick(known & (h == h), pick(gray, zero, h), zero);
    c[1] = pick(known & (s == s), pick(gray, zero, s), zero);
    c[2] = pick(known, v, zero);
  }
};

/// Bit for bit scikit-image's arithmetic: the sector goes through uint8, so hues beyond the turn wrap as they do there.
template <class C>
struct DecodeHsv {
  template <class V>
  HD void operator()(V (&c)[3]) const {
    const V one = broadcast<V>(C(1));
    const V scaled = c[0] * broadcast<V>(C(6)), s = c[1], v = c[2];
    const V whole = floor(scaled);
    const V f = scaled - whole;
    const V p = v * (one - s);
    const V q = v * (one - f * s);
    const V t = v * (one - (one - f) * s);
    const V sector = sector_of(whole);
    const auto at = [&](int k) { return sector == broadcast<V>(C(k)); };
    c[0] = pick(at(1), q, pick(at(2) | at(3), p, pick(at(4), t, v)));
    c[1] = pick(at(0), t, pick(at(1) | at(2), v, pick(at(3), q, p)));
    c[2] = pick(at(0) | at(1), p, pick(at(2), t, pick(at(3) | at(4), v, q)));
  }

 private:
  /// (whole mod 256) mod 6; what int32 cannot hold, and NaN, becomes 0.
  template <class V>
  HD static V sector_of(V whole) {
    const V byte = whole - broadcast<V>(C(256)) * floor(whole * broadcast<V>(C(1.0 / 256)));
    const V sixths = floor((byte + broadcast<V>(C(0.5))) * broadcast<V>(C(1.0 / 6)));
    return pick(abs(whole) < broadcast<V>(C(2147483648.0)), byte - broadcast<V>(C(6)) * sixths, broadcast<V>(C(0)));
  }
};

}  // namespace opsin::OPSIN_TARGET::color
