// SPDX-License-Identifier: Apache-2.0
#include "verdict.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace fuzz {

void violation(const char *promise, const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    std::fprintf(stderr, "violation: %s: %s\n", promise, text);
    std::abort();
}

} // namespace fuzz
