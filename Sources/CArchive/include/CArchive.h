#ifndef PERCEPT_CARCHIVE_H
#define PERCEPT_CARCHIVE_H

// Reading and writing archives with libarchive, which is loaded for the first archive: a program that handles none
// neither links nor needs it.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Returns whether libarchive 3.2 or later can be loaded.
bool percept_archive_is_available(void);

/// A tar or zip archive, possibly compressed as a whole, that is read from front to back.
typedef struct ArchiveReader ArchiveReader;

/// A member. `name` is valid until the next call with the same reader, and null if it cannot be decoded.
typedef struct ArchiveMember {
    const char *name;
    /// -1 if the archive does not state it before the contents.
    int64_t byte_count;
    /// Both are false for links and devices.
    bool is_file;
    bool is_folder;
    bool is_encrypted;
} ArchiveMember;

typedef enum __attribute__((enum_extensibility(closed))) ArchiveStep {
    ArchiveStepMember,
    ArchiveStepEnd,
    /// The archive is damaged, truncated or of no known format; there are no more members.
    ArchiveStepDamaged,
} ArchiveStep;

/// Opens an archive that `descriptor` is at the beginning of; the descriptor stays the caller's and must outlive the
/// reader. Returns null when libarchive is not available, or out of memory.
ArchiveReader *percept_archive_open(int descriptor);
/// Goes to the next member, skipping what was not read of the present one.
ArchiveStep percept_archive_next(ArchiveReader *reader, ArchiveMember *member);
/// Reads up to `count` bytes of the present member. Returns 0 at its end, and -1 if it is damaged or encrypted.
ptrdiff_t percept_archive_read(ArchiveReader *reader, void *bytes, size_t count);
/// Returns libarchive's description of the last failure; valid until the next call with the same reader.
const char *percept_archive_message(ArchiveReader *reader);
void percept_archive_close(ArchiveReader *reader);

/// A tar archive (POSIX.1-1988 ustar; pax headers where a name does not fit) that is being written.
typedef struct ArchiveWriter ArchiveWriter;

/// Writes to `descriptor`, which stays the caller's. Returns null when libarchive is not available, or out of memory.
ArchiveWriter *percept_archive_create(int descriptor);
/// Begins a member of `byte_count` bytes, which `percept_archive_write` adds. Its name is UTF-8, and its time 1970, so
/// that equal members are equal bytes. Returns false after a failure, with `errno` set to its cause.
bool percept_archive_begin(ArchiveWriter *writer, const char *name, int64_t byte_count);
/// Adds bytes to the present member. Returns false after a failure, with `errno` set to its cause.
bool percept_archive_write(ArchiveWriter *writer, const void *bytes, size_t count);
/// Writes the end of the archive and frees the writer, whatever happens. Returns false after a failure, with `errno`
/// set to its cause.
bool percept_archive_finish(ArchiveWriter *writer);

#endif
