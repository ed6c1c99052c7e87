#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))), apply_to = function)
#define CKT_NAME ckt_avx512
#define CKT_TEXT "avx512"
#define W 16
#define MR 12
#define NV 2
#define FUSED 1
#include "training.inc"
#pragma clang attribute pop
#endif
