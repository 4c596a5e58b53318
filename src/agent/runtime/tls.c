// TLS for health checks: a client over a connected, non-blocking socket that accepts any certificate, like keepalived's
// SSL_GET. Return values are documented in `Tls`: -EAGAIN means call again, any other negative number is final.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

// For the alert number, which has no accessor.
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "mbedtls/ssl.h"
#include "psa/crypto.h"
#include "quickjs.h"
#include "runtime.h"

struct session {
  mbedtls_ssl_context ssl;
  int fd;
  int wants_write;
  // The last errno of the socket, and the last error of Mbed TLS.
  int socket_error;
  int error;
};

// One shared configuration, created with the first session, and the sessions by handle.
static mbedtls_ssl_config config;
static int is_configured;
static struct session **sessions;
static int session_count;

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
                                             size_t size, size_t *length) {
  for (*length = 0; *length < size;) {
    ssize_t got = getrandom(output + *length, size - *length, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PSA_ERROR_INSUFFICIENT_ENTROPY;
    *length += got;
  }
  return PSA_SUCCESS;
}

static int random_bytes(void *context, unsigned char *output, size_t size) {
  return psa_generate_random(output, size);
}

static int configure(void) {
  if (is_configured) return 0;
  if (psa_crypto_init() != PSA_SUCCESS) return -EIO;
  mbedtls_ssl_config_init(&config);
  if (mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT) != 0)
    return -ENOMEM;
  mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_rng(&config, random_bytes, NULL);
  is_configured = 1;
  return 0;
}

static int socket_result(struct session *session, ssize_t result, int again) {
  if (result >= 0) return result;
  if (errno == EAGAIN || errno == EINTR) return again;
  session->socket_error = errno;
  return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

static int socket_send(void *context, const unsigned char *bytes, size_t length) {
  struct session *session = context;
  return socket_result(session, send(session->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT),
                       MBEDTLS_ERR_SSL_WANT_WRITE);
}

static int socket_receive(void *context, unsigned char *bytes, size_t length) {
  struct session *session = context;
  return socket_result(session, recv(session->fd, bytes, length, MSG_DONTWAIT), MBEDTLS_ERR_SSL_WANT_READ);
}

// Converts a result of Mbed TLS to one of `Tls`.
static JSValue outcome(JSContext *ctx, struct session *session, int result) {
  if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) {
    session->wants_write = result == MBEDTLS_ERR_SSL_WANT_WRITE;
    return JS_NewInt32(ctx, -EAGAIN);
  }
  if (result >= 0) return JS_NewInt32(ctx, result);
  session->error = result;
  return JS_NewInt32(ctx, session->socket_error != 0 ? -session->socket_error : -EPROTO);
}

// The session of a handle, or NULL with a pending exception.
static struct session *find(JSContext *ctx, JSValueConst handle) {
  int32_t index;
  if (JS_ToInt32(ctx, &index, handle) < 0) return NULL;
  if (index >= 0 && index < session_count && sessions[index] != NULL) return sessions[index];
  JS_ThrowRangeError(ctx, "no TLS session %d", index);
  return NULL;
}

static int free_handle(void) {
  for (int index = 0; index < session_count; index++)
    if (sessions[index] == NULL) return index;
  struct session **more = realloc(sessions, (session_count + 1) * sizeof *sessions);
  if (more == NULL) return -1;
  sessions = more;
  sessions[session_count] = NULL;
  return session_count++;
}

static void discard(struct session *session) {
  mbedtls_ssl_free(&session->ssl);
  free(session);
}

// open(fd, serverName)
static JSValue tls_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  int32_t fd;
  if (JS_ToInt32(ctx, &fd, argv[0]) < 0) return JS_EXCEPTION;
  int status = configure();
  if (status < 0) return JS_NewInt32(ctx, status);
  int handle = free_handle();
  struct session *session = handle < 0 ? NULL : calloc(1, sizeof *session);
  if (session == NULL) return JS_NewInt32(ctx, -ENOMEM);
  session->fd = fd;
  mbedtls_ssl_init(&session->ssl);
  mbedtls_ssl_set_bio(&session->ssl, session, socket_send, socket_receive, NULL);
  int result = mbedtls_ssl_setup(&session->ssl, &config);
  if (result == 0 && !JS_IsUndefined(argv[1])) {
    const char *name = JS_ToCString(ctx, argv[1]);
    result = name == NULL ? -1 : mbedtls_ssl_set_hostname(&session->ssl, name);
    JS_FreeCString(ctx, name);
  }
  if (result != 0) {
    discard(session);
    return JS_NewInt32(ctx, result == MBEDTLS_ERR_SSL_ALLOC_FAILED ? -ENOMEM : -EINVAL);
  }
  sessions[handle] = session;
  return JS_NewInt32(ctx, handle);
}

static JSValue tls_handshake(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct session *session = find(ctx, argv[0]);
  return session == NULL ? JS_EXCEPTION : outcome(ctx, session, mbedtls_ssl_handshake(&session->ssl));
}

static JSValue tls_wants_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct session *session = find(ctx, argv[0]);
  return session == NULL ? JS_EXCEPTION : JS_NewBool(ctx, session->wants_write);
}

static JSValue tls_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  struct session *session = find(ctx, argv[0]);
  uint8_t *bytes = session == NULL ? NULL : array_bytes(ctx, argv[1], &length);
  if (bytes == NULL) return JS_EXCEPTION;
  int result = mbedtls_ssl_read(&session->ssl, bytes, length);
  // Many servers close without close_notify.
  if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || result == MBEDTLS_ERR_SSL_CONN_EOF) result = 0;
  return outcome(ctx, session, result);
}

static JSValue tls_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  size_t length;
  struct session *session = find(ctx, argv[0]);
  uint8_t *bytes = session == NULL ? NULL : array_bytes(ctx, argv[1], &length);
  return bytes == NULL ? JS_EXCEPTION : outcome(ctx, session, mbedtls_ssl_write(&session->ssl, bytes, length));
}

static JSValue tls_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct session *session = find(ctx, argv[0]);
  if (session == NULL) return JS_EXCEPTION;
  int32_t handle;
  JS_ToInt32(ctx, &handle, argv[0]);
  // Best effort.
  mbedtls_ssl_close_notify(&session->ssl);
  discard(session);
  sessions[handle] = NULL;
  return JS_UNDEFINED;
}

static JSValue tls_reason(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv) {
  struct session *session = find(ctx, argv[0]);
  if (session == NULL) return JS_EXCEPTION;
  if (session->socket_error != 0) return JS_NewString(ctx, strerror(session->socket_error));
  char text[64];
  switch (session->error) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return JS_NewString(ctx, "the server hung up");
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
      return JS_NewString(ctx, "the server does not speak TLS");
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
      return JS_NewString(ctx, "the server speaks neither TLS 1.2 nor 1.3");
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
      // Its record is still there: level and description.
      snprintf(text, sizeof text, "the server refused (TLS alert %d)", session->ssl.in_msg[1]);
      return JS_NewString(ctx, text);
    default:
      snprintf(text, sizeof text, "Mbed TLS error -0x%04x", (unsigned)-session->error);
      return JS_NewString(ctx, text);
  }
}

void define_tls(JSContext *ctx, JSValueConst host) {
  JSValue tls = JS_NewObject(ctx);
  define_function(ctx, tls, "open", tls_open, 2);
  define_function(ctx, tls, "handshake", tls_handshake, 1);
  define_function(ctx, tls, "wantsWrite", tls_wants_write, 1);
  define_function(ctx, tls, "read", tls_read, 2);
  define_function(ctx, tls, "write", tls_write, 2);
  define_function(ctx, tls, "close", tls_close, 1);
  define_function(ctx, tls, "reason", tls_reason, 1);
  JS_SetPropertyStr(ctx, host, "tls", tls);
}
