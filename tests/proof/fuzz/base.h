// SPDX-License-Identifier: Apache-2.0
//
// Real images to begin with: queues in many states, made by the library itself and read from their file. Where a handle
// was still open when the bytes were read, they are what its death would leave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fuzz {

struct Base {
    const char *name;
    void (*make)(const char *queue_name, std::vector<std::uint8_t> &out_bytes);
    std::vector<std::uint8_t> bytes;    // the whole file
    std::uint64_t pages = 0;            // bit per page of 4096 that has memory
    std::vector<std::uint64_t> records; // offsets from the frontier to the terminator, END words included
};

void make_bases(const char *queue_name); // once
const Base &base_of(unsigned number);    // of any number
bool find_base(const std::string &name, std::uint16_t &out_number);

} // namespace fuzz
