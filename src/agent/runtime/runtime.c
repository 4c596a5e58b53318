// The static runtime of lvs-agent: QuickJS, system calls, and nothing else. The agent's script is appended to this
// program (so that what is pushed to a host is one file), or named as the first argument. What it offers is the global
// `host`; `host-static` makes the agent's `Sys` of it.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

#if defined(__x86_64__)
#define ARCH "x64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#endif

// sysexits.h EX_SOFTWARE: the script is at fault, not its input.
#define EXIT_FAULT 70

// Behind an appended script: its length in 8 bytes, little-endian, and this.
#define TRAILER_MAGIC "lvsagent"
#define TRAILER_SIZE 16

// Below this much memory in use cycles are not looked for at all; most garbage needs no such search.
#define GC_THRESHOLD (4 << 20)

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

uint8_t *array_bytes(JSContext *ctx, JSValueConst array, size_t *length) {
  size_t offset, size;
  JSValue buffer = JS_GetTypedArrayBuffer(ctx, array, &offset, length, NULL);
  if (JS_IsException(buffer)) return NULL;
  uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, buffer);
  JS_FreeValue(ctx, buffer);
  return bytes == NULL ? NULL : bytes + offset;
}

// syscall(number, ...arguments): its result or -errno. Arguments are numbers, bigints, or typed arrays by reference.
static JSValue host_syscall(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  long values[7] = {0};
  if (argc > 7) return JS_ThrowTypeError(ctx, "a system call has six arguments at most");
  for (int i = 0; i < argc; i++) {
    if (JS_IsObject(argv[i])) {
      size_t length;
      uint8_t *bytes = array_bytes(ctx, argv[i], &length);
      if (bytes == NULL) return JS_EXCEPTION;
      values[i] = (long)bytes;
    } else if (JS_IsNumber(argv[i]) || JS_IsBigInt(ctx, argv[i])) {
      int64_t value;
      if (JS_ToInt64Ext(ctx, &value, argv[i]) < 0) return JS_EXCEPTION;
      values[i] = value;
    } else {
      return JS_ThrowTypeError(ctx, "argument %d of system call %ld is neither a number nor a typed array", i, values[0]);
    }
  }
  long result = syscall(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  return JS_NewInt64(ctx, result < 0 ? -errno : result);
}

// address(array): where its first byte is. QuickJS never moves memory.
static JSValue host_address(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  uint8_t *bytes = array_bytes(ctx, argv[0], &length);
  return bytes == NULL ? JS_EXCEPTION : JS_NewBigUint64(ctx, (uintptr_t)bytes);
}

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

// A program that will run under SCHED_OTHER must be started above it all the same, or whoever keeps the processor busy
// keeps us waiting in vfork. One below our own priority, so that it cannot keep us waiting either.
static void lower_priority(void) {
  struct sched_param param;
  int policy = syscall(SYS_sched_getscheduler, 0);
  if (!is_realtime(policy) || syscall(SYS_sched_getparam, 0, &param) < 0) return;
  if (param.sched_priority > 1) param.sched_priority--;
  syscall(SYS_sched_setscheduler, 0, policy | SCHED_RESET_ON_FORK, &param);
}

// Now that it runs a program of its own. The calls are the kernel's because musl's are stubs.
static void end_privileges(pid_t pid) {
  struct sched_param param = {0};
  if (is_realtime(syscall(SYS_sched_getscheduler, pid))) syscall(SYS_sched_setscheduler, pid, SCHED_OTHER, &param);
  if (getpriority(PRIO_PROCESS, pid) < 0) setpriority(PRIO_PROCESS, pid, 0);
}

static void close_others(void) {
  if (syscall(SYS_close_range, 3, ~0U, 0) == 0) return;
  // Linux before 5.9.
  struct rlimit limit = {.rlim_cur = 1024};
  getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t fd = 3; fd < limit.rlim_cur && fd < 65536; fd++) close(fd);
}

// Runs in the child, on the memory of its parent: it must not allocate, nor change anything but its own process.
// Returns an errno when the program could not be started.
static __attribute__((noinline)) int become(const struct child *child) {
  int moved[3];
  setsid();
  lower_priority();
  // Out of the way first: what becomes 0 may be asked for as 1 too.
  for (int i = 0; i < 3; i++) {
    int fd = child->stdio[i] >= 0 ? child->stdio[i] : open("/dev/null", O_RDWR);
    moved[i] = fcntl(fd, F_DUPFD, 3);
    if (moved[i] < 0) return errno;
  }
  for (int i = 0; i < 3; i++)
    if (dup2(moved[i], i) < 0) return errno;
  close_others();
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  // The calls of the kernel: libc's would tell the threads of our parent.
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

// spawn(argv, env, stdio, identity): the pid or -errno. argv and env are vectors of pointers as execve takes them,
// stdio is three int32 (-1 is /dev/null), identity is undefined or the uint32s uid, gid, groups …
static JSValue host_spawn(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
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
  // The child of vfork shares our memory until it runs its program: nothing is copied, and its errno is our variable.
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

void define_function(JSContext *ctx, JSValueConst object, const char *name, JSCFunction *function, int length) {
  JS_SetPropertyStr(ctx, object, name, JS_NewCFunction(ctx, function, name, length));
}

static void define_host(JSContext *ctx, int argc, char **argv, char **env) {
  JSValue host = JS_NewObject(ctx);
  JSValue arguments = JS_NewArray(ctx);
  JSValue environment = JS_NewObject(ctx);
  for (int i = 0; i < argc; i++) JS_SetPropertyUint32(ctx, arguments, i, JS_NewString(ctx, argv[i]));
  for (; *env != NULL; env++) {
    const char *equals = strchr(*env, '=');
    if (equals == NULL) continue;
    JSAtom name = JS_NewAtomLen(ctx, *env, equals - *env);
    JS_DefinePropertyValue(ctx, environment, name, JS_NewString(ctx, equals + 1), JS_PROP_C_W_E);
    JS_FreeAtom(ctx, name);
  }
  JS_SetPropertyStr(ctx, host, "arch", JS_NewString(ctx, ARCH));
  JS_SetPropertyStr(ctx, host, "argv", arguments);
  JS_SetPropertyStr(ctx, host, "env", environment);
  define_function(ctx, host, "syscall", host_syscall, 7);
  define_function(ctx, host, "address", host_address, 1);
  define_function(ctx, host, "spawn", host_spawn, 4);
  define_tls(ctx, host);
  JSValue global = JS_GetGlobalObject(ctx);
  JS_SetPropertyStr(ctx, global, "host", host);
  JS_FreeValue(ctx, global);
}

// One line to stderr, which is what a journal keeps: the error, and the calls that led to it.
static void print_line(const char *prefix, const char *text) {
  fputs(prefix, stderr);
  int blank = 0;
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text <= ' ') {
      blank = 1;
    } else {
      if (blank) fputc(' ', stderr);
      blank = 0;
      fputc(*text, stderr);
    }
  }
}

static void report(JSContext *ctx, JSValueConst error) {
  const char *message = JS_ToCString(ctx, error);
  print_line("lvs-agent: ", message == NULL ? "an error that cannot be shown" : message);
  JS_FreeCString(ctx, message);
  if (JS_IsError(ctx, error)) {
    JSValue stack = JS_GetPropertyStr(ctx, error, "stack");
    const char *place = JS_ToCString(ctx, stack);
    print_line(" ", place == NULL ? "" : place);
    JS_FreeCString(ctx, place);
    JS_FreeValue(ctx, stack);
  }
  fputc('\n', stderr);
}

// Rejections that nothing has handled so far, newest first.
struct rejection {
  struct rejection *next;
  JSValue promise, reason;
};

static void note_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, JS_BOOL handled, void *opaque) {
  struct rejection **link = opaque;
  if (!handled) {
    struct rejection *rejection = malloc(sizeof *rejection);
    if (rejection == NULL) abort();
    *rejection = (struct rejection){*link, JS_DupValue(ctx, promise), JS_DupValue(ctx, reason)};
    *link = rejection;
    return;
  }
  for (; *link != NULL; link = &(*link)->next) {
    struct rejection *rejection = *link;
    if (JS_VALUE_GET_PTR(rejection->promise) != JS_VALUE_GET_PTR(promise)) continue;
    *link = rejection->next;
    JS_FreeValue(ctx, rejection->promise);
    JS_FreeValue(ctx, rejection->reason);
    free(rejection);
    return;
  }
}

// The file, with a NUL behind it as JS_Eval wants; NULL with errno.
static char *read_part(int fd, off_t offset, size_t length) {
  char *text = malloc(length + 1);
  size_t done = 0;
  while (text != NULL && done < length) {
    ssize_t got = pread(fd, text + done, length - done, offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = EIO;
      free(text);
      return NULL;
    }
    done += got;
  }
  if (text != NULL) text[length] = '\0';
  return text;
}

// The script behind this program; NULL when there is none.
static char *read_appended(size_t *length) {
  unsigned char trailer[TRAILER_SIZE];
  struct stat status;
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  // Without /proc, the path by which we were started.
  if (fd < 0) fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  char *text = NULL;
  if (fstat(fd, &status) == 0 && pread(fd, trailer, TRAILER_SIZE, status.st_size - TRAILER_SIZE) == TRAILER_SIZE &&
      memcmp(trailer + 8, TRAILER_MAGIC, 8) == 0) {
    uint64_t size = 0;
    for (int i = 7; i >= 0; i--) size = size << 8 | trailer[i];
    *length = size;
    text = read_part(fd, status.st_size - TRAILER_SIZE - size, size);
  }
  close(fd);
  return text;
}

static char *read_file(const char *path, size_t *length) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  char *text = NULL;
  if (fstat(fd, &status) == 0) text = read_part(fd, 0, *length = status.st_size);
  close(fd);
  return text;
}

// A page that must be read from disk first delays an advert. Only where no limit can make a later allocation fail.
static void lock_memory(void) {
  struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0) mlockall(MCL_CURRENT | MCL_FUTURE);
}

// Runs the script and all that it has promised. Returns the code to exit with.
static int run(JSContext *ctx, const char *text, size_t length, const char *name) {
  struct rejection *rejections = NULL;
  JSRuntime *runtime = JS_GetRuntime(ctx);
  JS_SetHostPromiseRejectionTracker(runtime, note_rejection, &rejections);
  JSValue value = JS_Eval(ctx, text, length, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT);
  int failed = JS_IsException(value);
  while (!failed) {
    JSContext *job;
    int status = JS_ExecutePendingJob(runtime, &job);
    if (status == 0) break;
    failed = status < 0;
  }
  if (failed) {
    report(ctx, JS_GetException(ctx));
  } else if (rejections != NULL) {
    report(ctx, rejections->reason);
    failed = 1;
  }
  return failed ? EXIT_FAULT : 0;
}

int main(int argc, char **argv, char **env) {
  size_t length = 0;
  const char *name = "lvs-agent.js";
  int first = 1;
  char *text = read_appended(&length);
  if (text == NULL) {
    if (argc < 2) {
      fprintf(stderr, "usage: %s SCRIPT [ARGUMENT]...\n", argv[0]);
      return 64;
    }
    name = argv[1];
    first = 2;
    text = read_file(name, &length);
    if (text == NULL) {
      fprintf(stderr, "lvs-agent: %s: %s\n", name, strerror(errno));
      return 66;
    }
  }
  // What can't be written is told by the result of the call.
  signal(SIGPIPE, SIG_IGN);
  lock_memory();
  JSRuntime *runtime = JS_NewRuntime();
  JSContext *ctx = runtime == NULL ? NULL : JS_NewContext(runtime);
  if (ctx == NULL) {
    fputs("lvs-agent: not enough memory to start\n", stderr);
    return EXIT_FAULT;
  }
  JS_SetGCThreshold(runtime, GC_THRESHOLD);
  define_host(ctx, argc - first, argv + first, env);
  // The kernel frees everything faster than we could.
  return run(ctx, text, length, name);
}
