// SPDX-License-Identifier: Apache-2.0
// JPEG through libjpeg-turbo's own interface: TurboJPEG's knows neither shared tables nor colour by request.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "io/codecs/jpeg_head.h"
#include "io/codecs/jpeg_library.h"

namespace opsin::io::codecs {
namespace {

// More than any encoder makes; each scan of a progressive stream walks over all its coefficients.
constexpr int max_scans = 256;

/// What an abbreviated stream of tables holds. Slots that it leaves out are made such that no scan can use them.
struct Tables {
  std::vector<std::byte> stream;
  std::array<JQUANT_TBL, NUM_QUANT_TBLS> quantisation{};
  std::array<JHUFF_TBL, NUM_HUFF_TBLS> dc{};
  std::array<JHUFF_TBL, NUM_HUFF_TBLS> ac{};

  Tables() {
    // Three codes of one bit: refused by libjpeg. An empty table would decode to zeros without a word.
    for (auto* set : {&dc, &ac}) {
      for (JHUFF_TBL& table : *set) table.bits[1] = 3;
    }
  }
};

class Decoder {
 public:
  Decoder();
  void decode(Bytes head, Bytes in, const ImageRequest& request);

 private:
  const Tables& tables_for(Bytes stream);
  void load(const Tables& tables);
  void set_colour(const ImageRequest& request);
  void check_header(const ImageRequest& request);
  void start(const ImageRequest& request);
  void read_area(const ImageRequest& request);
  void crop_columns(const ImageRequest& request, JDIMENSION& first);

  JpegObject object_;
  jpeg_progress_mgr progress_{};
  const Tables none_;
  std::array<std::unique_ptr<Tables>, 4> known_;  // One slide in use has one set, a training mix some more.
  std::size_t oldest_ = 0;
  std::vector<unsigned char> row_;
};

Decoder::Decoder() {
  auto& info = object_.info;
  object_.guard([&] {
    for (int i = 0; i < NUM_QUANT_TBLS; ++i) {
      info.quant_tbl_ptrs[i] = jpeg_alloc_quant_table(reinterpret_cast<j_common_ptr>(&info));
    }
    for (int i = 0; i < NUM_HUFF_TBLS; ++i) {
      info.dc_huff_tbl_ptrs[i] = jpeg_alloc_huff_table(reinterpret_cast<j_common_ptr>(&info));
      info.ac_huff_tbl_ptrs[i] = jpeg_alloc_huff_table(reinterpret_cast<j_common_ptr>(&info));
    }
  });
  progress_.progress_monitor = [](j_common_ptr decoder) {
    auto* info = reinterpret_cast<j_decompress_ptr>(decoder);
    if (info->input_scan_number > max_scans) ERREXIT1(decoder, JERR_BAD_PROGRESSION, 0);
  };
}

/// Every decode begins with all slots set: a tile never sees a table of another one.
void Decoder::load(const Tables& tables) {
  auto& info = object_.info;
  for (int i = 0; i < NUM_QUANT_TBLS; ++i) *info.quant_tbl_ptrs[i] = tables.quantisation[static_cast<std::size_t>(i)];
  for (int i = 0; i < NUM_HUFF_TBLS; ++i) {
    *info.dc_huff_tbl_ptrs[i] = tables.dc[static_cast<std::size_t>(i)];
    *info.ac_huff_tbl_ptrs[i] = tables.ac[static_cast<std::size_t>(i)];
  }
}

const Tables& Decoder::tables_for(Bytes stream) {
  if (stream.empty()) return none_;
  for (const auto& known : known_) {
    if (known && std::ranges::equal(known->stream, stream)) return *known;
  }
  auto fresh = std::make_unique<Tables>();
  auto& info = object_.info;
  load(none_);
  const JpegImageScope scope(object_);
  int kind = JPEG_HEADER_OK;
  object_.source.start(info, stream);
  object_.guard([&] { kind = jpeg_read_header(&info, FALSE); });
  if (kind != JPEG_HEADER_TABLES_ONLY || object_.source.ended()) fail("JPEG", "the stream of shared tables is damaged");
  for (int i = 0; i < NUM_QUANT_TBLS; ++i) fresh->quantisation[static_cast<std::size_t>(i)] = *info.quant_tbl_ptrs[i];
  for (int i = 0; i < NUM_HUFF_TBLS; ++i) {
    fresh->dc[static_cast<std::size_t>(i)] = *info.dc_huff_tbl_ptrs[i];
    fresh->ac[static_cast<std::size_t>(i)] = *info.ac_huff_tbl_ptrs[i];
  }
  fresh->stream.assign(stream.begin(), stream.end());
  auto& slot = known_[oldest_];
  oldest_ = (oldest_ + 1) % known_.size();
  slot = std::move(fresh);
  return *slot;
}

void Decoder::check_header(const ImageRequest& request) {
  const auto& info = object_.info;
  check_size("JPEG", info.image_width, info.image_height, request);
  if (info.num_components < 0 || static_cast<std::uint32_t>(info.num_components) != request.samples) {
    fail("JPEG", "there are ", info.num_components, " components, not ", request.samples);
  }
  if (static_cast<std::uint32_t>(info.data_precision) != request.bits) {
    fail("JPEG", "the samples have ", info.data_precision, " bits, not ", request.bits);
  }
}

void Decoder::set_colour(const ImageRequest& request) {
  auto& info = object_.info;
  const int n = info.num_components;
  const auto both = [&](J_COLOR_SPACE from, J_COLOR_SPACE to) {
    info.jpeg_color_space = from;
    info.out_color_space = to;
  };
  switch (request.colour) {
    case Colour::raw:
      // RGB to RGB is libjpeg's way to leave three components alone, whatever they mean.
      if (n == 3) return both(JCS_RGB, JCS_RGB);
      return n == 1 ? both(JCS_GRAYSCALE, JCS_GRAYSCALE) : both(JCS_UNKNOWN, JCS_UNKNOWN);
    case Colour::ycbcr_to_rgb:
      if (n != 3) fail("JPEG", "YCbCr has three components, not ", n);
      return both(JCS_YCbCr, JCS_RGB);
    case Colour::ycck_to_cmyk:
      if (n != 4) fail("JPEG", "YCCK has four components, not ", n);
      return both(JCS_YCCK, JCS_CMYK);
  }
}

void Decoder::start(const ImageRequest& request) {
  auto& info = object_.info;
  const bool multiple_scans = jpeg_has_multiple_scans(&info) != FALSE;
  // Coefficients of all scans are kept, 16 bits each.
  constexpr long floor = 32 << 20;
  const std::uint64_t pixels = std::uint64_t{info.image_width} * info.image_height;
  info.mem->max_memory_to_use = floor + static_cast<long>(pixels * request.samples * 8);
  info.progress = multiple_scans ? &progress_ : nullptr;
  info.scale_num = 1;
  info.scale_denom = request.shrink;
  object_.guard([&] { jpeg_start_decompress(&info); });
  // Without an EOI it cannot be known whether scans are missing, nor, for arithmetic coding, the bytes of the last.
  if (object_.source.ended() && (multiple_scans || info.arith_code != FALSE)) fail("JPEG", "the data end too early");
  for (int i = 0; i < info.num_components; ++i) {
    const JQUANT_TBL* table = info.comp_info[i].quant_table;
    if (table == nullptr) fail("JPEG", "no scan holds component ", i);
    if (table->quantval[0] == 0) fail("JPEG", "there is no quantisation table for component ", i);
  }
  if (request.colour == Colour::raw && info.num_components == 3) interleave_faster(info);
}

/// Leaves out blocks left and right of the area. `first` is then the column of the first pixel of a row.
void Decoder::crop_columns(const ImageRequest& request, JDIMENSION& first) {
  auto& info = object_.info;
  const Area& area = request.area;
  const bool upsampled = info.max_h_samp_factor > 1;
  // Smooth upsampling looks at the next chroma sample on either side. At the edge of a crop it would see none.
  const JDIMENSION margin = upsampled ? static_cast<JDIMENSION>(info.max_h_samp_factor) : 0;
  const JDIMENSION left = area.x > margin ? area.x - margin : 0;
  const JDIMENSION right = std::min<std::uint64_t>(info.output_width, std::uint64_t{area.x} + area.width + margin);
  first = 0;
  if (left == 0 && right == info.output_width) return;
  first = left;
  JDIMENSION width = right - left;
  object_.guard([&] { jpeg_crop_scanline(&info, &first, &width); });
}

void Decoder::read_area(const ImageRequest& request) {
  auto& info = object_.info;
  const Area& area = request.area;
  JDIMENSION first = 0;
  // Scaling moves the chroma samples that cropping would have to keep; images that are shrunk are small.
  const bool shrunk = request.shrink > 1;
  if (!shrunk) crop_columns(request, first);
  const std::size_t pixel = request.samples;
  const bool direct = first == area.x && info.output_width == area.width;
  row_.resize(direct && !shrunk ? 0 : info.output_width * pixel);
  const std::size_t skip = (area.x - first) * pixel;
  object_.guard([&] {
    if (shrunk) {
      for (JSAMPROW row = row_.data(); info.output_scanline < area.y;) {
        if (jpeg_read_scanlines(&info, &row, 1) != 1) ERREXIT(&info, JERR_CANT_SUSPEND);
      }
    } else if (area.y > 0 && jpeg_skip_scanlines(&info, area.y) != area.y) {
      ERREXIT(&info, JERR_CANT_SUSPEND);
    }
    for (std::uint32_t y = 0; y < area.height; ++y) {
      auto* const to = reinterpret_cast<unsigned char*>(request.out) + y * request.row_stride;
      JSAMPROW row = direct ? to : row_.data();
      if (jpeg_read_scanlines(&info, &row, 1) != 1) ERREXIT(&info, JERR_CANT_SUSPEND);
      if (!direct) std::memcpy(to, row + skip, area.width * pixel);
    }
    // Whoever reads to the last row also learns whether the stream ends as it should.
    if (info.output_scanline == info.output_height) jpeg_finish_decompress(&info);
  });
  if (object_.source.ended() && info.arith_code != FALSE) fail("JPEG", "the data end too early");
}

void Decoder::decode(Bytes head, Bytes in, const ImageRequest& request) {
  auto& info = object_.info;
  load(tables_for(request.tables));
  const JpegImageScope scope(object_);
  if (head.empty()) {
    object_.source.start(info, in);
  } else {
    object_.source.start(info, head, in);
  }
  object_.guard([&] { jpeg_read_header(&info, TRUE); });
  check_header(request);
  set_colour(request);
  start(request);
  read_area(request);
}

Decoder& decoder_of_thread() {
  thread_local Decoder decoder;
  return decoder;
}

Colour colour_of(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_YCbCr: return Colour::ycbcr_to_rgb;
    case JCS_YCCK: return Colour::ycck_to_cmyk;
    default: return Colour::raw;
  }
}

}  // namespace

void decode_jpeg(Bytes in, const ImageRequest& request) {
  if (request.bits != 8) fail("JPEG", "only samples of 8 bits are supported, not ", request.bits);
  if (request.head.empty()) return decoder_of_thread().decode({}, in, request);
  const std::vector<std::byte> head = jpeg_head_with_size(request.head, request.width, request.height);
  decoder_of_thread().decode(head, in, request);
}

ImageInfo probe_jpeg(Bytes in) {
  JpegObject object;
  auto& info = object.info;
  object.source.start(info, in);
  JOCTET* profile = nullptr;
  unsigned profile_size = 0;
  object.guard([&] {
    jpeg_save_markers(&info, JPEG_APP0 + 2, 0xffff);
    jpeg_read_header(&info, TRUE);
    jpeg_read_icc_profile(&info, &profile, &profile_size);
  });
  const std::unique_ptr<JOCTET, void (*)(void*)> owner(profile, std::free);
  ImageInfo out;
  out.width = info.image_width;
  out.height = info.image_height;
  out.samples = static_cast<std::uint32_t>(info.num_components);
  out.bits = static_cast<std::uint32_t>(info.data_precision);
  out.colour = colour_of(info.jpeg_color_space);
  const auto* bytes = reinterpret_cast<const std::byte*>(profile);
  out.icc_profile.assign(bytes, bytes + profile_size);
  return out;
}

}  // namespace opsin::io::codecs
