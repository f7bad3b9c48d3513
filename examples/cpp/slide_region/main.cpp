// SPDX-License-Identifier: Apache-2.0
// A region of a slide, from C++:
//
//   slide_region SLIDE [X Y WIDTH HEIGHT [LEVEL]] [output.ppm]
//
// Prints what the slide is and the mean of each channel; writes the region as a picture where it is RGB of 8 bits. X
// and Y are in level-0 pixels. Without them: the middle of the slide. Then it reads the region's neighbourhood once
// more, as batches made by two threads.
#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <opsin/array.h>
#include <opsin/loader.h>
#include <opsin/slide.h>

namespace {

void print(const opsin::Slide& slide) {
  std::cout << slide.name() << ": " << slide.vendor() << ", " << slide.sizes().c << " channels of "
            << opsin::name(slide.dtype()) << '\n';
  for (int level = 0; level < slide.level_count(); ++level) {
    const opsin::Size size = slide.level_dimensions(level);
    std::cout << "level " << level << ": " << size.width << " x " << size.height << ", downsample "
              << slide.level_downsample(level) << '\n';
  }
  if (const auto mpp = slide.mpp()) std::cout << (*mpp)[0] << " x " << (*mpp)[1] << " micrometres per pixel\n";
}

/// Of an array (..., channels).
std::vector<double> means(const opsin::Array& pixels) {
  const opsin::Array values = pixels.astype(opsin::DType::float64);
  const std::int64_t channels = values.shape(values.ndim() - 1);
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (std::int64_t i = 0; i < values.size(); ++i)
    sums[static_cast<std::size_t>(i % channels)] += values.data_as<double>()[i];
  for (double& s : sums) s /= static_cast<double>(std::max<std::int64_t>(1, values.size() / channels));
  return sums;
}

void write_ppm(const std::string& path, const opsin::Array& rgb) {
  if (rgb.dtype() != opsin::DType::uint8 || rgb.shape(2) != 3)
    throw std::runtime_error("only RGB of 8 bits can be written as PPM");
  std::ofstream out(path, std::ios::binary);
  out << "P6\n" << rgb.shape(1) << ' ' << rgb.shape(0) << "\n255\n";
  out.write(rgb.data_as<char>(), static_cast<std::streamsize>(rgb.nbytes()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void run(std::vector<std::string> arguments) {
  std::string output;
  if (!arguments.empty() && arguments.back().ends_with(".ppm")) {
    output = arguments.back();
    arguments.pop_back();
  }
  if (arguments.size() != 1 && arguments.size() != 5 && arguments.size() != 6)
    throw std::runtime_error("usage: slide_region SLIDE [X Y WIDTH HEIGHT [LEVEL]] [output.ppm]");
  const opsin::Slide slide(arguments[0]);
  print(slide);

  const opsin::Size whole = slide.dimensions();
  std::int64_t x = whole.width / 2, y = whole.height / 2;
  opsin::Size size{256, 256};
  int level = 0;
  if (arguments.size() > 1) {
    x = std::stoll(arguments[1]);
    y = std::stoll(arguments[2]);
    size = {std::stoll(arguments[3]), std::stoll(arguments[4])};
  }
  if (arguments.size() > 5) level = std::stoi(arguments[5]);
  const opsin::Array region = slide.read_region(x, y, size, {.level = level});
  std::cout << "region " << region.shape().str() << ", means";
  for (const double mean : means(region)) std::cout << ' ' << mean;
  std::cout << '\n';
  if (!output.empty()) write_ppm(output, region);

  std::vector<std::array<std::int64_t, 2>> locations;
  const double step = slide.level_downsample(level) / 2;  // Neighbours that overlap by half.
  for (std::int64_t row = -2; row <= 2; ++row) {
    for (std::int64_t column = -2; column <= 2; ++column) {
      locations.push_back({x + static_cast<std::int64_t>(static_cast<double>(column * size.width) * step),
                           y + static_cast<std::int64_t>(static_cast<double>(row * size.height) * step)});
    }
  }
  opsin::RegionLoader loader(slide, locations, size,
                             {.level = level, .batch_size = 10, .num_workers = 2, .dtype = opsin::DType::float32});
  while (const auto batch = loader.next()) {
    std::cout << "batch " << batch->shape().str() << ", means";
    for (const double mean : means(*batch)) std::cout << ' ' << mean;
    std::cout << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "slide_region: " << error.what() << '\n';
    return 1;
  }
}
