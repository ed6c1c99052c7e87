// Part of kernels_impl.h, which includes it once an instruction set.

// Causal attention in tiles of NR queries and CK_KEYS keys with an online softmax (Milakov and
// Gimelshein 2018; Dao et al. 2022), so that memory grows with the length and not with its square.
// Queries lie in the lanes, so a query's maximum and sum are chains over its keys, in order.

// Scores [count][NR] of keys from `first` on become exp(score - top); `fade` is what the sums so
// far are to be multiplied with. `row` is the query of lane 0; a query sees itself and keys before
// it, `window` in all. With a `cap` the scores come divided by it, and are soft-capped first.
INLINE void soften(float *scores, int64_t count, int64_t first, int64_t row, int64_t window,
                   float cap, vf top[NV], vf total[NV], vf fade[NV]) {
    if (cap > 0)
        for (int64_t k = 0; k < count * NR; k += W)
            store(scores + k, tanh_v(load(scores + k)) * cap);
    vi lane;
    UNROLL for (int i = 0; i < W; i++) lane[i] = i;
    for (int64_t k = row + 1 > first ? row + 1 - first : 0; k < count; k++)
        UNROLL for (int v = 0; v < NV; v++) {
            float *s = scores + k * NR + v * W;
            const vi hidden = lane < (int32_t)(first + k - row) - v * W;
            store(s, choose(hidden, splat(-INFINITY), load(s)));
        }
    for (int64_t k = 0; k < count && first + k <= row + NR - 1 - window; k++)
        UNROLL for (int v = 0; v < NV; v++) {
            float *s = scores + k * NR + v * W;
            const vi hidden = lane >= (int32_t)(first + k + window - row) - v * W;
            store(s, choose(hidden, splat(-INFINITY), load(s)));
        }
    vf high[NV];
    vf before[NV];
    UNROLL for (int v = 0; v < NV; v++) high[v] = before[v] = top[v];
    for (int64_t k = 0; k < count; k++)
        UNROLL for (int v = 0; v < NV; v++) high[v] = vmax(high[v], load(scores + k * NR + v * W));
    vf s[NV];
    UNROLL for (int v = 0; v < NV; v++) {
        top[v] = high[v];
        // Where no key was seen yet there is nothing to fade, and -inf - -inf is no number.
        high[v] = choose(high[v] == -INFINITY, splat(0), high[v]);
        fade[v] = exp_v(before[v] - high[v]);
        s[v] = (vf){};
    }
    for (int64_t k = 0; k < count; k++)
        UNROLL for (int v = 0; v < NV; v++) {
            vf e = exp_v(load(scores + k * NR + v * W) - high[v]);
            store(scores + k * NR + v * W, e);
            s[v] += e;
        }
    UNROLL for (int v = 0; v < NV; v++) total[v] = total[v] * fade[v] + s[v];
}

static void attention(const ck_attention_job *job, int32_t out_tile) {
    const int64_t n = job->length, hd = job->head_size, stride = job->stride;
    const float scale = job->cap > 0 ? job->scale / job->cap : job->scale;
    const int64_t window = job->window > 0 && job->window < n ? job->window : n;
    const int64_t tiles = (n + MR - 1) / MR, bands = (hd + MR - 1) / MR;
    float *keys = job->scratch;                 // [tiles][hd][MR]
    float *values = keys + tiles * hd * MR;     // [bands][n][MR]
    float *queries = values + bands * n * MR;   // [hd][NR]
    float *scores = queries + hd * NR;          // [CK_KEYS + MR][NR]
    float *out = scores + (CK_KEYS + MR) * NR;  // [bands * MR][NR]
    pack(n, hd, job->k, stride, keys, MR, hd * MR);
    for (int64_t b = 0; b < bands; b++) {
        const int64_t m = hd - b * MR < MR ? hd - b * MR : MR;
        if (m < MR) memset(values + b * n * MR, 0, (size_t)(n * MR) * sizeof(float));
        for (int64_t t = 0; t < n; t++)
            for (int64_t i = 0; i < m; i++)
                values[(b * n + t) * MR + i] = job->v[t * stride + b * MR + i];
    }
    for (int32_t h = 0; h < job->group; h++)
        for (int64_t row = 0; row < n; row += NR) {
            const int64_t m = n - row < NR ? n - row : NR, end = row + m;
            pack(m, hd, job->q + row * stride + h * hd, stride, queries, NR, 0);
            for (int64_t i = 0; i < hd * NR; i += W) store(queries + i, load(queries + i) * scale);
            vf top[NV], total[NV], fade[NV];
            UNROLL for (int v = 0; v < NV; v++) top[v] = splat(-INFINITY), total[v] = (vf){};
            // Blocks of keys begin at the same places for every query.
            const int64_t oldest = row + 1 > window ? row + 1 - window : 0;
            const int64_t start = oldest / CK_KEYS * CK_KEYS;
            for (int64_t first = start; first < end; first += CK_KEYS) {
                const int64_t count = end - first < CK_KEYS ? end - first : CK_KEYS;
                for (int64_t k = 0; k < count; k += MR)
                    micro(hd, keys + (first + k) * hd, queries, scores + k * NR, 0, (target){0});
                soften(scores, count, first, row, window, job->cap, top, total, fade);
                if (first > start)
                    for (int64_t d = 0; d < hd; d++)
                        UNROLL for (int v = 0; v < NV; v++) {
                            float *o = out + d * NR + v * W;
                            store(o, load(o) * fade[v]);
                        }
                for (int64_t b = 0; b < bands; b++)
                    micro_part(hd - b * MR, count, values + (b * n + first) * MR, scores,
                               out + b * MR * NR, first > start);
            }
            UNROLL for (int v = 0; v < NV; v++) total[v] = 1.0f / total[v];
            for (int64_t d = 0; d < hd; d++)
                UNROLL for (int v = 0; v < NV; v++) {
                    float *o = out + d * NR + v * W;
                    store(o, load(o) * total[v]);
                }
            // Packed activations run down their rows, as the output does.
            for (int64_t i = 0; i < m;) {
                const int64_t to = job->out_row + row + i, within = to % out_tile;
                const int64_t run = out_tile - within < m - i ? out_tile - within : m - i;
                float *d = job->out + (to - within) * job->out_width +
                           (job->out_column + h * hd) * out_tile + within;
                for (int64_t j = 0; j < hd; j++, d += out_tile)
                    for (int64_t x = 0; x < run; x++) d[x] = out[j * NR + i + x];
                i += run;
            }
        }
}
