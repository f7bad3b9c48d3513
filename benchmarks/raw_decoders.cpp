// SPDX-License-Identifier: Apache-2.0
// The plain loops over the libraries' decoders: the bar that a reader's aligned tiles are held against. Compiled by
// benchmarks/slide_raw.py, called through ctypes; errors are not expected, the tiles are those of a valid slide.
#include <cstddef>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>
#include <libdeflate.h>
#include <openjpeg.h>

extern "C" {

struct Tiles {
  const unsigned char* file;  // all of it
  const unsigned long long* offsets;
  const unsigned long long* sizes;
  std::size_t count;
  const unsigned char* tables;
  std::size_t tables_size;
  unsigned side;
  unsigned char* out;  // side * side * 3 bytes, written again and again
};

void raw_jpeg(const Tiles* t) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct info;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  for (std::size_t i = 0; i < t->count; ++i) {
    jpeg_mem_src(&info, t->tables, t->tables_size);
    jpeg_read_header(&info, FALSE);
    jpeg_mem_src(&info, t->file + t->offsets[i], t->sizes[i]);
    jpeg_read_header(&info, TRUE);
    info.jpeg_color_space = JCS_RGB;
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = t->out + std::size_t{3} * t->side * info.output_scanline;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
}

struct Memory {
  const unsigned char* at;
  std::size_t left;
};

void raw_jpeg2000(const Tiles* t) {
  for (std::size_t i = 0; i < t->count; ++i) {
    Memory memory{t->file + t->offsets[i], static_cast<std::size_t>(t->sizes[i])};
    opj_stream_t* stream = opj_stream_create(1 << 16, OPJ_TRUE);
    opj_stream_set_user_data(stream, &memory, nullptr);
    opj_stream_set_user_data_length(stream, memory.left);
    opj_stream_set_read_function(stream, [](void* to, OPJ_SIZE_T count, void* user) -> OPJ_SIZE_T {
      auto& m = *static_cast<Memory*>(user);
      const std::size_t n = count < m.left ? count : m.left;
      if (n == 0) return static_cast<OPJ_SIZE_T>(-1);
      std::memcpy(to, m.at, n);
      m.at += n;
      m.left -= n;
      return n;
    });
    opj_codec_t* codec = opj_create_decompress(OPJ_CODEC_J2K);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_setup_decoder(codec, &parameters);
    opj_image_t* image = nullptr;
    opj_read_header(stream, codec, &image);
    opj_decode(codec, stream, image);
    opj_end_decompress(codec, stream);
    for (unsigned c = 0; c < 3; ++c) {
      for (std::size_t k = 0; k < std::size_t{t->side} * t->side; ++k) {
        t->out[3 * k + c] = static_cast<unsigned char>(image->comps[c].data[k]);
      }
    }
    opj_image_destroy(image);
    opj_destroy_codec(codec);
    opj_stream_destroy(stream);
  }
}

void raw_deflate(const Tiles* t) {
  libdeflate_decompressor* d = libdeflate_alloc_decompressor();
  for (std::size_t i = 0; i < t->count; ++i) {
    libdeflate_zlib_decompress(d, t->file + t->offsets[i], t->sizes[i], t->out, std::size_t{3} * t->side * t->side,
                               nullptr);
  }
  libdeflate_free_decompressor(d);
}

void raw_uncompressed(const Tiles* t) {
  for (std::size_t i = 0; i < t->count; ++i) std::memcpy(t->out, t->file + t->offsets[i], t->sizes[i]);
}
}
