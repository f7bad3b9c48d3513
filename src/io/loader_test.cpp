// SPDX-License-Identifier: Apache-2.0
#include "opsin/loader.h"

#include <doctest/doctest.h>
#include <libdeflate.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <thread>

#include "io/slide_impl.h"
#include "io/window.h"

using namespace opsin;

namespace {

constexpr std::int64_t tile = 16, columns = 24, rows = 20, width = columns * tile, height = rows * tile;

std::uint8_t value_at(std::int64_t x, std::int64_t y, std::int64_t c) {
  return static_cast<std::uint8_t>(x * 7 + y * 13 + c * 50 + (x * y) % 11);
}

/// A tiled TIFF, Deflate, RGB; counts the reads. `broken` is a tile whose bytes are damaged.
class Drawn final : public ByteSource {
 public:
  explicit Drawn(std::int64_t broken = -1) {
    put("II*\0", 4);
    put32(0);
    std::vector<std::uint32_t> offsets, lengths;
    const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
        libdeflate_alloc_compressor(6), libdeflate_free_compressor);
    for (std::int64_t t = 0; t < columns * rows; ++t) {
      std::vector<std::uint8_t> raw;
      for (std::int64_t y = 0; y < tile; ++y) {
        for (std::int64_t x = 0; x < tile; ++x) {
          for (std::int64_t c = 0; c < 3; ++c)
            raw.push_back(value_at(t % columns * tile + x, t / columns * tile + y, c));
        }
      }
      std::vector<std::uint8_t> packed(libdeflate_zlib_compress_bound(compressor.get(), raw.size()));
      const std::size_t n =
          libdeflate_zlib_compress(compressor.get(), raw.data(), raw.size(), packed.data(), packed.size());
      REQUIRE(n > 0);
      if (t == broken) std::fill_n(packed.begin() + 2, 20, std::uint8_t{0xff});
      offsets.push_back(static_cast<std::uint32_t>(bytes_.size()));
      lengths.push_back(static_cast<std::uint32_t>(n));
      put(packed.data(), n);
    }
    tiles_end = bytes_.size();
    const auto array = [&](const std::vector<std::uint32_t>& v) {
      const auto at = static_cast<std::uint32_t>(bytes_.size());
      for (const std::uint32_t i : v) put32(i);
      return at;
    };
    const std::uint32_t first = array(offsets), second = array(lengths), bits = array({8 | 8 << 16, 8});
    const auto directory = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data() + 4, &directory, 4);
    const auto count = static_cast<std::uint32_t>(offsets.size());
    const std::vector<std::array<std::uint32_t, 4>> entries{
        {256, 4, 1, width}, {257, 4, 1, height},    {258, 3, 3, bits},      {259, 3, 1, 8},
        {262, 3, 1, 2},     {277, 3, 1, 3},         {284, 3, 1, 1},         {322, 4, 1, tile},
        {323, 4, 1, tile},  {324, 4, count, first}, {325, 4, count, second}};
    put16(static_cast<std::uint16_t>(entries.size()));
    for (const auto& [tag, type, n, value] : entries) {
      put16(static_cast<std::uint16_t>(tag));
      put16(static_cast<std::uint16_t>(type));
      put32(n);
      put32(value);
    }
    put32(0);
  }
  std::uint64_t size() const override { return bytes_.size(); }
  std::string name() const override { return "drawn.tif"; }
  std::size_t read(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::size_t n = std::min<std::uint64_t>(out.size(), bytes_.size() - offset);
    std::memcpy(out.data(), bytes_.data() + offset, n);
    if (offset < tiles_end) ++reads;
    return n;
  }
  std::size_t tiles_end = 0;
  mutable std::atomic<int> reads{0};

 private:
  void put(const void* p, std::size_t n) {
    bytes_.insert(bytes_.end(), static_cast<const std::uint8_t*>(p), static_cast<const std::uint8_t*>(p) + n);
  }
  void put16(std::uint16_t v) { put(&v, 2); }
  void put32(std::uint32_t v) { put(&v, 4); }
  std::vector<std::uint8_t> bytes_;
};

std::vector<std::array<std::int64_t, 2>> places(int n, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::int64_t> x(-20, width), y(-20, height);
  std::vector<std::array<std::int64_t, 2>> v;
  for (int i = 0; i < n; ++i) v.push_back({x(random), y(random)});
  return v;
}

bool same(const Array& a, const Array& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() && a.is_contiguous() && b.is_contiguous() &&
         std::memcmp(a.data(), b.data(), a.nbytes()) == 0;
}

/// Every batch against read_region; returns how many regions there were.
std::int64_t compare(const Slide& slide, const std::vector<std::array<std::int64_t, 2>>& where, Size size,
                     const LoaderOptions& options) {
  RegionLoader loader(slide, where, size, options);
  std::size_t i = 0;
  std::int64_t batches = 0;
  while (const auto batch = loader.next()) {
    ++batches;
    for (std::int64_t b = 0; b < batch->shape(0); ++b, ++i) {
      const Array one = batch->slice(0, b, 1).reshape({size.height, size.width, 3});
      CHECK(same(one, slide.read_region(where[i][0], where[i][1], size)));
    }
  }
  CHECK(batches == loader.size());
  CHECK(!loader.next());
  return static_cast<std::int64_t>(i);
}

}  // namespace

TEST_CASE("batches are the regions, in order, for any number of threads") {
  const Slide slide(std::make_shared<Drawn>());
  const auto where = places(61);
  for (const int workers : {0, 1, 4}) {
    for (const std::int64_t batch : {1, 7, 100}) {
      CAPTURE(workers);
      CAPTURE(batch);
      CHECK(compare(slide, where, {37, 29}, {.batch_size = batch, .num_workers = workers}) == 61);
      CHECK(compare(slide, where, {16, 16}, {.batch_size = batch, .num_workers = workers, .drop_last = true}) ==
            61 / batch * batch);
    }
  }
  CHECK(compare(slide, {}, {16, 16}, {.num_workers = 2}) == 0);
  CHECK(compare(slide, where, {0, 16}, {.num_workers = 2}) == 61);
}

TEST_CASE("a batch decodes each tile once and reads neighbours together") {
  const auto source = std::make_shared<Drawn>();
  const Slide slide(source);
  std::vector<std::array<std::int64_t, 2>> where;
  for (std::int64_t y = 8; y + 16 < height; y += 16) {
    for (std::int64_t x = 8; x + 16 < width; x += 16) where.push_back({x, y});  // Each shows parts of four tiles.
  }
  slide.read_region(0, 0, {1, 1});  // The tile table is read now.
  for (const int workers : {0, 3}) {
    const std::size_t capacity = tile_cache_statistics().capacity;
    set_tile_cache_capacity(0);
    reset_tile_cache_statistics();
    source->reads = 0;
    RegionLoader loader(slide, where, {16, 16}, {.batch_size = std::ssize(where), .num_workers = workers});
    CHECK(loader.next()->shape(0) == std::ssize(where));
    set_tile_cache_capacity(capacity);
    CHECK(tile_cache_statistics().misses == columns * rows);  // A miss goes before each decoding.
    CHECK(source->reads == 1);                                // All tiles adjoin, and are less than a read may have.
  }
}

TEST_CASE("a window reads apart what lies apart") {
  const Slide slide(std::make_shared<Drawn>());
  const io::RegionSource source = slide.impl().source();
  io::RegionRequest request = io::request_of(slide.impl(), {16, 16}, {});
  io::TileWindow window(slide.impl().id);
  const std::uint64_t first = window.add(source, request);
  request.x = 160;
  CHECK(window.add(source, request) > first);
  request.x = -100;
  CHECK(window.add(source, request) == UINT64_MAX);
  window.plan();
  CHECK(window.planned_reads() == 1);
  CHECK(!window.shared({slide.impl().id, 0, 0}, [] { return io::TilePixels(); }));  // One region alone shows it.
  CHECK(!window.bytes({slide.impl().id, 0, 0}).bytes.empty());
  CHECK(window.bytes({slide.impl().id, 0, 5}).bytes.empty());
  CHECK(window.bytes({slide.impl().id + 1, 0, 0}).bytes.empty());
}

TEST_CASE("dtype, layout, mean and deviation") {
  const Slide slide(std::make_shared<Drawn>());
  const auto where = places(9);
  const Size size{21, 18};
  RegionLoader plain(slide, where, size, {.batch_size = 9});
  const Array bytes = *plain.next();
  const std::vector<double> mean{10, 20, 30}, deviation{2, 4, 0.7};
  for (const DType dtype : {DType::float32, DType::float64, DType::float16}) {
    for (const BatchLayout layout : {BatchLayout::nhwc, BatchLayout::nchw}) {
      for (const bool scaled : {false, true}) {
        RegionLoader loader(slide, where, size,
                            {.batch_size = 9,
                             .num_workers = 2,
                             .dtype = dtype,
                             .layout = layout,
                             .mean = scaled ? mean : std::vector<double>(),
                             .stddev = scaled ? deviation : std::vector<double>()});
        Array batch = *loader.next();
        CHECK(batch.dtype() == dtype);
        if (layout == BatchLayout::nchw) {
          CHECK(batch.shape() == Extents{9, 3, size.height, size.width});
          batch = batch.moveaxis(1, 3);
        }
        REQUIRE(batch.shape() == bytes.shape());
        const Array got = batch.astype(DType::float64);
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < got.size(); ++i) {
          const auto c = static_cast<std::size_t>(i % 3);
          const double v = bytes.data_as<std::uint8_t>()[i];
          const double want = scaled ? (v - mean[c]) / deviation[c] : v;
          const double allowed = dtype == DType::float64 ? 0 : dtype == DType::float32 ? 1e-6 : 1e-3;
          wrong += std::abs(got.data_as<double>()[i] - want) > allowed * std::max(1.0, std::abs(want));
        }
        CHECK(wrong == 0);
      }
    }
  }
  RegionLoader planes(slide, where, size, {.batch_size = 9, .layout = BatchLayout::nchw});
  CHECK(same(planes.next()->moveaxis(1, 3).copy(), bytes));
}

TEST_CASE("an error comes when its batch is asked for, and ends the loader") {
  const Slide slide(std::make_shared<Drawn>(5 * columns + 3));
  std::vector<std::array<std::int64_t, 2>> where;
  for (std::int64_t i = 0; i < 40; ++i) where.push_back({0, 0});
  where[25] = {3 * tile, 5 * tile};
  for (const int workers : {0, 1, 3}) {
    RegionLoader loader(slide, where, {16, 16}, {.batch_size = 4, .num_workers = workers, .prefetch = 8});
    for (int i = 0; i < 6; ++i) CHECK(loader.next());
    std::string message;
    try {
      loader.next();
    } catch (const IoError& e) {
      message = e.what();
    }
    CHECK(message.starts_with("drawn.tif: IFD 0: tile (3, 5) at offset "));
    CHECK(!loader.next());
    CHECK(loader.size() == 10);
  }
}

TEST_CASE("filled tiles warn the caller") {
  SlideOptions fill;
  fill.errors = TileErrors::fill;
  const Slide slide(std::make_shared<Drawn>(0), fill);
  RegionLoader loader(slide, {{0, 0}, {16, 0}, {0, 0}}, {16, 16}, {.batch_size = 3, .num_workers = 2});
  take_warnings();
  const Array batch = *loader.next();
  CHECK(batch.data_as<std::uint8_t>()[0] == 255);
  const auto warnings = take_warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text.starts_with("2 tiles could not be decoded"));
}

TEST_CASE("closing early, moving, many at once") {
  const Slide slide(std::make_shared<Drawn>());
  const auto where = places(400);
  for (int i = 0; i < 20; ++i) {
    RegionLoader loader(slide, where, {40, 40}, {.batch_size = 5, .num_workers = 3, .prefetch = 1 + i % 4});
    for (int k = 0; k < i % 3; ++k) CHECK(loader.next());
    if (i % 2 == 0) loader.close();
  }
  RegionLoader a(slide, where, {20, 20}, {.batch_size = 50, .num_workers = 2});
  RegionLoader b(slide, where, {24, 20}, {.batch_size = 50, .num_workers = 2});
  b = std::move(a);
  CHECK(b.next()->shape() == Extents{50, 20, 20, 3});
  std::vector<std::thread> threads;
  std::atomic<std::int64_t> regions{0};
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      regions += compare(slide, places(80, static_cast<unsigned>(i)), {33, 21}, {.batch_size = 9, .num_workers = 2});
    });
  }
  for (auto& t : threads) t.join();
  CHECK(regions == 240);
}

TEST_CASE("loaders, reads, closing slides and a cache that changes its size, all at once") {
  const auto kept = std::make_shared<Drawn>(), damaged = std::make_shared<Drawn>(7);
  const Slide shared(kept);
  const std::size_t capacity = tile_cache_statistics().capacity;
  std::atomic<std::int64_t> wrong{0}, failed{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {  // A slide of the thread's own, gone while others still use the cache.
      for (unsigned i = 0; i < 6; ++i) {
        const Slide slide(i % 2 == 0 ? kept : damaged);
        RegionLoader loader(slide, places(30, 10 * t + i), {30, 30}, {.batch_size = 4, .num_workers = 2});
        try {
          while (loader.next()) {
          }
        } catch (const IoError&) {
          ++failed;
        }
      }
    });
    threads.emplace_back([&, t] {  // Regions of a slide that all threads read.
      const auto where = places(60, 100 + t);
      for (const auto& [x, y] : where) {
        const Array got = shared.read_region(x, y, {9, 9});
        const bool inside = x >= 0 && y >= 0 && x < width && y < height;
        wrong += inside && got.data_as<std::uint8_t>()[1] != value_at(x, y, 1);
      }
    });
  }
  threads.emplace_back([&] {
    for (std::size_t i = 0; i < 40; ++i) {
      set_tile_cache_capacity(i % 4 * 3000);
      (void)tile_cache_statistics();
      if (i % 10 == 0) reset_tile_cache_statistics();
      std::this_thread::yield();
    }
  });
  for (std::thread& t : threads) t.join();
  set_tile_cache_capacity(capacity);
  CHECK(wrong == 0);
  CHECK(failed > 0);
}

TEST_CASE("what a loader refuses") {
  const Slide slide(std::make_shared<Drawn>());
  const auto make = [&](const LoaderOptions& o, Size size = {8, 8}) { RegionLoader(slide, {{0, 0}}, size, o); };
  CHECK_THROWS_AS(make({.level = 1}), IndexError);
  CHECK_THROWS_AS(make({.channels = {{3}}}), IndexError);
  CHECK_THROWS_AS(make({.batch_size = 0}), ValueError);
  CHECK_THROWS_AS(make({.num_workers = -1}), ValueError);
  CHECK_THROWS_AS(make({.prefetch = 0}), ValueError);
  CHECK_THROWS_AS(make({.dtype = DType::int16}), TypeError);
  CHECK_THROWS_AS(make({.dtype = DType::uint8, .mean = {1}}), TypeError);
  CHECK_THROWS_AS(make({.mean = {1, 2}}), ValueError);
  CHECK_THROWS_AS(make({.stddev = {0}}), ValueError);
  CHECK_THROWS_AS(make({}, {-1, 8}), ValueError);
  CHECK_THROWS_AS(make({}, {std::int64_t{1} << 40, std::int64_t{1} << 40}), ValueError);
}
