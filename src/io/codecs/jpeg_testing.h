// SPDX-License-Identifier: Apache-2.0
// JPEG streams of every kind that libjpeg can write, for the tests of both JPEG codecs.
#pragma once

#include <cstdio>  // jpeglib.h needs FILE.
#include <cstdlib>
#include <memory>
#include <string>

#include <jpeglib.h>

#include "io/codecs/codec_testing.h"

namespace opsin::io::testing {

struct JpegCoding {
  std::string name;
  std::uint32_t samples = 3;
  int h = 1;
  int v = 1;
  bool progressive = false;
  int restart_rows = 0;
  bool arithmetic = false;
  J_COLOR_SPACE space = JCS_YCbCr;  // what is stored for three samples
  bool optimal = false;
};

struct JpegCoded {
  Stream tables;  // abbreviated, when asked for
  Stream image;
};

inline Stream take_jpeg(unsigned char* bytes, unsigned long size) {
  const auto* from = reinterpret_cast<const std::byte*>(bytes);
  const std::unique_ptr<unsigned char, void (*)(void*)> owner(bytes, std::free);
  return Stream(from, from + size);
}

inline JpegCoded encode_jpeg(const Picture& picture, const JpegCoding& coding, bool separate_tables = false) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  info.image_width = picture.width;
  info.image_height = picture.height;
  info.input_components = static_cast<int>(picture.samples);
  info.in_color_space = picture.samples == 1 ? JCS_GRAYSCALE : picture.samples == 3 ? JCS_RGB : JCS_UNKNOWN;
  if (picture.samples == 4) info.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&info);
  if (picture.samples == 3) jpeg_set_colorspace(&info, coding.space);
  jpeg_set_quality(&info, 80, TRUE);
  info.comp_info[0].h_samp_factor = coding.h;
  info.comp_info[0].v_samp_factor = coding.v;
  info.arith_code = coding.arithmetic ? TRUE : FALSE;
  info.optimize_coding = coding.optimal ? TRUE : FALSE;
  info.restart_in_rows = coding.restart_rows;
  if (coding.progressive) jpeg_simple_progression(&info);
  JpegCoded out;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  if (separate_tables) {
    jpeg_mem_dest(&info, &bytes, &size);
    jpeg_write_tables(&info);
    out.tables = take_jpeg(bytes, size);
    bytes = nullptr;
    size = 0;
  }
  jpeg_mem_dest(&info, &bytes, &size);
  jpeg_start_compress(&info, separate_tables ? FALSE : TRUE);
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(picture.pixels.data())) +
                info.next_scanline * picture.row();
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  out.image = take_jpeg(bytes, size);
  return out;
}

}  // namespace opsin::io::testing
