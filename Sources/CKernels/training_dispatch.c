#include <stddef.h>
#include <string.h>

#include "ckernels.h"
#include "cktraining.h"

extern const ckt_table ckt_portable;
#if defined(__x86_64__)
extern const ckt_table ckt_avx2, ckt_avx512;
#endif

const ckt_table *ckt_kernels(const char *name) {
    // What the processor can run is asked in one place.
    if (ck_kernels(name) == NULL) return NULL;
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0) return &ckt_avx512;
    if (strcmp(name, "avx2") == 0) return &ckt_avx2;
#endif
    return &ckt_portable;
}
