// Finds and runs the script.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quickjs.h"
#include "runtime.h"

// Follows an appended script and its length in 8 bytes, little-endian.
#define TRAILER_MAGIC "lvsagent"
#define TRAILER_SIZE 16

// NUL-terminated, as JS_Eval requires. Returns 0, or -1 with errno.
static int read_part(int fd, off_t offset, size_t length, struct script *script) {
  size_t done = 0;
  script->length = length;
  script->bytes = malloc(length + 1);
  if (script->bytes == NULL) return -1;
  script->bytes[length] = '\0';
  while (done < length) {
    ssize_t got = pread(fd, script->bytes + done, length - done, offset + done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      if (got == 0) errno = EIO;
      return -1;
    }
    done += got;
  }
  return 0;
}

static int read_trailer(int fd, off_t *offset, uint64_t *length) {
  unsigned char trailer[TRAILER_SIZE];
  struct stat status;
  if (fstat(fd, &status) < 0) return -1;
  off_t end = status.st_size - TRAILER_SIZE;
  if (pread(fd, trailer, TRAILER_SIZE, end) != TRAILER_SIZE || memcmp(trailer + 8, TRAILER_MAGIC, 8) != 0) return -1;
  *length = 0;
  for (int i = 7; i >= 0; i--) *length = *length << 8 | trailer[i];
  if (*length > (uint64_t)end) return -1;
  *offset = end - *length;
  return 0;
}

int read_appended_script(struct script *script) {
  off_t offset;
  uint64_t length;
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  // Without /proc, uses argv[0].
  if (fd < 0) fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int result = read_trailer(fd, &offset, &length) < 0 ? -1 : read_part(fd, offset, length, script);
  script->name = "lvs-agent.js";
  close(fd);
  return result;
}

int read_script(const char *path, struct script *script) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int result = fstat(fd, &status) < 0 ? -1 : read_part(fd, 0, status.st_size, script);
  script->name = path;
  close(fd);
  return result;
}

// Replaces line breaks, because the journal splits entries at them.
static void print_words(const char *text, size_t limit) {
  int blank = 0, started = 0;
  for (size_t i = 0; text[i] != '\0'; i++) {
    if (i == limit) {
      fputs(" ...", stderr);
      return;
    }
    if ((unsigned char)text[i] <= ' ') {
      blank = started;
      continue;
    }
    if (blank) fputc(' ', stderr);
    fputc(text[i], stderr);
    blank = 0;
    started = 1;
  }
}

// Prints the error and its call stack, innermost first, as one line to stderr.
static void report(JSContext *ctx, JSValueConst error) {
  const char *message = JS_ToCString(ctx, error);
  fputs("lvs-agent: ", stderr);
  print_words(message == NULL ? "error without a message" : message, 2000);
  JS_FreeCString(ctx, message);
  if (JS_IsError(ctx, error)) {
    JSValue stack = JS_GetPropertyStr(ctx, error, "stack");
    const char *calls = JS_ToCString(ctx, stack);
    fputc(' ', stderr);
    print_words(calls == NULL ? "" : calls, 1000);
    JS_FreeCString(ctx, calls);
    JS_FreeValue(ctx, stack);
  }
  fputc('\n', stderr);
}

static int report_exception(JSContext *ctx) {
  JSValue error = JS_GetException(ctx);
  report(ctx, error);
  JS_FreeValue(ctx, error);
  return EXIT_FAULT;
}

// Unhandled rejections, newest first.
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

static int is_compiled(const struct script *script) { return script->length > 0 && script->bytes[0] < ' '; }

static JSValue evaluate(JSContext *ctx, const struct script *script, int flags) {
  if (!is_compiled(script))
    return JS_Eval(ctx, script->bytes, script->length, script->name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT | flags);
  JSValue function = JS_ReadObject(ctx, (uint8_t *)script->bytes, script->length, JS_READ_OBJ_BYTECODE);
  return JS_IsException(function) ? function : JS_EvalFunction(ctx, function);
}

int run_script(JSContext *ctx, struct script *script) {
  struct rejection *rejections = NULL;
  JSRuntime *runtime = JS_GetRuntime(ctx);
  JS_SetHostPromiseRejectionTracker(runtime, note_rejection, &rejections);
  JSValue value = evaluate(ctx, script, 0);
  free(script->bytes);
  if (JS_IsException(value)) return report_exception(ctx);
  JS_FreeValue(ctx, value);
  for (;;) {
    JSContext *job;
    int status = JS_ExecutePendingJob(runtime, &job);
    if (status < 0) return report_exception(job);
    if (status == 0) break;
  }
  if (rejections == NULL) return 0;
  report(ctx, rejections->reason);
  return EXIT_FAULT;
}

int compile_script(JSContext *ctx, struct script *script, const char *path) {
  size_t length;
  JSValue function = evaluate(ctx, script, JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(function)) return report_exception(ctx);
  uint8_t *bytes = JS_WriteObject(ctx, &length, function, JS_WRITE_OBJ_BYTECODE);
  if (bytes == NULL) return report_exception(ctx);
  FILE *file = fopen(path, "wb");
  size_t written = file == NULL ? 0 : fwrite(bytes, 1, length, file);
  if (file == NULL || fclose(file) != 0 || written != length) {
    fprintf(stderr, "lvs-agent: %s: %s\n", path, strerror(errno));
    return EXIT_FAULT;
  }
  return 0;
}
