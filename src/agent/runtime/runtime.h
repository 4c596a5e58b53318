#ifndef RUNTIME_H
#define RUNTIME_H

#include "quickjs.h"

// sysexits.h: usage error, unreadable file, script error.
#define EXIT_USAGE 64
#define EXIT_NO_INPUT 66
#define EXIT_FAULT 70

// JavaScript source, or QuickJS bytecode, whose first byte is a version number below any printable character.
struct script {
  const char *name;
  char *bytes;
  size_t length;
};

// Finds the script appended to this program. Returns 0, or -1 if there is none.
int read_appended_script(struct script *script);

// Returns 0, or -1 with errno.
int read_script(const char *path, struct script *script);

// Runs the script with its pending jobs and frees its bytes. Returns the exit status; an uncaught error is printed as
// one line to stderr.
int run_script(JSContext *ctx, struct script *script);

// Writes the script to a file as bytecode. Returns the exit status.
int compile_script(JSContext *ctx, struct script *script, const char *path);

// The memory of a typed array, stable while JavaScript holds the array; NULL with a pending exception for other values.
uint8_t *array_bytes(JSContext *ctx, JSValueConst array, size_t *length);

void define_function(JSContext *ctx, JSValueConst object, const char *name, JSCFunction *function, int length);

// Add `spawn` and `tls` to `host`.
void define_spawn(JSContext *ctx, JSValueConst host);
void define_tls(JSContext *ctx, JSValueConst host);

// The allocator for JS_NewRuntime2. To be called once. Exceeding the limit or available memory exits with a message and
// EXIT_FAULT.
const JSMallocFunctions *script_memory(void);

#endif
