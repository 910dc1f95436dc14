/* The product's numbered errors, see diagnostics.h. */
#include "config.h"

#include "wire/diagnostics.h"

#include "util/attr.h"
#include "util/buf.h"
#include "wire/uris.h"
#include "wire/xml.h"

#define FAILED_AUTHENTICATION URI_WSSE, "wsse", "FailedAuthentication"
#define REQUEST_FAILED        URI_TRUST, "wst", "RequestFailed"
#define NO_CODE               NULL, NULL, NULL

/*
 * protocol: webticket 6.4. Ids, statuses and codes that it marks as guessed
 * are guessed here too; they stand in this table to be corrected in one place.
 */
static const struct diagnostic rows[] = {
    {DIAGNOSTIC_NO_SIP, 403, "User is not SIP enabled.", FAILED_AUTHENTICATION},
    {DIAGNOSTIC_INTERNAL, 500,
     "Internal error while processing Integrated Windows authentication or "
     "authorization.",
     FAILED_AUTHENTICATION},
    {DIAGNOSTIC_NO_TOKEN, 500, "No valid security token.",
     FAILED_AUTHENTICATION},
    {DIAGNOSTIC_AUTH_NOT_ALLOWED, 400, "Authentication type not allowed.",
     NO_CODE},
    {DIAGNOSTIC_CLAIM_MISMATCH, 500,
     "The SIP URI in the claim type requirements of the web ticket request "
     "does not match the SIP URI associated with the presented credentials.",
     REQUEST_FAILED},
    {DIAGNOSTIC_TICKET_INVALID, 500, "The web ticket is invalid.", NO_CODE},
    {DIAGNOSTIC_TICKET_EXPIRED, 401, "The web ticket has expired.", NO_CODE},
    {DIAGNOSTIC_OAUTH_INVALID, 401, "The OAuth token is invalid.", NO_CODE},
    {DIAGNOSTIC_OAUTH_EXPIRED, 401, "The OAuth token has expired.", NO_CODE},
    {DIAGNOSTIC_TICKET_UNVERIFIED, 401,
     "The web ticket could not be verified; a new one is needed.", NO_CODE},
    {DIAGNOSTIC_WRONG_AUDIENCE, 401, "Invalid Audience in the web ticket.",
     NO_CODE},
    {DIAGNOSTIC_NO_UPN, 401, "The OAuth token names no UPN.", NO_CODE},
};

const struct diagnostic *diagnostic(unsigned id)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].id == id) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct diagnostic *diagnostic_at(size_t index)
{
    return index < ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

char *diagnostic_ids(struct arena *arena)
{
    char *all = arena_strdup(arena, "");

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        all = arena_printf(arena, "%s%s%u", all, i ? ", " : "", rows[i].id);
    }
    return all;
}

const char *diagnostic_detail(struct arena *arena, unsigned id,
                              const char *reason)
{
    AUTO_BUF out = {0};
    const struct xml_hole holes[] = {
        {"id", arena_printf(arena, "%u", id), false},
        {"reason", reason, false},
        {NULL, NULL, false},
    };

    xml_fill(&out,
             "<OCSDiagnosticsFault xmlns=\"" URI_AF "\""
             " xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
             "<Ms-Diagnostics-Fault><ErrorId>{id}</ErrorId>"
             "<Reason>{reason}</Reason></Ms-Diagnostics-Fault>"
             "<NameValuePairs xmlns:a=\"http://schemas.microsoft.com/2003/10/"
             "Serialization/Arrays\"/>"
             "</OCSDiagnosticsFault>",
             holes);
    return arena_text(arena, buf_span(&out));
}
