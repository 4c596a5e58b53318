// The static runtime of lvs-agent: QuickJS and system calls. The script is appended to this program, so that a single
// file is deployed, or its path is the first argument. It gets the global `host`, on which `host-static` builds `Sys`.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

#if defined(__x86_64__)
#define ARCH "x64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#endif

// Cycle collection starts at this much memory; most garbage is freed by reference counting.
#define GC_THRESHOLD (4 << 20)

// 1,000 real servers take 12 MiB. Below MemoryMax= of the unit, so that the agent exits with a message.
#define HEAP_LIMIT (256UL << 20)

// linux/capability.h
#define CAPABILITY_VERSION 0x20080522
#define CAP_IPC_LOCK 14

uint8_t *array_bytes(JSContext *ctx, JSValueConst array, size_t *length) {
  size_t offset, size;
  JSValue buffer = JS_GetTypedArrayBuffer(ctx, array, &offset, length, NULL);
  if (JS_IsException(buffer)) return NULL;
  uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, buffer);
  JS_FreeValue(ctx, buffer);
  return bytes == NULL ? NULL : bytes + offset;
}

// syscall(number, ...arguments): returns the result or -errno. Arguments are numbers, bigints, or typed arrays by
// reference.
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

// address(array): the address of its first byte. QuickJS never moves memory.
static JSValue host_address(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  uint8_t *bytes = array_bytes(ctx, argv[0], &length);
  return bytes == NULL ? JS_EXCEPTION : JS_NewBigUint64(ctx, (uintptr_t)bytes);
}

void define_function(JSContext *ctx, JSValueConst object, const char *name, JSCFunction *function, int length) {
  JS_SetPropertyStr(ctx, object, name, JS_NewCFunction(ctx, function, name, length));
}

// The global `host`, described in host-static/host.ts.
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
  define_spawn(ctx, host);
  define_tls(ctx, host);
  JSValue global = JS_GetGlobalObject(ctx);
  JS_SetPropertyStr(ctx, global, "host", host);
  JS_FreeValue(ctx, global);
}

// Page faults from disk would delay adverts. Requires the capability, as with a limit on locked memory later
// allocations would fail.
static void lock_memory(void) {
  struct {
    uint32_t version;
    int pid;
  } header = {CAPABILITY_VERSION, 0};
  struct {
    uint32_t effective, permitted, inheritable;
  } sets[2];
  if (syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & 1U << CAP_IPC_LOCK) != 0)
    mlockall(MCL_CURRENT | MCL_FUTURE);
}

static JSContext *new_context(void) {
  JSRuntime *runtime = JS_NewRuntime2(script_memory(), NULL);
  if (runtime == NULL) return NULL;
  JS_SetMemoryLimit(runtime, HEAP_LIMIT);
  JS_SetGCThreshold(runtime, GC_THRESHOLD);
  // Drops function sources, but keeps lines and names.
  JS_SetStripInfo(runtime, JS_STRIP_SOURCE);
  return JS_NewContext(runtime);
}

int main(int argc, char **argv, char **env) {
  struct script script;
  int first = 1;
  int compiles = 0;
  if (read_appended_script(&script) < 0) {
    compiles = argc == 4 && strcmp(argv[1], "--compile") == 0;
    if (argc < 2) {
      fprintf(stderr, "usage: %s SCRIPT [ARGUMENT]...\n       %s --compile SCRIPT FILE\n", argv[0], argv[0]);
      return EXIT_USAGE;
    }
    const char *path = argv[compiles ? 2 : 1];
    if (read_script(path, &script) < 0) {
      fprintf(stderr, "lvs-agent: %s: %s\n", path, strerror(errno));
      return EXIT_NO_INPUT;
    }
    first = 2;
  }
  lock_memory();
  JSContext *ctx = new_context();
  if (ctx == NULL) {
    fputs("lvs-agent: not enough memory to start\n", stderr);
    return EXIT_FAULT;
  }
  if (compiles) return compile_script(ctx, &script, argv[3]);
  // Writes to a closed pipe return EPIPE instead.
  signal(SIGPIPE, SIG_IGN);
  define_host(ctx, argc - first, argv + first, env);
  return run_script(ctx, &script);
}
