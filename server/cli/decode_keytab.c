/* Reads a keytab with MIT's library, see decode_keytab.h. */
#include "config.h"

#include "cli/decode_keytab.h"

#include "util/mem.h"
#include "util/mit.h"

static krb5_error_code read_keys(krb5_context context, krb5_keytab keytab,
                                 struct arena *arena, struct kcrypt_key *keys,
                                 size_t *out_count)
{
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(context, keytab, &cursor);
    size_t count = 0;

    if (code) {
        return code;
    }
    while (count < KEYTAB_KEYS_MAX &&
           (code = krb5_kt_next_entry(context, keytab, &entry, &cursor)) == 0) {
        keys[count++] = (struct kcrypt_key){
            entry.key.enctype,
            arena_copy(arena, span_of(entry.key.contents, entry.key.length)),
        };
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, keytab, &cursor);
    *out_count = count;
    return code == KRB5_KT_END ? 0 : code;
}

bool decode_keytab(struct arena *arena, const char *path,
                   struct kcrypt_key **out_keys, size_t *out_count,
                   struct err *err)
{
    AUTO(krb5_context) context = NULL;
    AUTO(str) name = mem_printf("FILE:%s", path);
    AUTO(str) what = mem_printf("cannot read the keytab %s", path);
    struct kcrypt_key *keys =
        arena_alloc(arena, KEYTAB_KEYS_MAX * sizeof(*keys));
    krb5_keytab keytab;
    krb5_error_code code;

    if (!mit_context_new(&context, err)) {
        return false;
    }
    code = krb5_kt_resolve(context, name, &keytab);
    if (!code) {
        code = read_keys(context, keytab, arena, keys, out_count);
        krb5_kt_close(context, keytab);
    }
    if (code) {
        return mit_fail(context, code, err, what);
    }
    *out_keys = keys;
    return true;
}
