#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CKT_NAME ckt_avx2
#define CKT_TEXT "avx2"
#define W 8
#define MR 6
#define NV 2
#define FUSED 1
#include "training.inc"
#pragma clang attribute pop
#endif
