// Wraps the TLS 1.2 client of Mbed TLS, which offers RSA-PSS signatures because TLS 1.3 needs them, but then refuses
// them: most servers with an RSA key and without TLS 1.3 would fail. It still checks that a signature was offered.
#include "ssl_misc.h"

#define mbedtls_ssl_sig_alg_is_supported(ssl, algorithm) \
  (mbedtls_ssl_sig_alg_is_supported(ssl, algorithm) || (algorithm) >> 8 == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256 >> 8)

#include "ssl_tls12_client.c"
