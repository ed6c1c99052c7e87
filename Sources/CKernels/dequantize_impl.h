// Part of kernels_impl.h, which includes it once an instruction set: weights of every type to
// Float32.
//
// Block formats follow ggml-common.h; values equal PyPI gguf's quants.py to the last bit. Blocks
// are taken 16 numbers at a time whatever the width of a vector, each number by the same operations.

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));
typedef float floats16 __attribute__((vector_size(64)));

INLINE float half(const uint8_t *p) {
    uint16_t h;
    memcpy(&h, p, 2);
#if HAVE_F16C
    _Float16 f;
    memcpy(&f, &h, 2);
    return (float)f;
#else
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, e = (h >> 10) & 31, m = h & 0x3ff;
    uint32_t bits;
    if (e == 31) bits = sign | 0x7f800000u | m << 13;
    else if (e) bits = sign | (e + 112) << 23 | m << 13;
    else {
        const float v = (float)m * 5.9604644775390625e-8f;
        return sign ? -v : v;
    }
    float f;
    memcpy(&f, &bits, 4);
    return f;
#endif
}

static void halves(const uint8_t *s, float *out, int64_t count) {
    int64_t i = 0;
#if HAVE_F16C
    typedef _Float16 halves16 __attribute__((vector_size(32)));
    for (; i + 16 <= count; i += 16) {
        halves16 h;
        memcpy(&h, s + 2 * i, 32);
        const floats16 f = __builtin_convertvector(h, floats16);
        memcpy(out + i, &f, 64);
    }
#endif
    for (; i < count; i++) out[i] = half(s + 2 * i);
}

static void brain_halves(const uint8_t *s, float *out, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint16_t h;
        memcpy(&h, s + 2 * i, 2);
        const uint32_t bits = (uint32_t)h << 16;
        memcpy(out + i, &bits, 4);
    }
}

INLINE bytes16 load_bytes(const uint8_t *p) { bytes16 v; memcpy(&v, p, 16); return v; }

// out = d q, 16 numbers.
INLINE void scaled(float *out, signed16 q, float d) {
    const floats16 f = d * __builtin_convertvector(q, floats16);
    memcpy(out, &f, 64);
}

// out = d q + m, 16 numbers.
INLINE void shifted(float *out, bytes16 q, float d, float m) {
    const floats16 f = d * __builtin_convertvector(q, floats16) + m;
    memcpy(out, &f, 64);
}

#include "dequantize_32_impl.h"
#include "dequantize_256_impl.h"

static void dequantize(int type, const void *source, float *out, int64_t count) {
    const uint8_t *s = source;
    switch (type) {
    case CK_F32: memcpy(out, s, (size_t)count * 4); return;
    case CK_F16: return halves(s, out, count);
    case CK_BF16: return brain_halves(s, out, count);
    case CK_Q4_0: return q4_0(s, out, count / 32);
    case CK_Q4_1: return q4_1(s, out, count / 32);
    case CK_Q5_0: return q5_0(s, out, count / 32);
    case CK_Q5_1: return q5_1(s, out, count / 32);
    case CK_Q8_0: return q8_0(s, out, count / 32);
    case CK_IQ4_NL: return iq4_nl(s, out, count / 32);
    case CK_MXFP4: return mxfp4(s, out, count / 32);
    case CK_Q2_K: return q2_k(s, out, count / 256);
    case CK_Q3_K: return q3_k(s, out, count / 256);
    case CK_Q4_K: return q4_k(s, out, count / 256);
    case CK_Q5_K: return q5_k(s, out, count / 256);
    case CK_Q6_K: return q6_k(s, out, count / 256);
    case CK_IQ4_XS: return iq4_xs(s, out, count / 256);
    }
}
