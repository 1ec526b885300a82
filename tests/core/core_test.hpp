// SPDX-License-Identifier: Apache-2.0
//
// What every test of the core includes. A failing assertion leaves the test by longjmp, so no object with a destructor
// lives on a test's stack: such things belong into a fixture on the heap.
#pragma once

#include "error.hpp"

#include <csetjmp>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {
#include <cmocka.h>

#include "support/child.h"
}

// Names that C++ headers use, too.
#undef fail
#undef skip

#include <unistd.h>

// Compares results by their names, so that a failure reads as one.
#define assert_code(actual, wanted)                                                                                    \
    assert_string_equal(ipcq::name_of(static_cast<int>(actual)), ipcq::name_of(static_cast<int>(ipcq::Code::wanted)))

// For a child: CMocka's handler would run the other tests there after a fault.
inline void die_of_faults()
{
    ::signal(SIGSEGV, SIG_DFL);
    ::signal(SIGBUS, SIG_DFL);
}

// The watchdog: a test that hangs ends its program by SIGALRM, and the children die with it.
#define RUN_TESTS(group, tests) (::alarm(120), cmocka_run_group_tests_name(group, tests, nullptr, nullptr))
