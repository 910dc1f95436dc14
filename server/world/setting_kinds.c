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
    switch (kind) {
    case SETTING_WORD:
        return NULL;
    case SETTING_FLAG:
        return "yes|no";
    case SETTING_TEXT:
        return "text";
    case SETTING_NAME:
        return "name";
    case SETTING_LABEL:
        return "NetBIOS name";
    case SETTING_URL:
        return "URL";
    case SETTING_PORT:
        return "port";
    case SETTING_PORT_OR_NONE:
        return "port|0";
    case SETTING_NUMBER:
    case SETTING_POOLS:
        return "number";
    case SETTING_DURATION:
    case SETTING_POSITIVE_DURATION:
    case SETTING_DURATION_OR_NONE:
        return "duration";
    case SETTING_DURATION_RANGE:
        return "duration|range";
    case SETTING_CLOCK:
        return "duration|time";
    case SETTING_START:
        return "time";
    case SETTING_SCALE:
        return "factor";
    case SETTING_TIMESTAMP:
        return "send|omit|duration";
    case SETTING_HEX32:
        return "hexadecimal";
    case SETTING_HEX64:
        return "16 hexadecimal digits";
    case SETTING_SCHEMES:
        return "Negotiate,NTLM|none";
    case SETTING_ETYPES:
        return "aes256,aes128,rc4";
    case SETTING_HOSTS:
        return "hosts|*|none";
    case SETTING_BYTES:
        return "bytes";
    case SETTING_STATUS:
        return "100-599";
    case SETTING_MAP:
        return "mapping";
    case SETTING_FILE:
        return "file";
    case SETTING_ACCOUNT:
        return "account";
    case SETTING_ADDRESS:
        return "SIP address";
    case SETTING_HOME:
        return "number|unknown|hosted";
    }
    return NULL;
}
