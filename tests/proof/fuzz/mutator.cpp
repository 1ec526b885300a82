// SPDX-License-Identifier: Apache-2.0
//
// How libFuzzer makes new recipes of old ones: by whole steps, and by the parts of a step. What it finds by comparing
// bytes alone it may still try now and then.
#include "step.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t *data, std::size_t size, std::size_t max_size);

namespace {

using fuzz::Step, fuzz::Value, fuzz::Verb;
using Random = std::minstd_rand;

constexpr std::uint16_t numbers[] = {0,  1,  2,  3,  4,  7,  8,     9,     15,    16,    17,   24,
                                     31, 32, 40, 47, 48, 63, 0x100, 0x103, 0x207, 0x307, 0x401};
constexpr Verb changes[] = {Verb::set, Verb::set, Verb::race, Verb::hole, Verb::cut, Verb::pass};

std::uint16_t any_number(Random &random)
{
    const auto r = static_cast<std::uint16_t>(random());
    return random() % 4 == 0 ? r : random() % 2 == 0 ? r % 256 : numbers[r % std::size(numbers)];
}

// Mostly what looks right where it stands: nonsense is refused by the first look at it.
Value any_value(fuzz::Kind kind, Random &random)
{
    constexpr Value offsets[] = {Value::segment, Value::end, Value::back, Value::record, Value::add, Value::subtract};
    constexpr Value locks[] = {Value::owner, Value::owner, Value::number};
    constexpr Value records[] = {Value::ready, Value::taken, Value::done, Value::run, Value::run, Value::number};
    constexpr Value segments[] = {Value::claimed, Value::live, Value::live, Value::number};
    const std::size_t r = random();
    if (random() % 4 != 0)
        switch (kind) {
        case fuzz::Kind::offset: return offsets[r % std::size(offsets)];
        case fuzz::Kind::lock: return locks[r % std::size(locks)];
        case fuzz::Kind::record: return records[r % std::size(records)];
        case fuzz::Kind::segment: return segments[r % std::size(segments)];
        case fuzz::Kind::number: break;
        }
    return static_cast<Value>(r % static_cast<unsigned>(Value::count));
}

Step any_step(Random &random)
{
    Step step;
    const unsigned first_call = static_cast<unsigned>(Verb::open),
                   calls = static_cast<unsigned>(Verb::count) - first_call;
    step.verb =
        random() % 2 == 0 ? changes[random() % std::size(changes)] : static_cast<Verb>(first_call + random() % calls);
    step.place = static_cast<std::uint8_t>(random() % fuzz::places().size());
    step.index = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 2 == 0 ? 2 : random() % 8);
    step.value = any_value(fuzz::places()[step.place].kind, random);
    step.number = any_number(random);
    step.when = static_cast<std::uint16_t>(random() % (step.verb == Verb::race ? 128 : 4));
    return step;
}

// Distances from an end: where a word, a record's head, or the least record still fits, and where it does not any more.
constexpr std::uint16_t distances[] = {0, 4, 8, 8, 16, 24, 32, 120};

std::uint8_t place_named(const char *name)
{
    std::uint8_t i = 0;
    while (std::strcmp(fuzz::places()[i].name, name) != 0)
        i++;
    return i;
}

// A cursor goes astray, and what it finds there looks like a record.
void lead_astray(fuzz::Recipe &recipe, std::size_t at, Random &random)
{
    static const std::uint8_t cursors[] = {place_named("tail.offset"), place_named("head.offset"),
                                           place_named("frontier.offset")};
    static const std::uint8_t below[] = {place_named("under_tail"), place_named("under_head"),
                                         place_named("under_frontier")};
    const std::size_t which = random() % std::size(cursors);
    Step cursor, word;
    cursor.verb = word.verb = Verb::set;
    cursor.place = cursors[which];
    cursor.index = 2;
    cursor.value = any_value(fuzz::Kind::offset, random);
    cursor.number = any_number(random);
    if (cursor.value == Value::end || cursor.value == Value::back)
        cursor.number = static_cast<std::uint16_t>(random() % 10 << 8 | distances[random() % std::size(distances)]);
    if (cursor.value == Value::end)
        cursor.number &= 0xff;
    word.place = below[which];
    word.value = any_value(fuzz::Kind::record, random);
    word.number = any_number(random);
    recipe.insert(recipe.begin() + static_cast<std::ptrdiff_t>(at) + 1, {cursor, word});
}

void change_part(Step &step, Random &random)
{
    const Step other = any_step(random);
    switch (random() % 6) {
    case 0: step.place = other.place; break;
    case 1: step.index = other.index; break;
    case 2: step.value = other.value; break;
    case 3: step.number = other.number; break;
    case 4: step.when = static_cast<std::uint16_t>(random() % 2 == 0 ? step.when + 1 : other.when); break;
    default: step = other;
    }
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t *data, std::size_t size, std::size_t max_size,
                                               unsigned int seed)
{
    Random random(seed);
    if (random() % 16 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    fuzz::Recipe recipe = fuzz::decode(data, size);
    if (recipe.empty())
        recipe.push_back({});
    const std::size_t most = max_size / fuzz::step_bytes;
    for (unsigned times = 1 + random() % 3; times != 0; times--) {
        const std::size_t at = random() % recipe.size();
        const auto here = recipe.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 9) {
        case 0:
        case 1:
        case 2: recipe.insert(here + 1, any_step(random)); break;
        case 3: {
            const Step copy = *here;
            recipe.insert(recipe.begin() + static_cast<std::ptrdiff_t>(random() % recipe.size()) + 1, copy);
            break;
        }
        case 4:
            if (at != 0)
                recipe.erase(here);
            break;
        case 5: recipe[0].number = static_cast<std::uint16_t>(random() % 32); break;
        case 6: lead_astray(recipe, at, random); break;
        default: change_part(*here, random);
        }
    }
    recipe[0].verb = Verb::base;
    if (recipe.size() > most)
        recipe.resize(std::max<std::size_t>(most, 1));
    const std::vector<std::uint8_t> bytes = fuzz::encode(recipe);
    const std::size_t result = std::min(bytes.size(), max_size);
    std::memcpy(data, bytes.data(), result);
    return result;
}
