// Preloaded into a process: counts its calls on the files of one folder, and fails, shortens or interrupts the calls
// that an order names. An order is a call of readlink("/lane-shim/<order>"), whose result is the answer.
//   arm <first> <last> <step> <errno> <folder>   fails the calls first, first + step, ... last; errno 0 shortens them
//   disarm                                       returns "<calls> <number of failed calls> <name of the last of these>"
//   room <bytes>                                 sets RLIMIT_FSIZE (-1: no limit) and ignores SIGXFSZ
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { descriptors_max = 1 << 16 };

static char folder[4096];
static size_t folder_length;
static int armed, failure;
static long first, last, step, calls, failed;
static const char *failed_name = "-";
/** Which descriptors are open files of the folder. */
static unsigned char tracked[descriptors_max];

static const char order_start[] = "/lane-shim/";

/** The original function of the libc. */
#define real(name) ((__typeof__(&name))next_of(#name))

static void *next_of(const char *name) { return dlsym(RTLD_NEXT, name); }

static int is_within(const char *path) {
  return folder_length > 0 && path != NULL && strncmp(path, folder, folder_length) == 0;
}

static int is_tracked(int fd) { return fd >= 0 && fd < descriptors_max && tracked[fd]; }

static void track(int fd, int within) {
  if (fd >= 0 && fd < descriptors_max) tracked[fd] = (unsigned char)within;
}

/** Counts a call and returns whether it must fail. `can_be_short`: the call has a byte count. */
static int enter(const char *name, int can_be_short) {
  if (!armed) return 0;
  const long nth = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
  if (nth < first || nth > last || (nth - first) % step != 0) return 0;
  __atomic_add_fetch(&failed, 1, __ATOMIC_SEQ_CST);
  if (failure == 0 && !can_be_short) return 0;
  failed_name = name;
  errno = failure;
  return 1;
}

static ssize_t answer(char *into, size_t size, const char *text) {
  const size_t length = strlen(text) < size ? strlen(text) : size;
  memcpy(into, text, length);
  return (ssize_t)length;
}

static ssize_t obey(const char *order, char *into, size_t size) {
  char told[256];
  long long bytes;
  int at = 0;
  if (sscanf(order, "arm %ld %ld %ld %d %n", &first, &last, &step, &failure, &at) == 4 && at > 0) {
    snprintf(folder, sizeof folder, "%s", order + at);
    folder_length = strlen(folder);
    calls = failed = 0;
    failed_name = "-";
    armed = 1;
    return answer(into, size, "armed");
  }
  if (strcmp(order, "disarm") == 0) {
    armed = 0;
    snprintf(told, sizeof told, "%ld %ld %s", calls, failed, failed_name);
    return answer(into, size, told);
  }
  if (sscanf(order, "room %lld", &bytes) == 1) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? answer(into, size, "limited") : -1;
  }
  errno = EINVAL;
  return -1;
}

ssize_t readlink(const char *path, char *into, size_t size) {
  if (strncmp(path, order_start, sizeof order_start - 1) == 0) return obey(path + sizeof order_start - 1, into, size);
  if (is_within(path) && enter("readlink", 0)) return -1;
  return real(readlink)(path, into, size);
}

static int open_real(const char *symbol, const char *path, int flags, mode_t mode) {
  const int within = is_within(path);
  if (within && enter("open", 0)) return -1;
  int (*opener)(const char *, int, ...) = (int (*)(const char *, int, ...))next_of(symbol);
  const int fd = opener(path, flags, mode);
  track(fd, within);
  return fd;
}

static mode_t mode_of(int flags, va_list rest) { return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_real("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_real("open64", path, flags, mode);
}

/** Linux frees the descriptor whatever close returns, and so does this function. */
static int fail_close(int fd) {
  const int was = is_tracked(fd);
  track(fd, 0);
  return was && enter("close", 0);
}

int close(int fd) {
  const int fails = fail_close(fd);
  const int why = errno;
  const int done = real(close)(fd);
  if (!fails) return done;
  errno = why;
  return -1;
}

/** Node calls close and statx through syscall, without the libc's names for them. */
long syscall(long number, ...) {
  va_list rest;
  long given[6];
  va_start(rest, number);
  for (int i = 0; i < 6; i++) given[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_close) return close((int)given[0]);
  if (number == SYS_statx) {
    const char *path = (const char *)given[1];
    const int ours = path != NULL && path[0] != '\0' ? is_within(path) : is_tracked((int)given[0]);
    if (ours && enter("stat", 0)) return -1;
  }
  return real(syscall)(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

/** A short count is one byte; every call with a byte count is failed or shortened here. */
#define CUT(name, fd, size)                      \
  if (is_tracked(fd) && enter(name, (size) > 1)) { \
    if (failure != 0) return -1;                 \
    size = 1;                                    \
  }

ssize_t read(int fd, void *into, size_t size) {
  CUT("read", fd, size)
  return real(read)(fd, into, size);
}

ssize_t pread(int fd, void *into, size_t size, off_t offset) {
  CUT("read", fd, size)
  return real(pread)(fd, into, size, offset);
}

ssize_t pread64(int fd, void *into, size_t size, off64_t offset) {
  CUT("read", fd, size)
  return real(pread64)(fd, into, size, offset);
}

ssize_t write(int fd, const void *from, size_t size) {
  CUT("write", fd, size)
  return real(write)(fd, from, size);
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t offset) {
  CUT("write", fd, size)
  return real(pwrite64)(fd, from, size, offset);
}

#define BY_DESCRIPTOR(name, fd) \
  if (is_tracked(fd) && enter(name, 0)) return -1;
#define BY_PATH(name, path) \
  if (is_within(path) && enter(name, 0)) return -1;

ssize_t readv(int fd, const struct iovec *parts, int count) {
  BY_DESCRIPTOR("read", fd)
  return real(readv)(fd, parts, count);
}

ssize_t preadv64(int fd, const struct iovec *parts, int count, off64_t offset) {
  BY_DESCRIPTOR("read", fd)
  return real(preadv64)(fd, parts, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  BY_DESCRIPTOR("write", fd)
  return real(writev)(fd, parts, count);
}

int fsync(int fd) {
  BY_DESCRIPTOR("fsync", fd)
  return real(fsync)(fd);
}

int fdatasync(int fd) {
  BY_DESCRIPTOR("fsync", fd)
  return real(fdatasync)(fd);
}

int ftruncate64(int fd, off64_t length) {
  BY_DESCRIPTOR("ftruncate", fd)
  return real(ftruncate64)(fd, length);
}

int fchmod(int fd, mode_t mode) {
  BY_DESCRIPTOR("fchmod", fd)
  return real(fchmod)(fd, mode);
}

int fchown(int fd, uid_t uid, gid_t gid) {
  BY_DESCRIPTOR("fchown", fd)
  return real(fchown)(fd, uid, gid);
}

int futimens(int fd, const struct timespec times[2]) {
  BY_DESCRIPTOR("futimens", fd)
  return real(futimens)(fd, times);
}

int flock(int fd, int operation) {
  BY_DESCRIPTOR("flock", fd)
  int (*locker)(int, int) = (int (*)(int, int))next_of("flock");
  return locker(fd, operation);
}

int link(const char *from, const char *to) {
  BY_PATH("link", to)
  return real(link)(from, to);
}

int rename(const char *from, const char *to) {
  BY_PATH("rename", to)
  return real(rename)(from, to);
}

int unlink(const char *path) {
  BY_PATH("unlink", path)
  return real(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
  BY_PATH("mkdir", path)
  return real(mkdir)(path, mode);
}

int statfs64(const char *path, struct statfs64 *into) {
  BY_PATH("statfs", path)
  return real(statfs64)(path, into);
}

int scandir64(const char *path, struct dirent64 ***names, int (*keep)(const struct dirent64 *),
              int (*order)(const struct dirent64 **, const struct dirent64 **)) {
  BY_PATH("readdir", path)
  return real(scandir64)(path, names, keep, order);
}
