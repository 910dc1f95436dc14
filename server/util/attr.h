/* Attributes and ownership idioms that every file may use. */
#ifndef UTIL_ATTR_H
#define UTIL_ATTR_H

#include <stddef.h>

#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define UNUSED       __attribute__((unused))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * A variable declared AUTO(name) is released when it leaves scope, so that
 * every early return is right. AUTO_DEFINE tells, once per type and next to
 * the type, which function releases it; that function accepts NULL.
 *
 *     AUTO_DEFINE(xml_doc, xmlDoc *, xmlFreeDoc)
 *     AUTO(xml_doc) doc = NULL;
 */
#define AUTO_DEFINE(name, type, release)                                       \
    typedef type auto_type_##name;                                             \
    static inline UNUSED void auto_release_##name(auto_type_##name *held)      \
    {                                                                          \
        if (*held) {                                                           \
            release(*held);                                                    \
        }                                                                      \
    }

#define AUTO(name)                                                             \
    __attribute__((cleanup(auto_release_##name))) auto_type_##name

/* Hands ownership out of an AUTO variable: yields it, leaves NULL behind. */
#define take(held)                                                             \
    __extension__({                                                            \
        __typeof__(*(held)) taken_ = *(held);                                  \
        *(held) = NULL;                                                        \
        taken_;                                                                \
    })

#endif
