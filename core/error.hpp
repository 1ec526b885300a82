// SPDX-License-Identifier: Apache-2.0
//
// The results of every operation, one value for each thing a caller can do about it.
#pragma once

namespace ipcq {

enum class Code : int {
#define IPCQ_RESULT(name, number, sentence) name = number,
#include "error_table.def"
#undef IPCQ_RESULT
};

// Static texts; a number that is no result has texts of its own, so neither returns nullptr.
const char *sentence_of(int code) noexcept;
const char *name_of(int code) noexcept;

} // namespace ipcq
