// SPDX-License-Identifier: Apache-2.0
// From the header to the list of directories.
#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/check.h"
#include "io/limits.h"
#include "io/tiff/directory.h"

namespace opsin::io::tiff {
namespace {

constexpr std::uint64_t first_bytes = 4 << 10;   // Read with the header: in many files the first directory follows.
constexpr std::uint64_t block_bytes = 16 << 10;  // Read at once around a directory: most have all values in it.
constexpr std::uint64_t kept_bytes = 4 << 20;    // Of such blocks in one file.
constexpr int max_depth = 16;                    // Of SubIFDs in SubIFDs.

struct Header {
  Layout layout = Layout::classic;
  bool big_endian = false;
  std::uint64_t first = 0;
  std::uint64_t first_ndpi = 0;  // The first offset if this is NDPI.
};

/// Nothing when a file does not begin with a TIFF header.
std::optional<Header> header_of(std::span<const std::byte> bytes) {
  const std::size_t size = bytes.size();
  if (size < 8) return std::nullopt;
  Header h;
  if (bytes[0] == std::byte{'I'} && bytes[1] == std::byte{'I'}) {
    h.big_endian = false;
  } else if (bytes[0] == std::byte{'M'} && bytes[1] == std::byte{'M'}) {
    h.big_endian = true;
  } else {
    return std::nullopt;
  }
  const auto at = [&](std::size_t offset, std::size_t n) { return load_uint(&bytes[offset], n, h.big_endian); };
  if (at(2, 2) == 42) {
    h.first = at(4, 4);
    if (size >= 12) h.first_ndpi = at(4, 8);
  } else if (at(2, 2) == 43 && size >= 16 && at(4, 2) == 8 && at(6, 2) == 0) {
    h.layout = Layout::big;
    h.first = at(8, 8);
  } else {
    return std::nullopt;
  }
  return h;
}

}  // namespace

class Parser {
 public:
  /// `first` are the file's first bytes.
  Parser(File& file, const Header& header, std::vector<std::byte> first) : file_(file), header_(header) {
    current_.bytes = std::move(first);
  }

  void run() {
    file_.big_endian_ = header_.big_endian;
    file_.layout_ = header_.layout;
    std::uint64_t next = header_.first;
    if (header_.layout == Layout::classic && !header_.big_endian && is_ndpi()) {
      file_.layout_ = Layout::ndpi;
      next = header_.first_ndpi;
    }
    check(next != 0, "the file has no IFD");
    while (next != 0) {
      const std::size_t index = file_.directories_.size();
      next = directory(next, "IFD " + std::to_string(index));
    }
    file_.chain_count_ = file_.directories_.size();
    for (std::size_t i = 0, end = file_.chain_count_; i < end; ++i) sub_directories(i, 0);
    for (Directory& d : file_.directories_) d.file_ = &file_;
    keep_current();
    keep_texts();
    std::sort(file_.blocks_.begin(), file_.blocks_.end(),
              [](const File::Block& a, const File::Block& b) { return a.offset < b.offset; });
  }

 private:
  template <class... Parts>
  void check(bool ok, const Parts&... parts) const {
    core::check<IoError>(ok, file_.source_->name(), parts...);
  }
  bool big() const { return file_.layout_ == Layout::big; }
  std::uint64_t load(const std::byte* p, std::size_t size) const { return load_uint(p, size, file_.big_endian_); }

  /// `length` bytes of the file, from the block that holds them; valid until the next call.
  const std::byte* bytes(std::uint64_t offset, std::uint64_t length) {
    const std::uint64_t size = file_.source_->size();
    const auto holds = [&](const File::Block& b) {
      return offset >= b.offset && inside(offset - b.offset, length, b.bytes.size());
    };
    if (!holds(current_)) {
      keep_current();
      current_.offset = offset;
      current_.bytes.resize(std::min(size - offset, std::max(length, block_bytes)));
      file_.source_->read(offset, std::span(current_.bytes));
    }
    return current_.bytes.data() + (offset - current_.offset);
  }

  void keep_current() {
    if (kept_ + current_.bytes.size() <= kept_bytes) {
      kept_ += current_.bytes.size();
      if (!current_.bytes.empty()) file_.blocks_.push_back(std::move(current_));
    }
    current_ = {};
  }

  /// The texts that every format looks at to know its own: read once, wherever they lie.
  void keep_texts() {
    for (const std::uint16_t tag : {tag::image_description, tag::software, tag::make, tag::xmp}) {
      const Entry* e = file_.directories_[0].find(tag);
      if (!e || e->is_inline || type_size(e->type) != 1 || e->count > block_bytes) continue;
      const std::uint64_t size = file_.source_->size();
      const auto holds = [&](const File::Block& b) {
        return e->offset >= b.offset && inside(e->offset - b.offset, e->count, b.bytes.size());
      };
      if (!inside(e->offset, e->count, size) || std::any_of(file_.blocks_.begin(), file_.blocks_.end(), holds))
        continue;
      file_.blocks_.push_back({e->offset, file_.source_->read(e->offset, e->count)});
    }
  }

  struct Shape {  // Sizes in bytes of the parts of a directory.
    std::uint64_t count_size, entry_size, next_size, extension_size;
  };
  static Shape shape_of(Layout layout) {
    switch (layout) {
      case Layout::big: return {8, 20, 8, 0};
      case Layout::ndpi: return {2, 12, 8, 4};
      case Layout::classic: break;
    }
    return {2, 12, 4, 0};
  }

  /// A classic file whose first offset, read as 64 bits, leads to a directory with Hamamatsu's format tag.
  bool is_ndpi() {
    const std::uint64_t size = file_.source_->size(), at = header_.first_ndpi;
    if (at == 0 || !inside(at, 2, size)) return false;
    const std::uint64_t count = load(bytes(at, 2), 2);
    const Shape shape = shape_of(Layout::ndpi);
    const std::uint64_t length = 2 + count * (shape.entry_size + shape.extension_size) + shape.next_size;
    if (!inside(at, length, size)) return false;
    const std::byte* p = bytes(at, length);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (load(p + 2 + i * 12, 2) == tag::ndpi_format_flag) return true;
    }
    return false;
  }

  /// Parses one directory and gives the offset of the next one.
  std::uint64_t directory(std::uint64_t offset, std::string label) {
    const std::uint64_t size = file_.source_->size();
    check(file_.directories_.size() < file_.limits_.directories, "more than ", file_.limits_.directories, " IFDs");
    check(visited_.insert(offset).second, label, ": the IFD at ", offset, " is in the chain already (a loop)");
    const Shape shape = shape_of(file_.layout_);
    check(inside(offset, shape.count_size, size), label, ": offset ", offset, " is beyond the end of the file (", size,
          " bytes)");
    const std::uint64_t count = load(bytes(offset, shape.count_size), shape.count_size);
    check(count <= file_.limits_.tags, label, " at ", offset, ": ", count, " tags are more than the limit of ",
          file_.limits_.tags);
    const std::uint64_t length = shape.count_size + count * (shape.entry_size + shape.extension_size) + shape.next_size;
    check(inside(offset, length, size), label, " at ", offset, ": its ", count,
          " tags reach beyond the end of the file (", size, " bytes)");
    // IFDs may overlap in a crafted file; then few bytes could ask for a lot of memory.
    total_ += length;
    check(total_ <= size, label, " at ", offset, ": the IFDs overlap each other");

    const std::byte* p = bytes(offset, length);
    Directory d;
    d.index_ = file_.directories_.size();
    d.label_ = std::move(label);
    d.offset_ = offset;
    d.entries_.reserve(count);
    const std::byte* first = p + shape.count_size;
    const std::byte* next = first + count * shape.entry_size;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::byte* extension = shape.extension_size ? next + shape.next_size + i * shape.extension_size : nullptr;
      d.entries_.push_back(entry(first + i * shape.entry_size, extension, d));
    }
    std::stable_sort(d.entries_.begin(), d.entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.tag < b.tag; });
    file_.directories_.push_back(std::move(d));
    return load(next, shape.next_size);
  }

  Entry entry(const std::byte* p, const std::byte* extension, const Directory& d) const {
    const std::size_t word = big() ? 8 : 4;
    Entry e;
    e.tag = static_cast<std::uint16_t>(load(p, 2));
    e.type = static_cast<Type>(load(p + 2, 2));
    e.count = load(p + 4, word);
    const std::byte* value = p + 4 + word;
    const auto length = multiply<std::uint64_t>(e.count, type_size(e.type));
    e.is_inline = length && *length <= word;
    if (!extension) {
      if (e.is_inline) std::copy_n(value, word, e.value.begin());
      e.offset = load(value, word);
      return e;
    }
    const std::uint64_t high = load(extension, 4);
    e.offset = load(value, 4) | high << 32;
    if (e.type == Type::ascii) e.is_inline = false;  // Hamamatsu writes even a short text elsewhere.
    if (e.is_inline) {
      if (high != 0) {
        check(e.type == Type::long_ && e.count == 1, d.label(), ": ", tag_name(e.tag),
              ": high bytes with a value that has none");
        e.type = Type::long8;
      }
      std::copy_n(value, 4, e.value.begin());
      std::copy_n(extension, 4, e.value.begin() + 4);
    }
    return e;
  }

  void sub_directories(std::size_t index, int depth) {
    file_.directories_[index].file_ = &file_;
    const std::vector<std::uint64_t> offsets = file_.directories_[index].uints(tag::sub_ifds);
    check(offsets.empty() || depth < max_depth, file_.directories_[index].label(), ": SubIFDs nested too deeply");
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const std::size_t child = file_.directories_.size();
      directory(offsets[i], file_.directories_[index].label() + ", SubIFD " + std::to_string(i));
      file_.directories_[index].sub_directories_.push_back(child);
      sub_directories(child, depth + 1);
    }
  }

  File& file_;
  Header header_;
  File::Block current_{};
  std::uint64_t kept_ = 0;
  std::uint64_t total_ = 0;
  std::unordered_set<std::uint64_t> visited_;
};

std::shared_ptr<const File> File::parse_if_tiff(SourcePtr source, const SlideLimits& limits) {
  std::vector<std::byte> first = source->read(0, std::min(first_bytes, source->size()));
  const auto header = header_of(first);
  if (!header) return nullptr;
  const std::shared_ptr<File> file(new File);  // lint-allow: the constructor is private
  file->source_ = std::move(source);
  file->limits_ = limits;
  Parser(*file, *header, std::move(first)).run();
  return file;
}

std::shared_ptr<const File> File::parse(SourcePtr source, const SlideLimits& limits) {
  const std::string name = source->name();
  auto file = parse_if_tiff(std::move(source), limits);
  core::check<IoError>(file != nullptr, name, "not a TIFF file");
  return file;
}

}  // namespace opsin::io::tiff
