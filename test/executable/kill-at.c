// Preloaded into a program: kills it just before the call number KILL_AT that may change a file, or in the middle of that
// call if it is a write and KILL_HALFWAY is set.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/** The original function of the libc. */
#define real(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void die(void) { kill(getpid(), SIGKILL); }

/** Counts a call and returns whether the process is to be killed at it. */
static int enter(void) {
  static long calls;
  const char *order = getenv("KILL_AT");
  return order != NULL && ++calls == atol(order);
}

static void enter_whole(void) {
  if (enter()) die();
}

static mode_t mode_in(int flags, va_list rest) { return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_in(flags, rest);
  va_end(rest);
  if ((flags & O_CREAT) != 0) enter_whole();
  return real(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_in(flags, rest);
  va_end(rest);
  if ((flags & O_CREAT) != 0) enter_whole();
  return real(open64)(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (enter()) {
    if (getenv("KILL_HALFWAY") != NULL) real(write)(fd, bytes, count / 2);
    die();
  }
  return real(write)(fd, bytes, count);
}

int fchown(int fd, uid_t owner, gid_t group) {
  enter_whole();
  return real(fchown)(fd, owner, group);
}

int fchmod(int fd, mode_t mode) {
  enter_whole();
  return real(fchmod)(fd, mode);
}

int rename(const char *from, const char *to) {
  enter_whole();
  return real(rename)(from, to);
}

int unlink(const char *path) {
  enter_whole();
  return real(unlink)(path);
}

int close(int fd) {
  enter_whole();
  return real(close)(fd);
}
