// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "log/copy.hpp"

using namespace ipcq;

namespace {

constexpr std::size_t margin = 32;

// Every size at every alignment, and not a byte beside it.
void all_bytes_and_no_other(void **)
{
    unsigned char source[copy_small_max + 16 + 2 * margin], target[sizeof source];
    for (std::size_t i = 0; i < sizeof source; i++)
        source[i] = static_cast<unsigned char>(i * 7 + 1);
    for (std::size_t size = 0; size <= copy_small_max; size++)
        for (std::size_t shift = 0; shift < 16; shift++) {
            std::memset(target, 0, sizeof target);
            copy_small(target + margin + shift, source + margin, size);
            for (std::size_t i = 0; i < sizeof target; i++) {
                const bool inside = i >= margin + shift && i < margin + shift + size;
                assert_int_equal(target[i], inside ? source[i - shift] : 0);
            }
        }
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {cmocka_unit_test(all_bytes_and_no_other)};
    return RUN_TESTS("core.log.copy", tests);
}
