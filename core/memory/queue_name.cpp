// SPDX-License-Identifier: Apache-2.0
#include "memory/queue_name.hpp"

#include "memory/random_bytes.hpp"

#include <cstdio>
#include <cstring>

namespace ipcq {

namespace {

bool allowed(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

} // namespace

Code parse_name(const char *name, QueueName &out_name) noexcept
{
    if (name == nullptr)
        return Code::INVALID;
    if (std::strstr(name, "://") != nullptr)
        return Code::SCHEME;
    const std::size_t length = ::strnlen(name, name_max_bytes + 1);
    if (length == 0 || length > name_max_bytes || name[0] == '.')
        return Code::BADNAME;
    for (std::size_t i = 0; i < length; i++)
        if (!allowed(name[i]))
            return Code::BADNAME;
    std::memcpy(out_name.text, name, length);
    out_name.text[length] = '\0';
    std::snprintf(out_name.path, sizeof out_name.path, "%s%s", object_prefix, out_name.text);
    return Code::OK;
}

Code random_name(QueueName &out_name) noexcept
{
    unsigned char bits[16];
    if (!random_bytes(bits, sizeof bits))
        return Code::SYSTEM;
    char name[64] = "anonymous-";
    for (std::size_t i = 0, at = std::strlen(name); i < sizeof bits; i++, at += 2)
        std::snprintf(name + at, 3, "%02x", bits[i]);
    return parse_name(name, out_name);
}

} // namespace ipcq
