/* What the parts of `lyncmock explain` share: who tells what, and how. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "scenario/vocabulary.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/nearest.h"

/* A word may mean several things: each is told, a blank line between. */
struct telling {
    const char *word;
    struct arena *arena;
    const struct vocabulary *words;
    struct buf out;
    struct nearest nearest;
};

/* ---- How it looks: explain_text.c ---- */

/* Does this thing bear the name, in any letter case? It is a candidate for the
 * nearest, too. */
bool tell_is_named(struct telling *telling, const char *name);
/* "wrong-key", for krb5.wrong-key */
bool tell_is_short_for(const struct telling *telling, const char *name);
void tell_heading(struct telling *telling, const char *name, const char *what);
/* Nothing where there is no text. */
void tell_line(struct telling *telling, const char *label, const char *text);
/* Some sentences, in lines. */
void tell_paragraph(struct telling *telling, const char *text);
/* One of several things, with a few words. */
void tell_item(struct telling *telling, const char *name, const char *text);

/* A scenario, whole, so that it can be copied and checked. NULL: nothing. */
void tell_example(struct telling *telling, const char *scenario);

/* ---- What there is ---- */

/* explain_keys.c */
void tell_keys(struct telling *telling);
/* explain_points.c: points and layers, faults and their parameters. */
void tell_points(struct telling *telling);
void tell_faults(struct telling *telling);
/* explain_rules.c */
void tell_rules(struct telling *telling);
/* explain_words.c: ways to authenticate, and services; what facts can be; the
 * text of shipped scenarios. */
void tell_rest(struct telling *telling);
void tell_fact_words(struct telling *telling);
void tell_scenarios(struct telling *telling);
/* explain_mentions.c: points, faults, settings and rules that speak of it, with
 * commas; NULL: none does. */
const char *telling_mentions(struct telling *telling);
/* explain_settings.c: settings, also of a user at hand; groups; values. */
void tell_settings(struct telling *telling);
/* explain_topics.c: what is no word of the language, but how words are
 * written; ${...}; the product's diagnostics. */
void tell_topics(struct telling *telling);
/* The topics, for whoever does not know yet what to ask. */
void list_topics(struct telling *telling);

#endif
