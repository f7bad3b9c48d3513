// SPDX-License-Identifier: Apache-2.0
// Float banks with short taps on CUDA: a warp streams down a strip of the image on its own, each lane one to four
// columns wide. It brings rows of the strip, with what the taps reach beside it, into lines of shared memory (the next
// rows are on their way meanwhile), folds each along x out of registers, and adds the result to the sums of all rows
// that the taps reach along y: those stay in registers, and each addition moves a sum one row on, so the row's own is
// complete. Images are read once, outputs written once, warps wait for nobody, and an output costs little more than the
// multiplications of its taps. A look at the profile says that branches and addresses are dear beside those: hence
// forms that are known when the kernel is compiled, and several rows at a time.
//
// x before y changes no number but for Border::constant, where SciPy's order (y first) matters: see separable_cuda.h.
//
// Lists of taps are padded with zeros to a common length, which changes no finite number. An infinity or NaN times such
// a zero would be NaN: rows of a strip that fold to any such value take a slow way, in which only true taps meet it.
#pragma once

#include "core/cuda/launch.h"
#include "engine/column_parts_cuda.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

template <class Form, int O, int L, class E>
__global__ void __launch_bounds__(32 * ColumnSizes<Form, L>::warps, ColumnSizes<Form, L>::blocks)
    column_kernel(const __grid_constant__ ColumnParams<Form, O, L> p, const E epilogue) {
  using S = ColumnSizes<Form, L>;
  constexpr int K = S::filters;
  constexpr int C = S::columns;
  constexpr int X = S::x_columns;
  constexpr int R = S::rows;
  constexpr int P = S::pass;
  constexpr int lines = Form::form.lines;
  const int warp = threadIdx.x / 32;
  const int lane = threadIdx.x % 32;
  const std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * S::warps + warp;
  if (item >= p.items) return;
  const int height = p.height;
  const int width = p.width;
  const std::int64_t outer = item / (p.bands * p.strips);
  const int place = static_cast<int>(item - outer * (p.bands * p.strips));
  const int strip = place % p.strips;
  const int top = place / p.strips * p.band;  // among the rows that are made
  const int band = p.rows - top < p.band ? p.rows - top : p.band;
  // Shared memory of a warp: [groups][R][lines][line], then [R][K][C][32] for what is laid aside, and where columns
  // are turned [K][R][32] for what is folded along x.
  const int own = warp * S::floats;
  const int aside = own + S::groups * S::group_floats + lane;
  const int turned = aside + S::aside_floats;

  const ColumnRows<Form, O, L> source(p, outer * height * static_cast<std::int64_t>(width),
                                      strip * S::strip - S::margin, lane);
  const unsigned lines_at = column_address(own);
  const unsigned turned_at = lines_at + 4 * (S::groups * S::group_floats + S::aside_floats);
  const int y_first = p.first_row + top - L / 2;
  const auto start = [&](int group, int slot) {
    source.start(p, y_first + group * R, own + slot * S::group_floats, lines_at + 4 * (slot * S::group_floats), lane);
  };

  const int groups = (band + L - 1 + R - 1) / R;
#pragma unroll 1
  for (int g = 0; g + 1 < S::groups; ++g) {
    if (g < groups) start(g, g);
    __pipeline_commit();
  }
  const int e = strip * S::strip + C * lane;
  std::int64_t corner = (outer * p.rows + top) * static_cast<std::int64_t>(width) + e;  // of the next outputs
  float sum[K][C][L] = {};  // sum[.][.][i]: of the output that i more rows complete
  float last[K][C] = {};
  float peak = 0;
  int slot = 0;
  // What the outputs hold in rows `row`, row + 1, ... of the band, those from element `at` on.
  const auto read_before = [&](float(&before)[P][O][C], int row, std::int64_t at) {
    if constexpr (Accumulates<E>) {
      if (!epilogue.accumulate) return;
#pragma unroll
      for (int r = 0; r < P; ++r) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
          const auto* from = static_cast<const float*>(p.outputs[o].data);
          if (from == nullptr || row + r >= band) continue;
          from += at + static_cast<std::int64_t>(r) * width;
#pragma unroll
          for (int c = 0; c < C; ++c) {
            if (e + c < width) before[r][o][c] = from[c];
          }
        }
      }
    }
  };
#pragma unroll 1
  for (int g = 0; g < groups; ++g) {
    const int made = g * R - (L - 1);  // the band's row that this group's first completes
    float before[P][O][C] = {};
    if (made >= 0) read_before(before, made, corner);
    __pipeline_wait_prior(S::groups - 2);
    __syncwarp();  // Every lane's elements are there, and every lane is done with the group that comes next.
    if (const int next = g + S::groups - 1; next < groups) start(next, slot == 0 ? S::groups - 1 : slot - 1);
    __pipeline_commit();

    constexpr int window_first = S::margin - S::reach - S::pad;
    const int x_row = S::turned ? lane / 8 : 0;
    const int x_first = S::turned ? lane % 8 * X : C * lane;
    const unsigned at = lines_at + 4 * (slot * S::group_floats + x_row * lines * S::line + x_first + window_first);
    float v[S::x_rows][K][X];
    unrolled<S::x_rows>([&](auto row) {
      constexpr int r = decltype(row)::value;
      float x[S::window];
      unrolled<K>([&](auto filter) {
        constexpr int k = decltype(filter)::value;
        constexpr int last_k = k > 0 ? k - 1 : 0;
        constexpr int a = Form::form.line[k];
        constexpr int b = Form::form.times[k];
        if constexpr (k == 0 || a != Form::form.line[last_k] || b != Form::form.times[last_k]) {
          read_window<S::window, X>(x, at + 4 * ((r * lines + a) * S::line));
          if constexpr (b >= 0) {
            float other[S::window];
            read_window<S::window, X>(other, at + 4 * ((r * lines + b) * S::line));
#pragma unroll
            for (int i = 0; i < S::window; ++i) x[i] *= other[i];
          }
        }
        fold_window<Form::form.x[k], L, S::pad, S::reach>(v[r][k], p.x[k], x);
        if constexpr (S::turned) write_four(turned_at + 4 * (k * R * 32 + 4 * lane), v[r][k]);
      });
    });
    float finite[S::x_rows] = {};  // NaN unless all are
#pragma unroll
    for (int k = 0; k < K; ++k) {
#pragma unroll
      for (int c = 0; c < X; ++c) {
#pragma unroll
        for (int r = 0; r < S::x_rows; ++r) finite[r] = fmaf(v[r][k][c], 0.0f, finite[r]);
      }
    }
#pragma unroll
    for (int r = 1; r < S::x_rows; ++r) finite[0] += finite[r];
    const bool slow = __any_sync(0xffffffffu, finite[0] != finite[0]);
    if constexpr (S::turned) __syncwarp();  // All lanes' results are there.
    if (slow) {
      // What is not finite is laid aside, and joins the sums below.
      const int from = own + slot * S::group_floats + C * lane + window_first + S::pad;
      unrolled<K>([&](auto filter) {
        constexpr int k = decltype(filter)::value;
        constexpr int line_a = Form::form.line[k];
        constexpr int line_b = Form::form.times[k];
        constexpr FoldKind kind = Form::form.x[k];
#pragma unroll(S::turned ? 1 : R)
        for (int r = 0; r < R; ++r) {
#pragma unroll
          for (int c = 0; c < C; ++c) {
            const int a = from + (r * lines + line_a) * S::line + c;
            const int b = line_b < 0 ? -1 : from + (r * lines + line_b) * S::line + c;
            const float exact = fold_exactly<L>(p.x[k], kind, a, b);
            const float part = is_finite(exact) ? exact : 0.0f;
            if constexpr (S::turned) {
              column_memory()[turned + (k * R + r) * 32] = part;
            } else {
              v[r][k][c] = part;
            }
            column_memory()[aside + ((r * K + k) * C + c) * 32] = is_finite(exact) ? 0.0f : exact;
          }
        }
      });
    }
    slot = slot + 1 == S::groups ? 0 : slot + 1;

#pragma unroll 1
    for (int h = 0; h < R; h += P) {
      float next[P][O][C] = {};
      if (P < R && made >= 0 && h + P < R)
        read_before(next, made + h + P, corner + P * static_cast<std::int64_t>(width));
      float x_folded[P][K][C];
      unrolled<P>([&](auto row) {
        constexpr int r = decltype(row)::value;
        unrolled<K>([&](auto filter) {
          constexpr int k = decltype(filter)::value;
          if constexpr (S::turned) {
            read_window<C, C>(x_folded[r][k], turned_at + 4 * ((k * R + h + r) * 32 + lane));
          } else {
#pragma unroll
            for (int c = 0; c < C; ++c) x_folded[r][k][c] = v[r][k][c];
          }
        });
      });
      float complete[P][K][C];
      unrolled<P>([&](auto row) {
        constexpr int r = decltype(row)::value;
        unrolled<K>([&](auto filter) {
          constexpr int k = decltype(filter)::value;
          const ColumnY<L>& f = p.y[k];
#pragma unroll
          for (int c = 0; c < C; ++c) {
            float z = x_folded[r][k][c];
            if constexpr (Form::form.y[k] == FoldKind::odd) {
              z -= last[k][c];
              last[k][c] = x_folded[r][k][c];
#pragma unroll
              for (int i = 0; i < L - 1; ++i) {
                const int tap = L - 1 - i;  // of L: the one from 1 on
                sum[k][c][i] = fmaf(f.step[tap <= L / 2 ? tap : L - tap], z, sum[k][c][i + 1]);
              }
              sum[k][c][L - 1] = 0;
            } else {
#pragma unroll
              for (int i = 0; i < L - 1; ++i) {
                sum[k][c][i] = fmaf(f.step[i <= L / 2 ? i : L - 1 - i], z, sum[k][c][i + 1]);
              }
              sum[k][c][L - 1] = f.step[0] * z;
            }
          }
        });
        if (slow) {
          unrolled<K>([&](auto filter) {
            constexpr int k = decltype(filter)::value;
            constexpr bool odd = Form::form.y[k] == FoldKind::odd;
            const ColumnTaps<L>& taps = p.y[k].taps;
#pragma unroll
            for (int c = 0; c < C; ++c) {
              const float rest = column_memory()[aside + (((h + r) * K + k) * C + c) * 32];
#pragma unroll
              for (int i = 0; i < L; ++i) {
                const int tap = L - 1 - i;
                const float w = tap <= L / 2 ? taps.w[tap] : odd ? -taps.w[i] : taps.w[i];
                if (rest != 0 && tap >= taps.first && i >= taps.first) sum[k][c][i] = fmaf(w, rest, sum[k][c][i]);
              }
            }
          });
        }
#pragma unroll
        for (int k = 0; k < K; ++k) {
#pragma unroll
          for (int c = 0; c < C; ++c) complete[r][k][c] = sum[k][c][0];
        }
      });
      if (made < 0) continue;

#pragma unroll
      for (int r = 0; r < P; ++r, corner += width) {
        if ((P < R || r > 0) && made + h + r >= band) break;
        float out[O][C];
#pragma unroll
        for (int c = 0; c < C; ++c) {
          float in[K], one[O];
#pragma unroll
          for (int k = 0; k < K; ++k) in[k] = complete[r][k][c];
#pragma unroll
          for (int o = 0; o < O; ++o) one[o] = before[r][o][c];
          epilogue(in, one);
#pragma unroll
          for (int o = 0; o < O; ++o) out[o][c] = one[o];
          if constexpr (FindsPeak<E>) {
            if (e + c < width) peak = max_nan(peak, one[E::peak_output]);
          }
        }
        if (p.wide) {
          if (e >= width) continue;
#pragma unroll
          for (int o = 0; o < O; ++o) {
            auto* const data = static_cast<float*>(p.outputs[o].data);
            if (data == nullptr) continue;
            Pack<float, C> pack;
#pragma unroll
            for (int c = 0; c < C; ++c) pack.value[c] = out[o][c];
            *reinterpret_cast<Pack<float, C>*>(data + corner) = pack;
          }
          continue;
        }
#pragma unroll
        for (int o = 0; o < O; ++o) {
          const Plane& plane = p.outputs[o];
          if (plane.data == nullptr) continue;
#pragma unroll
          for (int c = 0; c < C; ++c) {
            if (e + c >= width) continue;
            if (p.floats) {
              static_cast<float*>(plane.data)[corner + c] = out[o][c];
            } else {
              const std::int64_t byte = (corner + c) * static_cast<std::int64_t>(itemsize(plane.dtype));
              store_one<float>(static_cast<char*>(plane.data) + byte, plane.dtype, out[o][c]);
            }
          }
        }
      }
#pragma unroll
      for (int r = 0; r < P; ++r) {
#pragma unroll
        for (int o = 0; o < O; ++o) {
#pragma unroll
          for (int c = 0; c < C; ++c) before[r][o][c] = next[r][o][c];
        }
      }
    }
  }
  if constexpr (FindsPeak<E>) {
    if (p.peak != nullptr) raise_peak_warp(p.peak, peak);
  }
}

/// False when the bank is not of the form.
template <class Form, int... L, int K, int O, class E>
bool run_columns_of(ColumnKernels<Form, L...>, int longest, const Bank<K, O>& bank, const E& epilogue) {
  const auto run = [&]<int Length>(std::integral_constant<int, Length>) {
    // Many more taps than there are would cost more than the other kernel's loop over those.
    if (longest > Length || Length > 2 * longest + 5) return false;
    // Where mirrored rows meet the other kernel adds them up in pairs: see there.
    if (bank.geometry.height <= Length / 2) return false;
    using S = ColumnSizes<Form, Length>;
    ColumnParams<Form, O, Length> p{};
    float scale[K] = {};
    if (!has_form<Form, Length>(bank, p, scale)) return false;
    plan_columns<Form, Length>(bank, scale, p);
    const std::int64_t blocks = (p.items + S::warps - 1) / S::warps;
    if (blocks > INT32_MAX) return false;
    cuda::launch(column_kernel<Form, O, Length, E>, dim3(static_cast<unsigned>(blocks)), dim3(32 * S::warps),
                 sizeof(float) * static_cast<std::size_t>(S::warps * S::floats), p, epilogue);
    return true;
  };
  return (run(std::integral_constant<int, L>{}) || ...);
}

/// False when there is no kernel for the bank.
template <int K, int O, class E>
bool run_columns(const Bank<K, O>& bank, const E& epilogue) {
  if (bank.geometry.row() > INT32_MAX - 4096 || bank.geometry.height > INT32_MAX - 4096) return false;
  int longest = 1;
  for (const Filter& f : bank.filters) longest = std::max({longest, f.y.size(), f.x.size()});
  return std::apply([&](auto... kernels) { return (run_columns_of(kernels, longest, bank, epilogue) || ...); },
                    column_kernels<K, O, E>());
}

}  // namespace opsin::OPSIN_TARGET::engine
