/*
 * grid_get NAME: takes what a grid_put of any language put; exit code 0 if every value arrived as itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "grid_values.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: grid_get NAME\n");
        return 2;
    }
    ipcq_t *queue = open_queue(argv[1], 0, 0);
    int wrong = 0;
    for (int index = 0; index < GRID_VALUES; ++index) {
        value taken;
        int code = value_get(queue, &taken, ipcq_deadline(30.0));
        if (code != VALUE_MALFORMED)
            must(code, grid_value_name(index));
        if (!grid_is_value(&taken, index)) {
            fprintf(stderr, "%s arrived, with type %u, as ", grid_value_name(index), (unsigned)taken.item.type);
            if (code == VALUE_MALFORMED)
                fprintf(stderr, "bytes that are no MessagePack value");
            else
                msgpack_object_print(stderr, taken.object);
            fprintf(stderr, "\n");
            ++wrong;
        }
        value_release(&taken);
    }
    must(ipcq_close(queue), "close");
    return wrong == 0 ? 0 : 1;
}
