// SPDX-License-Identifier: Apache-2.0
#include "io/cache.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/memory.h"
#include "io/tile_table.h"
#include "opsin/error.h"

using namespace opsin;
using namespace opsin::io;

namespace {

TilePixels pixels(std::size_t bytes) { return core::allocate(bytes, Device{}); }

}  // namespace

TEST_CASE("io cache: bounded, counted, forgets a slide") {
  TileCache cache(1000);
  for (std::uint64_t i = 0; i < 100; ++i) cache.insert({1, 0, i}, pixels(100));
  CHECK(cache.statistics().bytes <= 1000);
  CHECK(cache.statistics().tiles == 10);
  CHECK(cache.statistics().evictions == 90);
  cache.insert({1, 0, 200}, pixels(600));  // More than half of the cache: not kept.
  CHECK_FALSE(cache.find({1, 0, 200}));
  cache.insert({2, 0, 5}, pixels(100));
  cache.insert({2, 1, 5}, pixels(100));
  REQUIRE(cache.find({2, 1, 5}));
  cache.forget(2);
  CHECK_FALSE(cache.find({2, 0, 5}));
  cache.set_capacity(0);
  CHECK(cache.statistics().tiles == 0);
  CHECK(cache.statistics().bytes == 0);
}

TEST_CASE("io cache: one tile inserted twice counts once; pixels outlive their eviction") {
  TileCache cache(1000);
  const TilePixels first = pixels(100);
  cache.insert({1, 0, 0}, first);
  cache.insert({1, 0, 0}, pixels(100));
  CHECK(cache.find({1, 0, 0}) == first);
  CHECK(cache.statistics().bytes == 100);
  const TilePixels held = cache.find({1, 0, 0});
  cache.set_capacity(0);
  CHECK(held->bytes == 100);
}

TEST_CASE("io cache: what was wanted lately") {
  TileCache cache(1000);
  CHECK_FALSE(cache.wanted_before({1, 0, 7}, 100));
  CHECK(cache.wanted_before({1, 0, 7}, 100));
  CHECK_FALSE(cache.wanted_before({1, 1, 7}, 100));
  // A cache of ten such tiles holds it no more after ten others.
  for (std::uint64_t tile = 100; tile < 110; ++tile) cache.wanted_before({1, 0, tile}, 100);
  CHECK_FALSE(cache.wanted_before({1, 0, 7}, 100));
  CHECK(cache.wanted_before({1, 0, 7}, 100));
}

TEST_CASE("io cache: many threads") {
  TileCache cache(20000);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (std::uint64_t i = 0; i < 3000; ++i) {
        const TileKey key{1 + i % 3, 0, (i * 7 + t) % 300};
        if (!cache.find(key)) cache.insert(key, pixels(100));
        if (i % 500 == 0) cache.forget(1 + i % 3);
        if (i % 700 == 0) cache.set_capacity(10000 + i);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(cache.statistics().bytes == cache.statistics().tiles * 100);
  CHECK(cache.statistics().bytes <= cache.statistics().capacity);
}

TEST_CASE("io tile table: loaded once for all that follow, an error again and again") {
  std::atomic<int> loads{0};
  const TileTable table(2, [&] {
    ++loads;
    return std::vector<TileRange>{{1, 2}, {3, 4}};
  });
  CHECK(loads == 0);
  CHECK(table[1] == TileRange{3, 4});
  CHECK(table[0] == TileRange{1, 2});
  CHECK(loads == 1);
  const TileTable broken(3, [] { return std::vector<TileRange>{{1, 2}}; });
  CHECK_THROWS_AS(broken[0], IoError);
  CHECK_THROWS_AS(broken[0], IoError);
}
