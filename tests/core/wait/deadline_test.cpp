// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "wait/wait_limits.hpp"

#include <cmath>

using namespace ipcq;

namespace {

void what_is_not_positive_means_nowait(void **)
{
    assert_int_equal(deadline_in(0), nowait);
    assert_int_equal(deadline_in(-1), nowait);
    assert_int_equal(deadline_in(-INFINITY), nowait);
    assert_int_equal(deadline_in(NAN), nowait);
}

void what_is_very_long_means_forever(void **)
{
    assert_int_equal(deadline_in(INFINITY), forever);
    assert_int_equal(deadline_in(1e18), forever);
}

void a_deadline_is_now_and_the_seconds(void **)
{
    const Nanoseconds before = now_ns();
    const Nanoseconds deadline = deadline_in(1.5);
    const Nanoseconds after = now_ns();
    assert_true(deadline >= before + 1'500'000'000 && deadline <= after + 1'500'000'000);
}

void the_shortest_wait_is_not_mistaken_for_nowait(void **) { assert_true(deadline_in(1e-300) > 0); }

void a_time_is_split_into_seconds_and_the_rest(void **)
{
    const timespec t = timespec_of(3'000'000'007);
    assert_int_equal(t.tv_sec, 3);
    assert_int_equal(t.tv_nsec, 7);
    assert_true(timespec_of(forever).tv_nsec < 1'000'000'000);
}

void patience_ends_by_token_or_close(void **)
{
    std::atomic<std::uint32_t> token{0}, closing{0};
    const WaitLimits limits{forever, &token, &closing, false};
    assert_code(limits.stop_reason(), OK);
    token = 1;
    assert_code(limits.stop_reason(), CANCELLED);
    closing = 1;
    assert_code(limits.stop_reason(), BADHANDLE);
}

void forever_never_expires_and_the_past_has(void **)
{
    assert_false(WaitLimits{}.expired());
    assert_true(WaitLimits::until(1).expired());
    assert_false(WaitLimits::until(now_ns() + 1'000'000'000'000).expired());
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_positive_means_nowait),
        cmocka_unit_test(what_is_very_long_means_forever),
        cmocka_unit_test(a_deadline_is_now_and_the_seconds),
        cmocka_unit_test(the_shortest_wait_is_not_mistaken_for_nowait),
        cmocka_unit_test(a_time_is_split_into_seconds_and_the_rest),
        cmocka_unit_test(patience_ends_by_token_or_close),
        cmocka_unit_test(forever_never_expires_and_the_past_has),
    };
    return RUN_TESTS("core.wait.deadline", tests);
}
