#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_NAME ck_avx2
#define CK_TEXT "avx2"
#define W 8
#define MR 6
#define NV 2
#define FUSED 1
#define HAVE_F16C 1
#include "kernels.inc"
#pragma clang attribute pop
#endif
