/*
 * grid_put NAME: puts one value of every kind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "grid_values.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: grid_put NAME\n");
        return 2;
    }
    ipcq_t *queue = open_queue(argv[1], 0, 0);
    for (int index = 0; index < GRID_VALUES; ++index)
        must(grid_put_value(queue, index), grid_value_name(index));
    must(ipcq_close(queue), "close");
    return 0;
}
