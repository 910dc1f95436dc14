/* Faults that edit a document: bytes in, parameters, bytes out. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "faults/faults.h"
#include "wire/xml.h"
#include "wire/xml_edit.h"

struct parameter {
    const char *name;
    const char *value;
};

struct row {
    const char *title;
    const char *body;
    struct parameter parameters[4];
    const char *expected; /* NULL: as it was, with a remark that says ... */
    const char *remark;
};

static const char *as_it_is(void *ctx UNUSED, const char *text)
{
    return text;
}

static const struct subject_forms forms = {.expand = as_it_is};
static const struct conn_facts conn = {.peer = "127.0.0.1:1"};

static const struct fault *fault_named(const char *name)
{
    size_t size = strcspn(name, ".");

    for (size_t i = 0; faults[i]; i++) {
        if (strlen(faults[i]->name) == size &&
            strncmp(faults[i]->name, name, size) == 0) {
            return faults[i];
        }
    }
    fail_msg("there is no fault %s", name);
    return NULL;
}

static bool set(const struct fault *fault, void *params,
                const struct parameter *parameter, struct world *world,
                struct err *err)
{
    for (const struct setting *row = fault->params; row->info.name; row++) {
        if (strcmp(row->info.name, parameter->name) == 0) {
            if (row->given) {
                *(bool *)((char *)params + row->given) = true;
            }
            return row->type(row, world, params, parameter->value, err);
        }
    }
    fail_msg("%s has no parameter %s", fault->name, parameter->name);
    return false;
}

static bool fill(const struct fault *fault, void *params, const struct row *row,
                 struct world *world, enum point at, struct err *err)
{
    for (const struct parameter *p = row->parameters; p->name; p++) {
        if (!set(fault, params, p, world, err)) {
            return false;
        }
    }
    return !fault->check || fault->check(params, at, err);
}

static const char *edit_remark(const struct exchange *ex)
{
    for (const struct remark *at = ex->remarks; at; at = at->next) {
        if (strcmp(at->key, "edit") == 0) {
            return at->text;
        }
    }
    return NULL;
}

static void judge(const struct row *row, const struct exchange *ex)
{
    const char *remark = edit_remark(ex);
    const char *got = arena_text(ex->arena, ex->reply.body);

    if (strcmp(got, row->expected ? row->expected : row->body) != 0) {
        fail_msg("%s: %s", row->title, got);
    }
    if (!row->remark != !remark || (remark && !strstr(remark, row->remark))) {
        fail_msg("%s: the remark is %s", row->title, remark);
    }
}

static void run(const struct row *row)
{
    const struct fault *fault = fault_named(row->parameters[0].name);
    struct exchange *ex = exchange_new(1, &conn);
    struct subject subject = {.ex = ex, .forms = &forms};
    void *params = arena_alloc(ex->arena, fault->size + 1);
    AUTO(world) world = world_good(); /* owns the texts */
    struct err err;

    if (!fill(fault, params, row, world, POINT_DISCOVER_ROOT, &err)) {
        fail_msg("%s: %s", row->title, err.text);
    }
    exchange_reply(ex, 200);
    exchange_body(ex, "text/xml; charset=utf-8", span_text(row->body));
    fault->reply(params, &subject);
    judge(row, ex);
    exchange_unref(ex);
}

#define RUN(rows)                                                              \
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {                            \
        run(&(rows)[i]);                                                       \
    }

#define XML                                                                    \
    "<?xml version=\"1.0\"?><R a='1' b=\"2\"><L t='u' h=\"x\"/><!-- <L/> -->"  \
    "<L t='v'>w</L></R>"
#define JSON                                                                   \
    "{\"A\":\"x\", \"R\" : {\"Ls\":[{\"t\":\"u\"},{\"t\":\"v\"}],\"n\":7}}"

static const struct row removals[] = {
    {"element",
     XML,
     {{"remove", "//L[@t='u']"}},
     "<?xml version=\"1.0\"?><R a='1' b=\"2\"><!-- <L/> -->"
     "<L t='v'>w</L></R>",
     NULL},
    {"attributes",
     XML,
     {{"remove", "//@a | //@h"}},
     "<?xml version=\"1.0\"?><R b=\"2\"><L t='u'/><!-- <L/> -->"
     "<L t='v'>w</L></R>",
     NULL},
    {"namespaces count for nothing",
     "<p:a xmlns:p='u'><p:b/></p:a>",
     {{"remove", "/a/b"}},
     "<p:a xmlns:p='u'></p:a>",
     NULL},
    {"nothing",
     XML,
     {{"remove", "//M"}},
     NULL,
     "//M finds no place in this XML: nothing is changed"},
    {"an attribute's name without @",
     JSON,
     {{"remove", "A"}},
     NULL,
     "A finds no place in this JSON (the nearest is //@A): nothing is changed"},
    {"an element's name with @",
     XML,
     {{"remove", "/R/@L"}},
     NULL,
     "(the nearest is //L)"},
    {"another letter case",
     XML,
     {{"remove", "//R/l[@t='u']"}},
     NULL,
     "(the nearest is //L)"},
    {"first item",
     JSON,
     {{"remove", "//L[@t='u']"}},
     "{\"A\":\"x\", \"R\" : {\"Ls\":[{\"t\":\"v\"}],\"n\":7}}",
     NULL},
    {"last item",
     JSON,
     {{"remove", "//L[@t='v']"}},
     "{\"A\":\"x\", \"R\" : {\"Ls\":[{\"t\":\"u\"}],\"n\":7}}",
     NULL},
    {"all items",
     JSON,
     {{"remove", "//L"}},
     "{\"A\":\"x\", \"R\" : {\"Ls\":[],\"n\":7}}",
     NULL},
    {"array and number",
     JSON,
     {{"remove", "//Ls | //@n"}},
     "{\"A\":\"x\", \"R\" : {}}",
     NULL},
    {"member",
     JSON,
     {{"remove", "//@A"}},
     "{\"R\" : {\"Ls\":[{\"t\":\"u\"},{\"t\":\"v\"}],\"n\":7}}",
     NULL},
    {"runs", "[1,2,3,4,5]", {{"remove", "//item[. != 3]"}}, "[3]", NULL},
    {"outer and inner",
     JSON,
     {{"remove", "//R | //Ls"}},
     "{\"A\":\"x\"}",
     NULL},
    {"no path for it",
     JSON,
     {{"remove.xml", "//L"}},
     NULL,
     "the answer is JSON, and no path is for that"},
    {"one for each",
     JSON,
     {{"remove.xml", "//x"}, {"remove.json", "//R"}},
     "{\"A\":\"x\"}",
     NULL},
    {"no document",
     "Sorry.",
     {{"remove", "//L"}},
     NULL,
     "neither XML nor JSON"},
    {"no body", "", {{"remove", "//L"}}, NULL, "no body"},
    {"half", "<R><L></R>", {{"remove", "//L"}}, NULL, "cannot be edited"},
    {"a DTD",
     "<!DOCTYPE R [<!ENTITY e 'x'>]><R/>",
     {{"remove", "//R"}},
     NULL,
     "document type"},
    {"half JSON", "{\"R\":", {{"remove", "//R"}}, NULL, "cannot be edited"},
    {"behind JSON", "{} x", {{"remove", "//R"}}, NULL, "behind its end"},
};

static void remove_takes_out_and_leaves_the_rest(void **state UNUSED)
{
    RUN(removals);
}

static const struct row changes[] = {
    {"twice", "<R><L/></R>", {{"duplicate", "//L"}}, "<R><L/><L/></R>", NULL},
    {"an attribute twice",
     "<R a='1'/>",
     {{"duplicate", "//@a"}},
     "<R a='1' a='1'/>",
     NULL},
    {"a member twice",
     JSON,
     {{"duplicate", "//@A"}},
     "{\"A\":\"x\",\"A\":\"x\", \"R\" : {\"Ls\":[{\"t\":\"u\"},"
     "{\"t\":\"v\"}],\"n\":7}}",
     NULL},
    {"reversed",
     "<R><L a='1'/> <M/><L/><L>x</L></R>",
     {{"reorder", "//L"}},
     "<R><L>x</L> <M/><L/><L a='1'/></R>",
     NULL},
    {"each below its parent",
     "<R a='1' b='2'><S c='3' d='4'/></R>",
     {{"reorder", "//@*"}},
     "<R b='2' a='1'><S d='4' c='3'/></R>",
     NULL},
    {"members",
     "{\"a\":1,\"b\":2}",
     {{"reorder", "//@*"}},
     "{\"b\":2,\"a\":1}",
     NULL},
    {"one alone", "<R><L/></R>", {{"reorder", "//L"}}, NULL, "as it was"},
    {"another name",
     "<p:R xmlns:p='u'><p:L a=''>x</p:L></p:R>",
     {{"rename", "//L | //@a"}, {"rename.to", "N"}},
     "<p:R xmlns:p='u'><p:N N=''>x</p:N></p:R>",
     NULL},
    {"another prefix",
     "<R/>",
     {{"rename", "/R"}, {"rename.to", "q:R"}},
     "<q:R/>",
     NULL},
    {"a member's name",
     JSON,
     {{"rename", "//Ls"}, {"rename.to", "Ms"}},
     "{\"A\":\"x\", \"R\" : {\"Ms\":[{\"t\":\"u\"},{\"t\":\"v\"}],"
     "\"n\":7}}",
     NULL},
    {"an item has none",
     JSON,
     {{"rename", "//L"}, {"rename.to", "Ms"}},
     NULL,
     "as it was"},
    {"text",
     "<R a='&lt;'><L/></R>",
     {{"replace", "//@a | //L"}, {"replace.with", "\"<&"}},
     "<R a='&quot;&lt;&amp;'><L>&quot;&lt;&amp;</L></R>",
     NULL},
    {"text()",
     "<R>old</R>",
     {{"replace", "/R/text()"}, {"replace.with", "new"}},
     "<R>new</R>",
     NULL},
    {"markup",
     "<R><L>x</L></R>",
     {{"replace", "//L"}, {"replace.markup", "<M/>"}},
     "<R><L><M/></L></R>",
     NULL},
    {"a number",
     JSON,
     {{"replace", "//@n"}, {"replace.with", "0"}},
     "{\"A\":\"x\", \"R\" : {\"Ls\":[{\"t\":\"u\"},{\"t\":\"v\"}],"
     "\"n\":0}}",
     NULL},
    {"slashes as they were",
     "{\"a\":\"\\/\",\"b\":1}",
     {{"replace", "//@b"}, {"replace.with", "a/\"b"}},
     "{\"a\":\"\\/\",\"b\":\"a\\/\\\"b\"}",
     NULL},
    {"an object for an array",
     "{\"Links\":[{}]}",
     {{"replace", "//Links"}, {"replace.markup", "{}"}},
     "{\"Links\":{}}",
     NULL},
    {"in capitals",
     "<R a='x&amp;\xc3\xa4'/>",
     {{"case", "//@a"}, {"case.to", "upper"}},
     "<R a='X&amp;\xc3\x84'/>",
     NULL},
    {"in small letters",
     "{\"a\":\"X\\u0041\"}",
     {{"case", "//@a"}, {"case.to", "lower"}},
     "{\"a\":\"xa\"}",
     NULL},
    {"no text, no other letters",
     "{\"a\":[1],\"b\":{}}",
     {{"case", "//a | //b"}, {"case.to", "lower"}},
     NULL,
     "as it was"},
    {"blanks",
     "<R a='x'><L>y</L><M/></R>",
     {{"whitespace", "//@a|//L|//M"}},
     "<R a=' x '><L> y </L><M> </M></R>",
     NULL},
    {"a line end",
     "{\"a\":\"x\"}",
     {{"whitespace", "//@a"}, {"whitespace.text", "\n "}},
     "{\"a\":\"\\n x\\n \"}",
     NULL},
};

static void others_change_what_is_found(void **state UNUSED)
{
    RUN(changes);
}

static const struct row insertions[] = {
    {"last",
     "<R><L/></R>",
     {{"insert", "/R"}, {"insert.markup", "<M/>"}},
     "<R><L/><M/></R>",
     NULL},
    {"first",
     "<R><L/></R>",
     {{"insert", "/R"}, {"insert.markup", "<M/>"}, {"insert.at", "first"}},
     "<R><M/><L/></R>",
     NULL},
    {"into an empty one",
     "<p:R a='1'/>",
     {{"insert", "/*"}, {"insert.markup", "<M/>"}},
     "<p:R a='1'><M/></p:R>",
     NULL},
    {"before",
     "<R><L/></R>",
     {{"insert", "//L"}, {"insert.markup", "<M/>"}, {"insert.at", "before"}},
     "<R><M/><L/></R>",
     NULL},
    {"after",
     "<R><L/></R>",
     {{"insert", "//L"}, {"insert.markup", "<M/>"}, {"insert.at", "after"}},
     "<R><L/><M/></R>",
     NULL},
    {"an attribute",
     "<R/>",
     {{"insert", "/R"}, {"insert.markup", "a='1'"}, {"insert.at", "tag"}},
     "<R a='1'/>",
     NULL},
    {"a member",
     "{\"a\":{}}",
     {{"insert", "//a"}, {"insert.member", "\"b\":1"}},
     "{\"a\":{\"b\":1}}",
     NULL},
    {"a member behind others",
     "{\"a\":{\"x\":[1]}}",
     {{"insert", "//a"}, {"insert.member", "\"b\":1"}},
     "{\"a\":{\"x\":[1],\"b\":1}}",
     NULL},
    {"an item",
     "{\"Ls\":[1]}",
     {{"insert", "//Ls"}, {"insert.member", "0"}, {"insert.at", "first"}},
     "{\"Ls\":[0,1]}",
     NULL},
    {"before a member",
     "{\"a\":1}",
     {{"insert", "//@a"},
      {"insert.member", "\"b\":2"},
      {"insert.at", "before"}},
     "{\"b\":2,\"a\":1}",
     NULL},
    {"nothing for JSON",
     "{\"a\":{}}",
     {{"insert", "//a"}, {"insert.markup", "<b/>"}},
     NULL,
     "as it was"},
};

static void insert_adds(void **state UNUSED)
{
    RUN(insertions);
}

static const struct row noise[] = {
    {"comments",
     "<R><L/></R>",
     {{"comment", "//L"}},
     "<R><!-- comment --><L/></R>",
     NULL},
    {"in JSON",
     "{\"a\":1}",
     {{"comment", "//@a"}, {"comment.text", "x"}},
     "{/* x */\"a\":1}",
     NULL},
    {"behind a comment",
     "{/* x */\"a\":1}",
     {{"remove", "//@a"}},
     "{/* x */}",
     NULL},
    {"sections",
     "<R><L>a&lt;]]&gt;b</L><M><L/></M></R>",
     {{"cdata", "//L | //M"}},
     "<R><L><![CDATA[a<]]]]><![CDATA[>b]]></L><M><L/></M></R>",
     NULL},
    {"references",
     "<R a='x/'>y</R>",
     {{"entities", "/R | //@a"}},
     "<R a='&#x78;&#x2f;'>&#x79;</R>",
     NULL},
    {"escapes",
     "{\"a\":\"x\\/\",\"n\":1}",
     {{"entities", "//@*"}},
     "{\"a\":\"\\u0078\\u002f\",\"n\":1}",
     NULL},
    {"a prefix",
     "<s:R xmlns:s='u'><s:L s:a='' b=''/></s:R>",
     {{"prefix", "ns0"}},
     "<ns0:R xmlns:ns0='u'><ns0:L ns0:a='' b=''/></ns0:R>",
     NULL},
    {"a prefix for none",
     "<R xmlns='u'><L/></R>",
     {{"prefix", "x"}},
     "<x:R xmlns:x='u'><x:L/></x:R>",
     NULL},
    {"of another namespace",
     "<R><L xmlns='u'/></R>",
     {{"prefix", "x"}, {"prefix.of", "u"}},
     "<R><x:L xmlns:x='u'/></R>",
     NULL},
    {"without a namespace", "<R/>", {{"prefix", "x"}}, NULL, "as it was"},
    {"a namespace",
     "<R a=''/>",
     {{"namespace", "u"}},
     "<R xmlns=\"u\" a=''/>",
     NULL},
    {"another one",
     "<s:R xmlns:s='u' xmlns:t='v'/>",
     {{"namespace", "w"}},
     "<s:R xmlns:s='w' xmlns:t='v'/>",
     NULL},
    {"by its prefix",
     "<R><L xmlns='http://schemas.xmlsoap.org/wsdl/'/></R>",
     {{"namespace", "w"}, {"namespace.of", "wsdl"}},
     "<R><L xmlns='w'/></R>",
     NULL},
    {"not in JSON", "{}", {{"namespace", "u"}}, NULL, "JSON has none"},
};

static void noise_says_the_same(void **state UNUSED)
{
    RUN(noise);
}

static const struct row cuts[] = {
    {"bytes", "<R></R>", {{"cut-body", "3"}}, "<R>", NULL},
    {"none", "<R></R>", {{"cut-body", "0"}}, "", NULL},
    {"a place",
     XML,
     {{"cut-body.path", "//L[2]"}},
     "<?xml version=\"1.0\"?><R a='1' b=\"2\"><L t='u' h=\"x\"/>"
     "<!-- <L/> -->",
     NULL},
    {"too long", "<R/>", {{"cut-body", "4"}}, NULL, "has 4 bytes"},
};

static void cut_body_ends_early(void **state UNUSED)
{
    RUN(cuts);
}

/* ---- What is refused ---- */

static void paths_are_checked(void **state UNUSED)
{
    static const struct {
        enum point at;
        struct row row;
        const char *error;
    } rows[] = {
        {POINT_DISCOVER_ROOT, {.parameters = {{"remove", "//["}}}, "no XPath"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"remove", "1 + 1"}}},
         "selects no elements"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"remove", "//nix:L"}}},
         "the prefix \"nix\" is not bound"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"remove", "nix(L)"}}},
         "no function"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"remove", "$L"}}},
         "no variables"},
        {POINT_DISCOVER_ROOT, {.parameters = {{"rename", "//L"}}}, "rename.to"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"rename", "//L"}, {"rename.to", "a b"}}},
         "a name"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"replace", "//L"}}},
         "one of replace.with"},
        {POINT_DISCOVER_ROOT, {.parameters = {{"prefix", "a:b"}}}, "a prefix"},
        {POINT_MEX_GET,
         {.parameters = {{"remove.json", "//L"}}},
         "answers in XML alone"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"whitespace", "//L"}, {"whitespace.text", "x"}}},
         "blanks, tabs"},
        {POINT_DISCOVER_ROOT,
         {.parameters = {{"comment", "//L"}, {"comment.text", "a--b"}}},
         "no --"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct fault *fault = fault_named(rows[i].row.parameters[0].name);
        AUTO(arena) arena = arena_new();
        void *params = arena_alloc(arena, fault->size + 1);
        AUTO(world) world = world_good();
        struct err err;

        assert_false(
            fill(fault, params, &rows[i].row, world, rows[i].at, &err));
        if (!strstr(err.text, rows[i].error)) {
            fail_msg("row %zu: %s", i, err.text);
        }
    }
}

/* ---- Large ones ---- */

/* A mebibyte; what grows with its square would take minutes. */
static void large_documents_are_quick(void **state UNUSED)
{
    static const char *const parts[] = {"<L a='1' b='2'/>", "{\"t\":\"u\"},"};
    AUTO(arena) arena = arena_new();

    for (size_t form = 0; form < ARRAY_SIZE(parts); form++) {
        AUTO_BUF body = {0};
        AUTO(edit) edit = NULL;
        const char *why;
        struct spot *spots;
        size_t count;

        buf_add_text(&body, form ? "{\"Ls\":[" : "<R>");
        for (int i = 0; i < 60000; i++) {
            buf_add_text(&body, parts[form]);
        }
        buf_add_text(&body, form ? "0]}" : "</R>");
        edit = edit_open(arena, buf_span(&body), &why);
        assert_true(!edit == (form == 1)); /* two places for each */
        if (edit) {
            assert_true(edit_find(edit, "//L/@b", &spots, &count));
            assert_int_equal(count, 60000);
            for (size_t i = 0; i < count; i++) {
                edit_put(edit, spots[count - 1 - i].whole, SPAN_NONE);
            }
            assert_int_equal(edit_result(edit).size, body.size - 60000 * 6);
        }
    }
}

static int start(void **state UNUSED)
{
    xml_init();
    return 0;
}

static int stop(void **state UNUSED)
{
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remove_takes_out_and_leaves_the_rest),
        cmocka_unit_test(others_change_what_is_found),
        cmocka_unit_test(insert_adds),
        cmocka_unit_test(noise_says_the_same),
        cmocka_unit_test(cut_body_ends_early),
        cmocka_unit_test(paths_are_checked),
        cmocka_unit_test(large_documents_are_quick),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
