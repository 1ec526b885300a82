/* SPDX-License-Identifier: Apache-2.0 */
#include "disturbances.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NUMBERS = 64 };

void close_descriptors(void) { close_range(3, ~0U, 0); }

void use_up_descriptors(void)
{
    const struct rlimit limit = {NUMBERS, NUMBERS};
    setrlimit(RLIMIT_NOFILE, &limit);
    while (fcntl(STDOUT_FILENO, F_DUPFD, 3) >= 0)
        ;
}
