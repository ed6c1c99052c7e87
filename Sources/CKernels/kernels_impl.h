// The kernels, written once with Clang's vector types. Each instruction set includes this file
// after defining: CK_NAME (table symbol), CK_TEXT (name), W (floats a vector), MR (rows a
// micro-kernel) and HAVE_F16C (whether a half converts in hardware).
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

typedef float vf __attribute__((vector_size(W * 4)));
typedef int32_t vi __attribute__((vector_size(W * 4)));
typedef float vf4 __attribute__((vector_size(16)));
enum { NV = 2, STEP = NV * W };  // a micro-kernel spans NV vectors of columns

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
INLINE void store(float *p, vf v) { memcpy(p, &v, sizeof v); }
INLINE vf splat(float x) { return x - (vf){}; }
INLINE vf vmax(vf a, vf b) { return __builtin_elementwise_max(a, b); }
INLINE vf choose(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }
INLINE float sum(vf v) { float s = 0; UNROLL for (int i = 0; i < W; i++) s += v[i]; return s; }
#if FUSED
INLINE vf fma_v(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
INLINE float fma_1(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
INLINE vf fma_v(vf a, vf b, vf c) { return a * b + c; }
INLINE float fma_1(float a, float b, float c) { return a * b + c; }
#endif

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

// ---- packing ----

// rows [rows, k] -> [ceil(rows / tile)][k][tile], zero past the end.
static void pack(int64_t rows, int64_t k, const float *source, int64_t ld, float *destination,
                 int32_t tile) {
    for (int64_t r = 0; r < rows; r += tile, destination += k * tile) {
        int64_t m = rows - r < tile ? rows - r : tile;
        const float *s = source + r * ld;
        if (m < tile) memset(destination, 0, (size_t)(k * tile) * sizeof(float));
        int64_t i = 0;
        for (; i + 4 <= m; i += 4) {
            const float *s0 = s + i * ld, *s1 = s0 + ld, *s2 = s1 + ld, *s3 = s2 + ld;
            float *d = destination + i;
            int64_t p = 0;
            for (; p + 4 <= k; p += 4, d += 4 * tile) {
                vf4 a, b, c, e;
                memcpy(&a, s0 + p, 16); memcpy(&b, s1 + p, 16);
                memcpy(&c, s2 + p, 16); memcpy(&e, s3 + p, 16);
                vf4 ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5);
                vf4 ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
                vf4 ce0 = __builtin_shufflevector(c, e, 0, 4, 1, 5);
                vf4 ce1 = __builtin_shufflevector(c, e, 2, 6, 3, 7);
                vf4 o0 = __builtin_shufflevector(ab0, ce0, 0, 1, 4, 5);
                vf4 o1 = __builtin_shufflevector(ab0, ce0, 2, 3, 6, 7);
                vf4 o2 = __builtin_shufflevector(ab1, ce1, 0, 1, 4, 5);
                vf4 o3 = __builtin_shufflevector(ab1, ce1, 2, 3, 6, 7);
                memcpy(d, &o0, 16); memcpy(d + tile, &o1, 16);
                memcpy(d + 2 * tile, &o2, 16); memcpy(d + 3 * tile, &o3, 16);
            }
            for (; p < k; p++, d += tile) d[0] = s0[p], d[1] = s1[p], d[2] = s2[p], d[3] = s3[p];
        }
        for (; i < m; i++)
            for (int64_t p = 0; p < k; p++) destination[p * tile + i] = s[i * ld + p];
    }
}

// ---- matrix product ----

// c[m, cols] (+)= a[kc][MR] x b[kc][CK_NR], the first `STEP` columns at b; cols <= STEP.
INLINE void tile_step(int64_t kc, const float *a, const float *b, float *c, int64_t ldc,
                      int accumulate, int64_t m, int64_t cols) {
    vf s[MR][NV];
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < NV; v++) s[i][v] = (vf){};
    for (int64_t p = 0; p < kc; p++, a += MR, b += CK_NR) {
        vf bv[NV];
        UNROLL for (int v = 0; v < NV; v++) bv[v] = load(b + v * W);
        UNROLL for (int i = 0; i < MR; i++) {
            vf av = splat(a[i]);
            UNROLL for (int v = 0; v < NV; v++) s[i][v] = fma_v(av, bv[v], s[i][v]);
        }
    }
    if (cols >= STEP) {
        UNROLL for (int i = 0; i < MR; i++) if (i < m) UNROLL for (int v = 0; v < NV; v++) {
            float *d = c + i * ldc + v * W;
            store(d, accumulate ? load(d) + s[i][v] : s[i][v]);
        }
        return;
    }
    float whole[MR * STEP];
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < NV; v++)
        store(whole + i * STEP + v * W, s[i][v]);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < cols; j++)
            c[i * ldc + j] = accumulate ? c[i * ldc + j] + whole[i * STEP + j] : whole[i * STEP + j];
}

// One micro-panel: c[m, cols] (+)= a[kc][MR] x b[kc][CK_NR]; cols <= CK_NR.
static void tile(int64_t kc, const float *a, const float *b, float *c, int64_t ldc, int accumulate,
                 int64_t m, int64_t cols) {
    for (int64_t j = 0; j < cols; j += STEP)
        tile_step(kc, a, b + j, c + j, ldc, accumulate, m, cols - j);
}

static void gemm(int64_t rows, int64_t cols, int64_t k, const float *a, const float *b, float *c,
                 int64_t ldc, int accumulate) {
    const int64_t kc = ck_kc(k), panels = (cols + CK_NR - 1) / CK_NR;
    for (int64_t p = 0; p < k; p += kc) {
        const int64_t depth = k - p < kc ? k - p : kc;
        for (int64_t r = 0; r < rows; r += MR) {
            const int64_t m = rows - r < MR ? rows - r : MR;
            for (int64_t j = 0; j < panels; j++) {
                const int64_t n = cols - j * CK_NR < CK_NR ? cols - j * CK_NR : CK_NR;
                tile(depth, a + r * k + p * MR, b + p * panels * CK_NR + j * depth * CK_NR,
                     c + r * ldc + j * CK_NR, ldc, accumulate || p > 0, m, n);
            }
        }
    }
}

// The chain of fused multiply-adds that `gemm` runs for one element.
static float dot(int64_t k, const float *a, int64_t stride, const float *w) {
    const int64_t kc = ck_kc(k);
    float total = 0;
    for (int64_t p = 0; p < k; p += kc) {
        const int64_t end = p + kc < k ? p + kc : k;
        float s = 0;
        for (int64_t i = p; i < end; i++) s = fma_1(a[i * stride], w[i], s);
        total = p > 0 ? total + s : s;
    }
    return total;
}

// ---- LM head ----

// Takes the logits [rows, padded_cols] of one panel into the running maximum, sum and rank.
static void head_update(int64_t rows, int64_t cols, int64_t padded_cols, int64_t first_row,
                        int64_t first_column, float *logits, const ck_head_state *state) {
    for (int64_t i = 0; i < rows; i++) {
        float *l = logits + i * padded_cols;
        const int64_t r = first_row + i, t = state->target[r] - first_column;
        const float target = state->target_logit[r];
        if (t >= 0 && t < cols) l[t] = target;
        for (int64_t j = cols; j < padded_cols; j++) l[j] = -INFINITY;
        vf m = splat(-INFINITY);
        vi above = {};
        for (int64_t j = 0; j < padded_cols; j += W) {
            vf v = load(l + j);
            m = vmax(m, v);
            above -= v > target;  // a true lane is -1
        }
        float top = state->max[r];
        for (int j = 0; j < W; j++) top = m[j] > top ? m[j] : top;
        int32_t count = 0;
        for (int j = 0; j < W; j++) count += above[j];
        state->above[r] += count;
        if (top > state->max[r]) {
            state->sum[r] *= exp((double)state->max[r] - (double)top);
            state->max[r] = top;
        }
        vf s = {};
        for (int64_t j = 0; j < padded_cols; j += W) s += exp_v(load(l + j) - top);
        double total = 0;
        for (int j = 0; j < W; j++) total += (double)s[j];
        state->sum[r] += total;
    }
}

static void head(int64_t rows, int64_t cols, int64_t k, const float *a, const float *b,
                 int64_t first_column, const ck_head_state *state, float *scratch) {
    const int64_t kc = ck_kc(k), panels = (cols + CK_NR - 1) / CK_NR, padded = panels * CK_NR;
    for (int64_t r = 0; r < rows; r += MR) {
        const int64_t m = rows - r < MR ? rows - r : MR;
        for (int64_t p = 0; p < k; p += kc) {
            const int64_t depth = k - p < kc ? k - p : kc;
            for (int64_t j = 0; j < panels; j++)
                tile(depth, a + r * k + p * MR, b + p * padded + j * depth * CK_NR,
                     scratch + j * CK_NR, padded, p > 0, m, CK_NR);
        }
        head_update(m, cols, padded, r, first_column, scratch, state);
    }
}

#include "dequantize_impl.h"

// ---- elementwise ----

static void rms_norm(int64_t rows, int64_t width, const float *x, int64_t ldx, const int32_t *index,
                     const float *weight, float epsilon, float *destination, int32_t tile_rows,
                     float *scratch) {
    for (int64_t r = 0; r < rows; r += tile_rows, destination += width * tile_rows) {
        const int64_t m = rows - r < tile_rows ? rows - r : tile_rows;
        for (int64_t i = 0; i < m; i++) {
            const float *s = x + (index ? index[r + i] : r + i) * ldx;
            float *d = scratch + i * width;
            double squares = 0;
            int64_t j = 0;
            for (; j + 4 * W <= width; j += 4 * W) {
                vf v0 = load(s + j), v1 = load(s + j + W), v2 = load(s + j + 2 * W),
                   v3 = load(s + j + 3 * W);
                squares += (double)sum(v0 * v0 + v1 * v1 + (v2 * v2 + v3 * v3));
            }
            for (; j < width; j++) squares += (double)s[j] * s[j];
            const float scale = 1.0f / sqrtf((float)(squares / (double)width) + epsilon);
            for (j = 0; j < width; j++) d[j] = weight[j] * (s[j] * scale);
        }
        pack(m, width, scratch, width, destination, tile_rows);
    }
}

// silu(gate) * up, silu(x) = x / (1 + e^-x).
static void silu_mul(int64_t rows, int64_t width, const float *gate, const float *up, int64_t ld,
                     float *destination, int32_t tile_rows, float *scratch) {
    for (int64_t r = 0; r < rows; r += tile_rows, destination += width * tile_rows) {
        const int64_t m = rows - r < tile_rows ? rows - r : tile_rows;
        for (int64_t i = 0; i < m; i++) {
            const float *g = gate + (r + i) * ld, *u = up + (r + i) * ld;
            float *d = scratch + i * width;
            int64_t j = 0;
            for (; j + W <= width; j += W) {
                vf v = load(g + j);
                store(d + j, v / (1.0f + exp_v(-v)) * load(u + j));
            }
            for (; j < width; j++) d[j] = g[j] / (1.0f + expf(-g[j])) * u[j];
        }
        pack(m, width, scratch, width, destination, tile_rows);
    }
}

static void rope(int64_t rows, int32_t heads, int32_t head_size, int32_t rotated, int32_t pairing,
                 float *x, int64_t ld, const float *cosines, const float *sines) {
    const int32_t half_size = rotated / 2;
    for (int64_t t = 0; t < rows; t++)
        for (int32_t h = 0; h < heads; h++) {
            float *v = x + t * ld + (int64_t)h * head_size;
            const float *c = cosines + t * half_size, *z = sines + t * half_size;
            if (pairing == CK_ROPE_HALVES) {
                for (int32_t i = 0; i < half_size; i++) {
                    const float a = v[i], b = v[i + half_size];
                    v[i] = a * c[i] - b * z[i];
                    v[i + half_size] = b * c[i] + a * z[i];
                }
            } else {
                for (int32_t i = 0; i < half_size; i++) {
                    const float a = v[2 * i], b = v[2 * i + 1];
                    v[2 * i] = a * c[i] - b * z[i];
                    v[2 * i + 1] = b * c[i] + a * z[i];
                }
            }
        }
}

static void add_bias(int64_t rows, int64_t width, float *x, int64_t ld, const float *bias) {
    for (int64_t t = 0; t < rows; t++)
        for (int64_t j = 0; j < width; j++) x[t * ld + j] += bias[j];
}

#include "attention_impl.h"

const ck_table CK_NAME = {CK_TEXT,  MR,   gemm,     head,     head_update, dot,      dequantize,
                          pack,     rms_norm, silu_mul, rope, add_bias,    attention};
