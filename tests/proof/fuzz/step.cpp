// SPDX-License-Identifier: Apache-2.0
#include "step.h"

#include "base.h"
#include "ipcq.h"

#include <cstring>
#include <iterator>
#include <sstream>

namespace fuzz {

namespace {

constexpr const char *verbs[] = {"base",      "set",       "race",   "cut",          "hole",     "pass",
                                 "open",      "close",     "put",    "put_typed",    "get",      "get_item",
                                 "get_alloc", "task_done", "nack",   "join",         "shutdown", "size",
                                 "full",      "empty",     "stat",   "participants", "describe", "put_many",
                                 "get_many",  "reserve",   "commit", "abandon",      "borrow",   "release"};
constexpr const char *values[] = {"number",  "ones", "add",     "subtract", "add_power", "flip",  "power",
                                  "segment", "end",  "back",    "record",   "owner",     "ready", "taken",
                                  "done",    "run",  "claimed", "live",     "random"};
static_assert(std::size(verbs) == static_cast<std::size_t>(Verb::count));
static_assert(std::size(values) == static_cast<std::size_t>(Value::count));

template <class Names> std::optional<std::uint8_t> find(const Names &names, const std::string &name)
{
    for (std::size_t i = 0; i < std::size(names); i++)
        if (name == names[i])
            return static_cast<std::uint8_t>(i);
    return {};
}

// "name:number" or "name"
void split(const std::string &word, std::string &name, std::uint64_t &number)
{
    const std::size_t colon = word.find(':');
    name = word.substr(0, colon);
    if (colon != std::string::npos)
        number = std::strtoull(word.c_str() + colon + 1, nullptr, 0);
}

std::optional<std::uint8_t> find_place(const std::string &name)
{
    for (std::size_t i = 0; i < places().size(); i++)
        if (name == places()[i].name)
            return static_cast<std::uint8_t>(i);
    return {};
}

bool parse_change(std::istringstream &in, Step &step)
{
    std::string place, value, name;
    if (!(in >> place >> value))
        return false;
    std::uint64_t index = 0, number = 0;
    split(place, name, index);
    const auto found_place = find_place(name);
    if (!found_place)
        return false;
    if (places()[*found_place].cursor && place.find(':') == std::string::npos)
        index = 2;
    split(value, name, number);
    const auto found_value = find(values, name);
    if (!found_value || index > 0xff || number > 0xffff)
        return false;
    step.place = *found_place;
    step.index = static_cast<std::uint8_t>(index);
    step.value = static_cast<Value>(*found_value);
    step.number = static_cast<std::uint16_t>(number);
    return true;
}

bool parse_load(std::istringstream &in, Step &step)
{
    std::string load;
    if (!(in >> load))
        return false;
    step.when = load == "*" ? any_load : static_cast<std::uint16_t>(std::strtoul(load.c_str(), nullptr, 10));
    return true;
}

// "-> CORRUPT OK": the results that are right
bool parse_expected(std::istringstream &in, Step &step)
{
    for (std::string name; in >> name;) {
        int code = 0;
        while (code > -64 && "IPCQ_" + name != ipcq_error_name(code))
            code--;
        if (code == -64)
            return false;
        step.expected |= std::uint64_t{1} << -code;
    }
    return step.expected != 0;
}

} // namespace

const char *name_of(Verb verb) { return verbs[static_cast<std::size_t>(verb)]; }

Recipe decode(const std::uint8_t *data, std::size_t size)
{
    Recipe recipe;
    for (; size >= step_bytes; data += step_bytes, size -= step_bytes) {
        Step step;
        step.verb = static_cast<Verb>(data[0] % static_cast<unsigned>(Verb::count));
        step.place = static_cast<std::uint8_t>(data[1] % places().size());
        step.index = data[2];
        step.value = static_cast<Value>(data[3] % static_cast<unsigned>(Value::count));
        std::memcpy(&step.number, data + 4, sizeof step.number);
        std::memcpy(&step.when, data + 6, sizeof step.when);
        recipe.push_back(step);
    }
    return recipe;
}

std::vector<std::uint8_t> encode(const Recipe &recipe)
{
    std::vector<std::uint8_t> bytes;
    for (const Step &step : recipe) {
        std::uint8_t b[step_bytes] = {static_cast<std::uint8_t>(step.verb), step.place, step.index,
                                      static_cast<std::uint8_t>(step.value)};
        std::memcpy(b + 4, &step.number, sizeof step.number);
        std::memcpy(b + 6, &step.when, sizeof step.when);
        bytes.insert(bytes.end(), b, b + step_bytes);
    }
    return bytes;
}

std::string text_of(const Step &step)
{
    std::ostringstream out;
    out << name_of(step.verb);
    switch (step.verb) {
    case Verb::base: out << ' ' << base_of(step.number).name; break;
    case Verb::race: out << ' ' << step.when; [[fallthrough]];
    case Verb::set:
        out << ' ' << places()[step.place].name << ':' << +step.index << ' '
            << values[static_cast<std::size_t>(step.value)] << ':' << step.number;
        break;
    case Verb::cut: out << ':' << step.index % 32 << ' ' << step.number; break;
    case Verb::pass: out << ' ' << step.number; break;
    case Verb::hole: out << ' ' << +step.index; break;
    case Verb::put_many:
    case Verb::get_many: out << ':' << +step.index << ' ' << step.number << ' ' << step.when; break;
    default: out << ':' << (step.index & 1) << ' ' << step.number << ' ' << step.when;
    }
    return out.str();
}

std::optional<Step> parse_step(const std::string &line)
{
    const std::size_t arrow = line.find("->");
    std::istringstream in(line.substr(0, arrow));
    std::string word, name;
    if (!(in >> word))
        return {};
    Step step;
    std::uint64_t index = 0;
    split(word, name, index);
    const auto verb = find(verbs, name);
    if (!verb || index > 0xff)
        return {};
    step.verb = static_cast<Verb>(*verb);
    step.index = static_cast<std::uint8_t>(index);
    if (step.verb == Verb::base) {
        if (!(in >> name) || !find_base(name, step.number))
            return {};
    } else if (step.verb == Verb::set || step.verb == Verb::race) {
        if ((step.verb == Verb::race && !parse_load(in, step)) || !parse_change(in, step))
            return {};
    } else if (step.verb == Verb::hole) {
        unsigned page = 0;
        in >> page;
        step.index = static_cast<std::uint8_t>(page);
    } else if (in >> step.number) {
        in >> step.when;
    }
    if (arrow != std::string::npos) {
        std::istringstream expected(line.substr(arrow + 2));
        if (!is_call(step.verb) || !parse_expected(expected, step))
            return {};
    }
    return step;
}

} // namespace fuzz
