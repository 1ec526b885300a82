// SPDX-License-Identifier: Apache-2.0
//
// Peers that died before the sweep begins, each at a point where it left work for somebody else.
#pragma once

#include "operation.h"

namespace sweep {

extern const Death with_two_leases, holding_tail_after_commit, holding_tail_before_end, claiming_a_run,
    holding_head_before_cursor, in_nack_before_ready, holding_frontier, holding_tail_after_batch, in_get_many,
    with_a_reservation, with_everything_reserved, with_a_borrowed_item;

} // namespace sweep
