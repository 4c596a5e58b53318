// Starts programs: JavaScript cannot run between fork and exec.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// What the kernel lets a user without privileges lock since Linux 5.16.
#define LOCKED_MEMORY (8 << 20)

struct child {
  char **argv;
  char **env;
  const int32_t *stdio;
  // uid, gid, groups
  const uint32_t *identity;
  size_t identity_count;
};

static int is_realtime(int policy) {
  policy &= ~SCHED_RESET_ON_FORK;
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

// The child has to run above SCHED_OTHER until exec, or a busy processor would block us in vfork; one below our
// priority, so that it cannot delay us itself.
static void lower_priority(void) {
  struct sched_param param;
  int policy = syscall(SYS_sched_getscheduler, 0);
  if (!is_realtime(policy) || syscall(SYS_sched_getparam, 0, &param) < 0) return;
  if (param.sched_priority > 1) param.sched_priority--;
  syscall(SYS_sched_setscheduler, 0, policy | SCHED_RESET_ON_FORK, &param);
}

// Called after exec. Uses system calls directly, because musl's functions are stubs.
static void end_privileges(pid_t pid) {
  struct sched_param param = {0};
  if (is_realtime(syscall(SYS_sched_getscheduler, pid))) syscall(SYS_sched_setscheduler, pid, SCHED_OTHER, &param);
  if (getpriority(PRIO_PROCESS, pid) < 0) setpriority(PRIO_PROCESS, pid, 0);
}

static void lower_limit(int resource, rlim_t most) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) < 0 || limit.rlim_max <= most) return;
  limit.rlim_max = most;
  if (limit.rlim_cur > most) limit.rlim_cur = most;
  setrlimit(resource, &limit);
}

// The unit gives the agent a real-time priority, locked memory, and a place at the end of the OOM killer's list. With
// them a program that runs as another user could keep the processor or the memory from the agent.
static void end_preference(void) {
  lower_limit(RLIMIT_RTPRIO, 0);
  lower_limit(RLIMIT_NICE, 0);
  lower_limit(RLIMIT_MEMLOCK, LOCKED_MEMORY);
  char sign = 0;
  int fd = open("/proc/self/oom_score_adj", O_RDWR);
  // Keeps a value that was raised explicitly.
  if (fd >= 0 && read(fd, &sign, 1) == 1 && sign == '-') pwrite(fd, "0", 1, 0);
}

static void close_others(void) {
  if (syscall(SYS_close_range, 3, ~0U, 0) == 0) return;
  // For Linux before 5.9.
  struct rlimit limit = {.rlim_cur = 1024};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t fd = 3; fd < limit.rlim_cur && fd < 65536; fd++) close(fd);
}

// Runs in the child in the memory of the parent: it must not allocate, nor change anything but its own process. Returns
// an errno if the program cannot be started.
static __attribute__((noinline)) int become(const struct child *child) {
  int moved[3];
  setsid();
  lower_priority();
  end_preference();
  // Moved away first, because a descriptor may be used for several of 0, 1 and 2.
  for (int i = 0; i < 3; i++) {
    int fd = child->stdio[i] >= 0 ? child->stdio[i] : open("/dev/null", O_RDWR);
    moved[i] = fcntl(fd, F_DUPFD, 3);
    if (moved[i] < 0) return errno;
  }
  for (int i = 0; i < 3; i++)
    if (dup2(moved[i], i) < 0) return errno;
  close_others();
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // Direct system calls, as libc's wrappers would signal the parent's threads.
  const uint32_t *identity = child->identity;
  if (identity != NULL && (syscall(SYS_setgroups, child->identity_count - 2, identity + 2) < 0 ||
                           syscall(SYS_setresgid, identity[1], identity[1], identity[1]) < 0 ||
                           syscall(SYS_setresuid, identity[0], identity[0], identity[0]) < 0))
    return errno;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(child->argv[0], child->argv, child->env);
  return errno;
}

// spawn(argv, env, stdio, identity): returns the pid or -errno. argv and env are pointer vectors for execve, stdio is
// three int32 (-1 is /dev/null), identity is undefined or the uint32 uid, gid, groups …
static JSValue spawn(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct child child = {0};
  size_t length;
  if ((child.argv = (char **)array_bytes(ctx, argv[0], &length)) == NULL) return JS_EXCEPTION;
  if ((child.env = (char **)array_bytes(ctx, argv[1], &length)) == NULL) return JS_EXCEPTION;
  if ((child.stdio = (int32_t *)array_bytes(ctx, argv[2], &length)) == NULL) return JS_EXCEPTION;
  if (length != 3 * sizeof *child.stdio) return JS_ThrowTypeError(ctx, "stdio must be three descriptors");
  if (!JS_IsUndefined(argv[3])) {
    if ((child.identity = (uint32_t *)array_bytes(ctx, argv[3], &length)) == NULL) return JS_EXCEPTION;
    child.identity_count = length / sizeof *child.identity;
    if (child.identity_count < 2) return JS_ThrowTypeError(ctx, "identity must be uid, gid and groups");
  }
  // The vfork child shares our memory until exec, so nothing is copied and its errno is visible here.
  volatile int error = 0;
  pid_t pid = vfork();
  if (pid == 0) {
    error = become(&child);
    _exit(127);
  }
  if (pid < 0) return JS_NewInt32(ctx, -errno);
  if (error != 0) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return JS_NewInt32(ctx, -error);
  }
  end_privileges(pid);
  return JS_NewInt32(ctx, pid);
}

void define_spawn(JSContext *ctx, JSValueConst host) { define_function(ctx, host, "spawn", spawn, 4); }
