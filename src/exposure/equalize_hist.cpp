// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/even_lines.h"
#include "engine/team.h"
#include "exposure/color_warning.h"
#include "exposure/counted.h"
#include "opsin/exposure.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

/// Points (centre, share of elements up to it): the cumulative distribution, rounded to C as cumulative_distribution()
/// rounds it. Integers have bins for values that do not occur: those before the first that does have its share, since
/// interpolation ends there.
template <class C>
struct MakePoints {
  const std::int64_t* counts;
  const void* centres;
  DType centre_type;
  std::int64_t n;
  double* x;
  double* y;
  double* slope;

  HD void operator()(const engine::Team& team) const {
    const auto count = [&](std::int64_t i) { return counts[i]; };
    const auto total = static_cast<double>(team.sum(n, count));
    team.cumulate(n, count,
                  [&](std::int64_t i, std::int64_t sum) { y[i] = static_cast<C>(static_cast<double>(sum) / total); });
    const std::int64_t first = team.argmax(n, [&](std::int64_t i) { return counts[i] > 0 ? 1.0 : 0.0; });
    team.each(n, [&](std::int64_t i) {
      if (i < first && centre_type == DType::int64) y[i] = y[first];
      x[i] = with_storage<double>(centre_type, [&]<class T>(opsin::OPSIN_TARGET::Tag<T>) {
        return load_as<double>(static_cast<const T*>(centres) + i);
      });
    });
    team.each(n - 1, [&](std::int64_t i) { slope[i] = engine::LineTable::slope_at(x, y, i); });
    // Centres of uniform bins lie evenly: see engine/even_lines.h.
    team.alone(0, [&] { slope[n - 1] = static_cast<double>(n - 1) / (x[n - 1] - x[0]); });
  }
};

/// Integers are centres themselves.
struct AtValue {
  const double* y;
  double offset, last;
  HD double operator()(double at) const {
    const double i = at - offset;
    return y[static_cast<std::int64_t>(i < 0 ? 0.0 : i > last ? last : i)];
  }
};

}  // namespace

Array equalize_hist(const Array& image, const opsin::exposure::EqualizeHistOptions& o) {
  constexpr const char* op = "exposure.equalize_hist";
  const DType dtype = float_result(image.dtype());
  std::optional<Array> mask = o.mask;
  if (mask) {
    core::check(mask->device() == image.device(), op, "the mask must lie on ", image.device(), ", not on ",
                mask->device());
    core::check_plain<IndexError>(mask->shape() == image.shape(), op, ": the mask's shape ", mask->shape(),
                                  " is not the image's ", image.shape());
    if (mask->dtype() != DType::boolean) mask = mask->astype(DType::boolean);
  }
  if (!mask) opsin::exposure::warn_of_color(image);
  const Bins bins = bins_of(image, o.nbins, opsin::exposure::SourceRange::image, mask);
  if (bins.status.defined()) refuse_capture(op, image);
  const Array counts = count_in(bins, image, mask);
  const std::int64_t n = counts.size();
  const Array tables = Array::empty({3, n}, DType::float64, image.device());
  auto* const x = tables.mutable_data_as<double>();
  const engine::LineTable table{x, x + n, x + 2 * n, n};
  with_real(dtype, [&]<class C>(Tag<C>) {
    engine::run_team(MakePoints<C>{counts.data_as<std::int64_t>(), bins.centres.data(), bins.centres.dtype(), n, x,
                                   x + n, x + 2 * n});
  });
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (is_integer(image.dtype())) {
    engine::lookup<double>(out, image, AtValue{x + n, static_cast<double>(bins.offset), static_cast<double>(n - 1)});
  } else {
    engine::along_lines(out, image, table);
  }
  check_status(bins.status);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, equalize_hist, Array, const Array&, const opsin::exposure::EqualizeHistOptions&)
