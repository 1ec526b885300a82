/* SPDX-License-Identifier: Apache-2.0 */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void must(int code, const char *what)
{
    if (code == IPCQ_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, ipcq_strerror(code));
    exit(EXIT_FAILURE);
}

ipcq_t *open_queue(const char *name, uint32_t flags, uint64_t max_items)
{
    char message[256] = "";
    ipcq_t *queue = NULL;
    ipcq_options options = {0};

    options.struct_size = sizeof options;
    options.flags = flags;
    options.max_items = max_items;
    options.message = message;
    options.message_capacity = sizeof message;
    if (ipcq_open(&queue, name, &options) != IPCQ_OK) {
        fprintf(stderr, "open: %s\n", message);
        exit(EXIT_FAILURE);
    }
    return queue;
}

pid_t start_process(void)
{
    fflush(stdout);
    pid_t process = fork();
    if (process == -1) {
        perror("fork");
        exit(EXIT_FAILURE);
    }
    return process;
}

bool succeeded(pid_t process)
{
    int status = 0;
    return waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int usage(const char *roles)
{
    fprintf(stderr, "usage: no argument for all roles, or one of these:\n%s", roles);
    return 2;
}
