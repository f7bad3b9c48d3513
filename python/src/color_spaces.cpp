// SPDX-License-Identifier: Apache-2.0
// Conversions between colour spaces.
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "modules.h"
#include "opsin/color.h"
#include "opsin/color_names.h"

namespace opsin::python {
namespace {

int axis_from(nb::handle channel_axis) { return optional_axis(channel_axis).value_or(-1); }

template <Array (*convert)(const Array&, const color::ConversionOptions&)>
nb::object conversion(nb::handle image, nb::handle channel_axis) {
  Call call;
  const Array a = call.in(image);
  const color::ConversionOptions options{.channel_axis = axis_from(channel_axis)};
  return call.run([&] { return convert(a, options); });
}

template <Array (*convert)(const Array&, const color::WhiteOptions&)>
nb::object conversion_by_white(nb::handle image, const std::string& illuminant, const std::string& observer,
                               nb::handle channel_axis) {
  Call call;
  const Array a = call.in(image);
  const color::WhiteOptions options{
      .illuminant = illuminant, .observer = observer, .channel_axis = axis_from(channel_axis)};
  return call.run([&] { return convert(a, options); });
}

template <Array (*convert)(const Array&, const color::StainMatrix&, const color::ConversionOptions&)>
nb::object stain_conversion(nb::handle image, const std::vector<double>& values, std::size_t columns,
                            nb::handle channel_axis) {
  Call call;
  const Array a = call.in(image);
  const color::StainMatrix matrix(values, columns);
  const color::ConversionOptions options{.channel_axis = axis_from(channel_axis)};
  return call.run([&] { return convert(a, matrix, options); });
}

nb::dict named_colors() {
  nb::dict colors;
  for (const color::NamedColor& color : color::named_colors) {
    const color::Triple value = color.value();
    colors[nb::str(color.name.data(), color.name.size())] = nb::make_tuple(value[0], value[1], value[2]);
  }
  return colors;
}

/// "rgb_from_hed" and the like, rows of rows.
nb::dict stain_matrices() {
  nb::dict matrices;
  matrices["rgb_from_hed"] = color::rgb_from_hed;
  matrices["hed_from_rgb"] = color::hed_from_rgb;
  matrices["rgb_from_hdx"] = color::rgb_from_hdx;
  matrices["hdx_from_rgb"] = color::hdx_from_rgb;
  matrices["rgb_from_fgx"] = color::rgb_from_fgx;
  matrices["fgx_from_rgb"] = color::fgx_from_rgb;
  matrices["rgb_from_bex"] = color::rgb_from_bex;
  matrices["bex_from_rgb"] = color::bex_from_rgb;
  matrices["rgb_from_rbd"] = color::rgb_from_rbd;
  matrices["rbd_from_rgb"] = color::rbd_from_rgb;
  matrices["rgb_from_gdx"] = color::rgb_from_gdx;
  matrices["gdx_from_rgb"] = color::gdx_from_rgb;
  matrices["rgb_from_hax"] = color::rgb_from_hax;
  matrices["hax_from_rgb"] = color::hax_from_rgb;
  matrices["rgb_from_bro"] = color::rgb_from_bro;
  matrices["bro_from_rgb"] = color::bro_from_rgb;
  matrices["rgb_from_bpx"] = color::rgb_from_bpx;
  matrices["bpx_from_rgb"] = color::bpx_from_rgb;
  matrices["rgb_from_ahx"] = color::rgb_from_ahx;
  matrices["ahx_from_rgb"] = color::ahx_from_rgb;
  matrices["rgb_from_hpx"] = color::rgb_from_hpx;
  matrices["hpx_from_rgb"] = color::hpx_from_rgb;
  return matrices;
}

}  // namespace

void bind_color_spaces(nb::module_& m) {
  m.def("rgb2hsv", &conversion<color::rgb2hsv>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("hsv2rgb", &conversion<color::hsv2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2xyz", &conversion<color::rgb2xyz>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("xyz2rgb", &conversion<color::xyz2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2rgbcie", &conversion<color::rgb2rgbcie>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgbcie2rgb", &conversion<color::rgbcie2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2luv", &conversion<color::rgb2luv>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("luv2rgb", &conversion<color::luv2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("lab2lch", &conversion<color::lab2lch>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("lch2lab", &conversion<color::lch2lab>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2yuv", &conversion<color::rgb2yuv>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("yuv2rgb", &conversion<color::yuv2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2yiq", &conversion<color::rgb2yiq>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("yiq2rgb", &conversion<color::yiq2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2ypbpr", &conversion<color::rgb2ypbpr>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("ypbpr2rgb", &conversion<color::ypbpr2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2ycbcr", &conversion<color::rgb2ycbcr>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("ycbcr2rgb", &conversion<color::ycbcr2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2ydbdr", &conversion<color::rgb2ydbdr>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("ydbdr2rgb", &conversion<color::ydbdr2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2hed", &conversion<color::rgb2hed>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("hed2rgb", &conversion<color::hed2rgb>, nb::arg("image"), nb::arg("channel_axis").none());
  m.def("rgb2lab", &conversion_by_white<color::rgb2lab>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("lab2rgb", &conversion_by_white<color::lab2rgb>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("xyz2lab", &conversion_by_white<color::xyz2lab>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("lab2xyz", &conversion_by_white<color::lab2xyz>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("xyz2luv", &conversion_by_white<color::xyz2luv>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("luv2xyz", &conversion_by_white<color::luv2xyz>, nb::arg("image"), nb::arg("illuminant"), nb::arg("observer"),
        nb::arg("channel_axis").none());
  m.def("separate_stains", &stain_conversion<color::separate_stains>, nb::arg("image"), nb::arg("values"),
        nb::arg("columns"), nb::arg("channel_axis").none());
  m.def("combine_stains", &stain_conversion<color::combine_stains>, nb::arg("image"), nb::arg("values"),
        nb::arg("columns"), nb::arg("channel_axis").none());
  m.def(
      "convert_colorspace",
      [](nb::handle image, const std::string& fromspace, const std::string& tospace, nb::handle channel_axis) {
        Call call;
        const Array a = call.in(image);
        const color::ConversionOptions options{.channel_axis = axis_from(channel_axis)};
        return call.run([&] { return color::convert_colorspace(a, fromspace, tospace, options); });
      },
      nb::arg("image"), nb::arg("fromspace"), nb::arg("tospace"), nb::arg("channel_axis").none());
  m.def("xyz_tristimulus_values", [](const std::string& illuminant, const std::string& observer) {
    return color::xyz_tristimulus_values(illuminant, observer);
  });
  m.def("named_colors", &named_colors);
  m.def("stain_matrices", &stain_matrices);
}

}  // namespace opsin::python
