// Part of kernels_impl.h, which includes it once an instruction set: matrix products.

enum { NR = NV * W };  // columns of a micro-kernel

// rows [rows, k] -> [ceil(rows / tile)][k][tile], zero past the end; `step` floats from one tile
// to the next.
static void pack(int64_t rows, int64_t k, const float *source, int64_t ld, float *destination,
                 int32_t tile, int64_t step) {
    for (int64_t r = 0; r < rows; r += tile, destination += step) {
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

// A micro-kernel's result: s[MR][NR] or, where `c` is not null, row-major memory.
typedef struct {
    float *c;
    int64_t ldc;
    int add;  // to what c holds
} target;

// s[m][NR] (+)= a[kc][MR] x b[kc][NR], the first m rows of the tile.
INLINE void micro_rows(const int m, int64_t kc, const float *a, const float *b, float *s,
                       int accumulate, target to) {
    vf t[MR][NV];
    UNROLL for (int i = 0; i < m; i++) UNROLL for (int v = 0; v < NV; v++) t[i][v] = (vf){};
    for (int64_t p = 0; p < kc; p++, a += MR, b += NR) {
        vf bv[NV];
        UNROLL for (int v = 0; v < NV; v++) bv[v] = load(b + v * W);
        UNROLL for (int i = 0; i < m; i++) {
            vf av = splat(a[i]);
            UNROLL for (int v = 0; v < NV; v++) t[i][v] = fma_v(av, bv[v], t[i][v]);
        }
    }
    if (accumulate)
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int v = 0; v < NV; v++)
            t[i][v] = load(s + i * NR + v * W) + t[i][v];
    if (!to.c) {
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int v = 0; v < NV; v++)
            store(s + i * NR + v * W, t[i][v]);
    } else if (to.add) {
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int v = 0; v < NV; v++) {
            float *d = to.c + i * to.ldc + v * W;
            store(d, load(d) + t[i][v]);
        }
    } else {
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int v = 0; v < NV; v++)
            store(to.c + i * to.ldc + v * W, t[i][v]);
    }
}

// Not inlined: whatever else lived in registers around its loop would push accumulators out.
NOINLINE void micro(int64_t kc, const float *a, const float *b, float *s, int accumulate,
                    target to) {
    micro_rows(MR, kc, a, b, s, accumulate, to);
}

// The same for a tile of which at most a third, or two, is used.
NOINLINE void micro_third(int64_t kc, const float *a, const float *b, float *s, int accumulate) {
    micro_rows((MR + 2) / 3, kc, a, b, s, accumulate, (target){0});
}
NOINLINE void micro_two_thirds(int64_t kc, const float *a, const float *b, float *s,
                               int accumulate) {
    micro_rows(2 * ((MR + 2) / 3), kc, a, b, s, accumulate, (target){0});
}
INLINE void micro_part(int64_t m, int64_t kc, const float *a, const float *b, float *s,
                       int accumulate) {
    if (m <= (MR + 2) / 3) micro_third(kc, a, b, s, accumulate);
    else if (m <= 2 * ((MR + 2) / 3)) micro_two_thirds(kc, a, b, s, accumulate);
    else micro(kc, a, b, s, accumulate, (target){0});
}

// Asks for lines of [rows][NR] that will be written soon, into the second-level cache.
INLINE void expect(const float *c, int64_t ldc, int64_t rows) {
    for (int64_t i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < NR; j += 16) __builtin_prefetch(c + i * ldc + j, 0, 2);
}

// Rows `first` ..< `first` + m, m <= CK_BLOCK_ROWS, times the panel:
// scratch [ceil(cols / NR)][CK_BLOCK_ROWS][NR], but whole tiles go to `to`, if that is given.
// [kc][NR] of weights stay in the first-level cache while the block's activations pass,
// [block][depth] of activations in the second-level while the panel does.
static void product_block(const ck_product *p, int64_t first, int64_t m, target to) {
    const int64_t kc = ck_kc(p->k);
    // The next block is asked for evenly while this one is multiplied.
    const int64_t after = first + m < p->rows ? first + m : 0;
    const int64_t calls = (m + MR - 1) / MR * ((p->cols + NR - 1) / NR) * ((p->k + kc - 1) / kc);
    const int64_t share = (m * p->k / calls + 15) / 16 * 16;
    const float *soon = p->a + after * p->k;
    const int64_t some = (MR * kc + p->k - 1) / p->k;  // rows of a tile's output asked for a call
    for (int64_t d = 0; d < p->k; d += p->depth) {
        const int64_t end = d + p->depth < p->k ? d + p->depth : p->k;
        for (int64_t j = 0; j < p->cols; j += NR) {
            const float *b = p->b + j * p->k;
            float *s = p->scratch + j * CK_BLOCK_ROWS;
            const int direct = to.c && p->cols - j >= NR;
            for (int64_t q = d; q < end; q += kc) {
                const int64_t chain = end - q < kc ? end - q : kc;
                for (int64_t r = 0; r < m; r += MR) {
                    target here = {0};
                    if (direct && m - r >= MR) {
                        float *c = to.c + (first + r) * to.ldc + j;
                        if (q + chain == p->k) here = (target){c, to.ldc, to.add};
                        expect(c + q / kc * some * to.ldc, to.ldc, some);
                    }
                    for (int64_t i = 0; i < share; i += 16) __builtin_prefetch(soon + i, 0, 2);
                    soon += share;
                    micro(chain, p->a + (first + r) * p->k + q * MR, b + q * NR, s + r * NR, q > 0,
                          here);
                }
            }
        }
    }
}

// c (+)= a x b.
static void multiply(const ck_product *p, float *c, int64_t ldc, int accumulate) {
    for (int64_t first = 0; first < p->rows; first += CK_BLOCK_ROWS) {
        const int64_t m = p->rows - first < CK_BLOCK_ROWS ? p->rows - first : CK_BLOCK_ROWS;
        product_block(p, first, m, (target){c, ldc, accumulate});
        for (int64_t j = 0; j < p->cols; j += NR) {
            const float *s = p->scratch + j * CK_BLOCK_ROWS;
            const int64_t n = p->cols - j < NR ? p->cols - j : NR;
            for (int64_t i = n == NR ? m / MR * MR : 0; i < m; i++) {
                float *d = c + (first + i) * ldc + j;
                for (int64_t x = 0; x < n; x++)
                    d[x] = accumulate ? d[x] + s[i * NR + x] : s[i * NR + x];
            }
        }
    }
}

// The chains of fused multiply-adds that `product_block` runs for one element.
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

// ---- Feed-forward ----

// The activation, one of CK_SILU and the others, of x.
INLINE vf activate_v(const int activation, vf x) {
    if (activation == CK_SILU) return x / (1.0f + exp_v(-x));
    if (activation == CK_GELU_ERF) return x * 0.5f * (1.0f + erf_v(x * 0.70710678118654752f));
    // (1 + tanh u) / 2 = 1 / (1 + e^-2u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
    return x / (1.0f + exp_v(-x * fma_v(x * x, splat(0.071354816272600f), splat(1.5957691216057f))));
}

// y = activation(g + b) * u; without `u` the activation alone, without `b` no bias.
INLINE vf activate_one(const int activation, const float *g, const float *u, const float *b) {
    const vf y = activate_v(activation, b ? load(g) + load(b) : load(g));
    return u ? y * load(u) : y;
}

// The same of rows: destination = activation(gate + bias) * up.
INLINE void activate_rows(const int activation, int64_t rows, int64_t width, const float *gate,
                          const float *up, int64_t ld, const float *bias, float *destination,
                          int64_t ldd) {
    for (int64_t i = 0; i < rows; i++) {
        const float *g = gate + i * ld, *u = up ? up + i * ld : NULL;
        float *d = destination + i * ldd;
        int64_t j = 0;
        for (; j + W <= width; j += W)
            store(d + j, activate_one(activation, g + j, u ? u + j : NULL, bias ? bias + j : NULL));
        if (j == width) continue;
        const size_t n = (size_t)(width - j) * sizeof(float);
        float x[W] = {0}, y[W] = {0}, b[W] = {0};
        memcpy(x, g + j, n);
        if (u) memcpy(y, u + j, n);
        if (bias) memcpy(b, bias + j, n);
        store(x, activate_one(activation, x, u ? y : NULL, bias ? b : NULL));
        memcpy(d + j, x, n);
    }
}

static void activate(int activation, int64_t rows, int64_t width, const float *gate,
                     const float *up, int64_t ld, const float *bias, float *destination,
                     int64_t ldd) {
    if (activation == CK_SILU)
        activate_rows(CK_SILU, rows, width, gate, up, ld, bias, destination, ldd);
    else if (activation == CK_GELU_TANH)
        activate_rows(CK_GELU_TANH, rows, width, gate, up, ld, bias, destination, ldd);
    else
        activate_rows(CK_GELU_ERF, rows, width, gate, up, ld, bias, destination, ldd);
}

// A tile s[MR][NR] of results plus `bias` [NR], if it is not null, through the activation in place.
// With `gated` the first half of the columns is gate, the second up, and the product of the two goes
// to the first.
INLINE void activate_tile(const int activation, const int gated, float *s, const float *bias) {
    enum { HALF = NR / 2 };
    if (bias)
        for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < NV; v++)
            store(s + i * NR + v * W, load(s + i * NR + v * W) + load(bias + v * W));
    UNROLL for (int i = 0; i < MR; i++) UNROLL for (int v = 0; v < (gated ? NV / 2 : NV); v++) {
        vf y = activate_v(activation, load(s + i * NR + v * W));
        if (gated) y = y * load(s + i * NR + HALF + v * W);
        store(s + i * NR + v * W, y);
    }
}

// Not inlined: unrolled as it is, it would swell each of its callers.
NOINLINE void silu_tile(int gated, float *s, const float *bias) {
    if (gated) activate_tile(CK_SILU, 1, s, bias);
    else activate_tile(CK_SILU, 0, s, bias);
}
NOINLINE void gelu_tanh_tile(int gated, float *s, const float *bias) {
    if (gated) activate_tile(CK_GELU_TANH, 1, s, bias);
    else activate_tile(CK_GELU_TANH, 0, s, bias);
}
NOINLINE void gelu_erf_tile(int gated, float *s, const float *bias) {
    if (gated) activate_tile(CK_GELU_ERF, 1, s, bias);
    else activate_tile(CK_GELU_ERF, 0, s, bias);
}

// The product through the activation, to columns `first_column` ..< of packed activations
// [rows, width]. `bias` [cols] may be null. Where it is gated, the panel's columns (and the biases)
// are gate and up in turns, NR / 2 of each, and cols / 2 columns of activation(gate) * up come out.
static void multiply_activated(const ck_product *p, int activation, int gated, const float *bias,
                               float *destination, int64_t width, int64_t first_column) {
    const int64_t out = gated ? NR / 2 : NR;
    for (int64_t first = 0; first < p->rows; first += CK_BLOCK_ROWS) {
        const int64_t m = p->rows - first < CK_BLOCK_ROWS ? p->rows - first : CK_BLOCK_ROWS;
        product_block(p, first, m, (target){0});
        for (int64_t j = 0; j < p->cols; j += NR) {
            const int64_t column = first_column + j / NR * out;
            const int64_t n = width - column < out ? width - column : out;
            for (int64_t r = 0; r < m; r += MR) {
                float *s = p->scratch + j * CK_BLOCK_ROWS + r * NR;
                const float *b = bias ? bias + j : NULL;
                if (activation == CK_SILU) silu_tile(gated, s, b);
                else if (activation == CK_GELU_TANH) gelu_tanh_tile(gated, s, b);
                else gelu_erf_tile(gated, s, b);
                float *d = destination + (first + r) * width + column * MR;
                for (int64_t x = 0; x < n * MR && r + MR < m; x += 16)
                    __builtin_prefetch(d + MR * width + x, 0, 2);
                pack(MR, n, s, NR, d, MR, 0);
            }
        }
    }
}

// ---- LM head ----

// Takes the logits [rows, cols] of one panel, soft-capped if there is a cap, into the running
// maximum, sum and rank; what lies between cols and the next multiple of CK_LANES is overwritten.
static void head_update(int64_t rows, int64_t cols, int64_t ld, int64_t first_row,
                        int64_t first_column, float *logits, const ck_head_state *state) {
    const int64_t padded = (cols + CK_LANES - 1) / CK_LANES * CK_LANES;
    for (int64_t i = 0; i < rows; i++) {
        float *l = logits + i * ld;
        const int64_t r = first_row + i, t = state->target[r] - first_column;
        const float target = state->target_logit[r];
        if (state->cap > 0)
            for (int64_t j = 0; j < padded; j += W) store(l + j, cap_v(load(l + j), state->cap));
        if (t >= 0 && t < cols) l[t] = target;
        for (int64_t j = cols; j < padded; j++) l[j] = -INFINITY;
        vf m = splat(-INFINITY);
        vi above = {};
        for (int64_t j = 0; j < padded; j += W) {
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
        vf s[LV] = {};
        for (int64_t j = 0; j < padded; j += CK_LANES)
            UNROLL for (int v = 0; v < LV; v++) s[v] += exp_v(load(l + j + v * W) - top);
        state->sum[r] += sum_wide(s);
    }
}

// The panel has at most CK_HEAD_COLS columns.
static void head(const ck_product *p, int64_t first_column, const ck_head_state *state) {
    const int64_t ld = CK_HEAD_COLS;
    float *logits = p->scratch + CK_BLOCK_ROWS * CK_MAX_COLS;
    for (int64_t first = 0; first < p->rows; first += CK_BLOCK_ROWS) {
        const int64_t m = p->rows - first < CK_BLOCK_ROWS ? p->rows - first : CK_BLOCK_ROWS;
        product_block(p, first, m, (target){0});
        for (int64_t j = 0; j < p->cols; j += NR) {
            const float *s = p->scratch + j * CK_BLOCK_ROWS;
            const int64_t n = ld - j < NR ? ld - j : NR;
            for (int64_t i = 0; i < m; i++)
                memcpy(logits + i * ld + j, s + i * NR, (size_t)n * sizeof(float));
        }
        head_update(m, p->cols, ld, first, first_column, logits, state);
    }
}
