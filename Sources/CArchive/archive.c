#include "CArchive.h"

#include <CLoadedLibrary.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

// The functions of libarchive 3 in use and their constants, declared here because macOS has the library without its
// header (https://github.com/libarchive/libarchive/blob/master/libarchive/archive.h).
struct archive;
struct archive_entry;

enum { ARCHIVE_EOF = 1, ARCHIVE_OK = 0, ARCHIVE_RETRY = -10, ARCHIVE_WARN = -20 };

static struct {
    struct archive *(*read_new)(void);
    int (*read_free)(struct archive *);
    int (*read_support_filter_all)(struct archive *);
    int (*read_support_format_tar)(struct archive *);
    int (*read_support_format_zip)(struct archive *);
    int (*read_open_fd)(struct archive *, int descriptor, size_t block_byte_count);
    int (*read_next_header)(struct archive *, struct archive_entry **);
    intptr_t (*read_data)(struct archive *, void *, size_t);
    const char *(*error_string)(struct archive *);
    int (*error_number)(struct archive *);
    const char *(*entry_pathname)(struct archive_entry *);
    const char *(*entry_hardlink)(struct archive_entry *);
    int64_t (*entry_size)(struct archive_entry *);
    int (*entry_size_is_set)(struct archive_entry *);
    mode_t (*entry_filetype)(struct archive_entry *);
    int (*entry_is_encrypted)(struct archive_entry *);
    struct archive *(*write_new)(void);
    int (*write_free)(struct archive *);
    int (*write_set_format_pax_restricted)(struct archive *);
    int (*write_set_bytes_in_last_block)(struct archive *, int);
    int (*write_open_fd)(struct archive *, int descriptor);
    int (*write_header)(struct archive *, struct archive_entry *);
    intptr_t (*write_data)(struct archive *, const void *, size_t);
    int (*write_close)(struct archive *);
    struct archive_entry *(*entry_new)(void);
    void (*entry_free)(struct archive_entry *);
    void (*entry_set_pathname_utf8)(struct archive_entry *, const char *);
    void (*entry_set_size)(struct archive_entry *, int64_t);
    void (*entry_set_filetype)(struct archive_entry *, unsigned int);
    void (*entry_set_perm)(struct archive_entry *, mode_t);
    void (*entry_set_mtime)(struct archive_entry *, time_t, long);
} archive;

static bool is_loaded = false;
/// Names are UTF-8 in every locale of the process; libarchive converts them with that of the thread.
static locale_t utf8 = (locale_t)0;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const paths[] = {
#ifdef __APPLE__
        "/usr/lib/libarchive.2.dylib",
#else
        "libarchive.so.13",
#endif
        NULL,
    };
    const LoadedFunction functions[] = {
        {"archive_read_new", (void **)&archive.read_new},
        {"archive_read_free", (void **)&archive.read_free},
        {"archive_read_support_filter_all", (void **)&archive.read_support_filter_all},
        {"archive_read_support_format_tar", (void **)&archive.read_support_format_tar},
        {"archive_read_support_format_zip", (void **)&archive.read_support_format_zip},
        {"archive_read_open_fd", (void **)&archive.read_open_fd},
        {"archive_read_next_header", (void **)&archive.read_next_header},
        {"archive_read_data", (void **)&archive.read_data},
        {"archive_error_string", (void **)&archive.error_string},
        {"archive_errno", (void **)&archive.error_number},
        {"archive_entry_pathname", (void **)&archive.entry_pathname},
        {"archive_entry_hardlink", (void **)&archive.entry_hardlink},
        {"archive_entry_size", (void **)&archive.entry_size},
        {"archive_entry_size_is_set", (void **)&archive.entry_size_is_set},
        {"archive_entry_filetype", (void **)&archive.entry_filetype},
        {"archive_entry_is_encrypted", (void **)&archive.entry_is_encrypted},
        {"archive_write_new", (void **)&archive.write_new},
        {"archive_write_free", (void **)&archive.write_free},
        {"archive_write_set_format_pax_restricted", (void **)&archive.write_set_format_pax_restricted},
        {"archive_write_set_bytes_in_last_block", (void **)&archive.write_set_bytes_in_last_block},
        {"archive_write_open_fd", (void **)&archive.write_open_fd},
        {"archive_write_header", (void **)&archive.write_header},
        {"archive_write_data", (void **)&archive.write_data},
        {"archive_write_close", (void **)&archive.write_close},
        {"archive_entry_new", (void **)&archive.entry_new},
        {"archive_entry_free", (void **)&archive.entry_free},
        {"archive_entry_set_pathname_utf8", (void **)&archive.entry_set_pathname_utf8},
        {"archive_entry_set_size", (void **)&archive.entry_set_size},
        {"archive_entry_set_filetype", (void **)&archive.entry_set_filetype},
        {"archive_entry_set_perm", (void **)&archive.entry_set_perm},
        {"archive_entry_set_mtime", (void **)&archive.entry_set_mtime},
        {NULL, NULL},
    };
    is_loaded = percept_load_functions(paths, functions);
    static const char *const locales[] = {"C.UTF-8", "en_US.UTF-8", "UTF-8", NULL};
    for (const char *const *name = locales; *name && !utf8; name++) utf8 = newlocale(LC_CTYPE_MASK, *name, (locale_t)0);
}

bool percept_archive_is_available(void) {
    pthread_once(&once, load);
    return is_loaded;
}

static locale_t enter_utf8(void) { return utf8 ? uselocale(utf8) : (locale_t)0; }

static void leave_utf8(locale_t earlier) {
    if (earlier) uselocale(earlier);
}

struct ArchiveReader {
    struct archive *archive;
    bool is_damaged;
};

ArchiveReader *percept_archive_open(int descriptor) {
    if (!percept_archive_is_available()) return NULL;
    ArchiveReader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->archive = archive.read_new();
    if (!reader->archive) {
        free(reader);
        return NULL;
    }
    archive.read_support_filter_all(reader->archive);
    archive.read_support_format_tar(reader->archive);
    archive.read_support_format_zip(reader->archive);
    // A failure is met again by the first call of `percept_archive_next`.
    reader->is_damaged = archive.read_open_fd(reader->archive, descriptor, 1 << 16) < ARCHIVE_WARN;
    return reader;
}

ArchiveStep percept_archive_next(ArchiveReader *reader, ArchiveMember *member) {
    if (reader->is_damaged) return ArchiveStepDamaged;
    struct archive_entry *entry = NULL;
    const locale_t earlier = enter_utf8();
    int result;
    do { result = archive.read_next_header(reader->archive, &entry); } while (result == ARCHIVE_RETRY);
    if (result >= ARCHIVE_WARN && result != ARCHIVE_EOF) {
        member->name = archive.entry_pathname(entry);
        member->byte_count = archive.entry_size_is_set(entry) ? archive.entry_size(entry) : -1;
        member->is_file = archive.entry_filetype(entry) == S_IFREG && !archive.entry_hardlink(entry);
        member->is_folder = archive.entry_filetype(entry) == S_IFDIR;
        member->is_encrypted = archive.entry_is_encrypted(entry) != 0;
    }
    leave_utf8(earlier);
    if (result == ARCHIVE_EOF) return ArchiveStepEnd;
    reader->is_damaged = result < ARCHIVE_WARN;
    return reader->is_damaged ? ArchiveStepDamaged : ArchiveStepMember;
}

ptrdiff_t percept_archive_read(ArchiveReader *reader, void *bytes, size_t count) {
    intptr_t result;
    do { result = archive.read_data(reader->archive, bytes, count); } while (result == ARCHIVE_RETRY);
    return result < 0 ? -1 : (ptrdiff_t)result;
}

const char *percept_archive_message(ArchiveReader *reader) {
    const char *message = archive.error_string(reader->archive);
    return message ? message : "the archive cannot be read";
}

void percept_archive_close(ArchiveReader *reader) {
    archive.read_free(reader->archive);
    free(reader);
}

struct ArchiveWriter {
    struct archive *archive;
};

static bool succeeds(struct archive *written, intptr_t result) {
    if (result >= ARCHIVE_WARN) return true;
    const int number = archive.error_number(written);
    errno = number > 0 ? number : EIO;
    return false;
}

ArchiveWriter *percept_archive_create(int descriptor) {
    if (!percept_archive_is_available()) return NULL;
    ArchiveWriter *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->archive = archive.write_new();
    if (writer->archive) {
        archive.write_set_format_pax_restricted(writer->archive);
        // Ends after the two zero blocks, not at a multiple of 10 KiB.
        archive.write_set_bytes_in_last_block(writer->archive, 1);
        if (archive.write_open_fd(writer->archive, descriptor) == ARCHIVE_OK) return writer;
        archive.write_free(writer->archive);
    }
    free(writer);
    return NULL;
}

bool percept_archive_begin(ArchiveWriter *writer, const char *name, int64_t byte_count) {
    struct archive_entry *entry = archive.entry_new();
    if (!entry) {
        errno = ENOMEM;
        return false;
    }
    const locale_t earlier = enter_utf8();
    archive.entry_set_pathname_utf8(entry, name);
    archive.entry_set_size(entry, byte_count);
    archive.entry_set_filetype(entry, S_IFREG);
    archive.entry_set_perm(entry, 0644);
    archive.entry_set_mtime(entry, 0, 0);
    const bool is_written = succeeds(writer->archive, archive.write_header(writer->archive, entry));
    leave_utf8(earlier);
    archive.entry_free(entry);
    return is_written;
}

bool percept_archive_write(ArchiveWriter *writer, const void *bytes, size_t count) {
    if (count == 0) return true;
    const intptr_t written = archive.write_data(writer->archive, bytes, count);
    if (!succeeds(writer->archive, written)) return false;
    errno = EIO;
    return (size_t)written == count;
}

bool percept_archive_finish(ArchiveWriter *writer) {
    const bool is_finished = succeeds(writer->archive, archive.write_close(writer->archive));
    const int number = errno;
    archive.write_free(writer->archive);
    free(writer);
    errno = number;
    return is_finished;
}
