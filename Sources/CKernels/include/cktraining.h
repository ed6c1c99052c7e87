// Float32 kernels of training, one table of functions per instruction set.
//
// A product reads two packed operands and writes row-major memory:
//   a  [ceil(m / mr)][k][mr], rows past the end are zero
//   b  [ceil(n / nr)][k][nr], columns past the end are zero; strips may lie further apart
// Each element is a chain of fused multiply-adds over at most CKT_CHAIN numbers; the chains of one
// element are added in order. Nothing depends on which thread runs what.
//
// A pointer to rows comes with its stride, the floats from one row to the next.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
    CKT_CHAIN = 256,        // longest chain of a product
    CKT_ROWS = 192,         // tokens of a block: a multiple of every mr
    CKT_QUERIES = 96,       // queries that attention takes at once
    CKT_KEYS = 192,         // keys that attention's backward pass takes at once: a multiple of every nr
    CKT_HEAD_ROWS = 192,    // tokens of a block of the LM head: a multiple of every mr
    CKT_HEAD_COLUMNS = 256  // vocabulary entries of a panel of the LM head
};

/// One block of tokens times one panel of the vocabulary.
typedef struct {
    ptrdiff_t rows;          // tokens, at most CKT_HEAD_ROWS
    ptrdiff_t columns;       // vocabulary entries, at most CKT_HEAD_COLUMNS
    ptrdiff_t width;         // D
    int32_t first;           // the panel's first vocabulary entry
    const int32_t *targets;  // [rows]
    float *scores;           // [rows][CKT_HEAD_COLUMNS], kept between the two calls
    float *top;              // [rows] the panel's greatest logit of each row
    const float *_Nullable soon;  // the scores of the tile whose gradient comes next
} ckt_head_tile;

/// Causal attention of one sequence and one KV head with the query heads that share it.
typedef struct {
    ptrdiff_t length;     // tokens n
    ptrdiff_t head_size;  // floats a head
    ptrdiff_t group;      // query heads a KV head
    ptrdiff_t stride;     // of q, k, v and of their gradients
    ptrdiff_t out_stride; // of out and its gradient
    ptrdiff_t lse_stride; // floats from one query head's row of lse to the next
    const float *q;       // [n, group * head_size], rotated
    const float *k;       // [n, head_size], rotated
    const float *v;       // [n, head_size]
    float *out;           // [n, group * head_size]
    float *lse;           // [group][n] log-sum-exp of the scores
    const float *dout;    // gradients, of the backward pass only
    float *dq;
    float *dk;
    float *dv;
    float *scratch;       // ckt_attention_scratch floats
} ckt_attention_job;

/// The constants of one AdamW step (Loshchilov and Hutter 2019, algorithm 2).
typedef struct {
    float gradient_scale;  // of the gradient, from clipping
    float keep;            // 1 - learning rate * weight decay
    float beta1, beta2;
    float rate;            // learning rate / (1 - beta1^t)
    float correction;      // 1 / sqrt(1 - beta2^t)
    float epsilon;
} ckt_adamw;

typedef struct ckt_table {
    const char *name;
    ptrdiff_t mr;
    ptrdiff_t nr;

    /// Rows [rows, k] -> [ceil(rows / tile)][k][tile].
    void (*pack_rows)(ptrdiff_t rows, ptrdiff_t k, const float *source,
                               ptrdiff_t ld, float *destination, ptrdiff_t tile);
    /// Rows [k, columns] -> [ceil(columns / tile)][k][tile].
    void (*pack_columns)(ptrdiff_t k, ptrdiff_t columns, const float *source,
                                  ptrdiff_t ld, float *destination, ptrdiff_t tile);
    /// c[m, n] (+)= a * b, with `step` floats from one strip of b to the next.
    void (*product)(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a,
                             const float *b, ptrdiff_t step, float *c,
                             ptrdiff_t ldc, int accumulate);

    /// Scores become exp(logit - top); `totals` [rows] their sums, and the logits of targets that
    /// lie in the panel go to `target_logits` [rows].
    void (*head_scores)(const ckt_head_tile *tile, const float *states,
                                 const float *panel, double *totals,
                                 float *target_logits);
    /// With d = weight * (softmax - target), the gradient of the logits, from the scores:
    /// dweights[columns, D] (+)= d^T * states and dstates[rows, D] (+)= d * weights.
    /// `states` and `weights` are packed strips of nr out of D; `scratch` has
    /// ckt_head_scratch floats.
    void (*head_gradient)(const ckt_head_tile *tile, const double *lse,
                                   float weight, const float *states,
                                   const float *weights, float *dweights,
                                   int add_weights, float *dstates, int add_states,
                                   float *scratch);

    void (*attention)(const ckt_attention_job *job);
    void (*attention_backward)(const ckt_attention_job *job);

    /// out = weight * x * scale with scale = 1 / sqrt(mean(x^2) + epsilon), kept in `scales` [rows].
    void (*rms_norm)(ptrdiff_t rows, ptrdiff_t width, const float *x,
                              const float *weight, float epsilon, float *out,
                              float *scales);
    /// dx = base + the gradient through the norm; dweight [width] = the sum over the rows, in order.
    /// `out` is what rms_norm gave, computed anew.
    void (*rms_norm_backward)(ptrdiff_t rows, ptrdiff_t width, const float *x,
                                       const float *scales, const float *weight,
                                       const float *dy, const float *_Nullable base,
                                       float *dx, float *dweight,
                                       float *out);
    /// Rotates halves of each head by its row's position; `sign` -1 rotates back.
    void (*rotate)(ptrdiff_t rows, ptrdiff_t heads, ptrdiff_t head_size,
                            float *x, ptrdiff_t stride, const int32_t *positions,
                            const float *cosines, const float *sines, float sign);
    /// out = silu(gate) * up.
    void (*swiglu)(ptrdiff_t count, const float *gate, const float *up,
                            float *out);
    /// `dout` becomes silu(gate) * up; gradients of gate and up go to dgate and dup.
    void (*swiglu_backward)(ptrdiff_t count, const float *gate,
                                     const float *up, float *dout,
                                     float *dgate, float *dup);
    /// destination += source.
    void (*add)(ptrdiff_t count, const float *source,
                         float *destination);
    double (*sum_squares)(ptrdiff_t count, const float *x);
    void (*adamw)(ptrdiff_t count, const ckt_adamw *constants,
                           const float *gradient, float *weights,
                           float *first, float *second);
} ckt_table;

/// The table for an instruction set ("avx512", "avx2", "portable"), or null if this processor or
/// build has none.
const ckt_table *_Nullable ckt_kernels(const char *name);

/// Floats of packed rows or columns: `count` of them in tiles of up to 32, `k` numbers each.
static inline ptrdiff_t ckt_packed(ptrdiff_t count, ptrdiff_t k) {
    return (count + 31) * k + 64;
}

/// Floats of scratch that a head's gradient needs.
static inline ptrdiff_t ckt_head_scratch(void) {
    return ckt_packed(CKT_HEAD_COLUMNS, CKT_HEAD_ROWS) +
           ckt_packed(CKT_HEAD_ROWS, CKT_HEAD_COLUMNS);
}

/// Floats of scratch that one attention job needs, forward or backward.
static inline ptrdiff_t ckt_attention_scratch(ptrdiff_t length, ptrdiff_t head_size) {
    const ptrdiff_t whole = 2 * ckt_packed(length, head_size) + ckt_packed(head_size, length);
    const ptrdiff_t tile = 2 * ckt_packed(CKT_QUERIES, head_size) +
                           2 * ckt_packed(head_size, CKT_QUERIES) + CKT_QUERIES;
    const ptrdiff_t wide = length + 64 > CKT_KEYS ? length + 64 : CKT_KEYS;
    return whole + tile + 2 * CKT_QUERIES * wide + ckt_packed(CKT_QUERIES, wide) +
           ckt_packed(CKT_KEYS, CKT_QUERIES) + 512;
}

#pragma clang assume_nonnull end
