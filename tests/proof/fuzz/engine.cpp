// SPDX-License-Identifier: Apache-2.0
//
// What libFuzzer calls. Options of our own begin with two dashes:
//   --thread          races are made by a second thread
//   --queue=NAME      where the images lie; the caller that gives the name removes it after a crash
//   --recipes FILE    runs the recipes of a text file, each judged by its expected results, and ends
//   --seeds FILE DIR  writes them as inputs into a directory, and ends
//   --explain FILE    says in words what an input is, and ends
#include "recipe_file.h"
#include "run.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

namespace {

fuzz::Races races = fuzz::Races::at_loads;
std::string queue_name;
fuzz::Object *object = nullptr;

void at_end() { delete object; }

void make_object()
{
    if (queue_name.empty())
        queue_name = "proof-fuzz-" + std::to_string(::getpid());
    fuzz::make_bases(queue_name.c_str());
    object = new fuzz::Object(queue_name.c_str());
    std::atexit(at_end);
}

int run_recipes(const char *file)
{
    make_object();
    int count = 0;
    for (const fuzz::NamedRecipe &named : fuzz::read_recipes(file)) {
        std::fprintf(stderr, "recipe %s\n", named.name.c_str()); // the last one before a crash is the one
        for (const fuzz::Recipe &recipe : fuzz::at_each_load(named.recipe)) {
            fuzz::run(recipe, queue_name.c_str(), *object, races);
            count++;
        }
    }
    std::printf("recipes %d\n", count);
    return 0;
}

int write_seeds(const char *file, const std::string &directory)
{
    for (const fuzz::NamedRecipe &named : fuzz::read_recipes(file)) {
        const std::vector<std::uint8_t> bytes = fuzz::encode(named.recipe);
        std::FILE *out = std::fopen((directory + "/" + named.name).c_str(), "wb");
        if (out == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), out) != bytes.size() || std::fclose(out) != 0)
            return 1;
    }
    return 0;
}

int explain(const char *file)
{
    std::uint8_t bytes[4096];
    std::FILE *in = std::fopen(file, "rb");
    if (in == nullptr)
        return 1;
    const std::size_t size = std::fread(bytes, 1, sizeof bytes, in);
    std::fclose(in);
    for (const fuzz::Step &step : fuzz::decode(bytes, size))
        std::printf("%s\n", fuzz::text_of(step).c_str());
    return 0;
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    for (int i = 1; i < *argc; i++) {
        const char *const option = (*argv)[i];
        if (std::strncmp(option, "--queue=", 8) == 0)
            queue_name = option + 8;
        else if (std::strcmp(option, "--thread") == 0)
            races = fuzz::Races::by_thread;
        else if (std::strcmp(option, "--recipes") == 0 && i + 1 < *argc)
            std::exit(run_recipes((*argv)[i + 1]));
        else if (std::strcmp(option, "--explain") == 0 && i + 1 < *argc)
            std::exit(explain((*argv)[i + 1]));
        else if (std::strcmp(option, "--seeds") == 0 && i + 2 < *argc)
            std::exit(write_seeds((*argv)[i + 1], (*argv)[i + 2]));
    }
    make_object();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    fuzz::run(fuzz::decode(data, size), queue_name.c_str(), *object, races);
    return 0;
}
