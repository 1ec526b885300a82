/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct ledger_slot) == 64, "as ledger.py has it");

struct ledger *ledger_open(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    void *memory = mmap(NULL, sizeof(struct ledger), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED) {
        perror(path);
        exit(2);
    }
    close(descriptor);
    return memory;
}
