// SPDX-License-Identifier: Apache-2.0
// libjpeg(-turbo) made safe for C++: errors and damaging warnings leave through a jump, bytes come from memory in
// pieces.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs FILE.
#include <string>

#include <jerror.h>
#include <jpeglib.h>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {

/// Bytes of a JPEG stream that lie in up to two places. At their end it pretends an EOI marker and remembers that.
class JpegSource {
 public:
  JpegSource();
  JpegSource(const JpegSource&) = delete;
  JpegSource& operator=(const JpegSource&) = delete;

  void start(jpeg_decompress_struct& decoder, Bytes first, Bytes second = {});
  bool ended() const { return ended_; }

 private:
  static boolean fill(j_decompress_ptr decoder);
  static void skip(j_decompress_ptr decoder, long count);
  void show(Bytes bytes);

  jpeg_source_mgr base_{};  // First: libjpeg hands back its address.
  Bytes second_;
  bool ended_ = false;
};

/// libjpeg's object with its error manager and source. Calls into libjpeg go through `guard`.
class JpegObject {
 public:
  JpegObject();
  ~JpegObject() { jpeg_destroy_decompress(&info); }
  JpegObject(const JpegObject&) = delete;
  JpegObject& operator=(const JpegObject&) = delete;

  /// Runs body(), which may make nothing with a destructor: an error jumps over it. Throws what libjpeg says.
  template <class Body>
  void guard(Body&& body) {
    if (setjmp(errors_.jump) == 0) {
      body();
      return;
    }
    raise();
  }

  jpeg_decompress_struct info{};
  JpegSource source;

 private:
  struct Errors {
    jpeg_error_mgr base{};  // First: libjpeg hands back its address.
    std::jmp_buf jump{};
  };
  [[noreturn]] void raise();
  static void leave(j_common_ptr decoder);
  static void message(j_common_ptr decoder, int level);

  Errors errors_;
};

/// Three components that stay as they are become pixels by our own loop instead of libjpeg-turbo's, which takes a fifth
/// of the time of an Aperio tile. After jpeg_start_decompress. Does nothing where the library hides its internal
/// header.
void interleave_faster(jpeg_decompress_struct& info);

/// Aborts whatever the object was doing when the scope ends: its memory for one image goes back.
class JpegImageScope {
 public:
  explicit JpegImageScope(JpegObject& object) : object_(object) {}
  ~JpegImageScope() { jpeg_abort_decompress(&object_.info); }
  JpegImageScope(const JpegImageScope&) = delete;
  JpegImageScope& operator=(const JpegImageScope&) = delete;

 private:
  JpegObject& object_;
};

}  // namespace opsin::io::codecs
