// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace fuzz {

// Says which promise was broken, and how, and ends the program so that the input is kept.
[[noreturn]] void violation(const char *promise, const char *format, ...) __attribute__((format(printf, 2, 3)));

} // namespace fuzz
