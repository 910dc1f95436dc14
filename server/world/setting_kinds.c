/*
 * What a type takes, for programs: the JSON Schema of scenarios, forms, the
 * manual. A new type is one more row here.
 */
#include "config.h"

#include "world/setting.h"

#include <assert.h>

static const struct {
    setting_type *type;
    enum setting_kind kind;
} kinds[] = {
    {setting_word, SETTING_WORD},
    {setting_flag, SETTING_FLAG},
    {setting_switch, SETTING_WORD},
    {setting_text, SETTING_TEXT},
    {setting_ntlm_name, SETTING_TEXT},
    {setting_domain, SETTING_NAME},
    {setting_label, SETTING_LABEL},
    {setting_url, SETTING_URL},
    {setting_port, SETTING_PORT},
    {setting_port_or_none, SETTING_PORT_OR_NONE},
    {setting_count, SETTING_NUMBER},
    {setting_duration, SETTING_DURATION},
    {setting_positive_duration, SETTING_POSITIVE_DURATION},
    {setting_duration_range, SETTING_DURATION_RANGE},
    {setting_duration_or_none, SETTING_DURATION_OR_NONE},
    {setting_clock, SETTING_CLOCK},
    {setting_start, SETTING_START},
    {setting_scale, SETTING_SCALE},
    {setting_timestamp, SETTING_TIMESTAMP},
    {setting_hex32, SETTING_HEX32},
    {setting_challenge, SETTING_HEX64},
    {setting_schemes, SETTING_SCHEMES},
    {setting_etypes, SETTING_ETYPES},
    {setting_hosts, SETTING_HOSTS},
    {setting_bytes, SETTING_BYTES},
    {setting_header_limit, SETTING_BYTES},
    {setting_status, SETTING_STATUS},
    {setting_map, SETTING_MAP},
    {setting_file, SETTING_FILE},
    {setting_sip, SETTING_ADDRESS},
    {setting_home, SETTING_HOME},
    {setting_account, SETTING_ACCOUNT},
    {setting_user_name, SETTING_TEXT},
    {setting_pools, SETTING_POOLS},
};

enum setting_kind setting_kind_of(const struct setting *setting)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (kinds[i].type == setting->type) {
            return kinds[i].kind;
        }
    }
    assert(false && "a type of setting without a kind");
    return SETTING_TEXT;
}

const char *setting_kind_text(enum setting_kind kind)
{
    /* SETTING_WORD has none. */
    static const char *const texts[] = {
        [SETTING_FLAG] = "yes|no",
        [SETTING_TEXT] = "text",
        [SETTING_NAME] = "name",
        [SETTING_LABEL] = "NetBIOS name",
        [SETTING_URL] = "URL",
        [SETTING_PORT] = "port",
        [SETTING_PORT_OR_NONE] = "port|0",
        [SETTING_NUMBER] = "number",
        [SETTING_POOLS] = "number",
        [SETTING_DURATION] = "duration",
        [SETTING_POSITIVE_DURATION] = "duration",
        [SETTING_DURATION_OR_NONE] = "duration",
        [SETTING_DURATION_RANGE] = "duration|range",
        [SETTING_CLOCK] = "duration|time",
        [SETTING_START] = "time",
        [SETTING_SCALE] = "factor",
        [SETTING_TIMESTAMP] = "send|omit|duration",
        [SETTING_HEX32] = "hexadecimal",
        [SETTING_HEX64] = "16 hexadecimal digits",
        [SETTING_SCHEMES] = "Negotiate,NTLM|none",
        [SETTING_ETYPES] = "aes256,aes128,rc4",
        [SETTING_HOSTS] = "hosts|*|none",
        [SETTING_BYTES] = "bytes",
        [SETTING_STATUS] = "100-599",
        [SETTING_MAP] = "mapping",
        [SETTING_FILE] = "file",
        [SETTING_ACCOUNT] = "account",
        [SETTING_ADDRESS] = "SIP address",
        [SETTING_HOME] = "number|unknown|hosted",
    };

    return texts[kind];
}
