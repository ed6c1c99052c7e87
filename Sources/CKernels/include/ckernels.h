// Float32 kernels of the forward pass, one table of functions per instruction set.
//
// Matrix products are built from one micro-kernel: `mr` rows of activations times `nr` columns of
// weights, each output element a chain of fused multiply-adds over at most CK_MAX_KC numbers, the
// chains of one element added in order. A row's result therefore has the same bits wherever the
// row lies and whatever lies beside it. Sums over a row are kept in CK_LANES lanes on every
// instruction set, so those that have fused multiply-adds give the same bits as each other.
//
// Layouts
//   packed activations  [ceil(rows / mr)][k][mr], rows past the end are zero
//   packed weights      [ceil(cols / nr)][k][nr], columns past the end are zero
//   everything else     row-major with a leading dimension
#pragma once
#include <stdint.h>

enum {
    CK_LANES = 16,      // numbers that a sum over a row is spread over
    CK_MAX_KC = 144,    // longest chain of a product: [kc][nr] weights stay in the first-level cache
    CK_KEYS = 144,      // keys that attention takes at once
    CK_MAX_COLS = 512,  // most columns of a weight panel
    CK_HEAD_COLS = 256, // columns of the LM head whose logits are summed up together
    CK_BLOCK_ROWS = 96  // rows of activations that pass over a weight panel together, a multiple of mr
};

/// Weight types, numbered as GGUF numbers them.
enum {
    CK_F32 = 0,
    CK_F16 = 1,
    CK_Q4_0 = 2,
    CK_Q4_1 = 3,
    CK_Q5_0 = 6,
    CK_Q5_1 = 7,
    CK_Q8_0 = 8,
    CK_Q2_K = 10,
    CK_Q3_K = 11,
    CK_Q4_K = 12,
    CK_Q5_K = 13,
    CK_Q6_K = 14,
    CK_IQ4_NL = 20,
    CK_IQ4_XS = 23,
    CK_BF16 = 30,
    CK_MXFP4 = 39
};

/// How RoPE pairs the dimensions of a head: halves (i, i + r/2) or neighbours (2i, 2i + 1).
enum { CK_ROPE_HALVES = 0, CK_ROPE_NEIGHBOURS = 1 };

/// Activations of a feed-forward: x / (1 + e^-x), and GELU by its tanh approximation or exact.
enum { CK_SILU = 0, CK_GELU_TANH = 1, CK_GELU_ERF = 2 };

/// Packed activations times a packed weight panel.
typedef struct {
    int64_t rows;       // of activations
    int64_t cols;       // of the panel, at most CK_MAX_COLS
    int64_t k;          // inner size
    int64_t depth;      // of k that passes over the panel at once: activations that fit in cache
    const float *a;     // packed activations [rows, k]
    const float *b;     // packed weights [cols, k]
    float *scratch;     // ck_product_scratch() floats
} ck_product;

/// What the LM head knows of every scored row after some panels of the vocabulary.
typedef struct {
    const int32_t *target;      // [rows] id of the token to predict
    const float *target_logit;  // [rows]
    float *max;                 // [rows] greatest logit so far
    double *sum;                // [rows] sum of exp(logit - max) so far
    int32_t *above;             // [rows] logits greater than the target's so far
    float cap;                  // logits are soft-capped at it (the target's is already); 0: not
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
    float scale;           // of the scores, as a rule 1 / sqrt(head_size)
    float cap;             // scores are soft-capped at it after scaling; 0: not
    int64_t window;        // keys that a query sees, itself included; 0 for all before it
    float *out;            // packed activations of the whole batch
    int64_t out_row;       // row of the sequence's first token in them
    int64_t out_width;     // their k
    int64_t out_column;    // column of the group's first head
    float *scratch;        // ck_attention_scratch floats
} ck_attention_job;

typedef struct ck_table {
    const char *name;
    int32_t mr;
    int32_t nr;
    void (*multiply)(const ck_product *product, float *c, int64_t ldc, int accumulate);
    void (*multiply_activated)(const ck_product *product, int activation, int gated,
                               const float *bias, float *destination, int64_t width,
                               int64_t first_column);
    void (*head)(const ck_product *product, int64_t first_column, const ck_head_state *state);
    void (*head_update)(int64_t rows, int64_t cols, int64_t ld, int64_t first_row,
                        int64_t first_column, float *logits, const ck_head_state *state);
    float (*dot)(int64_t k, const float *a, int64_t stride, const float *w);
    void (*dequantize)(int type, const void *source, float *destination, int64_t count);
    void (*pack)(int64_t rows, int64_t k, const float *source, int64_t ld, float *destination,
                 int32_t tile, int64_t step);
    void (*rms_norm)(int64_t rows, int64_t width, const float *x, int64_t ldx, const int32_t *index,
                     const float *weight, float epsilon, float *destination, int32_t tile,
                     float *scratch);
    void (*rms_norm_add)(int64_t rows, int64_t width, const float *x, int64_t ldx,
                         const float *weight, float epsilon, float *residual, int64_t ld,
                         float *scratch);
    void (*layer_norm)(int64_t rows, int64_t width, const float *x, int64_t ldx,
                       const int32_t *index, const float *weight, const float *bias, float epsilon,
                       float *destination, int32_t tile, float *scratch);
    void (*head_norm)(int64_t rows, int32_t heads, int32_t head_size, float *x, int64_t ld,
                      const float *weight, float epsilon);
    void (*activate)(int activation, int64_t rows, int64_t width, const float *gate,
                     const float *up, int64_t ld, const float *bias, float *destination,
                     int64_t ldd);
    void (*rope)(int64_t rows, int32_t heads, int32_t head_size, int32_t rotated, int32_t pairing,
                 float *x, int64_t ld, const float *cosines, const float *sines);
    void (*add_bias)(int64_t rows, int64_t width, float *x, int64_t ld, const float *bias);
    void (*add_rows)(int64_t rows, int64_t width, const float *x, int64_t ldx,
                     const int32_t *index, const float *scale, float *destination, int64_t ldd);
    void (*soft_cap)(int64_t count, float *x, float cap);
    void (*attention)(const ck_attention_job *job, int32_t tile);
    double (*peak)(int64_t rounds);
} ck_table;

/// The table for an instruction set ("avx512", "avx2", "portable"), or null if this processor or
/// build has none.
const ck_table *ck_kernels(const char *name);

/// Length of each chain but the last, the same for every row, panel and batch.
static inline int64_t ck_kc(int64_t k) {
    int64_t blocks = (k + CK_MAX_KC - 1) / CK_MAX_KC;
    int64_t kc = (k + blocks - 1) / blocks;
    return (kc + 7) / 8 * 8;
}

/// Floats of scratch that a product needs: a block of results, and the same row-major.
static inline int64_t ck_product_scratch(void) { return 2 * CK_BLOCK_ROWS * CK_MAX_COLS; }

/// Floats of scratch that one attention job needs.
static inline int64_t ck_attention_scratch(int64_t length, int64_t head_size) {
    int64_t keys = length + 64, width = head_size + 64;
    return keys * head_size + keys * width + (head_size + width + CK_KEYS + 64) * 32 + 64;
}

// Calls through the table, so that Swift needs no function pointers.
static inline void ck_multiply(const ck_table *t, const ck_product *product, float *c, int64_t ldc,
                               int accumulate) {
    t->multiply(product, c, ldc, accumulate);
}
static inline void ck_multiply_activated(const ck_table *t, const ck_product *product,
                                         int activation, int gated, const float *bias,
                                         float *destination, int64_t width,
                                         int64_t first_column) {
    t->multiply_activated(product, activation, gated, bias, destination, width, first_column);
}
static inline void ck_head(const ck_table *t, const ck_product *product, int64_t first_column,
                           const ck_head_state *state) {
    t->head(product, first_column, state);
}
static inline void ck_head_update(const ck_table *t, int64_t rows, int64_t cols, int64_t ld,
                                  int64_t first_row, int64_t first_column, float *logits,
                                  const ck_head_state *state) {
    t->head_update(rows, cols, ld, first_row, first_column, logits, state);
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
    t->pack(rows, k, source, ld, destination, tile, k * tile);
}
static inline void ck_rms_norm(const ck_table *t, int64_t rows, int64_t width, const float *x,
                               int64_t ldx, const int32_t *index, const float *weight,
                               float epsilon, float *destination, int32_t tile, float *scratch) {
    t->rms_norm(rows, width, x, ldx, index, weight, epsilon, destination, tile, scratch);
}
static inline void ck_rms_norm_add(const ck_table *t, int64_t rows, int64_t width, const float *x,
                                   int64_t ldx, const float *weight, float epsilon,
                                   float *residual, int64_t ld, float *scratch) {
    t->rms_norm_add(rows, width, x, ldx, weight, epsilon, residual, ld, scratch);
}
static inline void ck_layer_norm(const ck_table *t, int64_t rows, int64_t width, const float *x,
                                 int64_t ldx, const int32_t *index, const float *weight,
                                 const float *bias, float epsilon, float *destination,
                                 int32_t tile, float *scratch) {
    t->layer_norm(rows, width, x, ldx, index, weight, bias, epsilon, destination, tile, scratch);
}
static inline void ck_head_norm(const ck_table *t, int64_t rows, int32_t heads, int32_t head_size,
                                float *x, int64_t ld, const float *weight, float epsilon) {
    t->head_norm(rows, heads, head_size, x, ld, weight, epsilon);
}
static inline void ck_activate(const ck_table *t, int activation, int64_t rows, int64_t width,
                               const float *gate, const float *up, int64_t ld, const float *bias,
                               float *destination, int64_t ldd) {
    t->activate(activation, rows, width, gate, up, ld, bias, destination, ldd);
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
static inline void ck_soft_cap(const ck_table *t, int64_t count, float *x, float cap) {
    t->soft_cap(count, x, cap);
}
static inline void ck_add_rows(const ck_table *t, int64_t rows, int64_t width, const float *x,
                               int64_t ldx, const int32_t *index, const float *scale,
                               float *destination, int64_t ldd) {
    t->add_rows(rows, width, x, ldx, index, scale, destination, ldd);
}
static inline void ck_attention(const ck_table *t, const ck_attention_job *job, int32_t tile) {
    t->attention(job, tile);
}
static inline double ck_peak(const ck_table *t, int64_t rounds) { return t->peak(rounds); }
