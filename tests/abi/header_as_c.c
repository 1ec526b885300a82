/* SPDX-License-Identifier: Apache-2.0
 *
 * The public header alone, first, and strictly as C99: it may need nothing that it does not include itself. */
#include <ipcq.h>

/* Zero means default, so these three lines must be complete. */
static const ipcq_options options = {0};
static const ipcq_wait wait_without_end = {IPCQ_FOREVER, NULL, 0, 0};
static const ipcq_token token = {0};

int header_as_c(void);
int header_as_c(void)
{
    return options.flags == 0 && wait_without_end.token == NULL && token.cancelled == 0 && IPCQ_ACCEPT(1) == 2 &&
           IPCQ_OK == 0;
}
