// Part of dequantize_impl.h: types with blocks of 256 numbers, whose groups of 16 or 32 have a
// small scale each, times the block's.

// 16 bytes of `word`s one after the other.
INLINE bytes16 from_words(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    typedef uint32_t words4 __attribute__((vector_size(16)));
    return (bytes16)(words4){a, b, c, d};
}

INLINE uint32_t word(const uint8_t *p) { uint32_t w; memcpy(&w, p, 4); return w; }

// 16 groups' scales and minima, 4 bits each | 64 bytes of 4 numbers | d | m
static void q2_k(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 84, out += 256) {
        float d[16], m[16];
        const bytes16 scales = load_bytes(s);
        scaled(d, (signed16)(scales & 15), half(s + 80));
        scaled(m, (signed16)(scales >> 4), -half(s + 82));
        UNROLL for (int i = 0; i < 16; i++) {
            const int plane = i / 2 % 4;
            const bytes16 q = load_bytes(s + 16 + 32 * (i / 8) + 16 * (i % 2));
            shifted(out + 16 * i, (q >> 2 * plane) & 3, d[i], m[i]);
        }
    }
}

// 32 bytes of 8 third bits | 64 bytes of 4 numbers | 16 groups' scales, 6 bits each | d
static void q3_k(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 110, out += 256) {
        float d[16];
        const uint32_t a = word(s + 96), b = word(s + 100), high = word(s + 104);
        const bytes16 scales =
            (from_words(a, b, a >> 4, b >> 4) & 15) |
            (from_words(high, high >> 2, high >> 4, high >> 6) & 3) << 4;
        scaled(d, (signed16)scales - 32, half(s + 108));
        UNROLL for (int i = 0; i < 16; i++) {
            const int plane = i / 2 % 4;
            const bytes16 q = load_bytes(s + 32 + 32 * (i / 8) + 16 * (i % 2));
            const bytes16 third = load_bytes(s + 16 * (i % 2)) >> (i / 2) & 1;
            const bytes16 number = ((q >> 2 * plane) & 3) | third << 2;
            scaled(out + 16 * i, (signed16)number - 4, d[i]);
        }
    }
}

// d | m | 8 groups' scales and minima, 6 bits each: `scales[0..<8]` and, negative, `[8..<16]`
INLINE void scales_and_minima(const uint8_t *s, float scales[16]) {
    const uint32_t a = word(s + 4), b = word(s + 8), low = word(s + 12);
    const bytes16 packed = from_words(
        a & 0x3f3f3f3f, (low & 0x0f0f0f0f) | (a >> 2 & 0x30303030),
        b & 0x3f3f3f3f, (low >> 4 & 0x0f0f0f0f) | (b >> 2 & 0x30303030));
    const float d = half(s), m = -half(s + 2);
    const floats16 factor = {d, d, d, d, d, d, d, d, m, m, m, m, m, m, m, m};
    const floats16 f = factor * __builtin_convertvector(packed, floats16);
    memcpy(scales, &f, 64);
}

// d | m | scales | 128 bytes of 2 numbers, of two groups that follow each other
static void q4_k(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 144, out += 256) {
        float d[16];
        scales_and_minima(s, d);
        UNROLL for (int i = 0; i < 16; i++) {
            const int group = i / 2;
            const bytes16 q = load_bytes(s + 16 + 32 * (i / 4) + 16 * (i % 2));
            shifted(out + 16 * i, group % 2 ? q >> 4 : q & 15, d[group], d[8 + group]);
        }
    }
}

// d | m | scales | 32 bytes of 8 fifth bits | 128 bytes of 2 numbers
static void q5_k(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 176, out += 256) {
        float d[16];
        scales_and_minima(s, d);
        UNROLL for (int i = 0; i < 16; i++) {
            const int group = i / 2;
            const bytes16 q = load_bytes(s + 48 + 32 * (i / 4) + 16 * (i % 2));
            const bytes16 fifth = load_bytes(s + 16 + 16 * (i % 2)) >> group & 1;
            shifted(
                out + 16 * i, (group % 2 ? q >> 4 : q & 15) | fifth << 4, d[group], d[8 + group]);
        }
    }
}

// 128 bytes of 2 numbers' low 4 bits | 64 bytes of 4 numbers' high 2 bits | 16 scales | d
static void q6_k(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 210, out += 256) {
        float d[16];
        scaled(d, (signed16)load_bytes(s + 192), half(s + 208));
        UNROLL for (int i = 0; i < 16; i++) {
            const int plane = i / 2 % 4;
            const bytes16 q = load_bytes(s + 64 * (i / 8) + 16 * (i % 4));
            const bytes16 high =
                load_bytes(s + 128 + 32 * (i / 8) + 16 * (i % 2)) >> 2 * plane & 3;
            const bytes16 number = (plane < 2 ? q & 15 : q >> 4) | high << 4;
            scaled(out + 16 * i, (signed16)number - 32, d[i]);
        }
    }
}

// d | 8 groups' scales: high 2 bits, low 4 bits | 128 bytes of 2 indices into IQ4's steps
static void iq4_xs(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 136, out += 256) {
        const float d = half(s);
        const uint32_t high = s[2] | (uint32_t)s[3] << 8, low = word(s + 4);
        UNROLL for (int group = 0; group < 8; group++) {
            const uint32_t scale = (low >> 4 * group & 15) | (high >> 2 * group & 3) << 4;
            const float scaling = d * (float)((int32_t)scale - 32);
            const bytes16 q = load_bytes(s + 8 + 16 * group);
            scaled(out + 32 * group, look_up(iq4_steps, q & 15), scaling);
            scaled(out + 32 * group + 16, look_up(iq4_steps, q >> 4), scaling);
        }
    }
}
