// SPDX-License-Identifier: Apache-2.0
// Vessels of a grey image, from C++:
//
//   vessels [--device cpu|cuda|cuda:N] [--sigma S] [input.pgm] output.pgm
//
// Without an input the program draws an image of its own: dark wavy lines on a bright, uneven ground.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <opsin/array.h>
#include <opsin/device.h>
#include <opsin/filters.h>

namespace {

opsin::Array draw(std::int64_t side) {
  std::vector<float> pixels(static_cast<std::size_t>(side * side));
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      const double ground = 0.6 + 0.3 * std::sin(3.0 * static_cast<double>(x + y) / static_cast<double>(side));
      const double wave = 12 * std::sin(static_cast<double>(x) / 25);
      const double distance = std::remainder(static_cast<double>(y) - wave, 64);
      pixels[static_cast<std::size_t>(y * side + x)] =
          static_cast<float>(ground - 0.4 * std::exp(-distance * distance / 8));
    }
  }
  return opsin::Array::from(std::span<const float>(pixels), {side, side});
}

/// The next number of a PGM header; '#' begins a comment.
std::int64_t header_number(std::istream& in) {
  while (in >> std::ws && in.peek() == '#') in.ignore(4096, '\n');
  std::int64_t n = 0;
  if (!(in >> n) || n < 1 || n > 65535) throw std::runtime_error("not a PGM header");
  return n;
}

opsin::Array read_pgm(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  std::string magic;
  in >> magic;
  if (magic != "P5") throw std::runtime_error(path + " is not a binary PGM file");
  const std::int64_t width = header_number(in);
  const std::int64_t height = header_number(in);
  if (header_number(in) > 255) throw std::runtime_error(path + " has more than 8 bits per pixel");
  in.get();
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width * height));
  if (!in.read(reinterpret_cast<char*>(pixels.data()), width * height))
    throw std::runtime_error(path + " ends too early");
  return opsin::Array::from(std::span<const std::uint8_t>(pixels), {height, width}).astype(opsin::DType::float32);
}

/// The array's range as 0 to 255.
void write_pgm(const std::string& path, const opsin::Array& image) {
  const opsin::Array here = image.to(opsin::Device{}).contiguous();
  const std::span<const float> values(here.data_as<float>(), static_cast<std::size_t>(here.size()));
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  const float low = *least;
  const float scale = *greatest > low ? 255 / (*greatest - low) : 0;
  std::string bytes;
  for (const float v : values) bytes += static_cast<char>(static_cast<std::uint8_t>(std::lround((v - low) * scale)));
  std::ofstream out(path, std::ios::binary);
  out << "P5\n" << here.shape(1) << ' ' << here.shape(0) << "\n255\n" << bytes;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void run(const std::vector<std::string>& arguments) {
  opsin::Device device;
  double sigma = 2;
  std::vector<std::string> files;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--device" && has_value) {
      device = opsin::Device::parse(arguments[++i]);
    } else if (arguments[i] == "--sigma" && has_value) {
      sigma = std::stod(arguments[++i]);
    } else {
      files.push_back(arguments[i]);
    }
  }
  if (files.empty() || files.size() > 2) {
    throw std::runtime_error("usage: vessels [--device cpu|cuda|cuda:N] [--sigma S] [input.pgm] output.pgm");
  }
  const opsin::Array image = (files.size() == 2 ? read_pgm(files[0]) : draw(512)).to(device);
  const auto filter = [&] { return opsin::filters::frangi(image, {.sigmas = {{sigma}}}); };
  opsin::Array vessels = filter();  // The first call loads what it needs.
  const auto start = std::chrono::steady_clock::now();
  vessels = filter();
  opsin::synchronize(device);
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
  write_pgm(files.back(), vessels);
  std::cout << "opsin " << opsin::version() << ", " << device.str() << ": " << image.shape().str() << " in "
            << elapsed.count() << " ms\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "vessels: " << error.what() << '\n';
    return 1;
  }
}
