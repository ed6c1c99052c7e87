#include <stddef.h>
#include <string.h>

#include "ckernels.h"

extern const ck_table ck_portable;
#if defined(__x86_64__)
extern const ck_table ck_avx2, ck_avx512;
#endif

const ck_table *ck_kernels(const char *name) {
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("fma")
                   ? &ck_avx512
                   : NULL;
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2 : NULL;
#endif
    return strcmp(name, "portable") == 0 ? &ck_portable : NULL;
}
