/*
 * What a user may write by name, as rows of a table: names, types, how a text
 * becomes a field. The world has such a table, its users, and each fault.
 */
#ifndef WORLD_SETTING_H
#define WORLD_SETTING_H

#include "world/world.h"

struct setting;

/*
 * Reads `value` into one field of `object` (the world, or one of its users).
 * The error says what was expected; the caller puts the name in front.
 */
typedef bool setting_type(const struct setting *setting, struct world *world,
                          void *object, const char *value, struct err *err);

struct setting {
    struct setting_info info;
    setting_type *type;
    size_t offset; /* of the field in its object */
    size_t size;
    size_t given; /* offset of a bool that notes "set by name"; 0: none */
    int first;    /* setting_word: the value of the first word */
};

/*
 * One word of info.type, "a|b|c", where the field counts a, b, c from
 * `first`. The field is an int, an enum, or a bool.
 */
setting_type setting_word;
setting_type setting_flag;      /* yes|no, and YAML's other words */
setting_type setting_switch;    /* words, and YAML's others for yes and no */
setting_type setting_text;      /* any UTF-8, also none at all */
setting_type setting_ntlm_name; /* the same, short enough for a challenge */
setting_type setting_domain;
setting_type setting_label;        /* a NetBIOS name */
setting_type setting_url;          /* absolute, https or http */
setting_type setting_port;         /* int; 1 to 65535 */
setting_type setting_port_or_none; /* int; 0 as well */
setting_type setting_count;        /* unsigned */
setting_type setting_duration;     /* int64_t, ns */
setting_type setting_positive_duration;
setting_type setting_duration_range;   /* struct duration_range: "1s..3s" */
setting_type setting_duration_or_none; /* not below zero */
setting_type setting_clock;            /* struct world_clock */
setting_type setting_start;            /* struct world_clock: start */
setting_type setting_scale;            /* unsigned; of WORLD_CLOCK_REAL */
setting_type setting_timestamp;    /* struct ntlm_settings: timestamp and skew;
                                      also yes|no */
setting_type setting_hex32;        /* uint32_t */
setting_type setting_challenge;    /* 16 hexadecimal digits, as text */
setting_type setting_schemes;      /* struct offer: windows */
setting_type setting_status;       /* unsigned; 100 to 599 */
setting_type setting_etypes;       /* unsigned; enum krb_etype_bit */
setting_type setting_hosts;        /* text with commas, lower case; "*"; NULL */
setting_type setting_bytes;        /* unsigned; 0 to SETTING_BYTES_MAX */
setting_type setting_header_limit; /* unsigned; WORLD_HEADER_LIMIT_MIN ... */
/*
 * Whoever reads a file of settings fills these in itself, since a single text
 * is not enough; on the command line there are none of them.
 */
setting_type setting_map;  /* struct headers: names and texts; a name alone has
                              NULL, and stands for "not this one" */
setting_type setting_file; /* struct span: the bytes of the file named */
setting_type setting_sip;  /* struct user: sip */
setting_type setting_home; /* struct user: home */
setting_type setting_account;   /* struct user: account and its domain */
setting_type setting_user_name; /* text: the key of a user there is */
setting_type setting_pools;     /* size_t; 1 to WORLD_POOLS_MAX */

/*
 * What a type takes, told to programs. All but words always read the same in
 * info.type: as setting_kind_text says.
 */
enum setting_kind {
    SETTING_WORD, /* one of info.type, "a|b|c" */
    SETTING_FLAG, /* yes, no, and YAML's other words */
    SETTING_TEXT,
    SETTING_NAME,  /* a DNS name */
    SETTING_LABEL, /* a NetBIOS name, at most 15 letters */
    SETTING_URL,
    SETTING_PORT,         /* 1 to 65535 */
    SETTING_PORT_OR_NONE, /* 0 to 65535 */
    SETTING_NUMBER,       /* 0 to INT_MAX */
    SETTING_DURATION,     /* util/duration.h */
    SETTING_POSITIVE_DURATION,
    SETTING_DURATION_RANGE,   /* a positive one, or "1s..3s" */
    SETTING_DURATION_OR_NONE, /* not below zero */
    SETTING_CLOCK,            /* a duration, or "2013-06-01T12:00:00Z" */
    SETTING_START,            /* such a time */
    SETTING_SCALE,            /* a factor: 60, 0.5 */
    SETTING_TIMESTAMP,        /* send, omit, a duration */
    SETTING_HEX32,            /* up to 8 digits, with or without 0x */
    SETTING_HEX64,            /* 16 digits */
    SETTING_SCHEMES, /* Negotiate and NTLM, each once, by comma; none */
    SETTING_ETYPES,  /* aes256, aes128 and rc4, each once, by comma */
    SETTING_HOSTS,   /* names of hosts by comma; *; none */
    SETTING_BYTES,   /* a number, also with KiB or MiB behind it */
    SETTING_STATUS,  /* 100 to 599 */
    SETTING_MAP,     /* of names to texts or null */
    SETTING_FILE,
    SETTING_POOLS,   /* 1 to WORLD_POOLS_MAX */
    SETTING_ACCOUNT, /* a user's name; a domain and a backslash before it */
    SETTING_ADDRESS, /* with or without "sip:" */
    SETTING_HOME,    /* the number of a pool, unknown, hosted */
};

enum { SETTING_BYTES_MAX = 1024 * 1024 };

enum setting_kind setting_kind_of(const struct setting *setting);
/* NULL: the words differ from setting to setting. */
const char *setting_kind_text(enum setting_kind kind);

/* "aes256,aes128" */
const char *setting_etypes_text(struct arena *arena, unsigned bits);

/* pool.N.<attribute>; `name` begins with "pool.". */
MUST_CHECK bool setting_pool(struct world *world, const char *name,
                             const char *value, struct err *err);
/* NULL past the end. */
const struct setting *setting_pool_row(size_t index);
size_t setting_pool_rows(void); /* how many */

/* user.NAME.<attribute>; `name` begins with "user.". */
MUST_CHECK bool setting_user(struct world *world, const char *name,
                             const char *value, struct err *err);
/* NULL past the end. */
const struct setting *setting_user_row(size_t index);
size_t setting_user_rows(void); /* how many */
/* The user whose name this new one may be a slip for; NULL: it is known, or
 * like none. */
const char *setting_user_meant(const struct world *world, const char *name);

/* Of tickets and OAuth, setting_tickets.c. NULL past the end. */
const struct setting *setting_ticket_row(size_t index);
size_t setting_ticket_rows(void); /* how many */

/* All settings of a world; last those of pools, users and meetings, as
 * "pool.N.fqdn". NULL past the end. */
const struct setting *setting_row(size_t index);

/* meeting.ID.<attribute>; `name` begins with "meeting.". */
MUST_CHECK bool setting_meeting(struct world *world, const char *name,
                                const char *value, struct err *err);
/* NULL past the end. */
const struct setting *setting_meeting_row(size_t index);
size_t setting_meeting_rows(void); /* how many */

/* The text that sets the row's field in `object` as it is; NULL: none does,
 * since it is not set. */
const char *setting_value(struct arena *arena, const struct setting *row,
                          const void *object);
/* By the name in a table, or that of a user, pool or meeting at hand:
 * "user.NAME.state", "user.alice.state". NULL: there is none. */
const struct setting *setting_named(const char *name);
/* Its value in the good world; NAME and ID are new ones, N is 1. NULL: not
 * set there. */
const char *setting_default(struct arena *arena, const char *name);

#endif
