// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "step.h"

#include <string>
#include <vector>

namespace fuzz {

struct NamedRecipe {
    std::string name;
    Recipe recipe;
};

// A text file: "recipe NAME", then a step a line; # begins a comment. A line that makes no sense ends the program.
std::vector<NamedRecipe> read_recipes(const char *path);

// A recipe with "race * ..." stands for one for each of the first loads: which of them does harm is the compiler's
// choice.
std::vector<Recipe> at_each_load(const Recipe &recipe);

} // namespace fuzz
