// SPDX-License-Identifier: Apache-2.0
// Metadata that several vendors write in the same manner.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/slide_data.h"
#include "io/tiff/directory.h"

namespace opsin::io {

using Properties = std::map<std::string, std::string>;

/// Adds each "key = value" between separators as "<prefix>.key"; both are trimmed, the first '=' divides. Items without
/// one are left out.
void add_key_values(Properties& properties, std::string_view prefix, std::string_view text, char separator);

/// Sets a property to the text of another.
void copy_text(Properties& properties, const std::string& from, const char* to);

/// Sets a property to the number that another holds, written as OpenSlide writes numbers; nothing if it is not one.
void copy_number(Properties& properties, const std::string& from, const char* to);

/// The same for numbers that OpenSlide takes only as integers.
void copy_integer(Properties& properties, const std::string& from, const char* to);

/// Says where the focal planes are, in the format's own unit, from the one that is z = 0; nothing for a slide with one.
void name_focal_planes(SlideData& data, const std::vector<std::int64_t>& planes);

/// Makes an IFD an associated image.
void add_associated(SlideData& data, const std::string& name, const std::shared_ptr<const tiff::File>& file,
                    const tiff::Directory& directory);

/// True when a directory has the tag as text that starts with `prefix`. Never throws for what the file says.
bool text_starts_with(const tiff::Directory& directory, std::uint16_t tag, std::string_view prefix);

/// Text of a tag that is short on every page: empty when there is none, when it is longer than a few kilobytes, or no
/// text inside the file. Pages may all point at one long text, and reading it for each would take hours.
std::string short_text_or_empty(const tiff::Directory& directory, std::uint16_t tag);

/// Text of a tag for detection: empty when there is none, or when it is not text inside the file.
std::string text_or_empty(const tiff::Directory& directory, std::uint16_t tag);

}  // namespace opsin::io
