#if defined(__linux__)

#include "CCurl.h"

#include <CLoadedLibrary.h>
// CURLOPT_PROTOCOLS is deprecated, but its replacement needs libcurl 7.85.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_cleanup) easy_cleanup;
    __typeof__(&curl_easy_setopt) easy_setopt;
    __typeof__(&curl_easy_strerror) easy_strerror;
    __typeof__(&curl_multi_init) multi_init;
    __typeof__(&curl_multi_cleanup) multi_cleanup;
    __typeof__(&curl_multi_add_handle) multi_add_handle;
    __typeof__(&curl_multi_remove_handle) multi_remove_handle;
    __typeof__(&curl_multi_perform) multi_perform;
    __typeof__(&curl_multi_poll) multi_poll;
    __typeof__(&curl_multi_wakeup) multi_wakeup;
    __typeof__(&curl_multi_info_read) multi_info_read;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free_all;
} curl;

static bool is_loaded = false;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const paths[] = {"libcurl.so.4", NULL};
    const LoadedFunction functions[] = {
        {"curl_global_init", (void **)&curl.global_init},
        {"curl_easy_init", (void **)&curl.easy_init},
        {"curl_easy_cleanup", (void **)&curl.easy_cleanup},
        {"curl_easy_setopt", (void **)&curl.easy_setopt},
        {"curl_easy_strerror", (void **)&curl.easy_strerror},
        {"curl_multi_init", (void **)&curl.multi_init},
        {"curl_multi_cleanup", (void **)&curl.multi_cleanup},
        {"curl_multi_add_handle", (void **)&curl.multi_add_handle},
        {"curl_multi_remove_handle", (void **)&curl.multi_remove_handle},
        {"curl_multi_perform", (void **)&curl.multi_perform},
        {"curl_multi_poll", (void **)&curl.multi_poll},
        {"curl_multi_wakeup", (void **)&curl.multi_wakeup},
        {"curl_multi_info_read", (void **)&curl.multi_info_read},
        {"curl_slist_append", (void **)&curl.slist_append},
        {"curl_slist_free_all", (void **)&curl.slist_free_all},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions) && curl.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

bool percept_curl_is_available(void) {
    pthread_once(&once, load);
    return is_loaded;
}

struct CurlTransfer {
    CURLM *multi;
    atomic_bool is_stopped;
};

typedef struct {
    const CurlEvents *events;
    FILE *body;
} Exchange;

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
    const CurlEvents *events = ((Exchange *)context)->events;
    return events->header(events->context, (const uint8_t *)bytes, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    const CurlEvents *events = ((Exchange *)context)->events;
    // For an empty piece, 0 means success.
    if (size * count == 0) return 0;
    return events->body(events->context, (const uint8_t *)bytes, size * count) ? size * count : 0;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *context) {
    FILE *body = ((Exchange *)context)->body;
    size_t read = fread(bytes, 1, size * count, body);
    return read == 0 && ferror(body) ? CURL_READFUNC_ABORT : read;
}

static int seek_body(void *context, curl_off_t offset, int origin) {
    return fseeko(((Exchange *)context)->body, (off_t)offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

// Otherwise a child process would keep the connection open.
static int close_on_exec(void *context, curl_socket_t socket, curlsocktype purpose) {
    (void)context;
    (void)purpose;
    (void)fcntl(socket, F_SETFD, FD_CLOEXEC);
    return CURL_SOCKOPT_OK;
}

static CurlOutcome outcome(CURLcode result) {
    switch (result) {
    case CURLE_OK: return CurlOutcomeDone;
    case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_CONNECT:
        return CurlOutcomeNotConnected;
    case CURLE_OPERATION_TIMEDOUT: return CurlOutcomeTimedOut;
    case CURLE_SSL_CONNECT_ERROR: case CURLE_SSL_ENGINE_NOTFOUND: case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM: case CURLE_SSL_CIPHER: case CURLE_PEER_FAILED_VERIFICATION: case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED: case CURLE_SSL_CACERT_BADFILE: case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE: case CURLE_SSL_ISSUER_ERROR: case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return CurlOutcomeNotSecure;
    case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_WEIRD_SERVER_REPLY: case CURLE_BAD_CONTENT_ENCODING:
        return CurlOutcomeMalformed;
    case CURLE_FAILED_INIT: case CURLE_NOT_BUILT_IN: case CURLE_OUT_OF_MEMORY: case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
        return CurlOutcomeFailed;
    default: return CurlOutcomeConnectionLost;
    }
}

CurlTransfer *percept_transfer_create(void) {
    if (!percept_curl_is_available()) return NULL;
    CurlTransfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    atomic_init(&transfer->is_stopped, false);
    transfer->multi = curl.multi_init();
    if (transfer->multi) return transfer;
    free(transfer);
    return NULL;
}

void percept_transfer_free(CurlTransfer *transfer) {
    curl.multi_cleanup(transfer->multi);
    free(transfer);
}

void percept_transfer_renew(CurlTransfer *transfer) {
    atomic_store(&transfer->is_stopped, false);
}

void percept_transfer_stop(CurlTransfer *transfer) {
    atomic_store(&transfer->is_stopped, true);
    curl.multi_wakeup(transfer->multi);
}

// Appends a line to a list, which stays as it is when out of memory.
static bool append(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl.slist_append(*list, line);
    if (longer) *list = longer;
    return longer != NULL;
}

static bool prepare(
    CURL *easy, const CurlRequest *request, Exchange *exchange, struct curl_slist **headers, char *words) {
    for (const char *const *line = request->headers; line && *line; line++)
        if (!append(headers, *line)) return false;
    // libcurl would ask to continue for every upload of more than a megabyte: a second's delay where servers ignore it.
    if (!append(headers, "Expect:")) return false;
    bool is_ready = curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, words) == 0
        && curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == 0
        && curl.easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == 0
        && curl.easy_setopt(easy, CURLOPT_URL, request->url) == 0
        && curl.easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, close_on_exec) == 0
        && curl.easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) == 0
        && curl.easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == 0
        && curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_milliseconds) == 0
        && curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == 0
        && curl.easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == 0
        && curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == 0
        && curl.easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == 0;
    // All encodings that this libcurl can decode, if any.
    if (is_ready) (void)curl.easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    if (is_ready && (request->body_path || request->body_byte_count > 0 || strcmp(request->method, "POST") == 0)) {
        is_ready = curl.easy_setopt(easy, CURLOPT_POST, 1L) == 0
            && curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_byte_count) == 0;
        if (is_ready && request->body_path) {
            exchange->body = fopen(request->body_path, "rbe");
            is_ready = exchange->body && curl.easy_setopt(easy, CURLOPT_READFUNCTION, give_body) == 0
                && curl.easy_setopt(easy, CURLOPT_READDATA, exchange) == 0
                && curl.easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body) == 0
                && curl.easy_setopt(easy, CURLOPT_SEEKDATA, exchange) == 0;
        } else if (is_ready) {
            const char *body = request->body ? (const char *)request->body : "";
            is_ready = curl.easy_setopt(easy, CURLOPT_POSTFIELDS, body) == 0;
        }
    }
    if (is_ready) is_ready = curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == 0;
    if (is_ready && request->authority_file)
        is_ready = curl.easy_setopt(easy, CURLOPT_CAINFO, request->authority_file) == 0;
    if (is_ready && request->authority_folder)
        is_ready = curl.easy_setopt(easy, CURLOPT_CAPATH, request->authority_folder) == 0;
    return is_ready;
}

static CurlOutcome run(CurlTransfer *transfer, char *words) {
    int running = 1;
    while (running) {
        if (atomic_load(&transfer->is_stopped)) return CurlOutcomeStopped;
        if (curl.multi_perform(transfer->multi, &running) != 0) return CurlOutcomeFailed;
        if (running && curl.multi_poll(transfer->multi, NULL, 0, 1000, NULL) != 0) return CurlOutcomeFailed;
    }
    if (atomic_load(&transfer->is_stopped)) return CurlOutcomeStopped;
    int rest;
    for (CURLMsg *message; (message = curl.multi_info_read(transfer->multi, &rest));) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result;
        if (result != CURLE_OK && !words[0]) snprintf(words, 256, "%s", curl.easy_strerror(result));
        return outcome(result);
    }
    return CurlOutcomeFailed;
}

CurlOutcome percept_transfer_perform(
    CurlTransfer *transfer, const CurlRequest *request, const CurlEvents *events, char words[256]) {
    words[0] = 0;
    Exchange exchange = {events, NULL};
    struct curl_slist *headers = NULL;
    CurlOutcome result = CurlOutcomeFailed;
    CURL *easy = curl.easy_init();
    if (easy && prepare(easy, request, &exchange, &headers, words)
        && curl.multi_add_handle(transfer->multi, easy) == 0) {
        result = run(transfer, words);
        curl.multi_remove_handle(transfer->multi, easy);
    }
    if (easy) curl.easy_cleanup(easy);
    curl.slist_free_all(headers);
    if (exchange.body) fclose(exchange.body);
    words[255] = 0;
    return result;
}

#endif
