"""Rows of colour spaces, stains and colour differences."""

import numpy as np

from .model import FLOATS, ONE_KERNEL, PIXELS, Draw, Row, nothing, rgb

PART = PIXELS
RGB_FROM_HED = np.array([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11], [0.27, 0.57, 0.78]])


def _cv_color(code):
    return lambda cv2, x: cv2.cvtColor(x, getattr(cv2, code))


def _rgb_pair(d: Draw) -> tuple:
    return d.image(3), d.image(3)


ROWS = [
    Row("rgb2lab", "color.rgb2lab", make=rgb, large_ms=0.2, small_ms=ONE_KERNEL, opencv=_cv_color("COLOR_RGB2Lab")),
    Row("lab2rgb", "color.lab2rgb", make=rgb, dtypes=FLOATS, opencv=_cv_color("COLOR_Lab2RGB")),
    *(Row(n, f"color.{n}", make=rgb, floor_factor=1.2)
      for n in ("rgb2yuv", "rgb2yiq", "rgb2ypbpr", "rgb2ydbdr", "rgb2ycbcr", "ycbcr2rgb", "rgb2rgbcie")),
    *(Row(n, f"color.{n}", make=rgb, dtypes=FLOATS, floor_factor=1.2)
      for n in ("yuv2rgb", "yiq2rgb", "ypbpr2rgb", "ydbdr2rgb", "rgbcie2rgb")),
    Row("rgb2hsv", "color.rgb2hsv", make=rgb, floor_factor=1.2, opencv=_cv_color("COLOR_RGB2HSV")),
    Row("hsv2rgb", "color.hsv2rgb", make=rgb, dtypes=FLOATS, floor_factor=1.2, opencv=_cv_color("COLOR_HSV2RGB")),
    *(Row(n, f"color.{n}", make=rgb, dtypes=FLOATS) for n in ("rgb2xyz", "xyz2rgb", "xyz2lab", "lab2xyz", "rgb2luv", "luv2rgb",
                                                              "xyz2luv", "luv2xyz", "lab2lch", "lch2lab")),
    Row("rgb2hed", "color.rgb2hed", make=rgb),
    Row("hed2rgb", "color.hed2rgb", make=rgb, dtypes=FLOATS),
    Row("separate_stains", "color.separate_stains", dict(conv_matrix=np.linalg.inv(RGB_FROM_HED)), make=rgb),
    Row("combine_stains", "color.combine_stains", dict(conv_matrix=RGB_FROM_HED), make=rgb, dtypes=FLOATS),
    Row("hsv to xyz", "color.convert_colorspace", dict(fromspace="hsv", tospace="xyz"), make=rgb, dtypes=FLOATS),
    *(Row(n, f"color.{n}", make=_rgb_pair, dtypes=FLOATS) for n in ("deltaE_cie76", "deltaE_ciede94", "deltaE_ciede2000",
                                                                    "deltaE_cmc")),
    Row("gray2rgba", "color.gray2rgba", opencv=lambda cv2, x: cv2.cvtColor(x, cv2.COLOR_GRAY2RGBA),
        opencv_dtypes=("float32", "uint8")),
    Row("xyz_tristimulus_values", "color.xyz_tristimulus_values", dict(illuminant="D65", observer="2"), make=nothing,
        dtypes=("float64",), sizes=("small",)),
]  # fmt: skip
