// SPDX-License-Identifier: Apache-2.0
//
// The same question as check(), answered by trying every order, on a queue that a reader of ipcq.h would write. For
// small histories only.
#pragma once

#include "history.hpp"

namespace history {

bool some_order_is_legal(const History &history);

} // namespace history
