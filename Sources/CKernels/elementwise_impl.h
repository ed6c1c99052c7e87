// Part of kernels_impl.h, which includes it once an instruction set: norms, RoPE, biases, caps, sums.

// d = weight * s / sqrt(mean(s^2) + epsilon).
INLINE void norm_row(int64_t width, const float *s, const float *weight, float epsilon, float *d) {
    double squares = 0;
    int64_t j = 0;
    for (; j + 4 * CK_LANES <= width; j += 4 * CK_LANES) {
        vf t[LV];
        UNROLL for (int v = 0; v < LV; v++) {
            const float *p = s + j + v * W;
            const vf a = load(p), b = load(p + CK_LANES), c = load(p + 2 * CK_LANES),
                     e = load(p + 3 * CK_LANES);
            t[v] = a * a + b * b + (c * c + e * e);
        }
        squares += (double)sum(t);
    }
    for (; j < width; j++) squares += (double)s[j] * s[j];
    const float scale = 1.0f / sqrtf((float)(squares / (double)width) + epsilon);
    for (j = 0; j < width; j++) d[j] = weight[j] * (s[j] * scale);
}

// RMSNorm of rows, or of those that `index` names, packed.
static void rms_norm(int64_t rows, int64_t width, const float *x, int64_t ldx, const int32_t *index,
                     const float *weight, float epsilon, float *destination, int32_t tile_rows,
                     float *scratch) {
    for (int64_t r = 0; r < rows; r += tile_rows, destination += width * tile_rows) {
        const int64_t m = rows - r < tile_rows ? rows - r : tile_rows;
        for (int64_t i = 0; i < m; i++)
            norm_row(width, x + (index ? index[r + i] : r + i) * ldx, weight, epsilon,
                     scratch + i * width);
        pack(m, width, scratch, width, destination, tile_rows, 0);
    }
}

// residual += RMSNorm(x) of rows.
static void rms_norm_add(int64_t rows, int64_t width, const float *x, int64_t ldx,
                         const float *weight, float epsilon, float *residual, int64_t ld,
                         float *scratch) {
    for (int64_t r = 0; r < rows; r++) {
        norm_row(width, x + r * ldx, weight, epsilon, scratch);
        float *d = residual + r * ld;
        for (int64_t j = 0; j < width; j++) d[j] += scratch[j];
    }
}

// The sum of (s - centre)^power, power 1 or 2.
INLINE double moment(int64_t width, const float *s, float centre, const int power) {
    double total = 0;
    int64_t j = 0;
    for (; j + 4 * CK_LANES <= width; j += 4 * CK_LANES) {
        vf t[LV];
        UNROLL for (int v = 0; v < LV; v++) {
            t[v] = (vf){};
            UNROLL for (int i = 0; i < 4; i++) {
                const vf d = load(s + j + i * CK_LANES + v * W) - centre;
                t[v] += power == 1 ? d : d * d;
            }
        }
        total += (double)sum(t);
    }
    for (; j < width; j++) {
        const double d = (double)s[j] - centre;
        total += power == 1 ? d : d * d;
    }
    return total;
}

// LayerNorm of rows, or of those that `index` names, packed:
// weight * (s - mean) / sqrt(variance + epsilon) + bias.
static void layer_norm(int64_t rows, int64_t width, const float *x, int64_t ldx,
                       const int32_t *index, const float *weight, const float *bias, float epsilon,
                       float *destination, int32_t tile_rows, float *scratch) {
    for (int64_t r = 0; r < rows; r += tile_rows, destination += width * tile_rows) {
        const int64_t m = rows - r < tile_rows ? rows - r : tile_rows;
        for (int64_t i = 0; i < m; i++) {
            const float *s = x + (index ? index[r + i] : r + i) * ldx;
            float *d = scratch + i * width;
            const float mean = (float)(moment(width, s, 0, 1) / (double)width);
            const double variance = moment(width, s, mean, 2) / (double)width;
            const float scale = 1.0f / sqrtf((float)variance + epsilon);
            for (int64_t j = 0; j < width; j++) d[j] = (s[j] - mean) * scale * weight[j] + bias[j];
        }
        pack(m, width, scratch, width, destination, tile_rows, 0);
    }
}

// RMSNorm of each head in place.
static void head_norm(int64_t rows, int32_t heads, int32_t head_size, float *x, int64_t ld,
                      const float *weight, float epsilon) {
    for (int64_t t = 0; t < rows; t++)
        for (int32_t h = 0; h < heads; h++) {
            float *v = x + t * ld + (int64_t)h * head_size;
            norm_row(head_size, v, weight, epsilon, v);
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

// x soft-capped in place.
static void soft_cap(int64_t count, float *x, float cap) {
    for (int64_t j = 0; j < count; j += W) {
        const size_t n = (size_t)(count - j < W ? count - j : W) * sizeof(float);
        float t[W] = {0};
        memcpy(t, x + j, n);
        store(t, cap_v(load(t), cap));
        memcpy(x + j, t, n);
    }
}

// destination[index[t]] += scale[t] * x[t], rows of `width`; each product is rounded before it is
// added. Without an index row t itself, without scales x as it is.
static void add_rows(int64_t rows, int64_t width, const float *x, int64_t ldx, const int32_t *index,
                     const float *scale, float *destination, int64_t ldd) {
    for (int64_t t = 0; t < rows; t++) {
        const float *s = x + t * ldx, by = scale ? scale[t] : 1.0f;
        float *d = destination + (index ? index[t] : t) * ldd;
        for (int64_t j = 0; j < width; j++) d[j] += by * s[j];
    }
}
