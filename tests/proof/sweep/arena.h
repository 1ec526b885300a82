// SPDX-License-Identifier: Apache-2.0
//
// Memory of a victim. From here on malloc() and its kin give out one place after the other, whatever the heap of this
// process looked like before. So an operation takes the same instructions in every case.
#pragma once

namespace sweep {

void allocate_in_order();

} // namespace sweep
