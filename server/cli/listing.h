/* What the lists of `lyncmock list` share. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/arguments.h"
#include "scenario/vocabulary.h"
#include "util/arena.h"
#include "util/json.h"

enum listing_form {
    LISTING_LINES, /* id, tab, title: a promise to scripts */
    LISTING_LONG,  /* in groups, with all facts, for people */
    LISTING_JSON,
};

struct listing {
    struct arena *arena;
    const struct vocabulary *words;
    enum listing_form form;
    char **wanted; /* each must begin a word of an item; borrowed */
    size_t wanted_count;
    const char *at;    /* --at POINT; NULL: not given */
    const char *fault; /* --fault FAULT; NULL: not given */
    bool whole_ids;    /* "chaos/bad-wifi", as serve takes it */
    const char *group; /* whose heading stands already; NULL: none yet */
    size_t count;      /* items listed */
    struct buf out;
    struct json json;
};

/* The lists of files of their own. false: an error was logged. */
bool list_plans(struct listing *listing);
bool list_points(struct listing *listing);
bool list_rules(struct listing *listing);
bool list_faults(struct listing *listing);
bool list_scenarios(struct listing *listing);
bool list_chaos(struct listing *listing);

/* Whether for each of the words that are wanted one of these texts has a word
 * that begins so, hyphens and letter case aside; the list ends with NULL. */
bool listing_wants(const struct listing *listing, const char *const *texts);

/* Begins an item. false: it is a line, and all is said. Else what is to be
 * added follows, and listing_end. `group` is a layer, or NULL. */
bool listing_begin(struct listing *listing, const char *group, const char *id,
                   const char *title);
void listing_end(struct listing *listing);

/* One fact of an item: a text, or a list of them with ", " between. */
void listing_text(struct listing *listing, const char *name, const char *text);
void listing_list(struct listing *listing, const char *name,
                  const char *commas);
void listing_number(struct listing *listing, const char *name, size_t number);

#endif
