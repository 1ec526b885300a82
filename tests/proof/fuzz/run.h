// SPDX-License-Identifier: Apache-2.0
//
// One recipe from its image to the last close.
#pragma once

#include "object.h"

namespace fuzz {

enum class Races {
    at_loads,  // each strikes once, before the load of the next call that it names: repeatable
    by_thread, // a second thread makes them and takes them back again for as long as the recipe runs
};

// Ends the program at a violation.
void run(const Recipe &recipe, const char *queue_name, Object &object, Races races);

} // namespace fuzz
