// SPDX-License-Identifier: Apache-2.0
// Definitions: Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform", Proceedings
// of the IEEE 66, 1978, where nothing else is said. Names, short names and parameters are scipy.signal's.
#include "filters/window_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "core/check.h"

namespace opsin::filters {
namespace {

using Values = std::vector<double>;
using Parameters = std::vector<double>;
constexpr double pi = std::numbers::pi;

/// f(i) for i in [0, n).
template <class F>
Values each_of(std::int64_t n, const F& f) {
  Values w;
  for (std::int64_t i = 0; i < n; ++i) w.push_back(f(static_cast<double>(i)));
  return w;
}

/// f of the distance to the centre.
template <class F>
Values around_centre(std::int64_t n, const F& f) {
  return each_of(n, [&](double i) { return f(std::fabs(i - static_cast<double>(n - 1) / 2)); });
}

Values cosines(std::int64_t n, const Parameters& weight) {
  return each_of(n, [&](double i) {
    const double angle = -pi + 2 * pi * i / static_cast<double>(n - 1);
    double sum = 0;
    for (std::size_t k = 0; k < weight.size(); ++k) sum += weight[k] * std::cos(static_cast<double>(k) * angle);
    return sum;
  });
}

Values barthann(std::int64_t n, const Parameters&) {
  return each_of(n, [&](double i) {
    const double x = std::fabs(i / static_cast<double>(n - 1) - 0.5);
    return 0.62 - 0.48 * x + 0.38 * std::cos(2 * pi * x);
  });
}

Values bartlett(std::int64_t n, const Parameters&) {
  const auto last = static_cast<double>(n - 1);
  return each_of(n, [&](double i) { return i <= last / 2 ? 2 * i / last : 2 - 2 * i / last; });
}

Values bohman(std::int64_t n, const Parameters&) {
  return each_of(n, [&](double i) {
    if (i == 0 || i == static_cast<double>(n - 1)) return 0.0;
    const double x = std::fabs(-1 + 2 * i / static_cast<double>(n - 1));
    return (1 - x) * std::cos(pi * x) + std::sin(pi * x) / pi;
  });
}

Values boxcar(std::int64_t n, const Parameters&) { return Values(static_cast<std::size_t>(n), 1.0); }

Values cosine(std::int64_t n, const Parameters&) {
  return each_of(n, [&](double i) { return std::sin(pi / static_cast<double>(n) * (i + 0.5)); });
}

Values exponential(std::int64_t n, const Parameters& p) {
  core::check_plain(p.empty() || std::isnan(p[0]), "If sym==True, center must be None.");
  const double tau = p.size() > 1 ? p[1] : 1;
  return around_centre(n, [&](double x) { return std::exp(-x / tau); });
}

Values gaussian(std::int64_t n, const Parameters& p) {
  return around_centre(n, [&](double x) { return std::exp(-x * x / (2 * p[0] * p[0])); });
}

Values general_gaussian(std::int64_t n, const Parameters& p) {
  return around_centre(n, [&](double x) { return std::exp(-0.5 * std::pow(std::fabs(x / p[1]), 2 * p[0])); });
}

Values general_hamming(std::int64_t n, const Parameters& p) { return cosines(n, {p[0], 1 - p[0]}); }

Values kaiser(std::int64_t n, const Parameters& p) {
  const double half = static_cast<double>(n - 1) / 2;
  const double beta = std::fabs(p[0]);
  return around_centre(n, [&](double x) {
    const double r = x / half;
    return std::cyl_bessel_i(0.0, beta * std::sqrt(std::max(0.0, 1 - r * r))) / std::cyl_bessel_i(0.0, beta);
  });
}

Values kaiser_bessel_derived(std::int64_t n, const Parameters& p) {
  core::check_plain(n % 2 == 0, "Kaiser-Bessel Derived windows are only defined for even number of points");
  const Values terms = kaiser(n / 2 + 1, p);
  double sum = 0;
  Values w;
  for (const double t : terms) w.push_back(sum += t);
  w.pop_back();
  for (double& v : w) v = std::sqrt(v / sum);
  w.insert(w.end(), w.rbegin(), w.rend());
  return w;
}

Values lanczos(std::int64_t n, const Parameters&) {
  return each_of(n, [&](double i) {
    const double x = pi * (2 * i / static_cast<double>(n - 1) - 1);
    return x == 0 ? 1.0 : std::sin(x) / x;
  });
}

Values parzen(std::int64_t n, const Parameters&) {
  return around_centre(n, [&](double x) {
    const double r = x / (static_cast<double>(n) / 2);
    return x <= static_cast<double>(n - 1) / 4 ? 1 - 6 * r * r + 6 * r * r * r : 2 * (1 - r) * (1 - r) * (1 - r);
  });
}

/// Carrara, Goodman and Majewski, "Spotlight Synthetic Aperture Radar", 1995, appendix D.2.
Values taylor(std::int64_t n, const Parameters& p) {
  const double lobes = p.empty() ? 4 : std::trunc(p[0]);  // whole numbers, of which no square overflows
  const double level = p.size() > 1 ? p[1] : 30;
  const bool norm = p.size() < 3 || p[2] != 0;
  const double a = std::acosh(std::pow(10.0, level / 20)) / pi;
  const double spread = lobes * lobes / (a * a + (lobes - 0.5) * (lobes - 0.5));
  Values weight;
  for (double m = 1; m < lobes; ++m) {
    double up = std::fmod(m, 2) == 1 ? 1 : -1, down = 2;
    for (double i = 1; i < lobes; ++i) {
      up *= 1 - m * m / spread / (a * a + (i - 0.5) * (i - 0.5));
      if (i != m) down *= 1 - m * m / (i * i);
    }
    weight.push_back(up / down);
  }
  const auto at = [&](double i) {
    double sum = 0;
    for (std::size_t m = 0; m < weight.size(); ++m) {
      sum += weight[m] * std::cos(2 * pi * static_cast<double>(m + 1) * (i - static_cast<double>(n) / 2 + 0.5) /
                                  static_cast<double>(n));
    }
    return 1 + 2 * sum;
  };
  const double scale = norm ? 1 / at(static_cast<double>(n - 1) / 2) : 1;
  return each_of(n, [&](double i) { return at(i) * scale; });
}

Values triangle(std::int64_t n, const Parameters&) {
  const double whole = static_cast<double>(n) + (n % 2 == 0 ? 0 : 1);
  return around_centre(n, [&](double x) { return (whole - 2 * x) / whole; });
}

Values tukey(std::int64_t n, const Parameters& p) {
  const double alpha = p.empty() ? 0.5 : p[0];
  if (alpha <= 0) return boxcar(n, {});
  if (alpha >= 1) return general_hamming(n, {0.5});
  const auto last = static_cast<double>(n - 1);
  const double width = std::floor(alpha * last / 2);
  return each_of(n, [&](double i) {
    if (i <= width) return 0.5 * (1 + std::cos(pi * (-1 + 2 * i / alpha / last)));
    if (i < last - width) return 1.0;
    return 0.5 * (1 + std::cos(pi * (-2 / alpha + 1 + 2 * i / alpha / last)));
  });
}

template <int N>
Values fixed_cosines(std::int64_t n, const Parameters&) {
  static const Parameters weights[] = {{0.42, 0.5, 0.08},
                                       {0.35875, 0.48829, 0.14128, 0.01168},
                                       {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368},
                                       {0.54, 0.46},
                                       {0.5, 0.5},
                                       {0.3635819, 0.4891775, 0.1365995, 0.0106411}};
  return cosines(n, weights[N]);
}

struct Known {
  std::string name;
  Values (*values)(std::int64_t, const Parameters&);
  std::size_t least, most;  // number of parameters
  bool optional = false;
};

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

const std::map<std::string, Known, std::less<>>& known_windows() {
  static const auto known = [] {
    const std::pair<Known, std::vector<const char*>> table[] = {
        {{"barthann", barthann, 0, 0}, {"brthan", "bth"}},
        {{"bartlett", bartlett, 0, 0}, {"bart", "brt"}},
        {{"blackman", fixed_cosines<0>, 0, 0}, {"black", "blk"}},
        {{"blackmanharris", fixed_cosines<1>, 0, 0}, {"blackharr", "bkh"}},
        {{"bohman", bohman, 0, 0}, {"bman", "bmn"}},
        {{"boxcar", boxcar, 0, 0}, {"box", "ones", "rect", "rectangular"}},
        {{"chebwin", chebyshev, 1, 1}, {"cheb"}},
        {{"cosine", cosine, 0, 0}, {"halfcosine"}},
        {{"dpss", slepian, 1, 1}, {}},
        {{"exponential", exponential, 0, 2, true}, {"poisson"}},
        {{"flattop", fixed_cosines<2>, 0, 0}, {"flat", "flt"}},
        {{"gaussian", gaussian, 1, 1}, {"gauss", "gss"}},
        {{"general_cosine", cosines, 1, any_number}, {"general cosine"}},
        {{"general_gaussian", general_gaussian, 2, 2}, {"general gaussian", "general gauss", "general_gauss", "ggs"}},
        {{"general_hamming", general_hamming, 1, 1}, {"general hamming"}},
        {{"hamming", fixed_cosines<3>, 0, 0}, {"hamm", "ham"}},
        {{"hann", fixed_cosines<4>, 0, 0}, {"han"}},
        {{"kaiser", kaiser, 1, 1}, {"ksr"}},
        {{"kaiser_bessel_derived", kaiser_bessel_derived, 1, 1}, {"kaiser bessel derived", "kbd"}},
        {{"lanczos", lanczos, 0, 0}, {"sinc"}},
        {{"nuttall", fixed_cosines<5>, 0, 0}, {"nutl", "nut"}},
        {{"parzen", parzen, 0, 0}, {"parz", "par"}},
        {{"taylor", taylor, 0, 3, true}, {"taylorwin"}},
        {{"triang", triangle, 0, 0}, {"triangle", "tri"}},
        {{"tukey", tukey, 0, 1, true}, {"tuk"}},
    };
    std::map<std::string, Known, std::less<>> all;
    for (const auto& [window, short_names] : table) {
      all.emplace(window.name, window);
      for (const char* name : short_names) all.emplace(name, window);
    }
    return all;
  }();
  return known;
}

}  // namespace

std::vector<double> window_function(const WindowType& type, std::int64_t size) {
  core::check_plain(size > 0, "Parameter Nx=", size, " is not a positive integer");
  std::string name = type.name;
  const auto ends_with = [&](std::string_view end) {
    if (!name.ends_with(end)) return false;
    name.resize(name.size() - end.size());
    return true;
  };
  const bool periodic = !ends_with("_symmetric") && ends_with("_periodic");
  const auto found = known_windows().find(name);
  core::check_plain(found != known_windows().end(), "Invalid window name '", name, "'");
  const Known& window = found->second;
  const std::size_t given = type.parameters.size();
  core::check_plain(window.most > 0 || given == 0, "'", name, "' does not allow parameters");
  core::check_plain(window.optional || window.most == 0 || given > 0, "'", name, "' must have parameters");
  core::check_plain(window.name != "dpss" || given == 1, "Window dpss must have one parameter");
  core::check_plain<TypeError>(given >= window.least && given <= window.most, "'", name, "' takes another number of ",
                               "parameters than ", given);
  const bool derived = window.name == "kaiser_bessel_derived";
  core::check_plain(!derived || !periodic, "Kaiser-Bessel Derived windows are only defined for symmetric shapes");
  if (window.name == "chebwin" && std::fabs(type.parameters[0]) < 45) {
    core::warn(Warning::Category::user,
               "This window is not suitable for spectral analysis for attenuation values lower than about 45dB because "
               "the equivalent noise bandwidth of a Chebyshev window does not grow monotonically with increasing "
               "sidelobe attenuation when the attenuation is smaller than about 45 dB.");
  }
  if (size == 1 && !derived) return {1.0};
  // A periodic window is a symmetric one of one value more, without its last.
  std::vector<double> w = window.values(periodic ? size + 1 : size, type.parameters);
  w.resize(static_cast<std::size_t>(size));
  return w;
}

}  // namespace opsin::filters
