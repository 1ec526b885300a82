/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols.h"

#include "fault_table.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool among(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = strstr(list, name); at != NULL; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    return false;
}

/* With _FORTIFY_SOURCE the compiler calls __snprintf_chk for snprintf. A checked call that may fail is not covered: its
 * faults stand behind the other name. */
static bool same_or_checked(const char *function, const char *name)
{
    size_t size = strlen(function);
    return strcmp(function, name) == 0 || (strncmp(name, "__", 2) == 0 && strncmp(name + 2, function, size) == 0 &&
                                           strcmp(name + 2 + size, "_chk") == 0);
}

static bool covered(const char *name)
{
    for (int kind = 0; kind < FAULT_KINDS; ++kind)
        if (among(fault_table[kind].functions, name))
            return true;
    for (unsigned i = 0; i < unfailing_count; ++i)
        if (same_or_checked(unfailing_table[i].function, name))
            return true;
    return false;
}

/* The library's file, mapped whole. */
static const unsigned char *library_file(void)
{
    static const unsigned char *file;
    Dl_info info;
    struct stat status;
    if (file != NULL)
        return file;
    if (dladdr((void *)(uintptr_t)ipcq_version, &info) == 0)
        return NULL;
    int fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
    if (fd == -1 || fstat(fd, &status) != 0)
        return NULL;
    void *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    file = map == MAP_FAILED ? NULL : map;
    return file;
}

/* Calls visit() with each undefined symbol of the library; -1 if that cannot be read. */
static int each_import(void (*visit)(const char *name, void *state), void *state)
{
    const unsigned char *file = library_file();
    int count = 0;
    if (file == NULL || memcmp(file, ELFMAG, SELFMAG) != 0)
        return -1;
    const Elf64_Ehdr *header = (const void *)file;
    const Elf64_Shdr *sections = (const void *)(file + header->e_shoff);
    for (unsigned s = 0; s < header->e_shnum; ++s) {
        if (sections[s].sh_type != SHT_DYNSYM)
            continue;
        const char *names = (const char *)file + sections[sections[s].sh_link].sh_offset;
        const Elf64_Sym *symbols = (const void *)(file + sections[s].sh_offset);
        for (size_t i = 1; i < sections[s].sh_size / sizeof *symbols; ++i)
            if (symbols[i].st_shndx == SHN_UNDEF) {
                visit(names + symbols[i].st_name, state);
                ++count;
            }
    }
    return count;
}

static void check(const char *name, void *violations)
{
    if (covered(name))
        return;
    printf("violation: symbols: libipcq.so calls %s, which has no faults and no reason in fault_table.c\n", name);
    ++*(unsigned *)violations;
}

unsigned symbols_check(void)
{
    unsigned violations = 0;
    if (each_import(check, &violations) > 0)
        return violations;
    printf("violation: symbols: the shared library is not found; is the program linked to a static one?\n");
    return 1;
}

struct question {
    const char *functions;
    bool answer;
};

static void compare(const char *name, void *state)
{
    struct question *question = state;
    question->answer = question->answer || among(question->functions, name);
}

bool symbols_imports(const char *functions)
{
    struct question question = {functions, false};
    each_import(compare, &question);
    return question.answer;
}
