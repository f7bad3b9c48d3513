// SPDX-License-Identifier: Apache-2.0
#include <webp/decode.h>

#include <cstring>

#include "io/codecs/decoders.h"

namespace opsin::io::codecs {
namespace {

WebPBitstreamFeatures features_of(Bytes in) {
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(data(in), in.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) fail("WebP", "the data end in the header");
  if (status != VP8_STATUS_OK) fail("WebP", "the header is damaged");
  if (features.has_animation != 0) fail("WebP", "an animation is not an image");
  return features;
}

}  // namespace

void decode_webp(Bytes in, const ImageRequest& request) {
  const WebPBitstreamFeatures features = features_of(in);
  check_size("WebP", static_cast<std::uint32_t>(features.width), static_cast<std::uint32_t>(features.height), request);
  if (request.bits != 8) fail("WebP", "samples have 8 bits, not ", request.bits);
  // An encoder drops an alpha channel that is opaque everywhere, so four samples may come from three.
  const bool fits = request.samples == 4 || (request.samples == 3 && features.has_alpha == 0);
  if (!fits) fail("WebP", "there are ", features.has_alpha != 0 ? 4 : 3, " samples, not ", request.samples);

  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) fail("WebP", "the library has another version than its headers");
  const Area& area = request.area;
  const bool direct = is_whole(request) && static_cast<std::uint32_t>(features.width) == request.width &&
                      static_cast<std::uint32_t>(features.height) == request.height && request.row_stride < (1U << 31);
  // The library crops at even positions only, so an area is cut from the whole.
  const auto row = static_cast<std::size_t>(features.width) * request.samples;
  std::vector<unsigned char> whole(direct ? 0 : row * static_cast<std::size_t>(features.height));
  auto* const out = reinterpret_cast<unsigned char*>(request.out);
  config.output.colorspace = request.samples == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  auto& target = config.output.u.RGBA;
  target.rgba = direct ? out : whole.data();
  target.stride = static_cast<int>(direct ? request.row_stride : row);
  target.size = direct ? request.row_stride * (area.height - 1) + row : whole.size();
  const VP8StatusCode status = WebPDecode(data(in), in.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw MemoryError("WebP: no memory");
  if (status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED) fail("WebP", "the data end too early");
  if (status != VP8_STATUS_OK) fail("WebP", "damaged data");
  if (direct) return;
  const std::size_t wanted = std::size_t{area.width} * request.samples;
  for (std::size_t y = 0; y < area.height; ++y) {
    std::memcpy(out + y * request.row_stride, whole.data() + (area.y + y) * row + area.x * request.samples, wanted);
  }
}

ImageInfo probe_webp(Bytes in) {
  const WebPBitstreamFeatures features = features_of(in);
  ImageInfo info;
  info.width = static_cast<std::uint32_t>(features.width);
  info.height = static_cast<std::uint32_t>(features.height);
  info.samples = features.has_alpha != 0 ? 4 : 3;
  info.bits = 8;
  return info;
}

}  // namespace opsin::io::codecs
