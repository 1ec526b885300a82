// SPDX-License-Identifier: Apache-2.0
//
// No promise depends on pacing; it only has to end, to notice, and never to claim what is not so.
#include "core_test.hpp"

#include "wait/adaptive_spin.hpp"

using namespace ipcq;

namespace {

int setup(void **state)
{
    *state = new AdaptiveSpin;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<AdaptiveSpin *>(*state);
    return 0;
}

AdaptiveSpin &pace_of(void **state) { return *static_cast<AdaptiveSpin *>(*state); }

void what_is_ready_is_seen_by_the_first_look(void **state)
{
    int looks = 0;
    assert_true(pace_of(state).spin_until([&] { return ++looks == 1; }));
    assert_int_equal(looks, 1);
}

void what_becomes_ready_is_seen(void **state)
{
    AdaptiveSpin &pace = pace_of(state);
    for (int round = 0; round < 200; round++) {
        for (int item = 0; item < round; item++)
            pace.count();
        int looks = 0;
        // A thread that loses its processor between two looks may have spun long enough, and goes to sleep unseen.
        const bool seen = pace.spin_until([&] { return ++looks == 3; });
        assert_int_equal(seen, looks == 3);
    }
}

void what_never_is_ready_ends_in_sleep(void **state)
{
    AdaptiveSpin &pace = pace_of(state);
    for (int round = 0; round < 200; round++) {
        for (int item = 0; item < round; item++)
            pace.count();
        assert_false(pace.spin_until([] { return false; }));
    }
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_ready_is_seen_by_the_first_look, setup, teardown),
        cmocka_unit_test_setup_teardown(what_becomes_ready_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(what_never_is_ready_ends_in_sleep, setup, teardown),
    };
    return RUN_TESTS("core.wait.pace", tests);
}
