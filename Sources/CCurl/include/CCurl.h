#ifndef CCURL_H
#define CCURL_H

// HTTP exchanges by libcurl, on Linux. The library is looked up when the first is made, so that nothing more is needed to
// build, and a program that asks nothing does not load it; elsewhere there is none.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What came of a transfer; more than that is in its words.
typedef enum __attribute__((enum_extensibility(closed))) CurlOutcome {
    CurlOutcomeDone,
    // `curl_transfer_stop` was called, or a callback refused to go on.
    CurlOutcomeStopped,
    // Nothing was sent: no such host, or nothing answers there.
    CurlOutcomeNotConnected,
    CurlOutcomeConnectionLost,
    // The other side's certificate is not trusted, the authorities cannot be read, or TLS failed.
    CurlOutcomeNotSecure,
    CurlOutcomeTimedOut,
    // What came back is no HTTP.
    CurlOutcomeMalformed,
    // Out of memory, or a libcurl that is not fit for this.
    CurlOutcomeFailed,
} CurlOutcome;

// Pointers are borrowed until `curl_transfer_perform` returns; what is null is left at libcurl's own.
typedef struct CurlRequest {
    const char *url;
    const char *method;
    // Whole lines without line ends, the last one null.
    const char *const *headers;
    // The body: these bytes, or the file of this path where there is one.
    const uint8_t *body;
    const char *body_path;
    int64_t body_byte_count;
    // PEM; a folder is one that `openssl rehash` made.
    const char *authority_file;
    const char *authority_folder;
    int64_t connect_milliseconds;
} CurlRequest;

// Called on the thread of `curl_transfer_perform`, which they may hold up; false ends the transfer.
typedef struct CurlEvents {
    void *context;
    // One line of the head, its line end included.
    bool (*header)(void *context, const uint8_t *bytes, size_t count);
    bool (*body)(void *context, const uint8_t *bytes, size_t count);
} CurlEvents;

// One exchange after the other, over connections that it keeps.
typedef struct CurlTransfer CurlTransfer;

// Whether there is a libcurl in which a transfer can be made: 7.68 or later.
bool curl_is_available(void);

// Null when there is none, or no memory.
CurlTransfer *curl_transfer_create(void);
// Returns when the exchange is over; after `CurlOutcomeFailed` there can be no other. `words` gets what libcurl says of a failure, ended by a null.
CurlOutcome curl_transfer_perform(
    CurlTransfer *transfer, const CurlRequest *request, const CurlEvents *events, char words[256]);
// Ends the exchange at once, from any thread, at any time until it is freed; a later one too, unless it is renewed.
void curl_transfer_stop(CurlTransfer *transfer);
// Makes it fit for another exchange.
void curl_transfer_renew(CurlTransfer *transfer);
void curl_transfer_free(CurlTransfer *transfer);

#endif
