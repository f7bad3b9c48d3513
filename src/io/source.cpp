// SPDX-License-Identifier: Apache-2.0
#include "io/source.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <system_error>
#include <utility>

#include "io/limits.h"
#include "opsin/slide.h"

namespace opsin::io {
namespace {

/// Throws what the system says of the last call that failed.
template <class... Parts>
[[noreturn]] void fail(const std::string& path, const Parts&... parts) {
  const int error = errno;
  throw IoError(core::text(path, ": ", parts..., ": ", std::generic_category().message(error)));
}

/// An open descriptor; closed with its last user.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

using DescriptorPtr = std::shared_ptr<const Descriptor>;

/// Opens without blocking (a FIFO would wait for its writer) and refuses what is not a regular file. Where the process
/// has no descriptor left, make_room() closes some of ours, or gives false when there are none.
template <class MakeRoom>
DescriptorPtr open_regular(const std::string& path, struct stat& status, MakeRoom make_room) {
  core::check<IoError>(path.find('\0') == std::string::npos, path.c_str(), "the path holds a NUL");
  int fd;
  do {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && (errno == EINTR || ((errno == EMFILE || errno == ENFILE) && make_room())));
  if (fd < 0) fail(path, "cannot open");
  auto descriptor = std::make_shared<const Descriptor>(fd);
  if (::fstat(fd, &status) != 0) fail(path, "cannot open");
  const char* kind = S_ISREG(status.st_mode)    ? nullptr
                     : S_ISDIR(status.st_mode)  ? "a directory"
                     : S_ISFIFO(status.st_mode) ? "a FIFO"
                     : S_ISSOCK(status.st_mode) ? "a socket"
                                                : "a device";
  core::check<IoError>(!kind, path, "cannot open: this is ", kind ? kind : "", ", not a file");
  return descriptor;
}

class FileSource;

/// Descriptors of file sources, most recently used first. Bounded, so that a thousand slides can be open at once.
class OpenFiles {
 public:
  mutable std::mutex mutex;

  DescriptorPtr get(const FileSource& source);
  /// Closes half of the descriptors; false when there are none.
  bool make_room() {
    std::vector<DescriptorPtr> closing;
    const std::lock_guard lock(mutex);
    return make_room(closing);
  }
  void forget(const FileSource& source);
  std::size_t limit() const {
    const std::lock_guard lock(mutex);
    return current_limit();
  }
  void set_limit(std::size_t n) {
    std::vector<DescriptorPtr> closing;
    const std::lock_guard lock(mutex);
    limit_ = std::max<std::size_t>(n, 1);
    shrink(limit_, closing);
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex);
    return used_.size();
  }

 private:
  void shrink(std::size_t n, std::vector<DescriptorPtr>& closing);
  bool make_room(std::vector<DescriptorPtr>& closing) {
    const std::size_t before = used_.size();
    shrink(before / 2, closing);
    return before > 0;
  }
  static std::size_t default_limit() {
    rlimit limits{};
    if (::getrlimit(RLIMIT_NOFILE, &limits) != 0) return 64;
    return static_cast<std::size_t>(std::clamp<rlim_t>(limits.rlim_cur / 2, 8, 512));
  }
  std::list<const FileSource*> used_;
  std::size_t current_limit() const { return limit_ > 0 ? limit_ : default_limit(); }
  std::size_t limit_ = 0;  // 0: half of what the process may have at the moment.
};

OpenFiles& open_files() {
  // Never destroyed: slides may be closed by threads that outlive main.
  static OpenFiles* const files = [] {
    auto* f = new OpenFiles;  // lint-allow: never destroyed
    pthread_atfork([] { open_files().mutex.lock(); }, [] { open_files().mutex.unlock(); },
                   [] { open_files().mutex.unlock(); });
    return f;
  }();
  return *files;
}

[[maybe_unused]] OpenFiles& at_load = open_files();  // core/memory.cpp says why.

class FileSource final : public Source {
 public:
  explicit FileSource(std::string path) : path_(std::move(path)) {
    struct stat status {};
    descriptor_ = open_regular(path_, status, [] { return open_files().make_room(); });
    identity_ = Identity(status);
    size_ = static_cast<std::uint64_t>(status.st_size);
    open_files().get(*this);  // Registers it.
  }
  ~FileSource() override { open_files().forget(*this); }

  std::uint64_t size() const override { return size_; }
  const std::string& name() const override { return path_; }

 protected:
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const override {
    const DescriptorPtr descriptor = open_files().get(*this);
    // Linux reads at most 2 GiB - 4 KiB in one call.
    const std::size_t length = std::min<std::size_t>(out.size(), std::size_t{1} << 30);
    ssize_t n;
    do {
      n = ::pread(descriptor->get(), out.data(), length, static_cast<off_t>(offset));
    } while (n < 0 && errno == EINTR);
    if (n < 0) fail(path_, "cannot read at ", offset);
    return static_cast<std::size_t>(n);
  }

 private:
  friend class OpenFiles;

  /// What tells a file from one that has taken its name.
  struct Identity {
    Identity() = default;
    explicit Identity(const struct stat& s)
        : device(s.st_dev), inode(s.st_ino), size(s.st_size), seconds(s.st_mtim.tv_sec), nanos(s.st_mtim.tv_nsec) {}
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    time_t seconds = 0;
    long nanos = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };

  template <class MakeRoom>
  DescriptorPtr reopen(MakeRoom make_room) const {
    struct stat status {};
    DescriptorPtr descriptor = open_regular(path_, status, make_room);
    core::check<IoError>(Identity(status) == identity_, path_, "the file has changed since it was opened");
    return descriptor;
  }

  std::string path_;
  std::uint64_t size_ = 0;
  Identity identity_;
  // Both belong to OpenFiles and are used under its lock.
  mutable DescriptorPtr descriptor_;
  mutable std::list<const FileSource*>::iterator place_{};
  mutable bool listed_ = false;
};

DescriptorPtr OpenFiles::get(const FileSource& source) {
  std::vector<DescriptorPtr> closing;  // Closed after the lock is released.
  const std::lock_guard lock(mutex);
  if (!source.descriptor_) {
    shrink(current_limit() - 1, closing);
    source.descriptor_ = source.reopen([&] {
      const bool some = make_room(closing);
      closing.clear();
      return some;
    });
  }
  if (!source.listed_) {
    shrink(current_limit() - 1, closing);
    used_.push_front(&source);
    source.place_ = used_.begin();
    source.listed_ = true;
  } else if (source.place_ != used_.begin()) {
    used_.splice(used_.begin(), used_, source.place_);
  }
  return source.descriptor_;
}

void OpenFiles::forget(const FileSource& source) {
  DescriptorPtr closing;
  const std::lock_guard lock(mutex);
  if (source.listed_) used_.erase(source.place_);
  source.listed_ = false;
  closing = std::move(source.descriptor_);
}

void OpenFiles::shrink(std::size_t n, std::vector<DescriptorPtr>& closing) {
  while (used_.size() > n) {
    const FileSource& last = *used_.back();
    closing.push_back(std::move(last.descriptor_));
    last.descriptor_ = nullptr;
    last.listed_ = false;
    used_.pop_back();
  }
}

class MemorySource final : public Source {
 public:
  MemorySource(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, std::string name)
      : bytes_(bytes), owner_(std::move(owner)), name_(std::move(name)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  const std::string& name() const override { return name_; }
  std::span<const std::byte> in_memory() const override { return bytes_; }

 protected:
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::size_t n = std::min<std::uint64_t>(out.size(), bytes_.size() - offset);
    if (n > 0) std::memcpy(out.data(), bytes_.data() + offset, n);
    return n;
  }

 private:
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
  std::string name_;
};

class CallerSource final : public Source {
 public:
  explicit CallerSource(std::shared_ptr<const ByteSource> source)
      : source_(std::move(source)), size_(source_->size()), name_(source_->name()) {}
  std::uint64_t size() const override { return size_; }
  const std::string& name() const override { return name_; }

 protected:
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::size_t n = source_->read(offset, out);
    core::check<IoError>(n <= out.size(), name_, "the source gave more bytes than it was asked for");
    return n;
  }

 private:
  std::shared_ptr<const ByteSource> source_;
  std::uint64_t size_;
  std::string name_;
};

}  // namespace

void Source::read(std::uint64_t offset, std::span<std::byte> out) const {
  const auto shorter = [&](std::uint64_t at) {
    throw IoError(
        core::text(name(), ": ", out.size(), " bytes wanted at offset ", offset, ", but the file ends at ", at));
  };
  if (!inside(offset, out.size(), size())) shorter(size());
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t n = read_some(offset + done, out.subspan(done));
    if (n == 0) shorter(offset + done);
    done += n;
  }
}

std::vector<std::byte> Source::read(std::uint64_t offset, std::uint64_t length) const {
  core::check<IoError>(inside(offset, length, size()), name(), length, " bytes wanted at offset ", offset,
                       ", but the file ends at ", size());
  std::vector<std::byte> bytes(length);
  read(offset, std::span<std::byte>(bytes));
  return bytes;
}

SourcePtr open_file(const std::string& path) { return std::make_shared<const FileSource>(path); }

SourcePtr from_bytes(std::vector<std::byte> bytes, std::string name) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> view(*owner);
  return from_view(view, std::move(owner), std::move(name));
}

SourcePtr from_view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, std::string name) {
  return std::make_shared<const MemorySource>(bytes, std::move(owner), std::move(name));
}

SourcePtr from_caller(std::shared_ptr<const ByteSource> source) {
  return std::make_shared<const CallerSource>(std::move(source));
}

std::size_t max_open_files() { return open_files().limit(); }
void set_max_open_files(std::size_t n) { open_files().set_limit(n); }
std::size_t open_file_count() { return open_files().count(); }

}  // namespace opsin::io
