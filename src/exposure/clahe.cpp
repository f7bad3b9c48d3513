// SPDX-License-Identifier: Apache-2.0
// Contrast-limited adaptive histogram equalisation (K. Zuiderveld, "Contrast limited adaptive histogram equalization",
// Graphics Gems IV, 1994), for any number of axes: the image's tiles have histograms, clipped and made into curves, and
// each pixel is mapped by the curves of the tiles about it, weighted by its distance from their centres.
//
// The numbers are scikit-image's to the bit: 2^14 levels of grey, weights in float64, their sum in float32.
#include "exposure/clahe.h"

#include <cmath>

#include "engine/each.h"
#include "engine/extent.h"
#include "engine/pointwise.h"
#include "engine/team.h"
#include "engine/tile_histogram.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

constexpr int levels = 1 << 14;

/// What stretches the image's values to the levels, from its extent.
struct Stretch {
  double low, width;
};
struct MakeStretch {
  const engine::Extent* extent;
  Stretch* stretch;
  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] {
      const auto low = static_cast<double>(extent->least<std::int64_t>());
      *stretch = {low, static_cast<double>(extent->greatest<std::int64_t>()) - low};
    });
  }
};

/// A uint16 value stretched to the levels, as the number of its bin.
struct ToBin {
  const Stretch* stretch;
  double bins_per_level;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    const Stretch s = *stretch;
    const V top = broadcast<V>(double(levels - 1));
    const V grey = s.width != 0 ? (in[0] - broadcast<V>(s.low)) / broadcast<V>(s.width) * top : min(in[0], top);
    // Whole numbers: the product is within the bin, half a level from its ends at least.
    out[0] = rint((rint(grey) + broadcast<V>(0.5)) * broadcast<V>(bins_per_level) - broadcast<V>(0.5));
  }
};

/// A tile's counts, cut off at `limit`; what is cut off goes evenly to the bins below it. Then their running sums,
/// scaled to the levels.
struct MakeCurve {
  std::int32_t* counts;
  std::uint16_t* curves;
  std::int64_t bins, limit, pixels;

  HD void clip(const engine::Team& team, std::int32_t* h) const {
    std::int64_t excess = team.sum(bins, [&](std::int64_t i) { return h[i] > limit ? h[i] - limit : 0; });
    const auto top = static_cast<std::int32_t>(limit);
    team.each(bins, [&](std::int64_t i) { h[i] = h[i] > limit ? top : h[i]; });
    const std::int64_t share = excess / bins;
    const std::int64_t upper = limit - share;
    const std::int64_t low = team.sum(bins, [&](std::int64_t i) { return h[i] < upper; });
    excess -= low * share;
    team.each(bins, [&](std::int64_t i) { h[i] += h[i] < upper ? static_cast<std::int32_t>(share) : 0; });
    // Bins that have reached `upper` are filled to the limit, on credit.
    excess += team.sum(bins, [&](std::int64_t i) { return h[i] >= upper && h[i] < limit ? h[i] - limit : 0; });
    team.each(bins, [&](std::int64_t i) { h[i] = h[i] >= upper && h[i] < limit ? top : h[i]; });
    while (excess > 0) {
      const std::int64_t before = excess;
      for (std::int64_t first = 0; first < bins && excess > 0; ++first) {
        const std::int64_t under = team.sum(bins, [&](std::int64_t i) { return h[i] < limit; });
        const std::int64_t step = under / excess > 1 ? under / excess : 1;
        const std::int64_t steps = (bins - first + step - 1) / step;
        excess -= team.sum(steps, [&](std::int64_t k) { return h[first + k * step] < limit; });
        team.each(steps, [&](std::int64_t k) { h[first + k * step] += h[first + k * step] < limit; });
      }
      if (excess == before) break;
    }
  }

  HD void operator()(const engine::Team& team) const {
    std::int32_t* const h = counts + team.index() * bins;
    std::uint16_t* const curve = curves + team.index() * bins;
    clip(team, h);
    const double scale = double(levels - 1) / static_cast<double>(pixels);
    team.cumulate(
        bins, [&](std::int64_t i) { return h[i]; },
        [&](std::int64_t i, std::int64_t sum) {
          const double level = static_cast<double>(sum) * scale;
          curve[i] = static_cast<std::uint16_t>(level < levels - 1 ? level : double(levels - 1));
        });
  }
};

/// Between which two tiles' centres a pixel lies along one axis, and how near the second one is.
struct Place {
  std::int64_t first, second;  // offsets of their curves
  double weight;
};

/// Lines of the last axis. N is the number of axes, 0 where it is known at run time alone.
template <int N>
struct Interpolate {
  const std::uint16_t* image;
  const std::uint16_t* curves;
  std::uint16_t* out;
  const Place* places;  // of the first axis, of the second one, ...
  std::int64_t shape[max_ndim];
  int ndim;

  HD void operator()(std::int64_t line, std::int64_t begin, std::int64_t end) const {
    const int axes = N > 0 ? N : ndim;
    const int last = axes - 1;
    Place outer[N > 0 ? N : max_ndim];
    const Place* table = places;
    for (int a = 0; a < last; ++a) table += shape[a];
    const Place* const along = table;
    std::int64_t rest = line;
    for (int a = last - 1; a >= 0; --a) {
      table -= shape[a];
      outer[a] = table[a > 0 ? rest % shape[a] : rest];
      rest /= shape[a];
    }
    const std::int64_t at = line * shape[last];
    const int corners = 1 << axes;
    for (std::int64_t x = begin; x < end; ++x) {
      const Place own = along[x];
      const std::uint16_t bin = image[at + x];
      float sum = 0;
      for (int corner = 0; corner < corners; ++corner) {
        // The last axis changes fastest, and its weight comes first in the product.
        double weight = corner & 1 ? own.weight : 1 - own.weight;
        std::int64_t curve = corner & 1 ? own.second : own.first;
        for (int a = last - 1; a >= 0; --a) {
          const bool second = corner >> (last - a) & 1;
          weight *= second ? outer[a].weight : 1 - outer[a].weight;
          curve += second ? outer[a].second : outer[a].first;
        }
        sum += static_cast<float>(static_cast<double>(curves[curve + bin]) * weight);
      }
      out[at + x] = static_cast<std::uint16_t>(sum);
    }
  }
};

/// The places of all axes, one axis after the other.
struct MakePlaces {
  engine::Tiling t;
  std::int64_t bins;
  Place* to;

  HD void operator()(std::int64_t i) const {
    int a = 0;
    std::int64_t x = i, stride = bins;
    for (; x >= t.shape[a]; ++a) x -= t.shape[a];
    for (int b = a + 1; b < t.ndim; ++b) stride *= t.count[b];
    const std::int64_t from_start = x + t.tile[a] / 2;
    const std::int64_t tile = from_start / t.tile[a], last = t.count[a] - 1;
    to[i] = {(tile > 0 ? tile - 1 : 0) * stride, (tile < last ? tile : last) * stride,
             static_cast<double>(from_start % t.tile[a]) / static_cast<double>(t.tile[a])};
  }
};

}  // namespace

Array clahe(const Array& image, const std::vector<std::int64_t>& kernel, double clip_limit, std::int64_t nbins) {
  const engine::Tiling tiling = engine::tiling_of(image.shape(), kernel);
  const Array extent = engine::extent_of(image);
  const std::int64_t per_bin = 1 + levels / nbins;
  const Array memory = Array::empty({2}, DType::float64, image.device());
  auto* const stretch = static_cast<Stretch*>(memory.mutable_data());
  engine::run_team(MakeStretch{engine::extent_in(extent), stretch});
  const Array binned = Array::empty(image.shape(), DType::uint16, image.device());
  engine::pointwise<double, 1, 1>({binned}, {image}, ToBin{stretch, 1 / static_cast<double>(per_bin)});
  const std::int64_t bins = std::max<std::int64_t>(nbins, (levels - 1) / per_bin + 1);
  const Array counts = Array::zeros({tiling.tiles(), bins}, DType::int32, image.device());
  engine::count_tiles(counts.mutable_data_as<std::int32_t>(), bins, binned, tiling);
  const std::int64_t pixels = tiling.elements();
  // Not above it, or every count is left as it is.
  const double limit = clip_limit > 0 ? std::max(1.0, clip_limit * static_cast<double>(pixels)) : double(pixels);
  const Array curves = Array::empty(counts.shape(), DType::uint16, image.device());
  engine::run_team(MakeCurve{counts.mutable_data_as<std::int32_t>(), curves.mutable_data_as<std::uint16_t>(), bins,
                             static_cast<std::int64_t>(std::min(limit, double(pixels))), pixels},
                   tiling.tiles());
  std::int64_t length = 0;
  for (int a = 0; a < image.ndim(); ++a) length += image.shape(a);
  const Array places = Array::empty({length * static_cast<std::int64_t>(sizeof(Place))}, DType::uint8, image.device());
  engine::each(length, 1 << 14, MakePlaces{tiling, bins, static_cast<Place*>(places.mutable_data())});
  const Array out = Array::empty(image.shape(), DType::uint16, image.device());
  const std::int64_t width = image.shape(image.ndim() - 1);
  const auto interpolate = [&]<int N>(std::integral_constant<int, N>) {
    Interpolate<N> f{binned.data_as<std::uint16_t>(),
                     curves.data_as<std::uint16_t>(),
                     out.mutable_data_as<std::uint16_t>(),
                     static_cast<const Place*>(places.data()),
                     {},
                     image.ndim()};
    for (int a = 0; a < image.ndim(); ++a) f.shape[a] = image.shape(a);
    engine::each_span(image.size() / width, width, f);
  };
  if (image.ndim() == 2) {
    interpolate(std::integral_constant<int, 2>{});
  } else if (image.ndim() == 3) {
    interpolate(std::integral_constant<int, 3>{});
  } else {
    interpolate(std::integral_constant<int, 0>{});
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure
