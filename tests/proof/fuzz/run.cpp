// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "race.h"
#include "session.h"
#include "verdict.h"
#include "world.h"

#include <optional>
#include <unistd.h>

namespace fuzz {

namespace {

int lowest_free_descriptor()
{
    const int fd = ::dup(STDERR_FILENO);
    ::close(fd);
    return fd;
}

} // namespace

void run(const Recipe &recipe, const char *queue_name, Object &object, Races races)
{
    const int descriptor = lowest_free_descriptor();
    object.lay(base_of(recipe.empty() ? 0 : recipe[0].number));
    {
        Session session(queue_name);
        Strikes strikes(object);
        std::optional<Flipper> flipper;
        for (const Step &step : recipe) {
            switch (step.verb) {
            case Verb::base: break; // the first step's number counts
            case Verb::set: object.change(step); break;
            case Verb::race:
                if (races == Races::at_loads)
                    strikes.add(step);
                else if (!flipper)
                    flipper.emplace(object, recipe);
                break;
            case Verb::
                cut: // what a peer cuts off while we look at it is SIGBUS for everybody who does not guard against it
                if (!session.is_open() && !flipper)
                    object.cut(std::uint64_t{step.number} * 8 << step.index % 32);
                break;
            case Verb::hole: object.punch(step.index % (map_size / 4096)); break;
            case Verb::pass: pass_ns(step.number % 1000 * std::int64_t{1'000'000}); break;
            default: session.call(step); strikes.forget();
            }
        }
        session.close_all();
    }
    if (mapping_count() != 0 || object.somebody_attached() || lowest_free_descriptor() != descriptor)
        violation("close leaves nothing", "%zu mappings, %s, descriptor %d after %d", mapping_count(),
                  object.somebody_attached() ? "a slot is held" : "no slot is held", lowest_free_descriptor(),
                  descriptor);
}

} // namespace fuzz
