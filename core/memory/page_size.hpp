// SPDX-License-Identifier: Apache-2.0
//
// The size of the pages that this system maps.
//
// Offsets and sizes of a queue are multiples of 4096 (FORMAT.md, section 1). Memory comes and goes in such pieces.
// A system with larger pages cannot do that.
#pragma once

#include <cstddef>

namespace ipcq {

// In bytes. A test may have the library believe another size.
std::size_t system_page_size() noexcept;

} // namespace ipcq
