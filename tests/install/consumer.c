/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest whole use of the library. Compiled as C99 and as C++17 against the installed header. */
#include <ipcq.h>

#include <stdio.h>
#include <string.h>

static int fails(int code, const char *what)
{
    if (code != IPCQ_OK)
        fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
    return code != IPCQ_OK;
}

int main(void)
{
    ipcq_t *queue;
    char buffer[16];
    size_t size = 0;
    if (fails(ipcq_open(&queue, NULL, NULL), "open"))
        return 1;
    if (fails(ipcq_put(queue, "hello", 5, IPCQ_NOWAIT), "put"))
        return 1;
    if (fails(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT), "get"))
        return 1;
    if (fails(ipcq_close(queue), "close"))
        return 1;
    if (size != 5 || memcmp(buffer, "hello", 5) != 0)
        return 1;
    if (ipcq_version() < IPCQ_VERSION_MAJOR * 1000000u + IPCQ_VERSION_MINOR * 1000u)
        return 1;
    puts("hello");
    return 0;
}
