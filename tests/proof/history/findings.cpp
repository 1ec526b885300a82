// SPDX-License-Identifier: Apache-2.0
#include "findings.hpp"

#include <cstdarg>
#include <cstdio>

namespace history {

void Findings::add(const char *rule, const char *format, ...)
{
    if (++count_ > kept_max)
        return;
    char text[300];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lines_.push_back(std::string(rule) + ": " + text);
}

void Findings::add(const Findings &more)
{
    count_ += more.count_;
    for (const std::string &line : more.lines_)
        if (lines_.size() < kept_max)
            lines_.push_back(line);
}

} // namespace history
