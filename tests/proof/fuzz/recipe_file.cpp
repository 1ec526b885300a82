// SPDX-License-Identifier: Apache-2.0
#include "recipe_file.h"

#include "verdict.h"

#include <algorithm>
#include <fstream>

namespace fuzz {

namespace {

constexpr std::uint16_t loads = 120; // of the longest call that a recipe with a star makes

bool at_any_load(const Step &step) { return step.verb == Verb::race && step.when == any_load; }

} // namespace

std::vector<Recipe> at_each_load(const Recipe &recipe)
{
    if (std::none_of(recipe.begin(), recipe.end(), at_any_load))
        return {recipe};
    std::vector<Recipe> all(loads, recipe);
    for (std::uint16_t load = 0; load < loads; load++)
        for (Step &step : all[load])
            if (at_any_load(step))
                step.when = load;
    return all;
}

std::vector<NamedRecipe> read_recipes(const char *path)
{
    std::vector<NamedRecipe> recipes;
    std::ifstream in(path);
    if (!in)
        violation("recipe file", "%s cannot be read", path);
    for (std::string line; std::getline(in, line);) {
        line.resize(std::min(line.size(), line.find('#')));
        if (line.find_first_not_of(" \t") == std::string::npos)
            continue;
        if (line.rfind("recipe ", 0) == 0) {
            recipes.push_back({line.substr(7), {}});
            continue;
        }
        const auto step = parse_step(line);
        if (!step || recipes.empty())
            violation("recipe file", "%s: not a step: %s", path, line.c_str());
        recipes.back().recipe.push_back(*step);
    }
    return recipes;
}

} // namespace fuzz
