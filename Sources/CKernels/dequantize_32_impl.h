// Part of dequantize_impl.h: types with blocks of 32 numbers and one scale. Where two numbers share
// a byte, the low halves are numbers 0 to 15 and the high halves 16 to 31.

// d | 32 signed bytes
static void q8_0(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 34, out += 32) {
        const float d = half(s);
        scaled(out, (signed16)load_bytes(s + 2), d);
        scaled(out + 16, (signed16)load_bytes(s + 18), d);
    }
}

// d | 16 bytes of 2 numbers
static void q4_0(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 18, out += 32) {
        const float d = half(s);
        const bytes16 q = load_bytes(s + 2);
        scaled(out, (signed16)(q & 15) - 8, d);
        scaled(out + 16, (signed16)(q >> 4) - 8, d);
    }
}

// d | m | 16 bytes of 2 numbers
static void q4_1(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 20, out += 32) {
        const float d = half(s), m = half(s + 2);
        const bytes16 q = load_bytes(s + 4);
        shifted(out, q & 15, d, m);
        shifted(out + 16, q >> 4, d, m);
    }
}

// 16 bits, the first number's lowest, as 16 or 0.
INLINE bytes16 fifth_bits(const uint8_t *p) {
    const uint8_t a = p[0], b = p[1];
    const bytes16 bits = {a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b};
    const bytes16 mask = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    return (bytes16)((bits & mask) != 0) & 16;
}

// d | 32 fifth bits | 16 bytes of 2 numbers
static void q5_0(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 22, out += 32) {
        const float d = half(s);
        const bytes16 q = load_bytes(s + 6);
        scaled(out, (signed16)((q & 15) | fifth_bits(s + 2)) - 16, d);
        scaled(out + 16, (signed16)((q >> 4) | fifth_bits(s + 4)) - 16, d);
    }
}

// d | m | 32 fifth bits | 16 bytes of 2 numbers
static void q5_1(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 24, out += 32) {
        const float d = half(s), m = half(s + 2);
        const bytes16 q = load_bytes(s + 8);
        shifted(out, (q & 15) | fifth_bits(s + 4), d, m);
        shifted(out + 16, (q >> 4) | fifth_bits(s + 6), d, m);
    }
}

// Numbers of `table` at indices 0 to 15.
INLINE signed16 look_up(signed16 table, bytes16 index) {
    return __builtin_shufflevector(table, index);
}

// IQ4's steps, closer together near zero.
static const signed16 iq4_steps = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};

// d | 16 bytes of 2 indices into the steps
static void iq4_nl(const uint8_t *s, float *out, int64_t blocks) {
    for (; blocks--; s += 18, out += 32) {
        const float d = half(s);
        const bytes16 q = load_bytes(s + 2);
        scaled(out, look_up(iq4_steps, q & 15), d);
        scaled(out + 16, look_up(iq4_steps, q >> 4), d);
    }
}

// 2^(e - 128): half of what the exponent says, for the steps are doubled.
INLINE float exponent(uint32_t e) {
    const uint32_t bits = e < 2 ? 0x00200000u << e : (e - 1) << 23;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

// exponent | 16 bytes of 2 numbers of sign, 2 bits exponent and 1 bit mantissa
static void mxfp4(const uint8_t *s, float *out, int64_t blocks) {
    const signed16 doubled = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
    for (; blocks--; s += 17, out += 32) {
        const float d = exponent(s[0]);
        const bytes16 q = load_bytes(s + 1);
        scaled(out, look_up(doubled, q & 15), d);
        scaled(out + 16, look_up(doubled, q >> 4), d);
    }
}
