// SPDX-License-Identifier: Apache-2.0
#include "io/tiff/directory.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "opsin/error.h"

using namespace opsin;
using namespace opsin::io;
using namespace opsin::io::tiff;

namespace {

/// Bytes in one byte order.
class Writer {
 public:
  explicit Writer(bool big_endian) : big_endian_(big_endian) {}
  Writer& put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      const int byte = big_endian_ ? size - 1 - i : i;
      bytes_.push_back(static_cast<std::byte>(value >> (8 * byte)));
    }
    return *this;
  }
  Writer& text(std::string_view t) {
    for (const char c : t) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  /// A classic entry whose value fits its field.
  Writer& entry(int tag, Type type, std::uint32_t count, std::uint64_t value, int value_size) {
    put(static_cast<std::uint64_t>(tag), 2)
        .put(static_cast<std::uint64_t>(type), 2)
        .put(count, 4)
        .put(value, value_size);
    return put(0, 4 - value_size);
  }
  std::size_t size() const { return bytes_.size(); }
  std::shared_ptr<const File> parse(const SlideLimits& limits = {}) const {
    return File::parse(from_bytes(bytes_, "test"), limits);
  }

 private:
  bool big_endian_;
  std::vector<std::byte> bytes_;
};

Writer header(bool big_endian) {
  Writer w(big_endian);
  w.text(big_endian ? "MM" : "II").put(42, 2).put(8, 4);
  return w;
}

}  // namespace

TEST_CASE("io tiff: values of every type in both byte orders") {
  for (const bool big_endian : {false, true}) {
    CAPTURE(big_endian);
    Writer w = header(big_endian);
    w.put(8, 2);
    w.entry(256, Type::short_, 1, 513, 2);
    w.entry(257, Type::long_, 1, 70000, 4);
    w.entry(258, Type::byte, 3, big_endian ? 0x010203 : 0x030201, 3);
    w.entry(270, Type::ascii, 3, big_endian ? 0x6869ff : 0xff6968, 3);  // No NUL at its end.
    w.entry(282, Type::rational, 1, 110, 4);
    w.entry(283, Type::srational, 1, 118, 4);
    w.entry(300, Type::sshort, 1, 0xfffe, 2);
    w.entry(301, Type::rational, 1, 126, 4);
    w.put(0, 4);
    REQUIRE(w.size() == 110);
    w.put(1, 4).put(4, 4);           // 110: 0.25
    w.put(0xffffffff, 4).put(2, 4);  // 118: -0.5
    w.put(1, 4).put(0, 4);           // 126: 1/0
    const auto file = w.parse();
    REQUIRE(file->chain().size() == 1);
    const Directory& d = file->chain()[0];
    CHECK(d.uint(256) == 513);
    CHECK(d.require_uint(257) == 70000);
    CHECK(d.uints(258) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(d.ascii(270) == "hi\xff");
    CHECK(d.real(282) == 0.25);
    CHECK(d.real(283) == -0.5);
    CHECK(d.integer(300) == -2);
    CHECK_FALSE(d.real(301).has_value());
    CHECK_FALSE(d.uint(999).has_value());
    CHECK_THROWS_WITH_AS(d.uint(300), doctest::Contains("test: IFD 0: tag 300: -2 is negative"), IoError);
    CHECK_THROWS_WITH_AS(d.uint(270), doctest::Contains("ImageDescription: an integer expected, found ASCII"), IoError);
    CHECK_THROWS_AS(d.ascii(256), IoError);
    CHECK_THROWS_AS(d.reals(301), IoError);
    CHECK_THROWS_WITH_AS(d.require_uint(999), doctest::Contains("tag 999 is missing"), IoError);
  }
}

TEST_CASE("io tiff: tags out of order are found, the first of two counts") {
  Writer w = header(false);
  w.put(3, 2);
  w.entry(257, Type::short_, 1, 2, 2).entry(256, Type::short_, 1, 1, 2).entry(257, Type::short_, 1, 3, 2).put(0, 4);
  const auto file = w.parse();
  CHECK(file->chain()[0].uint(256) == 1);
  CHECK(file->chain()[0].uint(257) == 2);
}

TEST_CASE("io tiff: a SubIFDs tag with several directories, and one that points back") {
  Writer w = header(false);
  w.put(1, 2).entry(330, Type::long_, 2, 26, 4).put(0, 4);
  REQUIRE(w.size() == 26);
  w.put(34, 4).put(52, 4);
  w.put(1, 2).entry(256, Type::short_, 1, 11, 2).put(0, 4);
  REQUIRE(w.size() == 52);
  Writer back = w;
  w.put(1, 2).entry(256, Type::short_, 1, 12, 2).put(0, 4);
  const auto file = w.parse();
  CHECK(file->chain().size() == 1);
  REQUIRE(file->directories().size() == 3);
  REQUIRE(file->chain()[0].sub_directories().size() == 2);
  CHECK(file->directories()[file->chain()[0].sub_directories()[1]].uint(256) == 12);
  CHECK(file->directories()[2].label() == "IFD 0, SubIFD 1");
  back.put(1, 2).entry(330, Type::long_, 1, 8, 4).put(0, 4);
  CHECK_THROWS_WITH_AS(back.parse(), doctest::Contains("a loop"), IoError);
}

TEST_CASE("io tiff: NDPI's high bytes make LONG8 of LONG and reach beyond 4 GiB") {
  Writer w(false);
  w.text("II").put(42, 2).put(12, 8);
  w.put(2, 2);
  w.entry(256, Type::long_, 1, 7, 4);
  w.entry(65420, Type::long_, 1, 1, 4);
  w.put(0, 8);
  w.put(3, 4).put(0, 4);
  const auto file = w.parse();
  CHECK(file->layout() == Layout::ndpi);
  CHECK(file->chain()[0].uint(256) == (std::uint64_t{3} << 32 | 7));
  CHECK(file->chain()[0].uint(65420) == 1);
}

TEST_CASE("io tiff: a value is read in part, its bounds are checked as a whole") {
  Writer w = header(false);
  w.put(1, 2).entry(324, Type::long_, 1000, 26, 4).put(0, 4);
  w.put(5, 4).put(6, 4);
  const auto file = w.parse();
  const Directory& d = file->chain()[0];
  CHECK_THROWS_WITH_AS(file->value_bytes(d, d.entries()[0], 1, 100), doctest::Contains("beyond the end"), IoError);
  for (int i = 0; i < 998; ++i) w.put(7, 4);
  const auto whole = w.parse();
  const Directory& e = whole->chain()[0];
  CHECK(whole->value_bytes(e, e.entries()[0], 2, 8).size() == 8);
  CHECK_THROWS_WITH_AS(whole->value_bytes(e, e.entries()[0], 3, 8), doctest::Contains("more than the limit"), IoError);
  CHECK_THROWS_AS(whole->value_bytes(e, e.entries()[0], 1001, 1 << 20), IoError);
  CHECK(e.uints(324).size() == 1000);
}
