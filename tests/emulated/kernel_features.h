/*
 * Features of the kernel that an emulator may lack. Each is tried where the tests run, so no version number decides.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KERNEL_FEATURES_H
#define KERNEL_FEATURES_H

#include <stdbool.h>

struct kernel_feature {
    const char *without; /* one sentence: what happens without the feature */
    bool (*works)(void);
};

extern const struct kernel_feature dontfork, wipeonfork, memory_removal, address_space_limit;

#endif
