// Part of kernels.inc, which includes it once an instruction set: vectors of W floats.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ckernels.h"

typedef float vf __attribute__((vector_size(W * 4)));
typedef int32_t vi __attribute__((vector_size(W * 4)));
typedef float vf4 __attribute__((vector_size(16)));
enum { LV = CK_LANES / W };  // vectors that hold the lanes of a sum

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

INLINE vf load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }
INLINE vf splat(float x) { return x - (vf){}; }
INLINE vf vmax(vf a, vf b) { return __builtin_elementwise_max(a, b); }
INLINE vf choose(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }
#if FUSED
INLINE vf fma_v(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
INLINE float fma_1(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
INLINE vf fma_v(vf a, vf b, vf c) { return a * b + c; }
INLINE float fma_1(float a, float b, float c) { return a * b + c; }
#endif

// The lanes of a sum one after the other, whatever the width of a vector.
INLINE float sum(const vf lanes[LV]) {
    float s = 0;
    UNROLL for (int v = 0; v < LV; v++) UNROLL for (int i = 0; i < W; i++) s += lanes[v][i];
    return s;
}
INLINE double sum_wide(const vf lanes[LV]) {
    double s = 0;
    UNROLL for (int v = 0; v < LV; v++) UNROLL for (int i = 0; i < W; i++) s += (double)lanes[v][i];
    return s;
}

// e^x to about 1 ulp for x <= 88; 0 below -87.3. Cody and Waite's reduction, Cephes' polynomial.
INLINE vf exp_v(vf x) {
    vf clamped = __builtin_elementwise_min(vmax(x, splat(-87.3f)), splat(88.0f));
    const vf magic = splat(12582912.0f);
    vf n = fma_v(clamped, splat(1.44269504088896341f), magic) - magic;
    vf r = fma_v(n, splat(-0.693359375f), clamped);
    r = fma_v(n, splat(2.12194440e-4f), r);
    vf p = splat(1.9875691500e-4f);
    p = fma_v(p, r, splat(1.3981999507e-3f));
    p = fma_v(p, r, splat(8.3334519073e-3f));
    p = fma_v(p, r, splat(4.1665795894e-2f));
    p = fma_v(p, r, splat(1.6666665459e-1f));
    p = fma_v(p, r, splat(5.0000001201e-1f));
    p = fma_v(p, r * r, r) + 1.0f;
    vi scale = (__builtin_convertvector(n, vi) + 127) << 23;
    vf y = p * (vf)scale;
    // A NaN passes through, so that a broken model is seen and not scored.
    y = choose(x < -87.3f, splat(0.0f), y);
    return choose(x != x, x, y);
}

// s = x^2, c[0] + c[1] s + ... + c[n - 1] s^(n - 1).
INLINE vf polynomial(const int n, const float *c, vf s) {
    vf y = splat(c[n - 1]);
    UNROLL for (int i = n - 2; i >= 0; i--) y = fma_v(y, s, splat(c[i]));
    return y;
}

// tanh x and erf x to about 3 ulp: x P(x^2) / Q(x^2), fitted to the least relative error up to where
// a Float32 is 1. A NaN passes through.
INLINE vf odd_rational(vf x, float limit, const int n, const float *p, const int m,
                       const float *q) {
    const vf z = __builtin_elementwise_min(vmax(x, splat(-limit)), splat(limit)), s = z * z;
    const vf y = z * polynomial(n, p, s) / polynomial(m, q, s);
    return choose(x != x, x, __builtin_elementwise_min(vmax(y, splat(-1.0f)), splat(1.0f)));
}
INLINE vf tanh_v(vf x) {
    static const float p[] = {1.0f,           1.368037909e-1f, 3.868908854e-3f,
                              2.801919982e-5f, 3.061332521e-8f, -1.222452001e-11f};
    static const float q[] = {1.0f, 4.701371193e-1f, 2.724796534e-2f, 3.939656308e-4f,
                              1.288187832e-6f};
    return odd_rational(x, 9.01f, 6, p, 5, q);
}
INLINE vf erf_v(vf x) {
    static const float p[] = {1.128379107f,    1.915437132e-1f, 5.287451670e-2f,
                              3.807862056e-3f, 2.846783609e-4f, 2.025925596e-6f};
    static const float q[] = {1.0f,            5.030838847e-1f, 1.145568490e-1f,
                              1.505449321e-2f, 1.170648145e-3f, 3.783149077e-5f};
    return odd_rational(x, 3.95f, 6, p, 6, q);
}

// A logit x soft-capped at `cap` (Gemma 2): cap * tanh(x / cap).
INLINE vf cap_v(vf x, float cap) { return tanh_v(x / cap) * cap; }
