// SPDX-License-Identifier: Apache-2.0
// Where bytes come from: the only code of the library that opens, reads or maps files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace opsin {
class ByteSource;
}

namespace opsin::io {

/// Random access to bytes. One source may be used by many threads at once and after a fork: reads carry their offset,
/// there is no shared position.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// Bytes when it was opened. Every offset and length that a file states is checked against it.
  virtual std::uint64_t size() const = 0;

  /// What error messages call it: the path as given, "<bytes>", the repr of a Python object.
  virtual const std::string& name() const = 0;

  /// Fills `out` with the bytes from `offset` on. Throws IoError when there are fewer (the file shrank or the range was
  /// never inside) and when the system reports an error; then the contents of `out` are unspecified.
  void read(std::uint64_t offset, std::span<std::byte> out) const;

  /// The same into a new vector. `length` is checked against size() before anything is allocated.
  std::vector<std::byte> read(std::uint64_t offset, std::uint64_t length) const;

  /// The bytes themselves where they lie in memory anyway (bytes sources); empty otherwise.
  virtual std::span<const std::byte> in_memory() const { return {}; }

 protected:
  /// Reads up to out.size() bytes at `offset`, at least one unless the source ends there; returns how many.
  virtual std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

using SourcePtr = std::shared_ptr<const Source>;

/// A regular file. Directories, FIFOs, sockets and devices throw IoError at once, without waiting for a writer; so does
/// a path that does not exist (the message ends in the system's reason). Descriptors are shared by all sources of the
/// process and bounded: one that was not used for long is closed and opened again on its next read, where a file that
/// has been replaced (another inode, or another size or modification time than at first) is an IoError.
SourcePtr open_file(const std::string& path);

/// Bytes that the source owns.
SourcePtr from_bytes(std::vector<std::byte> bytes, std::string name = "<bytes>");

/// Bytes that `owner` keeps alive.
SourcePtr from_view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, std::string name = "<bytes>");

/// Bytes that code outside of opsin gives.
SourcePtr from_caller(std::shared_ptr<const ByteSource> source);

/// How many file descriptors sources may keep open together; at first half of the process's limit, at most 512.
std::size_t max_open_files();
void set_max_open_files(std::size_t n);
/// How many they keep open now.
std::size_t open_file_count();

}  // namespace opsin::io
