/// A C interface to what refinery needs of libsentencepiece: reading a model, encoding text.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded model; any number of threads may encode with it.
typedef struct csp_model csp_model;

/// A token: its id, and where in the text it ends, in bytes.
typedef struct {
    int32_t id;
    uint32_t end;
} csp_token;

/// Loads a serialised ModelProto.
///
/// Returns NULL on failure, with a message of at most `error_size` bytes, NUL included, in `error`.
csp_model *csp_load(const void *proto, size_t size, char *error, size_t error_size);

/// Frees a model.
void csp_free(csp_model *model);

/// The id of the model's BOS, or -1.
int32_t csp_bos(const csp_model *model);

/// Encodes `size` bytes of UTF-8.
///
/// Returns the number of tokens, and in `tokens` an array of them for free(); -1 on failure.
int64_t csp_encode(const csp_model *model, const void *text, size_t size, csp_token **tokens);

#ifdef __cplusplus
}
#endif
