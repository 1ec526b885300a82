// SPDX-License-Identifier: Apache-2.0
//
// The public header alone, first, and strictly as C++11: the oldest that a program may be written in.
#include <ipcq.h>

#include <type_traits>

// Other languages describe these structs by hand: what they bind to is 8-byte aligned and without hidden parts.
static_assert(std::is_trivial<ipcq_options>::value && std::is_standard_layout<ipcq_options>::value, "plain C struct");
static_assert(std::is_trivial<ipcq_stats>::value && std::is_standard_layout<ipcq_stats>::value, "plain C struct");
static_assert(sizeof(ipcq_wait) == 24, "ipcq_wait has no padding to forget");
static_assert(sizeof(ipcq_item) == 24, "ipcq_item has no padding to forget");
static_assert(sizeof(ipcq_token) == 4, "a token is one word");

int header_as_cpp();
int header_as_cpp() { return IPCQ_ACCEPT(0) == 1 && IPCQ_OLDEST != IPCQ_OLDEST_OF_THREAD; }
