// SPDX-License-Identifier: Apache-2.0
//
// Places where a test can stop a process to kill it there. Nothing at all in the shipped library.
#pragma once

#ifdef IPCQ_TEST_HOOKS
namespace ipcq {
void test_point(const char *name) noexcept;
}
#define TEST_POINT(name) ::ipcq::test_point(name)
#else
#define TEST_POINT(name) static_cast<void>(0)
#endif
