// Says which mapped file was cut short, where the kernel answers a read past its end with SIGBUS.
#pragma once
#include <stddef.h>

/// Remembers that `length` bytes from `start` are the file at `path`, which is copied. Returns the
/// entry to give to `cfaults_forget`, or -1 where the table is full. Not to be called by two
/// threads at once.
int cfaults_remember(const void *start, size_t length, const char *path);

/// Forgets an entry before its file is unmapped; -1 is allowed.
void cfaults_forget(int entry);

/// From now on a SIGBUS inside a remembered file ends the process with a line on stderr that begins
/// with `program` and names the file, and with exit status 1. Any other SIGBUS ends it as before.
void cfaults_explain(const char *program);
