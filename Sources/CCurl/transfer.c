#include "CCurl.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libcurl's interface as far as it is used: names and numbers that its makers keep for good (curl/curl.h, curl/multi.h).
enum {
    option_write_data = 10001,
    option_url = 10002,
    option_read_data = 10009,
    option_error_buffer = 10010,
    option_post_fields = 10015,
    option_http_header = 10023,
    option_header_data = 10029,
    option_custom_request = 10036,
    option_post = 47,
    option_ca_info = 10065,
    option_ca_path = 10097,
    option_accept_encoding = 10102,
    option_protocols = 181,
    option_no_signal = 99,
    option_connect_timeout_ms = 156,
    option_seek_data = 10168,
    option_suppress_connect_headers = 265,
    option_write_function = 20011,
    option_read_function = 20012,
    option_header_function = 20079,
    option_socket_function = 20148,
    option_seek_function = 20167,
    option_post_field_size = 30120,
};

enum { read_abort = 0x10000000, protocols_http = 1 | 2, seek_ok = 0, seek_fail = 1, message_done = 1, global_all = 3 };

typedef struct {
    int message;
    void *easy;
    union {
        void *whatever;
        int result;
    } data;
} Message;

static struct {
    int (*global_init)(long);
    void *(*easy_init)(void);
    void (*easy_cleanup)(void *);
    int (*easy_setopt)(void *, int, ...);
    const char *(*easy_strerror)(int);
    void *(*multi_init)(void);
    int (*multi_cleanup)(void *);
    int (*multi_add)(void *, void *);
    int (*multi_remove)(void *, void *);
    int (*multi_perform)(void *, int *);
    int (*multi_poll)(void *, void *, unsigned, int, int *);
    int (*multi_wakeup)(void *);
    Message *(*multi_info)(void *, int *);
    void *(*list_append)(void *, const char *);
    void (*list_free)(void *);
    bool is_complete;
} curl;

static void find_curl(void) {
#if defined(__linux__)
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    const struct {
        void *place;
        const char *name;
    } functions[] = {
        {&curl.global_init, "curl_global_init"},     {&curl.easy_init, "curl_easy_init"},
        {&curl.easy_cleanup, "curl_easy_cleanup"},   {&curl.easy_setopt, "curl_easy_setopt"},
        {&curl.easy_strerror, "curl_easy_strerror"}, {&curl.multi_init, "curl_multi_init"},
        {&curl.multi_cleanup, "curl_multi_cleanup"}, {&curl.multi_add, "curl_multi_add_handle"},
        {&curl.multi_remove, "curl_multi_remove_handle"}, {&curl.multi_perform, "curl_multi_perform"},
        {&curl.multi_poll, "curl_multi_poll"},       {&curl.multi_wakeup, "curl_multi_wakeup"},
        {&curl.multi_info, "curl_multi_info_read"},  {&curl.list_append, "curl_slist_append"},
        {&curl.list_free, "curl_slist_free_all"},
    };
    for (size_t index = 0; index < sizeof functions / sizeof functions[0]; index++) {
        void *function = dlsym(library, functions[index].name);
        if (!function) return;
        memcpy(functions[index].place, &function, sizeof function);
    }
    curl.is_complete = curl.global_init(global_all) == 0;
#endif
}

bool curl_is_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_curl);
    return curl.is_complete;
}

struct CurlTransfer {
    void *multi;
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
    // Fewer than were given end the transfer; of none that would be all.
    if (size * count == 0) return 0;
    return events->body(events->context, (const uint8_t *)bytes, size * count) ? size * count : 0;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *context) {
    FILE *body = ((Exchange *)context)->body;
    size_t read = fread(bytes, 1, size * count, body);
    return read == 0 && ferror(body) ? read_abort : read;
}

static int seek_body(void *context, int64_t offset, int origin) {
    return fseeko(((Exchange *)context)->body, (off_t)offset, origin) == 0 ? seek_ok : seek_fail;
}

// A program that is started while a connection is kept would hold it open.
static int keep_to_this_process(void *context, int socket, int purpose) {
    (void)context;
    (void)purpose;
    (void)fcntl(socket, F_SETFD, FD_CLOEXEC);
    return 0;
}

static CurlOutcome outcome(int result) {
    switch (result) {
    case 0: return CurlOutcomeDone;
    case 5: case 6: case 7: return CurlOutcomeNotConnected;
    case 28: return CurlOutcomeTimedOut;
    case 35: case 51: case 53: case 54: case 58: case 59: case 60: case 64: case 66: case 77: case 80: case 82: case 83:
    case 90: case 91:
        return CurlOutcomeNotSecure;
    case 1: case 8: case 61: return CurlOutcomeMalformed;
    case 2: case 4: case 27: case 43: case 48: return CurlOutcomeFailed;
    default: return CurlOutcomeConnectionLost;
    }
}

CurlTransfer *curl_transfer_create(void) {
    if (!curl_is_available()) return NULL;
    CurlTransfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    atomic_init(&transfer->is_stopped, false);
    transfer->multi = curl.multi_init();
    if (transfer->multi) return transfer;
    free(transfer);
    return NULL;
}

void curl_transfer_free(CurlTransfer *transfer) {
    curl.multi_cleanup(transfer->multi);
    free(transfer);
}

void curl_transfer_renew(CurlTransfer *transfer) {
    atomic_store(&transfer->is_stopped, false);
}

void curl_transfer_stop(CurlTransfer *transfer) {
    atomic_store(&transfer->is_stopped, true);
    curl.multi_wakeup(transfer->multi);
}

// Adds a line to a list, which is freed when there is no memory for it.
static bool append(void **list, const char *line) {
    void *longer = curl.list_append(*list, line);
    if (longer) *list = longer;
    return longer != NULL;
}

static bool prepare(void *easy, const CurlRequest *request, Exchange *exchange, void **headers, char *words) {
    for (const char *const *line = request->headers; line && *line; line++)
        if (!append(headers, *line)) return false;
    // Asked of every upload of more than a megabyte otherwise, for which servers that do not know it cost a second.
    if (!append(headers, "Expect:")) return false;
    bool is_ready = curl.easy_setopt(easy, option_error_buffer, words) == 0
        && curl.easy_setopt(easy, option_no_signal, 1L) == 0
        && curl.easy_setopt(easy, option_protocols, (long)protocols_http) == 0
        && curl.easy_setopt(easy, option_url, request->url) == 0
        && curl.easy_setopt(easy, option_socket_function, keep_to_this_process) == 0
        && curl.easy_setopt(easy, option_http_header, *headers) == 0
        && curl.easy_setopt(easy, option_suppress_connect_headers, 1L) == 0
        && curl.easy_setopt(easy, option_connect_timeout_ms, (long)request->connect_milliseconds) == 0
        && curl.easy_setopt(easy, option_header_function, take_header) == 0
        && curl.easy_setopt(easy, option_header_data, exchange) == 0
        && curl.easy_setopt(easy, option_write_function, take_body) == 0
        && curl.easy_setopt(easy, option_write_data, exchange) == 0;
    // Whatever it can undo, which may be nothing.
    if (is_ready) (void)curl.easy_setopt(easy, option_accept_encoding, "");
    if (is_ready && (request->body_path || request->body_byte_count > 0 || strcmp(request->method, "POST") == 0)) {
        is_ready = curl.easy_setopt(easy, option_post, 1L) == 0
            && curl.easy_setopt(easy, option_post_field_size, request->body_byte_count) == 0;
        if (is_ready && request->body_path) {
            exchange->body = fopen(request->body_path, "rbe");
            is_ready = exchange->body && curl.easy_setopt(easy, option_read_function, give_body) == 0
                && curl.easy_setopt(easy, option_read_data, exchange) == 0
                && curl.easy_setopt(easy, option_seek_function, seek_body) == 0
                && curl.easy_setopt(easy, option_seek_data, exchange) == 0;
        } else if (is_ready) {
            is_ready = curl.easy_setopt(easy, option_post_fields, request->body ? (const char *)request->body : "") == 0;
        }
    }
    if (is_ready) is_ready = curl.easy_setopt(easy, option_custom_request, request->method) == 0;
    if (is_ready && request->authority_file)
        is_ready = curl.easy_setopt(easy, option_ca_info, request->authority_file) == 0;
    if (is_ready && request->authority_folder)
        is_ready = curl.easy_setopt(easy, option_ca_path, request->authority_folder) == 0;
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
    for (Message *message; (message = curl.multi_info(transfer->multi, &rest));) {
        if (message->message != message_done) continue;
        int result = message->data.result;
        if (result != 0 && !words[0]) snprintf(words, 256, "%s", curl.easy_strerror(result));
        return outcome(result);
    }
    return CurlOutcomeFailed;
}

CurlOutcome curl_transfer_perform(
    CurlTransfer *transfer, const CurlRequest *request, const CurlEvents *events, char words[256]) {
    words[0] = 0;
    Exchange exchange = {events, NULL};
    void *headers = NULL;
    CurlOutcome result = CurlOutcomeFailed;
    void *easy = curl.easy_init();
    if (easy && prepare(easy, request, &exchange, &headers, words) && curl.multi_add(transfer->multi, easy) == 0) {
        result = run(transfer, words);
        curl.multi_remove(transfer->multi, easy);
    }
    if (easy) curl.easy_cleanup(easy);
    curl.list_free(headers);
    if (exchange.body) fclose(exchange.body);
    words[255] = 0;
    return result;
}
