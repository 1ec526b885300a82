/* SPDX-License-Identifier: Apache-2.0 */
#include <ipcq.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    static const char greeting[] = "hello from another process";
    char text[64];
    size_t size = 0;
    ipcq_t *queue = NULL;
    int code = ipcq_open(&queue, NULL, NULL);

    if (code == IPCQ_OK && fork() == 0)
        return ipcq_put(queue, greeting, sizeof greeting, IPCQ_FOREVER) != IPCQ_OK;
    if (code == IPCQ_OK)
        code = ipcq_get(queue, text, sizeof text, &size, ipcq_deadline(10.0));
    puts(code == IPCQ_OK ? text : ipcq_strerror(code));
    ipcq_close(queue);
    return code != IPCQ_OK;
}
