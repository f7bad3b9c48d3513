// SPDX-License-Identifier: Apache-2.0
// Noise: skimage.util.random_noise.
#pragma once

#include <cstdint>
#include <optional>

#include "opsin/array.h"
#include "opsin/random.h"

namespace opsin::util {

enum class Noise : std::uint8_t { gaussian, localvar, poisson, salt, pepper, salt_and_pepper, speckle };

struct RandomNoiseOptions {
  Noise mode = Noise::gaussian;
  /// Clip the result to [0, 1], or to [-1, 1] where the image has negative values.
  bool clip = true;
  /// Of the normal noise that is added (gaussian), or multiplied with the image and added (speckle).
  double mean = 0;
  double var = 0.01;
  /// localvar: the variance at each pixel, positive, of the image's shape; 0.01 by default.
  std::optional<Array> local_vars;
  /// salt, pepper and both: the share of pixels that become 1 or the least value, and the share of salt among them.
  double amount = 0.05;
  double salt_vs_pepper = 0.5;
};
/// An image, as img_as_float() has it, with noise: the numbers of scikit-image with numpy.random.default_rng, bit for
/// bit. Normal noise and salt and pepper are drawn on the image's device, localvar and poisson one after the other on
/// the host. The result is float64, for salt and pepper the image's float type. Throws ValueError for empty and complex
/// images and for variances that are not positive. Poisson noise reads the image on the host.
Array random_noise(const Array& image, random::Generator& rng, const RandomNoiseOptions& options = {});

/// Numbers of a stream, and where it stands after them.
struct DrawnNoise {
  Array noise;
  random::State after;
};
/// mean + deviation * Generator::normal() for each element of an image, in order: float64, of the image's shape, on its
/// device. CUDA draws all of them at once; numbers of the normal distribution's tail (one of 4000) may differ from the
/// host's in the last place there. Throws CudaError while the current stream is captured: where the numbers end is read
/// from the device.
DrawnNoise normal_noise(const Array& image, double mean, double deviation, const random::State& from);
/// Generator::uniform() <= probability for each element: bool. Nothing is drawn for probabilities of 0 and 1.
DrawnNoise bernoulli_noise(const Array& image, double probability, const random::State& from);

enum class NoiseUse : std::uint8_t { add, multiply, replace };
/// The image plus the noise, plus its product with the noise, or the noise alone; float64, clipped as random_noise()
/// clips.
Array apply_noise(const Array& image, const Array& noise, NoiseUse use, bool clip);
/// Pixels where `changed` become 1 where `salted` too, else the least value: 0, or -1 where the image has negative
/// values. Both are bool arrays of the image's shape.
Array apply_salt_and_pepper(const Array& image, const Array& changed, const Array& salted, bool clip);

}  // namespace opsin::util
