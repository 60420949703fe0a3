/* Stands between the program and the system (LD_PRELOAD) and looks at what reaches one folder: it writes down, in order,
 * every write, truncation, sync and name, and what goes over sockets, so that what would be left after a power cut at
 * any moment can be made up afterwards (torture/src/power.rs); or it fails the n-th of these calls (torture/src/fail.rs).
 * Test tool, Linux only; knows nothing of databases.
 *
 *   DISK_FOLDER  the folder, as the program names it       DISK_LOG  where the record goes
 *   DISK_FAIL    N:ERRNO:COUNT  calls N, N+1 … fail so     DISK_SOCKETS  1: sockets too
 *
 * A record is kind (1 byte), a (4), b (8), length (4), then so many bytes, in the machine's order. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST = 65536, HEARD = 16384 };

static const char *folder;
static size_t folder_length;
static int out = -1;
static int sockets;
static long fail_at, fail_for;
static int fail_with;
static long calls;
static uint32_t opened;
static uint32_t open_of[MOST];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static int (*real_link)(const char *, const char *);
static int (*real_linkat)(int, const char *, int, const char *, int);
static ssize_t (*real_send)(int, const void *, size_t, int);
static ssize_t (*real_sendmsg)(int, const struct msghdr *, int);
static ssize_t (*real_recv)(int, void *, size_t, int);

__attribute__((constructor)) static void begin(void)
{
    real_open = dlsym(RTLD_NEXT, "open");
    real_openat = dlsym(RTLD_NEXT, "openat");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_link = dlsym(RTLD_NEXT, "link");
    real_linkat = dlsym(RTLD_NEXT, "linkat");
    real_send = dlsym(RTLD_NEXT, "send");
    real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    real_recv = dlsym(RTLD_NEXT, "recv");
    const char *log = getenv("DISK_LOG"), *fail = getenv("DISK_FAIL");
    sockets = getenv("DISK_SOCKETS") != NULL;
    if (fail) {
        char *rest;
        fail_at = strtol(fail, &rest, 10);
        fail_with = (int)strtol(*rest ? rest + 1 : rest, &rest, 10);
        fail_for = strtol(*rest ? rest + 1 : rest, &rest, 10);
    }
    if (log) out = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    folder = getenv("DISK_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
}

static void record(char kind, uint32_t a, uint64_t b, const struct iovec *parts, int count, size_t most)
{
    if (out < 0) return;
    uint32_t length = 0;
    for (int i = 0; i < count; i++) {
        size_t room = most - length;
        length += (uint32_t)(parts[i].iov_len < room ? parts[i].iov_len : room);
    }
    char head[17];
    head[0] = kind;
    memcpy(head + 1, &a, 4);
    memcpy(head + 5, &b, 8);
    memcpy(head + 13, &length, 4);
    struct iovec all[66];
    int used = 1;
    uint32_t left = length;
    all[0] = (struct iovec){head, sizeof head};
    for (int i = 0; i < count && left > 0 && used < 66; i++) {
        size_t take = parts[i].iov_len < left ? parts[i].iov_len : left;
        all[used++] = (struct iovec){parts[i].iov_base, take};
        left -= (uint32_t)take;
    }
    ssize_t done = real_writev(out, all, used);
    /* A record that is cut would make the rest unreadable: better no answer at all than a wrong one. */
    if (left > 0 || done != (ssize_t)(sizeof head + length)) abort();
}

static void record_text(char kind, uint32_t a, uint64_t b, const char *one, const char *two)
{
    struct iovec parts[2] = {{(void *)one, strlen(one) + (two ? 1 : 0)}, {(void *)two, two ? strlen(two) : 0}};
    record(kind, a, b, parts, two ? 2 : 1, SIZE_MAX);
}

/* What a path is called within the folder; NULL when it lies elsewhere. The index of the write-ahead log is shared
 * memory, made anew from the log after a cut: it is no part of the record. */
static const char *within(const char *path)
{
    if (!folder || !path || strncmp(path, folder, folder_length) != 0) return NULL;
    const char *rest = path + folder_length;
    if (*rest == '/') rest++;
    else if (*rest != 0) return NULL;
    size_t length = strlen(rest);
    if (length > 4 && strcmp(rest + length - 4, "-shm") == 0) return NULL;
    return rest;
}

static uint32_t of(int fd) { return fd >= 0 && fd < MOST ? open_of[fd] : 0; }

/* Whether this call fails, with errno set. Called in turn. */
static int fails(void)
{
    calls++;
    if (fail_at == 0 || calls < fail_at || calls >= fail_at + fail_for) return 0;
    record('X', (uint32_t)fail_with, (uint64_t)calls, NULL, 0, 0);
    errno = fail_with;
    return 1;
}

static int opening(int fd, const char *path, int flags, int was_there)
{
    const char *name = within(path);
    if (!name || fd < 0 || fd >= MOST) return fd;
    open_of[fd] = ++opened;
    uint64_t kind = (was_there ? 0 : 1) | ((flags & O_TRUNC) ? 2 : 0);
    record_text('O', opened, kind, name, NULL);
    return fd;
}

static int do_open(int at, const char *path, int flags, mode_t mode)
{
    int inside = at == AT_FDCWD && within(path) != NULL;
    if (!inside) return real_openat(at, path, flags, mode);
    pthread_mutex_lock(&turn);
    struct stat about;
    int was_there = stat(path, &about) == 0;
    int fd = opening(real_openat(at, path, flags, mode), path, flags, was_there);
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return fd;
}

#define WITH_MODE(flags)                                                                                               \
    mode_t mode = 0;                                                                                                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                             \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

int open(const char *path, int flags, ...) { WITH_MODE(flags) return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { WITH_MODE(flags) return do_open(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { WITH_MODE(flags) return do_open(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { WITH_MODE(flags) return do_open(at, path, flags | O_LARGEFILE, mode); }

int close(int fd)
{
    if (fd >= 0 && fd < MOST) open_of[fd] = 0;
    if (!real_close) return (int)syscall(SYS_close, fd);
    return real_close(fd);
}

static int is_socket(int fd)
{
    struct stat about;
    int error = errno;
    int found = sockets && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
    errno = error;
    return found;
}

/* What leaves is written down before it leaves: what was promised has to be on the disk by then. */
static void leaving(int fd, const struct iovec *parts, int count)
{
    pthread_mutex_lock(&turn);
    record('S', (uint32_t)fd, 0, parts, count, HEARD);
    pthread_mutex_unlock(&turn);
}

static ssize_t writing(int fd, const struct iovec *parts, int count, off_t at)
{
    pthread_mutex_lock(&turn);
    ssize_t done;
    if (fails()) {
        done = -1;
    } else {
        done = at >= 0 ? real_pwrite(fd, parts[0].iov_base, parts[0].iov_len, at) : real_writev(fd, parts, count);
        int error = errno;
        if (done > 0) {
            off_t place = at >= 0 ? at : lseek(fd, 0, SEEK_CUR) - done;
            record('W', of(fd), (uint64_t)place, parts, count, (size_t)done);
        }
        errno = error;
    }
    int error = errno;
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    struct iovec part = {(void *)bytes, length};
    if (of(fd)) return writing(fd, &part, 1, -1);
    if (is_socket(fd)) leaving(fd, &part, 1);
    return real_write(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (of(fd)) return writing(fd, parts, count, -1);
    if (is_socket(fd)) leaving(fd, parts, count);
    return real_writev(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    struct iovec part = {(void *)bytes, length};
    return of(fd) ? writing(fd, &part, 1, at) : real_pwrite(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return pwrite(fd, bytes, length, at); }

int ftruncate(int fd, off_t length)
{
    if (!of(fd)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&turn);
    int done = fails() ? -1 : real_ftruncate(fd, length);
    int error = errno;
    if (done == 0) record('T', of(fd), (uint64_t)length, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static int syncing(int fd, int (*real)(int))
{
    if (!of(fd)) return real(fd);
    pthread_mutex_lock(&turn);
    int done = fails() ? -1 : real(fd);
    int error = errno;
    if (done == 0) record('F', of(fd), 0, NULL, 0, 0);
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}

int fsync(int fd) { return syncing(fd, real_fsync); }
int fdatasync(int fd) { return syncing(fd, real_fdatasync); }

/* A change of names: `done` is what came of it. */
static int naming(char kind, const char *one, const char *two, int done)
{
    int error = errno;
    if (done == 0) record_text(kind, 0, 0, one, two);
    pthread_mutex_unlock(&turn);
    errno = error;
    return done;
}

int rename(const char *from, const char *to)
{
    const char *one = within(from), *two = within(to);
    if (!one || !two) return real_rename(from, to);
    pthread_mutex_lock(&turn);
    return naming('R', one, two, fails() ? -1 : real_rename(from, to));
}

int unlink(const char *path)
{
    const char *name = within(path);
    if (!name) return real_unlink(path);
    pthread_mutex_lock(&turn);
    return naming('U', name, NULL, real_unlink(path));
}

int mkdir(const char *path, mode_t mode)
{
    const char *name = within(path);
    if (!name) return real_mkdir(path, mode);
    pthread_mutex_lock(&turn);
    return naming('M', name, NULL, fails() ? -1 : real_mkdir(path, mode));
}

int link(const char *from, const char *to)
{
    const char *one = within(from), *two = within(to);
    if (!one || !two) return real_link(from, to);
    pthread_mutex_lock(&turn);
    return naming('L', one, two, fails() ? -1 : real_link(from, to));
}

int linkat(int at, const char *from, int to_at, const char *to, int flags)
{
    const char *one = within(from), *two = within(to);
    if (!one || !two) return real_linkat(at, from, to_at, to, flags);
    pthread_mutex_lock(&turn);
    return naming('L', one, two, fails() ? -1 : real_linkat(at, from, to_at, to, flags));
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    struct iovec part = {(void *)bytes, length};
    if (is_socket(fd)) leaving(fd, &part, 1);
    return real_send(fd, bytes, length, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (is_socket(fd)) leaving(fd, message->msg_iov, (int)message->msg_iovlen);
    return real_sendmsg(fd, message, flags);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    ssize_t done = real_recv(fd, bytes, length, flags);
    if (done > 0 && is_socket(fd)) {
        int error = errno;
        struct iovec part = {bytes, (size_t)done};
        pthread_mutex_lock(&turn);
        record('G', (uint32_t)fd, 0, &part, 1, HEARD);
        pthread_mutex_unlock(&turn);
        errno = error;
    }
    return done;
}
