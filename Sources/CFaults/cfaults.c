#include "cfaults.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A handler may neither allocate nor lock, so it reads a table of a fixed size. A model has one
// file, or some dozens of shards; of what does not fit no explanation is given.
enum { entries = 512, longest_path = 1024 };

static struct entry {
    // 0 where the entry is free; written last and cleared first.
    _Atomic uintptr_t start;
    _Atomic uintptr_t end;
    char path[longest_path];
} table[entries];

static char program[64] = "refinery";

int cfaults_remember(const void *start, size_t length, const char *path) {
    for (int i = 0; i < entries; i++) {
        if (atomic_load(&table[i].start) != 0) continue;
        strncpy(table[i].path, path, longest_path - 1);
        table[i].path[longest_path - 1] = 0;
        atomic_store(&table[i].end, (uintptr_t)start + length);
        atomic_store(&table[i].start, (uintptr_t)start);
        return i;
    }
    return -1;
}

void cfaults_forget(int entry) {
    if (entry >= 0 && entry < entries) atomic_store(&table[entry].start, 0);
}

static void say(const char *text) {
    // Nothing can be done where stderr cannot be written.
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

static void explain(int number, siginfo_t *info, void *context) {
    // Set by the first thread that meets the missing pages; others mostly do at the same time.
    static atomic_flag is_explained = ATOMIC_FLAG_INIT;
    (void)context;
    uintptr_t address = (uintptr_t)info->si_addr;
    for (int i = 0; i < entries; i++) {
        uintptr_t start = atomic_load(&table[i].start);
        if (start == 0 || address < start || address >= atomic_load(&table[i].end)) continue;
        while (atomic_flag_test_and_set(&is_explained)) pause();
        say(program);
        say(": error: ");
        say(table[i].path);
        say(" was cut short, or its disk failed, while it was being read\n"
            "hint: what was scored before is kept; bring the file back and start again; replace a "
            "model by renaming a new file over it\n");
        _exit(1);
    }
    // The instruction runs again, and ends the process as it would have without a handler.
    signal(number, SIG_DFL);
}

void cfaults_explain(const char *name) {
    strncpy(program, name, sizeof program - 1);
    struct sigaction action = {.sa_sigaction = explain, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
