#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c"))), apply_to = function)
#define CK_NAME ck_avx512
#define CK_TEXT "avx512"
#define W 16
#define MR 12
#define NV 2
#define FUSED 1
#define HAVE_F16C 1
#include "kernels.inc"
#pragma clang attribute pop
#endif
