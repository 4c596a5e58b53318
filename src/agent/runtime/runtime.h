#ifndef RUNTIME_H
#define RUNTIME_H

#include "quickjs.h"

// sysexits.h: the command line, a file that cannot be read, a fault of the script.
#define EXIT_USAGE 64
#define EXIT_NO_INPUT 66
#define EXIT_FAULT 70

// JavaScript as text, or as QuickJS compiled it, whose first byte is a version below any printable character.
struct script {
  const char *name;
  char *bytes;
  size_t length;
};

// The script behind this program. 0, or -1 when there is none.
int read_appended_script(struct script *script);

// 0, or -1 with errno.
int read_script(const char *path, struct script *script);

// Runs the script and all that it has promised; frees its bytes. Returns the code to exit with: an error that nothing
// has caught is one line on stderr.
int run_script(JSContext *ctx, struct script *script);

// Writes the script to a file as this QuickJS compiles it. Returns the code to exit with.
int compile_script(JSContext *ctx, struct script *script, const char *path);

// The memory of a typed array; NULL with an exception pending when it is none. It stays where it is while JavaScript
// holds the array.
uint8_t *array_bytes(JSContext *ctx, JSValueConst array, size_t *length);

void define_function(JSContext *ctx, JSValueConst object, const char *name, JSCFunction *function, int length);

// Give `host` its properties `spawn` and `tls`.
void define_spawn(JSContext *ctx, JSValueConst host);
void define_tls(JSContext *ctx, JSValueConst host);

// What JS_NewRuntime2 takes its memory with. To be called once. A script that needs more than its limit or than there is
// ends the process with a message and EXIT_FAULT.
const JSMallocFunctions *script_memory(void);

#endif
