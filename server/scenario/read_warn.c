/*
 * Warnings for whoever shares a scenario: what is right as it stands, and is
 * probably not meant. See read_hidden.c for steps that never get their turn.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scenario/reading.h"

/* ---- Passwords ---- */

/* Digits and marks that people write for letters. */
static char plain_letter(char letter)
{
    static const char pairs[] = "0o1l3e4a5s7t@a$s!i";

    for (size_t i = 0; pairs[i]; i += 2) {
        if (pairs[i] == letter) {
            return pairs[i + 1];
        }
    }
    return (char)tolower((unsigned char)letter);
}

/* Words that nobody's password has, but a test's. */
static bool is_for_tests(struct reading *reading, const char *password)
{
    static const char *const words[] = {
        "passw", "secret", "test",   "example", "dummy",  "sample", "demo",
        "fake",  "wrong",  "change", "alice",   "bob",    "carol",  "lync",
        "new",   "old",    "qwerty", "letmein", "geheim",
    };
    char *plain = arena_strdup(reading->arena, password);

    for (char *at = plain; *at; at++) {
        *at = plain_letter(*at);
    }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strstr(plain, words[i])) {
            return true;
        }
    }
    return false;
}

/* Long enough, and of three kinds of characters: what Windows asks for. */
static bool is_complex(const char *password)
{
    bool lower = false;
    bool upper = false;
    bool digit = false;
    bool other = false;

    for (const char *at = password; *at; at++) {
        unsigned char letter = (unsigned char)*at;

        lower = lower || islower(letter);
        upper = upper || isupper(letter);
        digit = digit || isdigit(letter);
        other = other || !isalnum(letter);
    }
    return strlen(password) >= 8 && lower + upper + digit + other >= 3;
}

static void warn_of_password(struct reading *reading, const struct node *node)
{
    if (is_complex(node->text) && !is_for_tests(reading, node->text)) {
        reading_warning(reading, node,
                        "password: it looks like somebody's own; whoever gets "
                        "this file can read it. Passw0rd! will do for tests");
    }
}

/* ---- What must not be shared ---- */

static void warn_of_secret(struct reading *reading, const struct node *node)
{
    static const struct {
        const char *begin;
        const char *what;
    } rows[] = {
        {"PRIVATE KEY-----", "a private key"},
        /* [MS-NLMP] 2.2.1.3: "NTLMSSP" and a 3, in base64. */
        {"TlRMTVNTUAAD",
         "an NTLM response, from which a password can be found"},
        {"Bearer eyJ", "a token"},
        {"<saml:Assertion", "a web ticket"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strstr(node->text, rows[i].begin)) {
            reading_warning(reading, node,
                            "this looks like %s; whoever gets this file can "
                            "use it",
                            rows[i].what);
            return;
        }
    }
}

/* RFC 2606 and 6761, what people use inside, and Microsoft's own samples. */
static bool is_nobodys(const char *domain)
{
    static const char *const ends[] = {
        ".test",       ".example",    ".invalid",     ".localhost",
        ".local",      ".internal",   ".lan",         ".corp",
        ".home.arpa",  "example.com", "example.net",  "example.org",
        "contoso.com", "contoso.net", "fabrikam.com", "litwareinc.com",
        "adatum.com",
    };
    size_t length = strlen(domain);

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        size_t end = strlen(ends[i]);

        if (length >= end && strcasecmp(domain + length - end, ends[i]) == 0) {
            return true;
        }
    }
    return !strchr(domain, '.');
}

static void warn_of_domain(struct reading *reading, const struct node *node)
{
    if (!is_nobodys(node->text)) {
        reading_warning(reading, node,
                        "domain: %s may be somebody's; before the file is "
                        "shared, take a name that ends in .test",
                        node->text);
    }
}

static bool is_called(const struct node *node, const char *name)
{
    return node->key && strcasecmp(node->key->text, name) == 0;
}

static void warn_of_text(struct reading *reading, const struct node *node,
                         const struct node *parent)
{
    if (is_called(node, "password")) {
        warn_of_password(reading, node);
    } else if (is_called(node, "domain") && is_called(parent, "world")) {
        warn_of_domain(reading, node);
    } else {
        warn_of_secret(reading, node);
    }
}

void warn_of_secrets(struct reading *reading, const struct node *node)
{
    for (const struct node *child = node->first; child; child = child->next) {
        if (child->kind == NODE_TEXT) {
            warn_of_text(reading, child, node);
        } else {
            warn_of_secrets(reading, child);
        }
    }
}

/* ---- Steps ---- */

/* Chance alone may hit any number of times in a row: then it is no test that
 * fails now and then, but a run that nobody can repeat. */
static void warn_of_chance(struct reading *reading, const struct node *step,
                           const struct condition *when)
{
    const struct node *node = node_entry(step, "when");
    const struct node *chance = node ? node_entry(node, "chance") : NULL;

    if (chance && when->chance > 0 && when->chance < CHANCE_ALL &&
        !when->eventually && !when->max_in_a_row && !when->first &&
        !when->requests) {
        reading_warning(reading, chance->key,
                        "chance: without bound it may hit a client any number "
                        "of times in a row; say max-in-a-row or eventually");
    }
}

static bool is_asked(const struct condition *when, const char *state)
{
    for (size_t i = 0; i < when->is.count; i++) {
        if (strcasecmp(when->is.items[i].name, state) == 0) {
            return true;
        }
    }
    return false;
}

static bool anybody_asks(const struct scenario *scenario, const char *state)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        if (is_asked(&scenario->steps[i].when, state)) {
            return true;
        }
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (is_asked(&scenario->expectations[i].when, state)) {
            return true;
        }
    }
    return false;
}

static void warn_of_states(struct reading *reading, const struct node *step,
                           const struct scenario *scenario)
{
    const struct node *set = node_entry(step, "set");

    for (const struct node *state = set ? set->first : NULL; state;
         state = state->next) {
        if (!anybody_asks(scenario, state->key->text)) {
            reading_warning(reading, state->key,
                            "no `is` asks for the state %s: to set it changes "
                            "nothing",
                            state->key->text);
        }
    }
}

void warn_of_steps(struct reading *reading, const struct node *list,
                   const struct step *steps, const struct scenario *scenario)
{
    for (const struct node *node = list->first; node; node = node->next) {
        warn_of_chance(reading, node, &steps->when);
        warn_of_states(reading, node, scenario);
        steps++;
    }
}
