// SPDX-License-Identifier: Apache-2.0
// The banks that have a column kernel, and how the host tells the kernel what to do.
#pragma once

#include "core/cuda/launch.h"
#include "engine/stream_line_cuda.h"

namespace opsin::OPSIN_TARGET::engine {

enum class FoldKind : std::uint8_t { none, even, odd };

/// A form of banks: which of the images each filter reads, and how it folds. A kernel knows its form when it is
/// compiled: half of the weights, and no branches. The product of two images is formed where it is folded.
template <int K>
struct ColumnForm {
  int lines;     // images that are brought
  int line[K];   // the one that a filter reads
  int times[K];  // and its second factor, or -1
  FoldKind x[K], y[K];
};

namespace column_forms {

using enum FoldKind;

struct Plain {
  static constexpr ColumnForm<1> form{1, {0}, {-1}, {even}, {even}};
};
struct Down {
  static constexpr ColumnForm<1> form{1, {0}, {-1}, {none}, {even}};
};
struct SquareDown {
  static constexpr ColumnForm<1> form{1, {0}, {0}, {none}, {even}};
};
struct ProductDown {
  static constexpr ColumnForm<1> form{2, {0}, {1}, {none}, {even}};
};
struct Pair {
  static constexpr ColumnForm<2> form{1, {0, 0}, {-1, -1}, {even, even}, {even, even}};
};
struct PairOfTwo {
  static constexpr ColumnForm<2> form{2, {0, 1}, {-1, -1}, {even, even}, {even, even}};
};
struct Gradient {
  static constexpr ColumnForm<2> form{1, {0, 0}, {-1, -1}, {even, odd}, {odd, even}};
};
struct GradientDown {
  static constexpr ColumnForm<2> form{1, {0, 0}, {-1, -1}, {none, none}, {odd, even}};
};
struct Harmonic {
  static constexpr ColumnForm<2> form{1, {0, 0}, {-1, -1}, {even, odd}, {even, even}};
};
struct Hessian {
  static constexpr ColumnForm<3> form{2, {0, 0, 1}, {-1, -1, -1}, {even, odd, odd}, {odd, even, even}};
};
struct GradientOfTwo {
  static constexpr ColumnForm<3> form{2, {0, 1, 1}, {-1, -1, -1}, {even, even, odd}, {even, odd, even}};
};
struct ProductsOfTwo {
  static constexpr ColumnForm<3> form{2, {0, 0, 1}, {0, 1, 1}, {even, even, even}, {even, even, even}};
};
struct Harmonics {
  static constexpr ColumnForm<4> form{
      1, {0, 0, 0, 0}, {-1, -1, -1, -1}, {even, even, odd, odd}, {even, odd, even, odd}};
};
struct HessianDown {
  static constexpr ColumnForm<4> form{
      3, {0, 0, 1, 2}, {-1, -1, -1, -1}, {none, none, none, none}, {odd, even, even, even}};
};
struct HessianInPlane {
  static constexpr ColumnForm<6> form{4,
                                      {0, 1, 1, 2, 2, 3},
                                      {-1, -1, -1, -1, -1, -1},
                                      {even, even, odd, even, odd, odd},
                                      {even, odd, even, odd, even, even}};
};

}  // namespace column_forms

/// Forms and the lengths that they have kernels for: derivatives by differences (3), Gaussians of sigma 1, 2 and 4 (9,
/// 17, 33), the ridge filters' of sigma 1, 2 and 3 (9, 17, 25), two Gaussians of sigma 1 and 1.6 (13). Taps in between
/// are padded.
template <class Form, int... L>
struct ColumnKernels {};

/// Epilogues that meet no other banks of two filters than those of two Gaussians, or of a Gabor filter along x.
template <class E>
concept MeetsGaussiansAlone = requires { E::gaussians_alone; };
template <class E>
concept MeetsHarmonicsAlone = requires { E::harmonics_alone; };

template <int K, int O, class E>
auto column_kernels() {
  namespace f = column_forms;
  if constexpr (K == 1) {
    return std::tuple<ColumnKernels<f::Plain, 5, 9, 17, 33>, ColumnKernels<f::Down, 9, 17, 33>,
                      ColumnKernels<f::SquareDown, 9, 17>, ColumnKernels<f::ProductDown, 9, 17>>{};
  } else if constexpr (K == 2 && MeetsHarmonicsAlone<E>) {
    return std::tuple<ColumnKernels<f::Harmonic, 9, 19>>{};
  } else if constexpr (K == 2 && MeetsGaussiansAlone<E>) {
    return std::tuple<ColumnKernels<f::Pair, 9, 13, 27>, ColumnKernels<f::PairOfTwo, 9, 13>>{};
  } else if constexpr (K == 2 && O == 1) {
    return std::tuple<ColumnKernels<f::Pair, 9, 13, 27>, ColumnKernels<f::PairOfTwo, 9, 13>,
                      ColumnKernels<f::Gradient, 9, 17>>{};
  } else if constexpr (K == 2) {
    return std::tuple<ColumnKernels<f::Gradient, 3, 9, 17, 25>, ColumnKernels<f::GradientDown, 9, 17, 25>,
                      ColumnKernels<f::Harmonic, 9, 19>>{};
  } else if constexpr (K == 3 && MeetsProductsAlone<E>) {
    return std::tuple<ColumnKernels<f::ProductsOfTwo, 9, 17>>{};
  } else if constexpr (K == 3 && O == 3) {
    return std::tuple<ColumnKernels<f::Hessian, 9, 17, 25>, ColumnKernels<f::GradientOfTwo, 9, 17, 25>,
                      ColumnKernels<f::ProductsOfTwo, 9, 17>>{};
  } else if constexpr (K == 3) {
    return std::tuple<ColumnKernels<f::Hessian, 9, 17, 25>>{};
  } else if constexpr (K == 4 && O == 2) {
    return std::tuple<ColumnKernels<f::Harmonics, 9, 19>>{};
  } else if constexpr (K == 4) {
    return std::tuple<ColumnKernels<f::HessianDown, 9, 17, 25>>{};
  } else {
    return std::tuple<ColumnKernels<f::HessianInPlane, 9, 17, 25>>{};
  }
}

template <int K>
constexpr bool all_fold(const FoldKind (&x)[K], bool fold) {
  for (const FoldKind kind : x) {
    if ((kind != FoldKind::none) != fold) return false;
  }
  return true;
}

template <class Form>
constexpr bool forms_products() {
  for (const int times : Form::form.times) {
    if (times >= 0) return true;
  }
  return false;
}

/// What follows from the form and the length. L is odd.
template <class Form, int L>
struct ColumnSizes {
  static constexpr int filters = sizeof(Form::form.line) / sizeof(Form::form.line[0]);
  static constexpr int sums = filters * L;
  /// Elements to each side that the folds along x reach: of all filters, or of none.
  static constexpr int reach = Form::form.x[0] == FoldKind::none ? 0 : L / 2;
  static_assert(all_fold(Form::form.x, reach > 0));
  /// Columns of a lane: as many as let the sums stay in registers.
  static constexpr int columns = sums <= 18 ? 4 : sums <= 60 ? 2 : 1;
  /// Lanes of one column would read a window for each element. They fold four columns along x instead, eight lanes to a
  /// row, and hand the results to the lanes that add those to their sums: a third of the reads, and no lane waits for
  /// a chain of additions.
  static constexpr bool turned = reach > 0 && columns == 1 && (L - 1) % 4 == 0;
  static constexpr int x_columns = turned ? 4 : columns;
  /// Rows between two looks at the clock: what does not depend on a pixel is done once for them. Divides L - 1.
  static constexpr int rows = turned || (filters == 1 && (L - 1) % 4 == 0) ? 4 : 2;
  static constexpr int x_rows = turned ? 1 : rows;  // that a lane folds along x
  static constexpr int pass = turned ? 1 : rows;    // that it adds to its sums at once
  static constexpr int groups = turned ? 2 : 3;     // of rows in shared memory: one that is folded, others on their way
  static constexpr int half = L / 2 + 1;
  /// Elements of a line before a strip's own, and after them.
  static constexpr int margin = up_to_four(reach);
  static constexpr int strip = 32 * columns;
  static constexpr int line = strip + 2 * margin;
  static constexpr int pad = (margin - reach) % x_columns;  // so that a lane's window begins where they divide
  static constexpr int window = (pad + 2 * reach + 2 * x_columns - 1) / x_columns * x_columns;
  static constexpr int warps = 4;  // of a block; they share nothing
  static constexpr int folded = turned ? 8 : rows * filters * columns;
  static constexpr int registers = sums * columns + window + folded + (reach > 0 ? 52 : 40);
  /// Blocks on a multiprocessor: its four parts have 16384 registers each.
  static constexpr int blocks = registers <= 88 ? 5 : registers <= 120 ? 4 : registers <= 190 ? 3 : 2;
  static constexpr int group_floats = Form::form.lines * rows * line;
  static constexpr int aside_floats = 32 * rows * filters * columns;
  static constexpr int floats = groups * group_floats + (turned ? 2 : 1) * aside_floats;  // of a warp
  static constexpr int quads = Form::form.lines * line / 4;  // of a row of all images, sixteen bytes each
  static constexpr int turns = (quads + 31) / 32;            // of a warp that brings them
  static_assert(margin - reach - pad + strip - x_columns + window <= line);
  static_assert((L - 1) % rows == 0 && margin <= 16);
};

/// Taps within L, `n` of them from `first` on and zeros around them; the first half, to which the second is equal or
/// opposite.
template <int L>
struct ColumnTaps {
  int first, n;
  float w[L / 2 + 1];
};

/// The fold along y. Odd taps w, whose sum is zero, are the taps `step` of the differences of neighbouring rows, by
/// summation by parts: the derivative of a constant is exactly zero. step[i] is that of rows i and L - i then.
template <int L>
struct ColumnY {
  ColumnTaps<L> taps;
  float step[L / 2 + 1];
};

template <class Form, int O, int L>
struct ColumnParams {
  static constexpr int filters = ColumnSizes<Form, L>::filters;
  std::int64_t items;  // strips x bands x images, one for each warp
  int height, width;
  Borders borders;
  int first_row, rows;
  int band, bands, strips;
  bool fours;   // rows of all inputs go as they are, sixteen bytes at a time
  bool direct;  // as they are
  bool wide;    // a lane's outputs of a row are one store
  bool floats;  // the outputs are float32
  float* peak;
  ColumnTaps<L> x[filters];
  ColumnY<L> y[filters];
  StreamPlane planes[filters + 1];
  Plane outputs[O];
};

inline bool fold_kind(const Taps& t, FoldKind kind) {
  const bool centred = t.size() % 2 == 1 && t.first == -(t.size() / 2);
  if (kind == FoldKind::none) return t.identity();
  if (kind == FoldKind::even) return centred && t.symmetry == Taps::Symmetry::even;
  // SciPy calls taps odd whatever their centre; a weight there needs the plain sum.
  return centred && t.symmetry == Taps::Symmetry::odd && t.weight[static_cast<std::size_t>(t.size() / 2)] == 0;
}

/// True when the bank is of the form; then `p` knows the images.
template <class Form, int L, int O, int K>
bool has_form(const Bank<K, O>& bank, ColumnParams<Form, O, L>& p, float (&scale)[K]) {
  bool flat = true;  // nothing to do along x: inner axes do not matter then
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[static_cast<std::size_t>(k)];
    if (!fold_kind(f.x, Form::form.x[k]) || !fold_kind(f.y, Form::form.y[k])) return false;
    flat = flat && Form::form.x[k] == FoldKind::none;
  }
  if (bank.geometry.inner != 1 && !flat) return false;
  const Geometry g{bank.geometry.outer, bank.geometry.height, bank.geometry.row(), 1};
  StreamInputs<K + 1> inputs{p.planes};
  for (int k = 0; k < K; ++k) {
    const auto found =
        inputs.template of<forms_products<Form>()>(bank, g, bank.filters[static_cast<std::size_t>(k)].input);
    if (found.a != Form::form.line[k] || found.b != Form::form.times[k]) return false;
    // A product formed on load goes one element at a time: the other kernel does that while it waits for rows.
    if (p.planes[found.a].times != nullptr) return false;
    scale[k] = found.scale;
  }
  return inputs.count == Form::form.lines;
}

template <int L>
ColumnTaps<L> column_taps(const Taps& t, float scale) {
  ColumnTaps<L> d{};
  d.first = L / 2 + t.first;
  d.n = t.size();
  for (int i = 0; i <= d.n / 2; ++i)
    d.w[d.first + i] = static_cast<float>(t.weight[static_cast<std::size_t>(i)]) * scale;
  return d;
}

template <int L>
ColumnY<L> column_y(const Taps& t, float scale, bool odd) {
  ColumnY<L> y{column_taps<L>(t, scale), {}};
  if (!odd) {
    std::copy(std::begin(y.taps.w), std::end(y.taps.w), std::begin(y.step));
    return y;
  }
  double sum = 0;
  for (int i = 0; i < y.taps.n / 2; ++i) {
    sum += t.weight[static_cast<std::size_t>(i)];
    y.step[y.taps.first + i + 1] = static_cast<float>(-sum) * scale;
  }
  return y;
}

/// What remains to be told about a bank of the form.
template <class Form, int L, int O, int K>
void plan_columns(const Bank<K, O>& bank, const float (&scale)[K], ColumnParams<Form, O, L>& p) {
  using S = ColumnSizes<Form, L>;
  p.height = static_cast<int>(bank.geometry.height);
  p.width = static_cast<int>(bank.geometry.row());
  p.borders = bank.borders;
  p.first_row = static_cast<int>(bank.first_row);
  p.rows = static_cast<int>(bank.row_count());
  p.peak = static_cast<float*>(bank.peak);
  p.fours = p.direct = p.floats = true;
  p.wide = p.width % S::columns == 0;
  for (int o = 0; o < O; ++o) {
    p.outputs[o] = bank.outputs[static_cast<std::size_t>(o)];
    if (p.outputs[o].data == nullptr) continue;
    p.floats = p.floats && p.outputs[o].dtype == DType::float32;
    p.wide = p.wide && reinterpret_cast<std::uintptr_t>(p.outputs[o].data) % (4 * S::columns) == 0;
  }
  p.wide = p.wide && p.floats;
  for (int i = 0; i < Form::form.lines; ++i) {
    p.fours = p.fours && p.planes[i].fours;
    p.direct = p.direct && p.planes[i].direct;
  }
  for (int k = 0; k < K; ++k) {
    const Filter& f = bank.filters[static_cast<std::size_t>(k)];
    const float factor = scale[k];
    const bool none = Form::form.x[k] == FoldKind::none;
    p.x[k] = column_taps<L>(f.x, none ? 1.0f : factor);
    p.y[k] = column_y<L>(f.y, none ? factor : 1.0f, Form::form.y[k] == FoldKind::odd);
  }
  // Bands such that all warps run at once, or in few turns that leave no warp idle: long ones make the halo cheap.
  const std::int64_t resident = static_cast<std::int64_t>(cuda::multiprocessors()) * S::blocks * S::warps;
  p.strips = (p.width + S::strip - 1) / S::strip;
  std::int64_t band = 4096;
  std::int64_t least = INT64_MAX;
  for (int turns = 1; turns <= 3; ++turns) {
    const std::int64_t wanted = std::max<std::int64_t>(1, turns * resident / (p.strips * bank.geometry.outer));
    const std::int64_t rows = std::clamp<std::int64_t>((p.rows + wanted - 1) / wanted, 4, 4096);
    const std::int64_t items = p.strips * bank.geometry.outer * ((p.rows + rows - 1) / rows);
    const std::int64_t cost = (items + resident - 1) / resident * (rows + L - 1);
    if (cost >= least) continue;
    least = cost;
    band = rows;
  }
  p.band = static_cast<int>((band + S::rows - 1) / S::rows * S::rows);
  p.bands = (p.rows + p.band - 1) / p.band;
  p.items = bank.geometry.outer * p.bands * p.strips;
}

}  // namespace opsin::OPSIN_TARGET::engine
