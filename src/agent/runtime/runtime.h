#ifndef RUNTIME_H
#define RUNTIME_H

#include "quickjs.h"

// The memory of a typed array; NULL with an exception pending when it is none. It stays where it is while JavaScript
// holds the array.
uint8_t *array_bytes(JSContext *ctx, JSValueConst array, size_t *length);

void define_function(JSContext *ctx, JSValueConst object, const char *name, JSCFunction *function, int length);

// Gives `host` its property `tls`.
void define_tls(JSContext *ctx, JSValueConst host);

#endif
