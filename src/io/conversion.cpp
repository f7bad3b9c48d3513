// SPDX-License-Identifier: Apache-2.0
#include "io/conversion.h"

#include <cmath>

#include "core/assign.h"
#include "core/check.h"

namespace opsin::io {

Conversion::Conversion(DType source, std::int64_t count, const LoaderOptions& o) : from(source), layout(o.layout) {
  const bool scaled = !o.mean.empty() || !o.stddev.empty();
  to = o.dtype.value_or(scaled ? DType::float32 : source);
  core::check<TypeError>(to == source || (is_floating(to) && !is_complex(source)), "read_regions", "dtype must be ",
                         source, ", the slide's, or floating, got ", to);
  core::check<TypeError>(!scaled || is_floating(to), "read_regions", "mean and std need a floating dtype, got ", to);
  if (!scaled) return;
  const auto entry = [&](const std::vector<double>& v, std::int64_t c, double otherwise) {
    if (v.empty()) return otherwise;
    return v[v.size() == 1 ? 0 : static_cast<std::size_t>(c)];
  };
  for (const auto* v : {&o.mean, &o.stddev}) {
    core::check(v->size() <= 1 || std::ssize(*v) == count, "read_regions", v == &o.mean ? "mean" : "std", " has ",
                v->size(), " entries for ", count, " channels");
  }
  for (std::int64_t c = 0; c < count; ++c) {
    channels.push_back({entry(o.mean, c, 0), entry(o.stddev, c, 1)});
    const auto [mean, deviation] = channels.back();
    core::check(std::isfinite(mean) && std::isfinite(deviation) && deviation != 0, "read_regions",
                "mean and std must be finite and std not 0, got ", mean, " and ", deviation);
  }
}

void Conversion::run(const Array& batch, const Array& pixels) const {
  const int last = pixels.ndim() - 1;
  const Array out = layout == BatchLayout::nhwc ? batch : batch.moveaxis(last - 2, last);
  if (!channels.empty()) {
    memory::normalise(out, pixels, channels);
  } else if (from != to) {
    const std::vector<memory::Normalisation> keep(static_cast<std::size_t>(pixels.shape(last)), {0, 1});
    memory::normalise(out, pixels, keep);
  } else {
    memory::assign(out, pixels);
  }
}

}  // namespace opsin::io
