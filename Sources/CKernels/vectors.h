// Part of kernels_impl.h, which includes it once an instruction set: vectors of W floats.

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
