// Part of kernels_impl.h, which includes it once an instruction set: blocks of quantised weights
// to Float32.

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

static void halves(const uint8_t *s, float *destination, int64_t count) {
    int64_t i = 0;
#if HAVE_F16C
    typedef _Float16 halves16 __attribute__((vector_size(32)));
    for (; i + 16 <= count; i += 16) {
        halves16 h;
        memcpy(&h, s + 2 * i, 32);
        const floats16 f = __builtin_convertvector(h, floats16);
        memcpy(destination + i, &f, 64);
    }
#endif
    for (; i < count; i++) destination[i] = half(s + 2 * i);
}

// Block formats follow ggml-common.h; values equal PyPI gguf's quants.py to the last bit.
static void dequantize(int type, const void *source, float *destination, int64_t count) {
    const uint8_t *s = source;
    const int64_t blocks = count / 32;
    switch (type) {
    case CK_F32:
        memcpy(destination, s, (size_t)count * 4);
        return;
    case CK_F16:
        halves(s, destination, count);
        return;
    case CK_BF16:
        for (int64_t i = 0; i < count; i++) {
            uint16_t h;
            memcpy(&h, s + 2 * i, 2);
            const uint32_t bits = (uint32_t)h << 16;
            memcpy(destination + i, &bits, 4);
        }
        return;
    case CK_Q8_0:
        for (int64_t b = 0; b < blocks; b++, s += 34, destination += 32) {
            const float d = half(s);
            UNROLL for (int i = 0; i < 32; i += 16) {
                signed16 q;
                memcpy(&q, s + 2 + i, 16);
                const floats16 f = d * __builtin_convertvector(q, floats16);
                memcpy(destination + i, &f, 64);
            }
        }
        return;
    case CK_Q4_0:
        for (int64_t b = 0; b < blocks; b++, s += 18, destination += 32) {
            const float d = half(s);
            bytes16 q;
            memcpy(&q, s + 2, 16);
            const floats16 low = d * (__builtin_convertvector(q & 15, floats16) - 8.0f);
            const floats16 high = d * (__builtin_convertvector(q >> 4, floats16) - 8.0f);
            memcpy(destination, &low, 64);
            memcpy(destination + 16, &high, 64);
        }
        return;
    case CK_Q4_1:
        for (int64_t b = 0; b < blocks; b++, s += 20, destination += 32) {
            const float d = half(s), m = half(s + 2);
            bytes16 q;
            memcpy(&q, s + 4, 16);
            const floats16 low = d * __builtin_convertvector(q & 15, floats16) + m;
            const floats16 high = d * __builtin_convertvector(q >> 4, floats16) + m;
            memcpy(destination, &low, 64);
            memcpy(destination + 16, &high, 64);
        }
        return;
    }
}
