#include "csentencepiece.h"

#include <sentencepiece_processor.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string_view>

struct csp_model {
    sentencepiece::SentencePieceProcessor processor;
};

// No C++ exception may reach the caller, which is not C++.

csp_model *csp_load(const void *proto, size_t size, char *error, size_t error_size) try {
    auto model = std::make_unique<csp_model>();
    const auto status = model->processor.LoadFromSerializedProto(
        std::string_view(static_cast<const char *>(proto), size));
    if (status.ok()) return model.release();
    std::snprintf(error, error_size, "%s", status.error_message());
    return nullptr;
} catch (const std::exception &exception) {
    std::snprintf(error, error_size, "%s", exception.what());
    return nullptr;
}

void csp_free(csp_model *model) { delete model; }

int32_t csp_bos(const csp_model *model) { return model->processor.bos_id(); }

int64_t csp_encode(const csp_model *model, const void *text, size_t size, csp_token **tokens) try {
    *tokens = nullptr;
    const auto found = model->processor.EncodeAsImmutableProto(
        std::string_view(static_cast<const char *>(text), size));
    const size_t count = found.pieces_size();
    if (count == 0) return 0;
    auto *result = static_cast<csp_token *>(std::malloc(count * sizeof(csp_token)));
    if (result == nullptr) return -1;
    for (size_t place = 0; place < count; place++) {
        const auto piece = found.pieces(static_cast<int>(place));
        result[place] = {static_cast<int32_t>(piece.id()), piece.end()};
    }
    *tokens = result;
    return static_cast<int64_t>(count);
} catch (const std::exception &) {
    return -1;
}
