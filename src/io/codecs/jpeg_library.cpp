// SPDX-License-Identifier: Apache-2.0
#include "io/codecs/jpeg_library.h"

#include <algorithm>

#include "io/codecs/planes.h"

// Debian's and Ubuntu's packages have it, others may not.
#if __has_include(<jpegint.h>)
extern "C" {
#include <jpegint.h>
}
#define OPSIN_HAS_JPEGINT 1
#endif

namespace opsin::io::codecs {

JpegSource::JpegSource() {
  base_.init_source = [](j_decompress_ptr) {};
  base_.fill_input_buffer = fill;
  base_.skip_input_data = skip;
  base_.resync_to_restart = jpeg_resync_to_restart;
  base_.term_source = [](j_decompress_ptr) {};
}

void JpegSource::show(Bytes bytes) {
  base_.next_input_byte = data(bytes);
  base_.bytes_in_buffer = bytes.size();
}

void JpegSource::start(jpeg_decompress_struct& decoder, Bytes first, Bytes second) {
  decoder.src = &base_;
  ended_ = false;
  second_ = second;
  show(first);
}

boolean JpegSource::fill(j_decompress_ptr decoder) {
  auto& self = *reinterpret_cast<JpegSource*>(decoder->src);
  if (!self.second_.empty()) {
    self.show(self.second_);
    self.second_ = {};
  } else {
    static constexpr std::array<std::byte, 2> end_of_image{std::byte{0xff}, std::byte{JPEG_EOI}};
    self.show(end_of_image);
    self.ended_ = true;
  }
  return TRUE;
}

void JpegSource::skip(j_decompress_ptr decoder, long count) {
  auto& self = *reinterpret_cast<JpegSource*>(decoder->src);
  std::size_t left = count > 0 ? static_cast<std::size_t>(count) : 0;
  while (left > self.base_.bytes_in_buffer && !self.ended_) {
    left -= self.base_.bytes_in_buffer;
    fill(decoder);
  }
  if (self.ended_) return;
  self.base_.next_input_byte += left;
  self.base_.bytes_in_buffer -= left;
}

JpegObject::JpegObject() {
  info.err = jpeg_std_error(&errors_.base);
  errors_.base.error_exit = leave;
  errors_.base.emit_message = message;
  guard([&] { jpeg_create_decompress(&info); });
}

void JpegObject::leave(j_common_ptr decoder) { std::longjmp(reinterpret_cast<Errors*>(decoder->err)->jump, 1); }

/// libjpeg goes on after a warning, with pixels of its own making. Only those that leave every pixel as coded pass.
void JpegObject::message(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  switch (decoder->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL: return;
    case JWRN_EXTRANEOUS_DATA:
      // Junk between markers of the header is harmless; inside or after a scan it is what a damaged scan leaves.
      if (reinterpret_cast<j_decompress_ptr>(decoder)->input_scan_number == 0) return;
      break;
    default: break;
  }
  leave(decoder);
}

void JpegObject::raise() {
  if (errors_.base.msg_code == JERR_OUT_OF_MEMORY) throw MemoryError("JPEG: no memory");
  std::array<char, JMSG_LENGTH_MAX> text{};
  errors_.base.format_message(reinterpret_cast<j_common_ptr>(&info), text.data());
  const bool ended = source.ended() && errors_.base.msg_code == JWRN_HIT_MARKER;
  fail("JPEG", ended ? "the data end too early" : text.data());
}

#ifdef OPSIN_HAS_JPEGINT
namespace {
void interleave_rgb(j_decompress_ptr info, JSAMPIMAGE planes, JDIMENSION row, JSAMPARRAY out, int rows) {
  for (int k = 0; k < rows; ++k, ++row) {
    interleave3({planes[0][row], planes[1][row], planes[2][row]}, info->output_width, out[k]);
  }
}
}  // namespace
void interleave_faster(jpeg_decompress_struct& info) { info.cconvert->color_convert = interleave_rgb; }
#else
void interleave_faster(jpeg_decompress_struct&) {}
#endif

}  // namespace opsin::io::codecs
