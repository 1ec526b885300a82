/* SPDX-License-Identifier: Apache-2.0 */
#include "object.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int object_make(const char *path, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (file == -1)
        return -1;
    int result = write(file, bytes, size) == (ssize_t)size ? 0 : -1;
    close(file);
    return result;
}

int object_flip(const char *path, size_t offset, uint8_t bits)
{
    uint8_t byte = 0;
    int file = open(path, O_RDWR);
    if (file == -1)
        return -1;
    int result = -1;
    if (pread(file, &byte, 1, (off_t)offset) == 1) {
        byte ^= bits;
        result = pwrite(file, &byte, 1, (off_t)offset) == 1 ? 0 : -1;
    }
    close(file);
    return result;
}

int object_truncate(const char *path, size_t size) { return truncate(path, (off_t)size); }

void *object_read(const char *path, size_t *out_size)
{
    struct stat object;
    int file = open(path, O_RDONLY);
    if (file == -1)
        return NULL;
    char *bytes = NULL;
    if (fstat(file, &object) == 0 && (bytes = malloc((size_t)object.st_size + 1)) != NULL) {
        *out_size = (size_t)object.st_size;
        if (pread(file, bytes, *out_size, 0) != object.st_size) {
            free(bytes);
            bytes = NULL;
        }
    }
    close(file);
    return bytes;
}
