/* lyncmock explain: what a word of the language means. */
#include "config.h"

#include "cli/explain.h"

#include "cli/arguments.h"
#include "cli/load.h"
#include "util/log.h"

static enum exit_code unknown(struct telling *telling)
{
    const char *spoken = telling_mentions(telling);
    bool near = telling->nearest.best.size != 0;

    log_error(
        "no word is \"%s\"; %s%s%s%s%s", telling->word,
        near ? "the nearest is \"" : "",
        near ? (const char *)telling->nearest.best.data : "", near ? "\"" : "",
        spoken ? (near ? "; it is spoken of in: " : "it is spoken of in: ")
        : near ? ""
               : "lyncmock explain lists what there is",
        spoken ? spoken : "");
    return EXIT_USAGE;
}

static enum exit_code explain(const char *word)
{
    AUTO(arena) arena = arena_new();
    struct telling telling = {
        .word = word, .arena = arena, .words = load_vocabulary(arena)};
    enum exit_code code;

    nearest_init(&telling.nearest, word);
    tell_keys(&telling);
    tell_settings(&telling);
    tell_points(&telling);
    tell_faults(&telling);
    tell_rules(&telling);
    tell_rest(&telling);
    tell_fact_words(&telling);
    tell_topics(&telling);
    tell_scenarios(&telling);
    code = telling.out.size ? print_all(&telling.out) : unknown(&telling);
    buf_clear(&telling.out);
    return code;
}

static enum exit_code print_topics(void)
{
    struct telling telling = {.word = ""};
    enum exit_code code;

    list_topics(&telling);
    code = print_all(&telling.out);
    buf_clear(&telling.out);
    return code;
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_explain, argc, argv, &arguments, &code)) {
        return code;
    }
    if (arguments.count > 1) {
        log_error("explain wants one word: a key, setting, point, fault, fact, "
                  "rule or scenario; lyncmock explain lists them");
        return EXIT_USAGE;
    }
    return arguments.count ? explain(arguments.words[0]) : print_topics();
}

const struct verb verb_explain = {
    .name = "explain",
    .usage = "[WORD]",
    .doc = "say what a word of the scenario language means",
    .help =
        "WORD is a key (steps), a fact or a counting word (leg, first), a\n"
        "setting (ntlm.v1, user.alice.state) or a group of them (ntlm,\n"
        "users), a point (webticket.issue), a fault (status) or one of its\n"
        "parameters, a word of a setting or a fact (cwt, expired), a way to\n"
        "authenticate, a service, a shipped scenario (ios-ntlm), an id of\n"
        "X-Ms-diagnostics (28020), a rule (HT-002) or a family of them (WT),\n"
        "${host} and its companions, or a topic.\n"
        "The last part of a setting's name (wrong-key) will do.\n"
        "A word with several meanings is explained in each. Without WORD:\n"
        "the topics.",
    .run = run,
};
