// SPDX-License-Identifier: Apache-2.0
//
// A recipe is an image, what is written into it, and calls. Eight bytes a step, so that every sequence of bytes is a
// recipe; and a line of text a step, so that people can read one.
#pragma once

#include "place.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fuzz {

enum class Verb : std::uint8_t {
    base, // number: which image to begin with
    set,  // place[index] = value
    race, // the same, before load `when` of the next call
    cut,  // the file ends after `number` times 8 bytes, times 2^`index`: it shrinks or grows
    hole, // page `index` loses its memory
    pass, // `number` milliseconds pass
    open, // all below: handle `index`, argument `number`, patience `when`
    close,
    put,
    put_typed,
    get,
    get_item,
    get_alloc,
    task_done,
    nack,
    join,
    shutdown,
    size,
    full,
    empty,
    stat,
    participants,
    describe,
    put_many, // 1 + `index` / 2 items
    get_many, // so many at most
    reserve,
    commit, // reservation `number` % 4, of the size that `number` / 4 names
    abandon,
    borrow,
    release,
    count
};

// What a word becomes; `number` says which.
enum class Value : std::uint8_t {
    number,    // the number itself
    ones,      // all bits
    add,       // the old value + number
    subtract,  // the old value - number
    add_power, // the old value + 2^number
    flip,      // the old value with bit `number` changed
    power,     // 2^number
    segment,   // offset of segment `number`
    end,       // offset of the end of the map - number
    back,      // offset of the end of the record's segment, here segment number / 256, - number % 256
    record,    // offset of record `number`
    owner, // slot number % 256, of the generation that number / 256 chooses: 0 now, 1 next, 2 last, 3 none, 4 all bits
    ready,
    taken,   // by such an owner
    done,    // by such an owner
    run,     // END: segment number % 256, number / 256 of them
    claimed, // by such an owner; bit 7 of the slot: has memory
    live,    // chain number
    random,
    count
};

struct Step {
    Verb verb = Verb::base;
    std::uint8_t place = 0;
    std::uint8_t index = 0;
    Value value = Value::number;
    std::uint16_t number = 0;
    std::uint16_t when = 0;
    std::uint64_t expected = 0; // results that this call may have, a bit each; 0: any. Not part of the bytes
};

constexpr std::size_t step_bytes = 8;
constexpr std::uint16_t any_load = UINT16_MAX; // "race * ..." in a text

using Recipe = std::vector<Step>;

Recipe decode(const std::uint8_t *data, std::size_t size);
std::vector<std::uint8_t> encode(const Recipe &recipe);

std::string text_of(const Step &step);
std::optional<Step> parse_step(const std::string &line); // nothing if it makes no sense

constexpr bool is_call(Verb verb) { return verb >= Verb::open; }
const char *name_of(Verb verb);

} // namespace fuzz
