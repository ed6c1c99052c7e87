// The kernels, written once with Clang's vector types. Each instruction set includes this file
// after defining: CK_NAME (table symbol), CK_TEXT (name), W (floats a vector), MR and NV (rows and
// vectors of columns of a micro-kernel), FUSED (multiply-adds) and HAVE_F16C (whether a half
// converts in hardware).
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF

#include "vectors.h"

#include "product_impl.h"

#include "attention_impl.h"
#include "dequantize_impl.h"
#include "elementwise_impl.h"

// The most operations that this instruction set does: chains of multiply-adds that stay in
// registers. Returns how many operations `rounds` rounds were.
static double peak(int64_t rounds) {
    enum { CHAINS = 12 };
    vf s[CHAINS];
    UNROLL for (int i = 0; i < CHAINS; i++) s[i] = splat((float)i);
    const vf a = splat(1e-9f), b = splat(0.999f);
    for (int64_t n = 0; n < rounds; n++)
        UNROLL for (int i = 0; i < CHAINS; i++) s[i] = fma_v(s[i], b, a);
    volatile float sink = 0;
    UNROLL for (int i = 0; i < CHAINS; i++) sink = sink + s[i][0];
    return (double)rounds * CHAINS * W * 2;
}

const ck_table CK_NAME = {
    CK_TEXT, MR, NR, multiply, multiply_activated, head, head_update, dot, dequantize, pack,
    rms_norm, rms_norm_add, layer_norm, head_norm, activate, rope, add_bias, add_rows, soft_cap,
    attention, peak};
