// SPDX-License-Identifier: Apache-2.0
#include "error.hpp"

namespace ipcq {

const char *sentence_of(int code) noexcept
{
    switch (code) {
#define IPCQ_RESULT(name, number, sentence)                                                                            \
    case number:                                                                                                       \
        return sentence;
#include "error_table.def"
#undef IPCQ_RESULT
    default: return "Not a result of libipcq: pass what one of its functions returned.";
    }
}

const char *name_of(int code) noexcept
{
    switch (code) {
#define IPCQ_RESULT(name, number, sentence)                                                                            \
    case number:                                                                                                       \
        return "IPCQ_" #name;
#include "error_table.def"
#undef IPCQ_RESULT
    default: return "IPCQ_?";
    }
}

} // namespace ipcq
