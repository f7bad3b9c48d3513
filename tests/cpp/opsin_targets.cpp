// SPDX-License-Identifier: Apache-2.0
// Prints the CPU target in use and a checksum of a filtered image; fails when the numbers are wrong. Run under an
// emulated processor it shows that a build with several targets picks one that runs there.
#include <cmath>
#include <cstdio>
#include <vector>

#include "opsin/device.h"
#include "opsin/filters.h"

int main() {
  const std::int64_t n = 61;
  std::vector<double> image(static_cast<std::size_t>(n * n));
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<double>((i * 2654435761u) % 1000) / 1000;
  const auto array = opsin::Array::from(std::span<const double>(image), {n, n});
  const opsin::Array out = opsin::filters::gaussian(array, {.sigma = {2.0}, .mode = opsin::Border::reflect});
  // A Gaussian with reflected borders keeps the sum: every element's weights, mirrored back, add up to one.
  double before = 0;
  double after = 0;
  for (std::int64_t i = 0; i < n * n; ++i) {
    before += image[static_cast<std::size_t>(i)];
    after += out.data_as<double>()[i];
  }
  std::printf("target %s sum %.17g\n", opsin::cpu_target().c_str(), after);
  return std::fabs(after - before) < 1e-9 * before ? 0 : 1;
}
