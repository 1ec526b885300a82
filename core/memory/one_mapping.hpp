// SPDX-License-Identifier: Apache-2.0
//
// Only in the library that the tests link to: all handles of one process to one queue share one mapping, so that
// ThreadSanitizer, which compares addresses, sees them meet.
#pragma once

#include "layout/geometry.hpp"

namespace ipcq {

bool one_mapping_wanted() noexcept;
void *one_mapping_take(int fd, const Geometry &geometry) noexcept;
void one_mapping_drop(void *map, const Geometry &geometry) noexcept;

} // namespace ipcq
