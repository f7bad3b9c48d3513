// SPDX-License-Identifier: Apache-2.0
// The TIFF container: headers, directories, every kind of value, and tile tables, of any bytes.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "io/formats/tiff_image.h"
#include "io/source.h"
#include "io/tiff/directory.h"
#include "opsin/error.h"

namespace {

namespace io = opsin::io;

/// An error that the interface promises is fine; anything else ends the run.
template <class F>
void may_fail(F f) {
  try {
    f();
  } catch (const opsin::IoError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = io::from_view({reinterpret_cast<const std::byte*>(data), size}, nullptr, "fuzz");
  opsin::SlideLimits limits;
  limits.directories = 64;
  limits.tiles = 1 << 16;
  may_fail([&] {
    const auto file = io::tiff::File::parse_if_tiff(source, limits);
    if (!file) return;
    for (const io::tiff::Directory& d : file->directories()) {
      for (const io::tiff::Entry& e : d.entries()) {
        may_fail([&] { (void)d.uint(e.tag); });
        may_fail([&] { (void)d.integer(e.tag); });
        may_fail([&] { (void)d.real(e.tag); });
        may_fail([&] { (void)d.ascii(e.tag); });
        may_fail([&] { (void)d.bytes(e.tag); });
        may_fail([&] { (void)d.uints(e.tag); });
        may_fail([&] { (void)d.reals(e.tag); });
      }
      may_fail([&] { (void)io::tiff_image(file, d).tiles->ranges(); });
    }
  });
  return 0;
}
