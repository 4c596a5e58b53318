// The client of TLS 1.2 of Mbed TLS, compiled instead of its own file, which offers RSA-PSS signatures because TLS 1.3
// needs them, and then refuses one: most servers with an RSA key that do not know TLS 1.3 would fail. It is able to
// verify them; whether a signature was offered is still its own check.
#include "ssl_misc.h"

#define mbedtls_ssl_sig_alg_is_supported(ssl, algorithm) \
  (mbedtls_ssl_sig_alg_is_supported(ssl, algorithm) || (algorithm) >> 8 == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256 >> 8)

#include "ssl_tls12_client.c"
