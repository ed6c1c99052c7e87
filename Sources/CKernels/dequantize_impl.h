// Part of kernels_impl.h, which includes it once an instruction set: blocks of quantised weights
// to Float32.

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

// Block formats follow ggml-common.h; values equal PyPI gguf's quants.py to the last bit.
static void dequantize(int type, const void *source, float *destination, int64_t count) {
    const uint8_t *s = source;
    switch (type) {
    case CK_F32:
        memcpy(destination, s, (size_t)count * 4);
        return;
    case CK_F16:
        for (int64_t i = 0; i < count; i++) destination[i] = half(s + 2 * i);
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
        for (int64_t b = 0; b < count / 32; b++, s += 34, destination += 32) {
            const float d = half(s);
            const int8_t *q = (const int8_t *)s + 2;
            for (int i = 0; i < 32; i++) destination[i] = d * (float)q[i];
        }
        return;
    case CK_Q4_0:
        for (int64_t b = 0; b < count / 32; b++, s += 18, destination += 32) {
            const float d = half(s);
            for (int i = 0; i < 16; i++) destination[i] = d * (float)((int)(s[2 + i] & 15) - 8);
            for (int i = 0; i < 16; i++) destination[16 + i] = d * (float)((int)(s[2 + i] >> 4) - 8);
        }
        return;
    case CK_Q4_1:
        for (int64_t b = 0; b < count / 32; b++, s += 20, destination += 32) {
            const float d = half(s), m = half(s + 2);
            for (int i = 0; i < 16; i++) destination[i] = d * (float)(s[4 + i] & 15) + m;
            for (int i = 0; i < 16; i++) destination[16 + i] = d * (float)(s[4 + i] >> 4) + m;
        }
        return;
    }
}
