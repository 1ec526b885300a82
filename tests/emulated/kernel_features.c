/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel_features.h"

#include "support/child.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES = 65536 }; /* a multiple of every page size */

static void *new_page(void)
{
    void *page = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NULL : page;
}

/* write() answers EFAULT for bytes that are not mapped, where a load would end the process. */
static int finds_no_page(void *page)
{
    int ends[2];
    return pipe(ends) == 0 && write(ends[1], page, 1) == -1 && errno == EFAULT ? 0 : 1;
}

static int finds_zero(void *page) { return *(volatile char *)page == 0 ? 0 : 1; }

static bool child_of_advised(int advice, child_function *finds)
{
    char *page = new_page();
    if (page == NULL)
        return false;
    *page = 1;
    const bool works = madvise(page, BYTES, advice) == 0 && child_run(finds, page) == 0;
    munmap(page, BYTES);
    return works;
}

static bool dontfork_works(void) { return child_of_advised(MADV_DONTFORK, finds_no_page); }

static bool wipeonfork_works(void) { return child_of_advised(MADV_WIPEONFORK, finds_zero); }

static bool removes_memory_of(int file)
{
    struct stat status;
    if (ftruncate(file, BYTES) != 0)
        return false;
    char *page = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        return false;
    *page = 1;
    const bool removed = madvise(page, BYTES, MADV_REMOVE) == 0 && fstat(file, &status) == 0 && status.st_blocks == 0;
    munmap(page, BYTES);
    return removed;
}

static bool memory_removal_works(void)
{
    const int file = memfd_create("removal", MFD_CLOEXEC);
    const bool works = file != -1 && removes_memory_of(file);
    close(file);
    return works;
}

static int is_limited(void *nothing)
{
    (void)nothing;
    const struct rlimit limit = {BYTES, BYTES};
    return setrlimit(RLIMIT_AS, &limit) == 0 && new_page() == NULL ? 0 : 1;
}

static bool address_space_limit_works(void) { return child_run(is_limited, NULL) == 0; }

const struct kernel_feature dontfork = {
    "madvise(MADV_DONTFORK) has no effect here: a child keeps its parent's mapping, and so its parent's byte lock",
    dontfork_works,
};
const struct kernel_feature wipeonfork = {
    "madvise(MADV_WIPEONFORK) has no effect here: a child of a raw clone() keeps its parent's fork epoch",
    wipeonfork_works,
};
const struct kernel_feature memory_removal = {
    "madvise(MADV_REMOVE) has no effect here: no memory goes back to the system",
    memory_removal_works,
};
const struct kernel_feature address_space_limit = {
    "setrlimit(RLIMIT_AS) has no effect here: no mapping is refused",
    address_space_limit_works,
};
