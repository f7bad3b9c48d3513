// SPDX-License-Identifier: Apache-2.0
#include "opsin/loader.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/device_api.h"
#include "core/pinned.h"
#include "core/threads.h"
#include "core/workers.h"
#include "io/conversion.h"
#include "io/slide_impl.h"
#include "io/window.h"

namespace opsin {
namespace {

constexpr std::string_view op = "read_regions";

using io::Conversion;

/// A batch on its way.
struct Batch {
  std::int64_t first = 0, count = 0;
  Array pixels;  // What regions are read into: the batch itself on the CPU, the slide's samples for CUDA.
  std::shared_ptr<core::PinnedBlock> pinned;
  std::unique_ptr<io::TileWindow> window;
  std::vector<std::int64_t> order;  // Of the regions in it, by place in the file.

  // Under the loader's lock while there are threads.
  std::size_t begun = 0, done = 0;
  bool planned = false;
  std::exception_ptr error;
  std::int64_t error_at = -1;
  std::size_t failures = 0;
  std::int64_t failure_at = -1;
  std::string failure;

  bool has_work() const { return planned && begun < order.size(); }
  bool complete() const { return planned && done == order.size(); }
};

}  // namespace

struct RegionLoader::Impl {
  Impl(const Slide& s, std::vector<std::array<std::int64_t, 2>> where, Size size, const LoaderOptions& o)
      : slide(s),
        locations(std::move(where)),
        request(io::request_of(s.impl(), size, region_options(o))),
        downsample(s.level_downsample(o.level)),
        conversion(s.dtype(), std::ssize(request.channels), o),
        device(o.device),
        batch_size(o.batch_size),
        workers_wanted(o.num_workers),
        prefetch(o.prefetch) {
    core::check(batch_size >= 1, op, "batch_size must be >= 1, got ", batch_size);
    core::check(prefetch >= 1 && prefetch <= 1024, op, "prefetch must be 1 to 1024, got ", prefetch);
    core::check(workers_wanted >= 0 && workers_wanted <= 1024, op, "num_workers must be 0 to 1024, got ",
                workers_wanted);
    const auto n = std::ssize(locations);
    batches = o.drop_last ? n / batch_size : n / batch_size + (n % batch_size != 0);
    const std::int64_t largest = std::min<std::int64_t>(n, batch_size);
    bytes = io::region_bytes(s.impl(), request, largest);
    if (device.kind == DeviceKind::cuda) {
      // Here, so that a machine without CUDA is told about before anything is read.
      const core::DeviceScope scope(device);
      const Array there = Array::empty({0}, DType::uint8, device);
      const int blocks = batches == 0 ? 0 : static_cast<int>(std::min<std::int64_t>(batches, prefetch + 1));
      for (int i = 0; i < blocks; ++i) ring.push_back(memory::pinned_block(there, bytes));
    }
    if (workers_wanted > 0 && batches > 0) {
      workers = std::make_unique<core::Workers>(workers_wanted, [this] { work(); });
    }
  }

  ~Impl() {
    if (workers) {
      {
        const std::lock_guard lock(mutex);
        stop = true;
      }
      wake.notify_all();
      workers.reset();
    }
  }

  static RegionOptions region_options(const LoaderOptions& o) {
    RegionOptions r;
    r.level = o.level;
    r.channels = o.channels;
    r.z = o.z;
    r.t = o.t;
    return r;
  }

  io::RegionRequest request_at(std::int64_t i) const {
    io::RegionRequest r = request;
    r.x = io::level_position(locations[static_cast<std::size_t>(i)][0], downsample);
    r.y = io::level_position(locations[static_cast<std::size_t>(i)][1], downsample);
    return r;
  }

  Extents source_shape(std::int64_t count) const {
    return {count, request.height, request.width, std::ssize(request.channels)};
  }

  /// Memory and plan of a batch. Its error, if there is one, is kept in it.
  void plan(Batch& b) const {
    try {
      const Extents shape = source_shape(b.count);
      if (b.pinned) {
        b.pinned->wait();
        b.pixels = Array::view_of(b.pinned->data(), shape, contiguous_strides(shape), conversion.from, Device{},
                                  std::shared_ptr<void>(b.pinned, b.pinned->data()));
      } else {
        b.pixels = Array::empty(conversion.shape(shape), conversion.to);
      }
      b.window = std::make_unique<io::TileWindow>(slide.impl().id);
      std::vector<std::uint64_t> places(static_cast<std::size_t>(b.count));
      const io::RegionSource source = slide.impl().source();
      for (std::int64_t i = 0; i < b.count; ++i) {
        places[static_cast<std::size_t>(i)] = b.window->add(source, request_at(b.first + i));
      }
      b.window->plan();
      b.order.resize(places.size());
      std::iota(b.order.begin(), b.order.end(), 0);
      std::stable_sort(b.order.begin(), b.order.end(), [&](std::int64_t i, std::int64_t k) {
        return places[static_cast<std::size_t>(i)] < places[static_cast<std::size_t>(k)];
      });
    } catch (...) {
      b.error = std::current_exception();
      b.order.clear();
    }
  }

  Extents contiguous_strides(const Extents& shape) const {
    Extents strides = shape;
    auto step = static_cast<std::int64_t>(itemsize(conversion.from));
    for (int i = shape.size() - 1; i >= 0; --i) {
      strides[i] = step;
      step *= shape[i];
    }
    return strides;
  }

  /// What reading one region came to.
  struct Outcome {
    std::exception_ptr error;
    std::size_t failures = 0;
    std::string failure;
  };

  Outcome read(const Batch& b, std::int64_t i) const {
    Outcome outcome;
    try {
      const Array part = b.pixels.slice(0, i, 1);
      Array to = part;
      const bool convert = !b.pinned && !conversion.none();
      if (convert) to = Array::empty(source_shape(1), conversion.from);
      io::RegionTarget target;
      target.data = to.mutable_data_as<std::byte>();
      target.row = to.strides()[1];
      target.pixel = to.strides()[2];
      target.channel = to.strides()[3];
      io::RegionSource source = slide.impl().source();
      source.window = b.window.get();
      outcome.failures = io::read_region(source, request_at(b.first + i), target, &outcome.failure);
      if (convert) conversion.run(part, to);
    } catch (...) {
      outcome.error = std::current_exception();
    }
    return outcome;
  }

  /// Whatever order regions come in, the first one of the batch is told about.
  static void note(Batch& b, std::int64_t i, Outcome outcome) {
    ++b.done;
    if (outcome.error && (b.error_at < 0 || i < b.error_at)) {
      b.error = std::move(outcome.error);
      b.error_at = i;
    }
    b.failures += outcome.failures;
    if (outcome.failures > 0 && (b.failure_at < 0 || i < b.failure_at)) {
      b.failure = std::move(outcome.failure);
      b.failure_at = i;
    }
  }

  std::shared_ptr<Batch> begin() {
    auto b = std::make_shared<Batch>();
    b->first = begun * batch_size;
    b->count = std::min<std::int64_t>(batch_size, std::ssize(locations) - b->first);
    if (!ring.empty()) {
      b->pinned = std::move(ring.front());
      ring.pop_front();
    }
    ++begun;
    return b;
  }

  bool may_begin() const {
    return !broken && begun < batches && std::ssize(queue) < prefetch &&
           (device.kind == DeviceKind::cpu || !ring.empty());
  }

  /// One thread. Regions of the earliest batch come first; a batch is begun when there are none.
  void work() {
    std::unique_lock lock(mutex);
    while (!stop) {
      const auto found = std::find_if(queue.begin(), queue.end(), [](const auto& b) { return b->has_work(); });
      if (found != queue.end()) {
        const std::shared_ptr<Batch> b = *found;
        const std::int64_t i = b->order[b->begun++];
        lock.unlock();
        Outcome outcome = read(*b, i);
        lock.lock();
        note(*b, i, std::move(outcome));
        if (b->complete()) finish(*b);
      } else if (may_begin()) {
        const std::shared_ptr<Batch> b = begin();
        queue.push_back(b);
        lock.unlock();
        plan(*b);
        lock.lock();
        b->planned = true;
        if (b->complete()) finish(*b);
        wake.notify_all();
      } else {
        wake.wait(lock);
      }
    }
  }

  void finish(Batch& b) {
    b.window.reset();
    broken = broken || b.error;
    ready.notify_all();
  }

  /// The next batch as it is read, complete.
  std::shared_ptr<Batch> take() {
    if (workers) {
      std::unique_lock lock(mutex);
      ready.wait(lock, [&] { return !queue.empty() && queue.front()->complete(); });
      const std::shared_ptr<Batch> b = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      wake.notify_all();
      return b;
    }
    const std::shared_ptr<Batch> b = begin();
    plan(*b);
    core::parallel_for(std::ssize(b->order), 1, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t k = from; k < to; ++k) {
        const std::int64_t i = b->order[static_cast<std::size_t>(k)];
        Outcome outcome = read(*b, i);
        const std::lock_guard lock(mutex);
        note(*b, i, std::move(outcome));
      }
    });
    return b;
  }

  /// A batch on the device that was asked for.
  Array deliver(Batch& b) {
    if (!b.pinned) return b.pixels;
    const core::DeviceScope scope(device);
    Array there = Array::empty(b.pixels.shape(), conversion.from, device);
    b.pinned->copy_to(there);
    b.pixels = Array();
    {
      const std::lock_guard lock(mutex);
      ring.push_back(std::move(b.pinned));
    }
    wake.notify_all();
    if (conversion.none()) return there;
    Array batch = Array::empty(conversion.shape(there.shape()), conversion.to, device);
    conversion.run(batch, there);
    return batch;
  }

  const Slide slide;
  const std::vector<std::array<std::int64_t, 2>> locations;
  const io::RegionRequest request;
  const double downsample;
  const Conversion conversion;
  const Device device;
  const std::int64_t batch_size;
  const int workers_wanted, prefetch;
  const pid_t process = getpid();
  std::int64_t batches = 0;
  std::uint64_t bytes = 0;
  std::int64_t handed_out = 0;

  std::mutex mutex;               // Of what follows.
  std::condition_variable wake;   // There may be work, or it is time to stop.
  std::condition_variable ready;  // A batch is complete.
  std::deque<std::shared_ptr<Batch>> queue;
  std::deque<std::shared_ptr<core::PinnedBlock>> ring;  // Blocks that no batch uses.
  std::int64_t begun = 0;
  bool broken = false;  // A batch failed: none after it is begun.
  bool stop = false;

  std::unique_ptr<core::Workers> workers;  // Last: they use everything above.
};

RegionLoader::RegionLoader(const Slide& slide, std::vector<std::array<std::int64_t, 2>> locations, Size size,
                           const LoaderOptions& options)
    : impl_(std::make_unique<Impl>(slide, std::move(locations), size, options)), size_(impl_->batches) {}

RegionLoader::~RegionLoader() { close(); }
RegionLoader::RegionLoader(RegionLoader&&) noexcept = default;
RegionLoader& RegionLoader::operator=(RegionLoader&& other) noexcept {
  if (this != &other) {
    close();
    impl_ = std::move(other.impl_);
    size_ = other.size_;
  }
  return *this;
}

std::int64_t RegionLoader::size() const { return size_; }

std::optional<Array> RegionLoader::next() {
  if (!impl_) return std::nullopt;
  core::check<RuntimeError>(impl_->process == getpid(), op,
                            "this loader was made before the process was forked and belongs to the parent; make a new "
                            "one in the child");
  if (impl_->handed_out == impl_->batches) {
    close();
    return std::nullopt;
  }
  try {
    const std::shared_ptr<Batch> b = impl_->take();
    if (b->error) std::rethrow_exception(b->error);
    ++impl_->handed_out;
    io::warn_of_failures(b->failures, b->failure);
    return impl_->deliver(*b);
  } catch (...) {
    close();
    throw;
  }
}

void RegionLoader::close() {
  if (!impl_) return;
  if (impl_->process != getpid()) {
    // The threads, and whatever they were holding, exist in the parent only: nothing here can be taken apart.
    static_cast<void>(impl_.release());
    return;
  }
  impl_.reset();
}

}  // namespace opsin
