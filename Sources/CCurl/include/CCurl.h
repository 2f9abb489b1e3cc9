#ifndef PERCEPT_CCURL_H
#define PERCEPT_CCURL_H

// HTTP exchanges with libcurl, on Linux only. Building needs its header alone: the library is loaded for the first
// exchange, so that a program that sends no request does not load it.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The result of an exchange.
typedef enum __attribute__((enum_extensibility(closed))) CurlOutcome {
    CurlOutcomeDone,
    /// `percept_transfer_stop` was called, or a callback returned false.
    CurlOutcomeStopped,
    /// Nothing was sent: the host is unknown or does not accept connections.
    CurlOutcomeNotConnected,
    CurlOutcomeConnectionLost,
    /// The server's certificate is not trusted, the certificate authorities cannot be read, or TLS failed.
    CurlOutcomeNotSecure,
    CurlOutcomeTimedOut,
    /// The response is not HTTP.
    CurlOutcomeMalformed,
    /// Out of memory, or libcurl lacks a feature.
    CurlOutcomeFailed,
} CurlOutcome;

/// A request. Pointers are borrowed until `percept_transfer_perform` returns; a null pointer means libcurl's default.
typedef struct CurlRequest {
    const char *url;
    const char *method;
    /// Lines without line ends; the last pointer is null.
    const char *const *headers;
    /// The body: these bytes, or the file at `body_path` if that is not null.
    const uint8_t *body;
    const char *body_path;
    int64_t body_byte_count;
    /// A PEM file, and a folder prepared by `openssl rehash`.
    const char *authority_file;
    const char *authority_folder;
    int64_t connect_milliseconds;
} CurlRequest;

/// Callbacks, on the thread of `percept_transfer_perform`, which they may block. Returning false ends the exchange.
typedef struct CurlEvents {
    void *context;
    /// Receives one header line, including its line end.
    bool (*header)(void *context, const uint8_t *bytes, size_t count);
    bool (*body)(void *context, const uint8_t *bytes, size_t count);
} CurlEvents;

/// Connections for one exchange at a time, kept open for the next one.
typedef struct CurlTransfer CurlTransfer;

/// Returns whether libcurl 7.68 or later can be loaded.
bool percept_curl_is_available(void);

/// Returns null when libcurl is not available, or out of memory.
CurlTransfer *percept_transfer_create(void);
/// Returns when the exchange is over. After `CurlOutcomeFailed`, `transfer` must be freed. `words` receives libcurl's
/// description of a failure, null-terminated.
CurlOutcome percept_transfer_perform(
    CurlTransfer *transfer, const CurlRequest *request, const CurlEvents *events, char words[256]);
/// Ends the current exchange, and any later one, at once. May be called from any thread until `transfer` is freed.
void percept_transfer_stop(CurlTransfer *transfer);
/// Allows another exchange after `percept_transfer_stop`.
void percept_transfer_renew(CurlTransfer *transfer);
void percept_transfer_free(CurlTransfer *transfer);

#endif
