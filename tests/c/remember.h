/* Secrets that must be nowhere in this process's memory. They are kept masked, so that this is no copy.
 *
 * Memory that is freed stays as it is: otherwise a copy that was not wiped is found or not, as chance has it, since
 * something else may lie there already. */
#ifndef REMEMBER_H
#define REMEMBER_H

#include <fcntl.h>
#include <malloc.h>

#include "check.h"

/* So much of a secret is looked for, or more. */
enum { PART = 16, LONGEST = 40, MASK = 0x55, MOST_PARTS = 64 };

/* Where a part must not be. */
enum place { ANYWHERE, BUT_ON_STACKS };

struct part {
    const char *what;
    enum place place;
    size_t size;
    unsigned char bytes[LONGEST];
};

static struct part parts[MOST_PARTS];
static int count_parts, count_freed;

/* For the library, too. */
void free(void *memory) {
    count_freed += memory != NULL;
}

void *realloc(void *memory, size_t size) {
    size_t before = memory == NULL ? 0 : malloc_usable_size(memory);
    void *moved = malloc(size);
    if (moved != NULL && memory != NULL)
        memcpy(moved, memory, before < size ? before : size);
    return moved;
}

static inline void remember(const char *what, enum place place, const void *secret, size_t size) {
    const unsigned char *bytes = (const unsigned char *)secret;
    struct part *part = &parts[count_parts++];
    size_t index;
    CHECK(count_parts < MOST_PARTS && size <= LONGEST);
    part->what = what;
    part->place = place;
    part->size = size;
    for (index = 0; index < size; index++)
        part->bytes[index] = bytes[index] ^ MASK;
}

/* A number in the order of DER, and in that of this machine's words, of which the lowest comes first. */
static inline void remember_number(const char *what, const unsigned char *bytes, size_t size) {
    unsigned char turned[PART];
    size_t place, index;
    for (place = 0; place + PART <= size; place += PART) {
        for (index = 0; index < PART; index++)
            turned[index] = bytes[place + PART - 1 - index];
        remember(what, BUT_ON_STACKS, bytes + place, PART);
        remember(what, BUT_ON_STACKS, turned, PART);
    }
    explicit_bzero(turned, sizeof turned);
}

/* How often a part lies in this memory. */
static inline int count_in(const unsigned char *memory, size_t size, const struct part *part) {
    size_t place, index;
    int count = 0;
    for (place = 0; place + part->size <= size; place++) {
        for (index = 0; index < part->size && memory[place + index] == (part->bytes[index] ^ MASK); index++)
            ;
        count += index == part->size;
    }
    return count;
}

/* How often the parts lie in the memory of this process that can be written. What is found is said, if `way` is given. */
static inline int copies(const char *way) {
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY), count = 0, index, found, is_stack;
    static unsigned char piece[1 << 20];
    char line[512], access[8];
    unsigned long start, end, guard = 0;

    CHECK(maps != NULL && memory >= 0);
    while (fgets(line, sizeof line, maps) != NULL) {
        CHECK(sscanf(line, "%lx-%lx %7s", &start, &end, access) == 3);
        /* Beneath the stack of a thread lies memory that nobody may touch. */
        is_stack = strstr(line, "[stack]") != NULL || guard == start;
        guard = strcmp(access, "---p") == 0 ? end : 0;
        while (access[1] == 'w' && start < end) {
            size_t size = end - start < sizeof piece ? end - start : sizeof piece;
            /* What was read before would be found in the piece again. */
            if (start < (unsigned long)piece + sizeof piece && start + size > (unsigned long)piece) {
                start = (unsigned long)piece + sizeof piece;
                continue;
            }
            size = pread(memory, piece, size, (off_t)start) == (ssize_t)size ? size : 0;
            for (index = 0; index < count_parts; index++) {
                if (is_stack && parts[index].place == BUT_ON_STACKS)
                    continue;
                found = count_in(piece, size, &parts[index]);
                count += found;
                if (found > 0 && way != NULL)
                    fprintf(stderr, "%s: %d copies of %s in %s", way, found, parts[index].what, line);
            }
            if (end - start <= sizeof piece)
                break;
            start += sizeof piece - LONGEST;
        }
    }
    explicit_bzero(piece, sizeof piece);
    fclose(maps);
    close(memory);
    return count;
}

#endif
