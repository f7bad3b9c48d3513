// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/fft.h: cuFFT, which is loaded by the first transform, since nothing else needs its hundreds of
// megabytes. Plans are kept, their working memory is not: it comes from the pool for each call, in the stream's order,
// so that a transform can be captured into a graph once its plan is there.
#pragma once

#include <cufft.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "core/cuda/launch.h"
#include "core/device_api.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

/// The functions of cuFFT that are called here.
struct CuFft {
  decltype(&cufftCreate) create = nullptr;
  decltype(&cufftDestroy) destroy = nullptr;
  decltype(&cufftSetAutoAllocation) set_auto_allocation = nullptr;
  decltype(&cufftMakePlanMany64) make_plan = nullptr;
  decltype(&cufftSetStream) set_stream = nullptr;
  decltype(&cufftSetWorkArea) set_work_area = nullptr;
  decltype(&cufftExecC2C) c2c = nullptr;
  decltype(&cufftExecZ2Z) z2z = nullptr;
  decltype(&cufftExecR2C) r2c = nullptr;
  decltype(&cufftExecD2Z) d2z = nullptr;
  decltype(&cufftExecC2R) c2r = nullptr;
  decltype(&cufftExecZ2D) z2d = nullptr;

  CuFft() {
    const std::string name = core::text("libcufft.so.", CUFFT_VER_MAJOR);
    void* library = nullptr;
    for (const std::string& path : {name, "/usr/local/cuda/lib64/" + name}) {
      library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (library) break;
    }
    if (!library) {
      const char* why = dlerror();
      throw CudaError(core::text("cuda: Fourier transforms need cuFFT, which cannot be loaded: ", why ? why : name));
    }
    const auto find = [&](auto& function, const char* symbol) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, symbol));
      core::check<CudaError>(function != nullptr, "cuda", "cuFFT has no ", symbol);
    };
    find(create, "cufftCreate");
    find(destroy, "cufftDestroy");
    find(set_auto_allocation, "cufftSetAutoAllocation");
    find(make_plan, "cufftMakePlanMany64");
    find(set_stream, "cufftSetStream");
    find(set_work_area, "cufftSetWorkArea");
    find(c2c, "cufftExecC2C");
    find(z2z, "cufftExecZ2Z");
    find(r2c, "cufftExecR2C");
    find(d2z, "cufftExecD2Z");
    find(c2r, "cufftExecC2R");
    find(z2d, "cufftExecZ2D");
  }
};

/// Loaded once; stays loaded, since plans may outlive everything else.
inline const CuFft& cufft() {
  static const CuFft* const library = new CuFft;
  return *library;
}

inline void check_fft(cufftResult code, const char* what) {
  if (code == CUFFT_SUCCESS) return;
  if (code == CUFFT_ALLOC_FAILED) throw MemoryError(core::text("cuFFT: no memory for ", what));
  throw CudaError(core::text("cuFFT: ", what, " failed with code ", static_cast<int>(code)));
}

/// Neighbouring axes of a C-contiguous array, one to three of them, with what lies outside and inside.
struct FftBlock {
  int device;
  cufftType type;
  int rank;
  std::array<long long, 3> n;
  long long inner;
  long long batch;  // transforms that one execution makes

  auto operator<=>(const FftBlock&) const = default;
};

class FftPlanOnDevice {
 public:
  explicit FftPlanOnDevice(const FftBlock& block) {
    check_fft(cufft().create(&plan_), "a plan");
    const cufftResult made = make(block);
    if (made != CUFFT_SUCCESS) cufft().destroy(plan_);
    check_fft(made, "a plan");
  }
  ~FftPlanOnDevice() { cufft().destroy(plan_); }
  FftPlanOnDevice(const FftPlanOnDevice&) = delete;
  FftPlanOnDevice& operator=(const FftPlanOnDevice&) = delete;

  std::size_t work_size() const { return work_size_; }

  /// Queues f(plan) with the working memory; a plan can be set for one stream at a time.
  template <class F>
  void run(void* work, const F& f) const {
    const std::lock_guard lock(mutex_);
    check_fft(cufft().set_stream(plan_, cuda::stream()), "setting the stream");
    check_fft(cufft().set_work_area(plan_, work), "setting the working memory");
    check_fft(f(plan_), "a transform");
  }

 private:
  cufftResult make(const FftBlock& block) {
    const cufftResult own_memory = cufft().set_auto_allocation(plan_, 0);
    if (own_memory != CUFFT_SUCCESS) return own_memory;
    std::array<long long, 3> n = block.n;
    std::array<long long, 3> half = block.n;
    auto& last = half[static_cast<std::size_t>(block.rank - 1)];
    last = last / 2 + 1;
    const bool from_real = block.type == CUFFT_R2C || block.type == CUFFT_D2Z;
    const bool to_real = block.type == CUFFT_C2R || block.type == CUFFT_Z2D;
    auto& in = to_real ? half : n;
    auto& out = from_real ? half : n;
    const auto distance = [&](const std::array<long long, 3>& size) {
      if (block.inner > 1) return 1LL;
      long long product = 1;
      for (int i = 0; i < block.rank; ++i) product *= size[static_cast<std::size_t>(i)];
      return product;
    };
    std::array<long long, 3> lengths = block.n;
    return cufft().make_plan(plan_, block.rank, lengths.data(), in.data(), block.inner, distance(in), out.data(),
                             block.inner, distance(out), block.type, block.batch, &work_size_);
  }

  cufftHandle plan_ = 0;
  std::size_t work_size_ = 0;
  mutable std::mutex mutex_;
};

/// Plans for the shapes used last. What a graph launches lives in its plan: a plan that was captured is kept for ever.
inline std::shared_ptr<const FftPlanOnDevice> device_plan(const FftBlock& block) {
  struct Kept {
    std::shared_ptr<const FftPlanOnDevice> plan;
    std::uint64_t last_use = 0;
    bool captured = false;
  };
  constexpr std::size_t most_plans = 64;
  static std::mutex mutex;
  static std::uint64_t uses = 0;
  // Never freed: at the end of the process the driver may be gone before a static object.
  static auto* const plans = new std::map<FftBlock, Kept>;
  const bool capturing = core::device_api().is_capturing(current_stream());
  const std::lock_guard lock(mutex);
  auto found = plans->find(block);
  if (found == plans->end()) {
    core::check<CudaError>(!capturing, "cuda",
                           "the first transform of a shape makes a plan, which cannot be captured into a graph: make "
                           "one before the capture");
    if (plans->size() >= most_plans) {
      const auto oldest = std::min_element(plans->begin(), plans->end(), [](const auto& a, const auto& b) {
        return std::pair(a.second.captured, a.second.last_use) < std::pair(b.second.captured, b.second.last_use);
      });
      if (!oldest->second.captured) plans->erase(oldest);
    }
    found = plans->emplace(block, Kept{std::make_shared<const FftPlanOnDevice>(block)}).first;
  }
  found->second.last_use = ++uses;
  found->second.captured = found->second.captured || capturing;
  return found->second.plan;
}

/// Transforms along `axes`, which are neighbours, from one array to another or in place.
inline void fft_block(const Array& to, const Array& from, std::span<const int> axes, cufftType type, int direction) {
  const Extents& shape = is_complex(to.dtype()) ? from.shape() : to.shape();  // with the whole last axis
  FftBlock block{0, type, static_cast<int>(axes.size()), {1, 1, 1}, 1, 1};
  cuda::check(cudaGetDevice(&block.device), "cudaGetDevice");
  std::int64_t outer = 1;
  for (int i = 0; i < shape.size(); ++i) {
    if (i < axes.front()) outer *= shape[i];
    if (i > axes.back()) block.inner *= shape[i];
  }
  for (std::size_t i = 0; i < axes.size(); ++i) block.n[i] = shape[axes[i]];
  block.batch = block.inner > 1 ? block.inner : outer;
  const auto plan = device_plan(block);
  const Array work = Array::empty({std::max<std::int64_t>(1, static_cast<std::int64_t>(plan->work_size()))},
                                  DType::uint8, to.device());
  const std::int64_t runs = block.inner > 1 ? outer : 1;
  const auto bytes = [&](const Array& a, std::int64_t run) {
    return static_cast<std::int64_t>(a.nbytes()) / runs * run;
  };
  plan->run(work.mutable_data(), [&](cufftHandle handle) {
    cufftResult code = CUFFT_SUCCESS;
    for (std::int64_t run = 0; run < runs && code == CUFFT_SUCCESS; ++run) {
      void* in = static_cast<char*>(from.mutable_data()) + bytes(from, run);
      void* out = static_cast<char*>(to.mutable_data()) + bytes(to, run);
      const auto complex = [](void* p) { return static_cast<cufftComplex*>(p); };
      const auto wide = [](void* p) { return static_cast<cufftDoubleComplex*>(p); };
      switch (type) {
        case CUFFT_C2C: code = cufft().c2c(handle, complex(in), complex(out), direction); break;
        case CUFFT_Z2Z: code = cufft().z2z(handle, wide(in), wide(out), direction); break;
        case CUFFT_R2C: code = cufft().r2c(handle, static_cast<float*>(in), complex(out)); break;
        case CUFFT_D2Z: code = cufft().d2z(handle, static_cast<double*>(in), wide(out)); break;
        case CUFFT_C2R: code = cufft().c2r(handle, complex(in), static_cast<float*>(out)); break;
        default: code = cufft().z2d(handle, wide(in), static_cast<double*>(out)); break;
      }
    }
    return code;
  });
}

/// Runs of at most three neighbouring axes, the last first.
inline std::vector<std::span<const int>> neighbouring(const std::vector<int>& axes) {
  std::vector<std::span<const int>> blocks;
  std::size_t end = axes.size();
  while (end > 0) {
    std::size_t begin = end - 1;
    while (begin > 0 && end - begin < 3 && axes[begin - 1] + 1 == axes[begin]) --begin;
    blocks.push_back(std::span(axes).subspan(begin, end - begin));
    end = begin;
  }
  return blocks;
}

void fft(const Array& spectrum, const std::vector<int>& axes, FftDirection direction) {
  if (spectrum.size() == 0) return;
  const cufftType type = spectrum.dtype() == DType::complex64 ? CUFFT_C2C : CUFFT_Z2Z;
  for (const std::span<const int> block : neighbouring(axes)) {
    fft_block(spectrum, spectrum, block, type, direction == FftDirection::forward ? CUFFT_FORWARD : CUFFT_INVERSE);
  }
}

void real_fft(const Array& spectrum, const Array& given, const std::vector<int>& axes) {
  // cuFFT takes the elements two by two, as if they were complex: views may begin between two of them.
  const bool whole = reinterpret_cast<std::uintptr_t>(given.data()) % (2 * itemsize(given.dtype())) == 0;
  const Array image = whole ? given : given.copy();
  if (image.size() == 0) return;
  const std::vector<std::span<const int>> blocks = neighbouring(axes);
  fft_block(spectrum, image, blocks[0], image.dtype() == DType::float32 ? CUFFT_R2C : CUFFT_D2Z, CUFFT_FORWARD);
  fft(spectrum, {axes.begin(), axes.end() - static_cast<std::ptrdiff_t>(blocks[0].size())}, FftDirection::forward);
}

void inverse_real_fft(const Array& image, const Array& spectrum, const std::vector<int>& axes) {
  if (image.size() == 0) return;
  const std::vector<std::span<const int>> blocks = neighbouring(axes);
  fft(spectrum, {axes.begin(), axes.end() - static_cast<std::ptrdiff_t>(blocks[0].size())}, FftDirection::inverse);
  fft_block(image, spectrum, blocks[0], image.dtype() == DType::float32 ? CUFFT_C2R : CUFFT_Z2D, CUFFT_INVERSE);
}

}  // namespace opsin::OPSIN_TARGET::engine
