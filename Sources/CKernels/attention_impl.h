// Part of kernels_impl.h, which includes it once an instruction set.

// Causal attention in tiles of MR queries and CK_MAX_KC keys with an online softmax (Milakov and
// Gimelshein 2018; Dao et al. 2022), so that memory grows with the length and not with its square.
static void attention(const ck_attention_job *job, int32_t out_tile) {
    const int64_t n = job->length, hd = job->head_size, keys = (n + CK_NR - 1) / CK_NR * CK_NR;
    const int64_t width = (hd + CK_NR - 1) / CK_NR * CK_NR;
    float *kp = job->scratch, *vp = kp + keys * hd, *qp = vp + keys * width, *scores = qp + MR * hd;
    float *weights = scores + MR * CK_MAX_KC, *out = weights + MR * CK_MAX_KC;
    pack(n, hd, job->k, job->stride, kp, CK_NR);
    memset(vp, 0, (size_t)(keys * width) * sizeof(float));
    for (int64_t j = 0; j < width; j += CK_NR)
        for (int64_t t = 0; t < n; t++)
            memcpy(vp + j * keys + t * CK_NR, job->v + t * job->stride + j,
                   (size_t)(hd - j < CK_NR ? hd - j : CK_NR) * sizeof(float));
    for (int32_t h = 0; h < job->group; h++)
        for (int64_t r = 0; r < n; r += MR) {
            const int64_t m = n - r < MR ? n - r : MR, last = r + m;
            float top[MR];
            double total[MR];
            for (int i = 0; i < MR; i++) top[i] = -INFINITY, total[i] = 0;
            pack(m, hd, job->q + r * job->stride + h * hd, job->stride, qp, MR);
            memset(out, 0, (size_t)(MR * width) * sizeof(float));
            for (int64_t first = 0; first < last; first += CK_MAX_KC) {
                const int64_t count = last - first < CK_MAX_KC ? last - first : CK_MAX_KC;
                const int64_t padded = (count + CK_NR - 1) / CK_NR * CK_NR;
                for (int64_t j = 0; j < padded; j += CK_NR)
                    tile(hd, qp, kp + (first + j) * hd, scores + j, CK_MAX_KC, 0, MR, CK_NR);
                for (int64_t i = 0; i < m; i++) {
                    float *s = scores + i * CK_MAX_KC;
                    int64_t valid = r + i + 1 - first;
                    if (valid > count) valid = count;
                    if (valid < 0) valid = 0;
                    for (int64_t j = valid; j < padded; j++) s[j] = -INFINITY;
                    if (valid == 0) {
                        memset(s, 0, (size_t)padded * sizeof(float));
                        continue;
                    }
                    vf mv = splat(-INFINITY);
                    for (int64_t j = 0; j < padded; j += W) {
                        vf v = load(s + j) * job->scale;
                        store(s + j, v);
                        mv = vmax(mv, v);
                    }
                    float high = top[i];
                    for (int j = 0; j < W; j++) high = mv[j] > high ? mv[j] : high;
                    if (high > top[i]) {
                        const float fade = expf(top[i] - high);
                        total[i] *= (double)fade;
                        for (int64_t j = 0; j < width; j++) out[i * width + j] *= fade;
                        top[i] = high;
                    }
                    vf sv = {};
                    for (int64_t j = 0; j < padded; j += W) {
                        vf e = exp_v(load(s + j) - high);
                        store(s + j, e);
                        sv += e;
                    }
                    for (int j = 0; j < W; j++) total[i] += (double)sv[j];
                }
                pack(m, count, scores, CK_MAX_KC, weights, MR);
                for (int64_t j = 0; j < width; j += CK_NR)
                    tile(count, weights, vp + j * keys + first * CK_NR, out + j, width, 1, MR, CK_NR);
            }
            for (int64_t i = 0; i < m; i++) {
                const float scale = (float)(1.0 / total[i]);
                const int64_t row = job->out_row + r + i;
                float *d = job->out + row / out_tile * out_tile * job->out_width + row % out_tile +
                           (job->out_column + h * hd) * out_tile;
                for (int64_t j = 0; j < hd; j++) d[j * out_tile] = out[i * width + j] * scale;
            }
        }
}
