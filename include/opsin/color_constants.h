// SPDX-License-Identifier: Apache-2.0
// What colour conversion is made of: matrices, stains, white points. scikit-image's names where it has them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "opsin/error.h"

namespace opsin::color {

/// Three channels, or a row of a matrix.
using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

namespace detail {

/// By cofactors in extended precision, so that the result is rounded once.
constexpr Matrix inverse(const Matrix& m) {
  long double cofactor[3][3] = {};
  for (unsigned i = 0; i < 3; ++i) {
    for (unsigned k = 0; k < 3; ++k) {
      const auto at = [&](unsigned r, unsigned c) { return static_cast<long double>(m[(i + r) % 3][(k + c) % 3]); };
      cofactor[i][k] = at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
    }
  }
  long double determinant = 0;
  for (unsigned k = 0; k < 3; ++k) determinant += m[0][k] * cofactor[0][k];
  Matrix result{};
  for (unsigned i = 0; i < 3; ++i) {
    for (unsigned k = 0; k < 3; ++k) result[i][k] = static_cast<double>(cofactor[k][i] / determinant);
  }
  return result;
}

constexpr Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{};
  for (unsigned i = 0; i < 3; ++i) {
    for (unsigned k = 0; k < 3; ++k) {
      for (unsigned j = 0; j < 3; ++j) result[i][k] += a[i][j] * b[j][k];
    }
  }
  return result;
}

constexpr Matrix divided(Matrix m, double divisor) {
  for (Triple& row : m) {
    for (double& x : row) x /= divisor;
  }
  return m;
}

/// Two stains and what is at right angles to both.
constexpr Matrix two_stains(const Triple& a, const Triple& b) {
  return {{a, b, {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]}}};
}

}  // namespace detail

// Each matrix times a column of three channels of the one space gives the other. xyz: sRGB's primaries under D65
// (IEC 61966-2-1). rgbcie: CIE 1931 RGB. yuv: PAL. yiq: NTSC. ypbpr and ycbcr: component video, ITU-R BT.601, analogue
// and with 8 bits. ydbdr: SECAM.
inline constexpr Matrix xyz_from_rgb = {
    {{0.412453, 0.357580, 0.180423}, {0.212671, 0.715160, 0.072169}, {0.019334, 0.119193, 0.950227}}};
inline constexpr Matrix rgb_from_xyz = detail::inverse(xyz_from_rgb);
inline constexpr Matrix xyz_from_rgbcie =
    detail::divided({{{0.49, 0.31, 0.20}, {0.17697, 0.81240, 0.01063}, {0.00, 0.01, 0.99}}}, 0.17697);
inline constexpr Matrix rgbcie_from_xyz = detail::inverse(xyz_from_rgbcie);
inline constexpr Matrix rgbcie_from_rgb = detail::product(rgbcie_from_xyz, xyz_from_rgb);
inline constexpr Matrix rgb_from_rgbcie = detail::product(rgb_from_xyz, xyz_from_rgbcie);
inline constexpr Matrix yuv_from_rgb = {
    {{0.299, 0.587, 0.114}, {-0.14714119, -0.28886916, 0.43601035}, {0.61497538, -0.51496512, -0.10001026}}};
inline constexpr Matrix rgb_from_yuv = detail::inverse(yuv_from_rgb);
inline constexpr Matrix yiq_from_rgb = {
    {{0.299, 0.587, 0.114}, {0.59590059, -0.27455667, -0.32134392}, {0.21153661, -0.52273617, 0.31119955}}};
inline constexpr Matrix rgb_from_yiq = detail::inverse(yiq_from_rgb);
inline constexpr Matrix ypbpr_from_rgb = {
    {{0.299, 0.587, 0.114}, {-0.168736, -0.331264, 0.5}, {0.5, -0.418688, -0.081312}}};
inline constexpr Matrix rgb_from_ypbpr = detail::inverse(ypbpr_from_rgb);
inline constexpr Matrix ycbcr_from_rgb = {
    {{65.481, 128.553, 24.966}, {-37.797, -74.203, 112.0}, {112.0, -93.786, -18.214}}};
inline constexpr Matrix rgb_from_ycbcr = detail::inverse(ycbcr_from_rgb);
inline constexpr Triple ycbcr_offset = {16, 128, 128};
inline constexpr Matrix ydbdr_from_rgb = {{{0.299, 0.587, 0.114}, {-0.45, -0.883, 1.333}, {-1.333, 1.116, 0.217}}};
inline constexpr Matrix rgb_from_ydbdr = detail::inverse(ydbdr_from_rgb);

// Stains: each row is the colour that one of them absorbs (A. C. Ruifrok and D. A. Johnston, "Quantification of
// histochemical staining by color deconvolution", Anal. Quant. Cytol. Histol. 23, 2001, and the tables of G. Landini's
// ImageJ plug-in). The inverse separates them. h: haematoxylin, e: eosin, d: DAB, x: nothing. fgx: Feulgen and light
// green. bex: Giemsa, methyl blue and eosin. rbd: fast red, fast blue and DAB. gdx: methyl green and DAB. hax:
// haematoxylin and AEC. bro: anilin blue, azocarmine and orange G. bpx: methyl blue and ponceau fuchsin. ahx: Alcian
// blue and haematoxylin. hpx: haematoxylin and PAS.
inline constexpr Matrix rgb_from_hed = {{{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0.27, 0.57, 0.78}}};
inline constexpr Matrix hed_from_rgb = detail::inverse(rgb_from_hed);
inline constexpr Matrix rgb_from_hdx = detail::two_stains({0.650, 0.704, 0.286}, {0.268, 0.570, 0.776});
inline constexpr Matrix hdx_from_rgb = detail::inverse(rgb_from_hdx);
inline constexpr Matrix rgb_from_fgx =
    detail::two_stains({0.46420921, 0.83008335, 0.30827187}, {0.94705542, 0.25373821, 0.19650764});
inline constexpr Matrix fgx_from_rgb = detail::inverse(rgb_from_fgx);
inline constexpr Matrix rgb_from_bex =
    detail::two_stains({0.834750233, 0.513556283, 0.196330403}, {0.092789, 0.954111, 0.283111});
inline constexpr Matrix bex_from_rgb = detail::inverse(rgb_from_bex);
inline constexpr Matrix rgb_from_rbd = {
    {{0.21393921, 0.85112669, 0.47794022}, {0.74890292, 0.60624161, 0.26731082}, {0.268, 0.570, 0.776}}};
inline constexpr Matrix rbd_from_rgb = detail::inverse(rgb_from_rbd);
inline constexpr Matrix rgb_from_gdx = detail::two_stains({0.98003, 0.144316, 0.133146}, {0.268, 0.570, 0.776});
inline constexpr Matrix gdx_from_rgb = detail::inverse(rgb_from_gdx);
inline constexpr Matrix rgb_from_hax = detail::two_stains({0.650, 0.704, 0.286}, {0.2743, 0.6796, 0.6803});
inline constexpr Matrix hax_from_rgb = detail::inverse(rgb_from_hax);
inline constexpr Matrix rgb_from_bro = {
    {{0.853033, 0.508733, 0.112656}, {0.09289875, 0.8662008, 0.49098468}, {0.10732849, 0.36765403, 0.9237484}}};
inline constexpr Matrix bro_from_rgb = detail::inverse(rgb_from_bro);
inline constexpr Matrix rgb_from_bpx =
    detail::two_stains({0.7995107, 0.5913521, 0.10528667}, {0.09997159, 0.73738605, 0.6680326});
inline constexpr Matrix bpx_from_rgb = detail::inverse(rgb_from_bpx);
inline constexpr Matrix rgb_from_ahx = detail::two_stains({0.874622, 0.457711, 0.158256}, {0.552556, 0.7544, 0.353744});
inline constexpr Matrix ahx_from_rgb = detail::inverse(rgb_from_ahx);
inline constexpr Matrix rgb_from_hpx =
    detail::two_stains({0.644211, 0.716556, 0.266844}, {0.175411, 0.972178, 0.154589});
inline constexpr Matrix hpx_from_rgb = detail::inverse(rgb_from_hpx);

namespace detail {

struct WhitePoint {
  std::string_view illuminant;
  Triple observer_2;
  Triple observer_10;
  Triple observer_r;
};

// CIE standard illuminants for the observers of 2 and 10 degrees, and R's own D-series.
inline constexpr WhitePoint white_points[] = {
    {"A",
     {1.098466069456375, 1, 0.3558228003436005},
     {1.111420406956693, 1, 0.3519978321919493},
     {1.098466069456375, 1, 0.3558228003436005}},
    {"B",
     {0.9909274480248003, 1, 0.8531327322886154},
     {0.9917777147717607, 1, 0.8434930535866175},
     {0.9909274480248003, 1, 0.8531327322886154}},
    {"C",
     {0.980705971659919, 1, 1.1822494939271255},
     {0.9728569189782166, 1, 1.1614480488951577},
     {0.980705971659919, 1, 1.1822494939271255}},
    {"D50",
     {0.9642119944211994, 1, 0.8251882845188288},
     {0.9672062750333777, 1, 0.8142801513128616},
     {0.9639501491621826, 1, 0.8241280285499208}},
    {"D55",
     {0.956797052643698, 1, 0.9214805860173273},
     {0.9579665682254781, 1, 0.9092525159847462},
     {0.9565317453467969, 1, 0.9202554587037198}},
    {"D65",
     {0.95047, 1, 1.08883},
     {0.94809667673716, 1, 1.0730513595166162},
     {0.9532057125493769, 1, 1.0853843816469158}},
    {"D75",
     {0.9497220898840717, 1, 1.226393520724154},
     {0.9441713925645873, 1, 1.2064272211720228},
     {0.9497220898840717, 1, 1.226393520724154}},
    {"E", {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
};

inline std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

}  // namespace detail

/// X, Y and Z of a white point, Y = 1: illuminant A, B, C, D50, D55, D65, D75 or E, observer "2", "10" or "R", in
/// either case. Throws ValueError for any other.
inline Triple xyz_tristimulus_values(std::string_view illuminant, std::string_view observer) {
  const std::string light = detail::upper(illuminant), eye = detail::upper(observer);
  for (const detail::WhitePoint& white : detail::white_points) {
    if (white.illuminant != light) continue;
    if (eye == "2") return white.observer_2;
    if (eye == "10") return white.observer_10;
    if (eye == "R") return white.observer_r;
  }
  throw ValueError("Unknown illuminant/observer combination (`" + light + "`, `" + eye + "`)");
}

}  // namespace opsin::color
