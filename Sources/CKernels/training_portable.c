// Whatever the compiler's baseline has: NEON on 64-bit Arm, SSE2 on x86-64.
#define CKT_NAME ckt_portable
#define CKT_TEXT "portable"
#define W 4
#if defined(__aarch64__)
#define MR 8
#define NV 2
#define FUSED 1
#else
#define MR 4
#define NV 2
#define FUSED 0
#endif
#include "training.inc"
