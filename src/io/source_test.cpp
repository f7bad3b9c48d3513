// SPDX-License-Identifier: Apache-2.0
#include "io/source.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/hash.h"
#include "io/limits.h"
#include "io/text.h"
#include "opsin/error.h"

using namespace opsin;
using namespace opsin::io;

namespace {

struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() / "opsin-source-XXXXXX").string();
  explicit TemporaryFile(const std::string& content) {
    ::close(::mkstemp(path.data()));
    std::ofstream(path, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
};

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("io source: ranges at and beyond the end") {
  const TemporaryFile file("0123456789");
  const std::array sources{open_file(file.path), from_bytes(std::vector<std::byte>(10, std::byte{'5'}))};
  for (const SourcePtr& source : sources) {
    CHECK(source->size() == 10);
    CHECK(text_of(source->read(5, std::uint64_t{1})) == "5");
    CHECK(source->read(10, std::uint64_t{0}).empty());
    CHECK_THROWS_AS(source->read(10, std::uint64_t{1}), IoError);
    CHECK_THROWS_AS(source->read(11, std::uint64_t{0}), IoError);
    CHECK_THROWS_AS(source->read(1, UINT64_MAX), IoError);
    CHECK_THROWS_AS(source->read(UINT64_MAX, std::uint64_t{2}), IoError);
  }
  CHECK(text_of(sources[0]->read(2, std::uint64_t{8})) == "23456789");
}

TEST_CASE("io source: a descriptor that was closed is opened again, but not onto another file") {
  const TemporaryFile a("aaaa"), b("bbbb"), c("cccc");
  set_max_open_files(1);
  const SourcePtr first = open_file(a.path), second = open_file(b.path);
  CHECK(open_file_count() == 1);
  CHECK(text_of(first->read(0, std::uint64_t{4})) == "aaaa");
  CHECK(text_of(second->read(0, std::uint64_t{4})) == "bbbb");
  CHECK(open_file_count() == 1);
  std::rename(c.path.c_str(), a.path.c_str());
  CHECK_THROWS_WITH_AS(first->read(0, std::uint64_t{4}), doctest::Contains("has changed"), IoError);
  CHECK(text_of(second->read(0, std::uint64_t{4})) == "bbbb");
  set_max_open_files(0);
}

TEST_CASE("io limits: products and sums that do not fit") {
  CHECK(product("x", 3, 4, 5) == 60);
  CHECK_THROWS_AS(product("x", UINT64_MAX, 2), IoError);
  CHECK_FALSE(add<std::uint64_t>(UINT64_MAX, 1).has_value());
  CHECK(inside(5, 5, 10));
  CHECK_FALSE(inside(5, 6, 10));
  CHECK_FALSE(inside(UINT64_MAX, UINT64_MAX, 10));
}

TEST_CASE("io hash: the vectors of FIPS 180-4") {
  const auto hash = [](std::string_view text) {
    Sha256 h;
    h.add(std::as_bytes(std::span(text)));
    return h.hex();
  };
  CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  // Any split into pieces gives the same.
  const std::string long_text(1000, 'a');
  for (const std::size_t piece : {1, 55, 56, 63, 64, 65, 119, 300}) {
    Sha256 h;
    for (std::size_t i = 0; i < long_text.size(); i += piece) {
      h.add(std::as_bytes(std::span(long_text)).subspan(i, std::min(piece, long_text.size() - i)));
    }
    CHECK(h.hex() == hash(long_text));
  }
}

TEST_CASE("io text: numbers, spaces and encodings") {
  CHECK(parse_number(" 0,4990 ") == 0.499);
  CHECK(parse_number("+2.5e1") == 25);
  for (const char* wrong : {"", " ", "x", "1x", "nan", "inf", "1e999", "1,2,3", "0x10"})
    CHECK_FALSE(parse_number(wrong));
  CHECK(parse_integer(" -7 ") == -7);
  for (const char* wrong : {"", "1.5", "99999999999999999999", "7a"}) CHECK_FALSE(parse_integer(wrong));
  CHECK(number_text(0.499) == "0.499");
  CHECK(number_text(2) == "2");
  CHECK(number_text(37.0 / 18) == "2.0555555555555554");
  CHECK(to_utf8("\xc3\xa4") == "\xc3\xa4");
  CHECK(to_utf8("\xe4") == "\xc3\xa4");
  CHECK(to_utf8("\xc0\xaf") == "\xc3\x80\xc2\xaf");              // overlong
  CHECK(to_utf8("\xed\xa0\x80") == "\xc3\xad\xc2\xa0\xc2\x80");  // a surrogate
  CHECK(to_utf8("\xf0\x9f\x98\x90") == "\xf0\x9f\x98\x90");
  CHECK(to_utf8("\xf0\x9f\x98") == "\xc3\xb0\xc2\x9f\xc2\x98");  // cut off
}
