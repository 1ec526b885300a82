// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sweep {

namespace {

constexpr char usage[] =
    "proof_sweep [--kill] [--freeze] [--kill-reaper] [--freeze-reaper] [--full] [--operation NAME] [--image "
    "fresh|recycled|"
    "wrapped] [--point K [--asleep]] [--variant a|b | --both] [--stride S] [--workers N] [--stop-at-first] "
    "[--list] [--summary]\n";

bool wants(const char *word, const char *option) { return std::strcmp(word, option) == 0; }

} // namespace

bool read_options(int count, char **words, Options &out)
{
    bool kill = false, freeze = false, kill_reaper = false, freeze_reaper = false;
    for (int i = 1; i < count; i++) {
        const char *word = words[i], *value = i + 1 < count ? words[i + 1] : nullptr;
        bool *flag = wants(word, "--kill")            ? &kill
                     : wants(word, "--freeze")        ? &freeze
                     : wants(word, "--kill-reaper")   ? &kill_reaper
                     : wants(word, "--freeze-reaper") ? &freeze_reaper
                     : wants(word, "--full")          ? &out.full
                     : wants(word, "--both")          ? &out.both
                     : wants(word, "--list")          ? &out.list
                     : wants(word, "--summary")       ? &out.summary
                     : wants(word, "--asleep")        ? &out.asleep
                     : wants(word, "--stop-at-first") ? &out.stop_at_first
                                                      : nullptr;
        if (flag != nullptr) {
            *flag = true;
            continue;
        }
        if (value == nullptr) {
            std::fputs(usage, stderr);
            return false;
        }
        i++;
        if (wants(word, "--operation"))
            out.operation = value;
        else if (wants(word, "--image"))
            out.image = value;
        else if (wants(word, "--variant"))
            out.variant = value[0];
        else if (wants(word, "--point"))
            out.point = std::atol(value);
        else if (wants(word, "--stride"))
            out.stride = std::atol(value);
        else if (wants(word, "--workers"))
            out.workers = std::atoi(value);
        else {
            std::fputs(usage, stderr);
            return false;
        }
    }
    if (kill || freeze || kill_reaper || freeze_reaper) {
        out.kill = kill;
        out.freeze = freeze;
        out.kill_reaper = kill_reaper;
        out.freeze_reaper = freeze_reaper;
    }
    return true;
}

} // namespace sweep
