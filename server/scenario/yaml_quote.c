/* Texts in quotes that end too late, see yaml_quote.h. */
#include "config.h"

#include "scenario/yaml_quote.h"

#include <stdlib.h>

static bool is_suspect(const yaml_token_t *token, const yaml_mark_t *problem)
{
    return token->type == YAML_SCALAR_TOKEN &&
           token->data.scalar.style != YAML_PLAIN_SCALAR_STYLE &&
           token->start_mark.line < token->end_mark.line &&
           token->end_mark.line == problem->line &&
           token->end_mark.index <= problem->index;
}

bool yaml_quote_before(struct span text, const yaml_mark_t *problem,
                       yaml_mark_t *out_begin)
{
    yaml_parser_t parser;
    yaml_token_t token;
    bool found = false;
    bool more = true;

    if (!yaml_parser_initialize(&parser)) {
        abort();
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text.data, text.size);
    while (more && yaml_parser_scan(&parser, &token)) {
        if (is_suspect(&token, problem)) {
            *out_begin = token.start_mark;
            found = true;
        }
        more = token.type != YAML_STREAM_END_TOKEN &&
               token.start_mark.index < problem->index;
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
    return found;
}
