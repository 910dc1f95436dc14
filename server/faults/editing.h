/*
 * What the faults share that change an XML or JSON document by path: the
 * parameters that say where, their check, and the way from a reply to the
 * places found in it. What is done there is each fault's own business.
 */
#ifndef FAULTS_EDITING_H
#define FAULTS_EDITING_H

#include "scenario/fault.h"
#include "wire/xml_edit.h"

/* The first member of the parameters of each of them. */
struct edit_where {
    const char *path; /* in either form */
    const char *xml;  /* in XML, in place of `path` */
    const char *json;
};

#define EDIT_ROW(name, doc, member)                                            \
    {                                                                          \
        .info = {(name), "text", (doc)}, .type = setting_text,                 \
        .offset = offsetof(struct edit_where, member),                         \
        .size = sizeof(((struct edit_where *)0)->member)                       \
    }
/* "remove: PATH", "remove: {xml: PATH, json: PATH}" */
#define EDIT_WHERE(word)                                                       \
    EDIT_ROW(word,                                                             \
             "where, as an XPath; a name without prefix fits any "             \
             "namespace",                                                      \
             path),                                                            \
        EDIT_ROW(word ".path", "the same, beside other parameters", path),     \
        EDIT_ROW(word ".xml", "where in an answer in XML", xml),               \
        EDIT_ROW(word ".json",                                                 \
                 "where in an answer in JSON, which is read as XML: objects "  \
                 "and arrays are elements, all else attributes",               \
                 json)

/* Points whose replies are documents. */
#define EDIT_SUBJECTS (SUBJECT_DOCUMENT | SUBJECT_SOAP | SUBJECT_DISCOVER)

/* A fault's `check`, or a part of it: at least one path, each of them an XPath
 * that selects nodes. `params` begins with a struct edit_where. */
MUST_CHECK bool edit_where_check(const void *params, enum point at,
                                 struct err *err);

/* What a fault does to the places found; there is one at least. */
typedef void edit_change(struct edit *edit, const struct spot *spots,
                         size_t count, const void *params);

/*
 * Lets the change at what the path finds in the reply. Where nothing comes of
 * it, a remark of the exchange says why. `params` as above.
 */
void edit_reply(struct subject *subject, const char *word, edit_change *change,
                const void *params);

/* The spots in the arena, those below one parent side by side and in order. */
struct spot *edit_by_parent(const struct edit *edit, const struct spot *spots,
                            size_t count);

/* The reply's document for changes without a path. NULL: it is none, and a
 * remark says so. */
struct edit *edit_reply_open(struct subject *subject, const char *word);
/* Puts the changed document into the reply. */
void edit_reply_close(struct subject *subject, const char *word,
                      struct edit *edit);

/* Of a path that finds nothing: its last name as an element or attribute that
 * is there, whatever its letter case; NULL: there is none. */
const char *edit_nearest(struct edit *edit, const char *path);

/* "remove: ...: nothing is changed" */
void edit_nothing(struct subject *subject, const char *word, const char *format,
                  ...) PRINTF(3, 4);

/* The namespace meant: a URI, or the prefix of one that paths know. */
const char *edit_uri(const char *text);
/* The same of a document; NULL: that of its first element, which is out_root.
 * Returns NULL where there is none. */
const char *edit_uri_within(struct edit *edit, const char *text,
                            struct spot *out_root);

#endif
