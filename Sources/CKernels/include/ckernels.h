// Float32 kernels of the forward pass, one table of functions per instruction set.
//
// Matrix products are built from one micro-kernel: `mr` rows of activations times 32 columns of
// weights, each output element one chain of fused multiply-adds over k, cut into blocks of at most
// CK_MAX_KC. A row's result therefore has the same bits wherever the row lies and whatever lies
// beside it.
//
// Layouts
//   packed activations  [ceil(rows / mr)][k][mr], rows past the end are zero
//   packed weights      [k blocks][ceil(cols / 32)][kc][32], columns past the end are zero
//   everything else     row-major with a leading dimension
#pragma once
#include <stdint.h>

enum { CK_NR = 32, CK_MAX_KC = 512 };

/// Weight types, numbered as GGUF numbers them.
enum { CK_F32 = 0, CK_F16 = 1, CK_Q4_0 = 2, CK_Q4_1 = 3, CK_Q8_0 = 8, CK_BF16 = 30 };

/// How RoPE pairs the dimensions of a head: halves (i, i + r/2) or neighbours (2i, 2i + 1).
enum { CK_ROPE_HALVES = 0, CK_ROPE_NEIGHBOURS = 1 };

/// What the LM head knows of every scored row after some panels of the vocabulary.
typedef struct {
    const int32_t *target;      // [rows] id of the token to predict
    const float *target_logit;  // [rows]
    float *max;                 // [rows] greatest logit so far
    double *sum;                // [rows] sum of exp(logit - max) so far
    int32_t *above;             // [rows] logits greater than the target's so far
} ck_head_state;

/// One causal attention: a sequence and one KV head with the query heads that share it.
typedef struct {
    int64_t length;        // tokens n
    int32_t head_size;     // floats a head
    int32_t group;         // query heads a KV head
    const float *q;        // [n, group * head_size], rotated
    const float *k;        // [n, head_size], rotated
    const float *v;        // [n, head_size]
    int64_t stride;        // floats from one row of q, k or v to the next
    float scale;           // of the scores, 1 / sqrt(head_size)
    float *out;            // packed activations of the whole batch
    int64_t out_row;       // row of the sequence's first token in them
    int64_t out_width;     // their k
    int64_t out_column;    // column of the group's first head
    float *scratch;        // ck_attention_scratch floats
} ck_attention_job;

typedef struct ck_table {
    const char *name;
    int32_t mr;
    void (*gemm)(int64_t rows, int64_t cols, int64_t k, const float *a, const float *b, float *c,
                 int64_t ldc, int accumulate);
    void (*head)(int64_t rows, int64_t cols, int64_t k, const float *a, const float *b,
                 int64_t first_column, const ck_head_state *state, float *scratch);
    void (*head_update)(int64_t rows, int64_t cols, int64_t padded_cols, int64_t first_row,
                        int64_t first_column, float *logits, const ck_head_state *state);
    float (*dot)(int64_t k, const float *a, int64_t stride, const float *w);
    void (*dequantize)(int type, const void *source, float *destination, int64_t count);
    void (*pack)(int64_t rows, int64_t k, const float *source, int64_t ld, float *destination,
                 int32_t tile);
    void (*rms_norm)(int64_t rows, int64_t width, const float *x, int64_t ldx, const int32_t *index,
                     const float *weight, float epsilon, float *destination, int32_t tile,
                     float *scratch);
    void (*silu_mul)(int64_t rows, int64_t width, const float *gate, const float *up, int64_t ld,
                     float *destination, int32_t tile, float *scratch);
    void (*rope)(int64_t rows, int32_t heads, int32_t head_size, int32_t rotated, int32_t pairing,
                 float *x, int64_t ld, const float *cosines, const float *sines);
    void (*add_bias)(int64_t rows, int64_t width, float *x, int64_t ld, const float *bias);
    void (*attention)(const ck_attention_job *job, int32_t tile);
} ck_table;

/// The table for an instruction set ("avx512", "avx2", "portable"), or null if this processor or
/// build has none.
const ck_table *ck_kernels(const char *name);

/// Length of each k block but the last, the same for every row, panel and batch.
static inline int64_t ck_kc(int64_t k) {
    int64_t blocks = (k + CK_MAX_KC - 1) / CK_MAX_KC;
    int64_t kc = (k + blocks - 1) / blocks;
    return (kc + 7) / 8 * 8;
}

/// Floats of scratch that one attention job needs.
static inline int64_t ck_attention_scratch(int64_t length, int64_t head_size) {
    int64_t keys = (length + 31) / 32 * 32, width = (head_size + 31) / 32 * 32;
    return keys * head_size + keys * width + 16 * head_size + 2 * 16 * CK_MAX_KC + 16 * width + 64;
}

// Calls through the table, so that Swift needs no function pointers.
static inline void ck_gemm(const ck_table *t, int64_t rows, int64_t cols, int64_t k, const float *a,
                           const float *b, float *c, int64_t ldc, int accumulate) {
    t->gemm(rows, cols, k, a, b, c, ldc, accumulate);
}
static inline void ck_head(const ck_table *t, int64_t rows, int64_t cols, int64_t k, const float *a,
                           const float *b, int64_t first_column, const ck_head_state *state,
                           float *scratch) {
    t->head(rows, cols, k, a, b, first_column, state, scratch);
}
static inline void ck_head_update(const ck_table *t, int64_t rows, int64_t cols, int64_t padded_cols,
                                  int64_t first_row, int64_t first_column, float *logits,
                                  const ck_head_state *state) {
    t->head_update(rows, cols, padded_cols, first_row, first_column, logits, state);
}
static inline float ck_dot(const ck_table *t, int64_t k, const float *a, int64_t stride,
                           const float *w) {
    return t->dot(k, a, stride, w);
}
static inline void ck_dequantize(const ck_table *t, int type, const void *source, float *destination,
                                 int64_t count) {
    t->dequantize(type, source, destination, count);
}
static inline void ck_pack(const ck_table *t, int64_t rows, int64_t k, const float *source,
                           int64_t ld, float *destination, int32_t tile) {
    t->pack(rows, k, source, ld, destination, tile);
}
static inline void ck_rms_norm(const ck_table *t, int64_t rows, int64_t width, const float *x,
                               int64_t ldx, const int32_t *index, const float *weight, float epsilon,
                               float *destination, int32_t tile, float *scratch) {
    t->rms_norm(rows, width, x, ldx, index, weight, epsilon, destination, tile, scratch);
}
static inline void ck_silu_mul(const ck_table *t, int64_t rows, int64_t width, const float *gate,
                               const float *up, int64_t ld, float *destination, int32_t tile,
                               float *scratch) {
    t->silu_mul(rows, width, gate, up, ld, destination, tile, scratch);
}
static inline void ck_rope(const ck_table *t, int64_t rows, int32_t heads, int32_t head_size,
                           int32_t rotated, int32_t pairing, float *x, int64_t ld,
                           const float *cosines, const float *sines) {
    t->rope(rows, heads, head_size, rotated, pairing, x, ld, cosines, sines);
}
static inline void ck_add_bias(const ck_table *t, int64_t rows, int64_t width, float *x, int64_t ld,
                               const float *bias) {
    t->add_bias(rows, width, x, ld, bias);
}
static inline void ck_attention(const ck_table *t, const ck_attention_job *job, int32_t tile) {
    t->attention(job, tile);
}
