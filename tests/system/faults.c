/* A file system with missing features: preloaded before the C library. FAULTS names what fails, with spaces
 * between:
 *
 *   sync=E     a folder cannot be synced          symlink=E  no symbolic links
 *   flock=E    no flock                           record=E   no record locks
 *   link=E     no hard links                      clock=S    the calendar is off by so many seconds
 *   short      half of what is to be written into a file is written at a time
 *   mode=M     every plain file has these permissions, in octal, and no chmod changes them
 *   owner=E    no file gets another owner
 *   nfs        fstatfs says NFS, where a flock is a record lock of the open file over all of it
 *
 * E is the number of the error. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#define NFS 0x6969

/* What follows a name in FAULTS, or NULL. */
static const char *fault(const char *name) {
    const char *faults = getenv("FAULTS");
    size_t length = strlen(name);

    for (; faults != NULL && *faults != '\0'; faults += strcspn(faults, " "), faults += strspn(faults, " "))
        if (strncmp(faults, name, length) == 0)
            return faults + length;
    return NULL;
}

/* Whether it fails; errno says why. */
static int fails(const char *name) {
    const char *number = fault(name);

    if (number != NULL)
        errno = atoi(number);
    return number != NULL;
}

static void *next(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

int fsync(int fd) {
    struct stat found;
    int (*real)(int);

    *(void **)&real = next("fsync");
    if (fault("sync=") && fstat(fd, &found) == 0 && S_ISDIR(found.st_mode) && fails("sync="))
        return -1;
    return real(fd);
}

int symlink(const char *target, const char *path) {
    int (*real)(const char *, const char *);

    *(void **)&real = next("symlink");
    return fails("symlink=") ? -1 : real(target, path);
}

int symlinkat(const char *target, int folder, const char *path) {
    int (*real)(const char *, int, const char *);

    *(void **)&real = next("symlinkat");
    return fails("symlink=") ? -1 : real(target, folder, path);
}

int link(const char *from, const char *to) {
    int (*real)(const char *, const char *);

    *(void **)&real = next("link");
    return fails("link=") ? -1 : real(from, to);
}

int linkat(int from_folder, const char *from, int folder, const char *to, int flags) {
    int (*real)(int, const char *, int, const char *, int);

    *(void **)&real = next("linkat");
    return fails("link=") ? -1 : real(from_folder, from, folder, to, flags);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t (*real)(int, const void *, size_t);
    struct stat found;

    *(void **)&real = next("write");
    if (length > 1 && fault("short") && fstat(fd, &found) == 0 && S_ISREG(found.st_mode))
        length /= 2;
    return real(fd, bytes, length);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *);
    const char *seconds = fault("clock=");
    int done;

    *(void **)&real = next("clock_gettime");
    done = real(clock, now);
    if (done == 0 && clock == CLOCK_REALTIME && seconds != NULL)
        now->tv_sec += atol(seconds);
    return done;
}

int flock(int fd, int operation) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int (*real)(int, int);

    if (fails("flock="))
        return -1;
    if (fault("nfs")) {
        if (operation & LOCK_UN)
            whole.l_type = F_UNLCK;
        return fcntl(fd, F_OFD_SETLK, &whole);
    }
    *(void **)&real = next("flock");
    return real(fd, operation);
}

int fcntl(int fd, int command, ...) {
    int (*real)(int, int, ...);
    va_list rest;
    void *argument;

    va_start(rest, command);
    argument = va_arg(rest, void *);
    va_end(rest);
    *(void **)&real = next("fcntl");
    if (command == F_SETLK && fails("record="))
        return -1;
    return real(fd, command, argument);
}

int fstatfs(int fd, struct statfs *found) {
    int (*real)(int, struct statfs *);
    int done;

    *(void **)&real = next("fstatfs");
    done = real(fd, found);
    if (done == 0 && fault("nfs"))
        found->f_type = NFS;
    return done;
}

int fstatfs64(int fd, struct statfs64 *found) {
    int (*real)(int, struct statfs64 *);
    int done;

    *(void **)&real = next("fstatfs64");
    done = real(fd, found);
    if (done == 0 && fault("nfs"))
        found->f_type = NFS;
    return done;
}

int fchmod(int fd, mode_t mode) {
    int (*real)(int, mode_t);

    *(void **)&real = next("fchmod");
    if (fault("mode=")) {
        errno = EPERM;
        return -1;
    }
    return real(fd, mode);
}

int chmod(const char *path, mode_t mode) {
    int (*real)(const char *, mode_t);

    *(void **)&real = next("chmod");
    if (fault("mode=")) {
        errno = EPERM;
        return -1;
    }
    return real(path, mode);
}

int chown(const char *path, uid_t user, gid_t group) {
    int (*real)(const char *, uid_t, gid_t);

    *(void **)&real = next("chown");
    return fails("owner=") ? -1 : real(path, user, group);
}

int statx(int folder, const char *path, int flags, unsigned int mask, struct statx *found) {
    int (*real)(int, const char *, int, unsigned int, struct statx *);
    const char *mode = fault("mode=");
    int done;

    *(void **)&real = next("statx");
    done = real(folder, path, flags, mask, found);
    if (done == 0 && mode != NULL && S_ISREG(found->stx_mode))
        found->stx_mode = S_IFREG | (mode_t)strtol(mode, NULL, 8);
    return done;
}
