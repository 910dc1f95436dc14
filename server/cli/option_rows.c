/* The options of serve and run as a table, see option_rows.h. */
#include "config.h"

#include "cli/option_rows.h"

#include <stddef.h>

#include "cli/option_types.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_row option_rows[] = {
    {"listen", "ADDR",
     "address to listen on; may be given several times "
     "(127.0.0.1 and ::1)",
     option_list, FIELD(listen), true, OPTION_ALL},
    {"allow-remote", NULL, "let --listen name addresses that are not loopback",
     option_switch, FIELD(allow_remote), false, OPTION_ALL},
    {"https-port", "PORT", "port for HTTPS, 0 for any that is free (0)",
     option_port, FIELD(https_port), false, OPTION_ALL},
    {"http-port", "PORT", "port for plain HTTP, 0 for any that is free (0)",
     option_port, FIELD(http_port), false, OPTION_ALL},
    {"kdc-port", "PORT", "port for the KDC, TCP and UDP, 0 for any (0)",
     option_port, FIELD(kdc_port), false, OPTION_ALL},
    {"proxy-port", "PORT",
     "port for an HTTP proxy that knows the world's names, 0 for any, none for "
     "none (serve: none; run: 0)",
     option_port_or_none, FIELD(proxy_port), false, OPTION_ALL},
    {"admin-port", "PORT",
     "port of 127.0.0.1 for the admin API, 0 for any, none for none (0)",
     option_port_or_none, FIELD(admin_port), false, OPTION_ALL},
    {"admin-socket", "PATH",
     "a UNIX socket for the admin API, in place of its port", option_text,
     FIELD(admin_socket), false, OPTION_ALL},
    {"template", "[PATTERN=]SCENARIO",
     "make a session of this scenario when NAME.DOMAIN is contacted first and "
     "NAME fits; may be given several times",
     option_list, FIELD(templates), true, OPTION_ALL},
    {"session-ttl", "TIME",
     "how long a session lives after its last contact (10m)", option_duration,
     FIELD(session_ttl), false, OPTION_ALL},
    {"ports-file", "FILE",
     "write ports and paths as JSON when all is ready; "
     "removed at exit",
     option_text, FIELD(ports_file), false, OPTION_ALL},
    {"ready-fd", "N",
     "write the ready line to this descriptor too and close "
     "it",
     option_fd, FIELD(ready_fd), false, OPTION_SERVE},
    {"ca-dir", "DIR",
     "keep the certification authority here (ca.pem, ca.key) "
     "and use it again",
     option_text, FIELD(ca_dir), false, OPTION_ALL},
    {"keylog", "FILE",
     "append TLS secrets for Wireshark (NSS key log "
     "format)",
     option_text, FIELD(keylog), false, OPTION_ALL},
    {"seed", "N", "seed of everything random on the wire (picked and printed)",
     option_seed, FIELD(seed), false, OPTION_ALL},
    {"journal", "FILE", "write every exchange as one line of JSON", option_text,
     FIELD(journal), false, OPTION_ALL},
    {"json", "FILE", "write what came of it as JSON at the end; -: stdout",
     option_text, FIELD(json), false, OPTION_ALL},
    {"junit", "FILE", "the same as JUnit XML, for Jenkins, GitLab and others",
     option_text, FIELD(junit), false, OPTION_ALL},
    {"tap", "FILE", "the same as TAP 14", option_text, FIELD(tap), false,
     OPTION_ALL},
    {"markdown", "FILE", "the same as Markdown, with a Mermaid diagram",
     option_text, FIELD(markdown), false, OPTION_ALL},
    {"text", "FILE", "the same for people, with a sequence diagram",
     option_text, FIELD(text), false, OPTION_ALL},
    {"html", "FILE", "the same as one page of HTML, for people", option_text,
     FIELD(html), false, OPTION_CONFORMANCE},
    {"compare", "FILE",
     "tell what is otherwise than in this earlier report (--json)", option_text,
     FIELD(compare), false, OPTION_CONFORMANCE},
    {"fail-on", "any|worse",
     "fail for whatever failed, or for what got worse since --compare alone "
     "(any)",
     option_fail_on, FIELD(only_worse), false, OPTION_CONFORMANCE},
    {"coverage", NULL,
     "tell which rules, points and error codes were never met, and which "
     "scenario would bring them",
     option_switch, FIELD(coverage), false, OPTION_CONFORMANCE},
    {"known-failures", "FILE",
     "a list of what may fail for a while, with reason and last day (lyncmock "
     "explain known-failures)",
     option_text, FIELD(known_failures), false, OPTION_ALL},
    {"golden", "FILE",
     "compare what the client asks with this trace of a run that was approved",
     option_text, FIELD(golden), false, OPTION_BOTH},
    {"approve", NULL, "write that trace instead", option_switch, FIELD(approve),
     false, OPTION_BOTH},
    {"log-format", "text|json", "form of the messages on stderr (text)",
     option_format, FIELD(log_format), false, OPTION_ALL},
    {"log-level", "LEVEL",
     "error, warning, info or debug (serve: info; run and conformance: "
     "warning)",
     option_level, FIELD(log_level), false, OPTION_ALL},
    {"log-secrets", NULL, "do not mask passwords, tokens and tickets",
     option_switch, FIELD(log_secrets), false, OPTION_ALL},
    {"ccache", "USER",
     "make a credential cache with a ticket of this user; may be given several "
     "times",
     option_list, FIELD(ccache), true, OPTION_ALL},
    {"krb5kdc", "PROGRAM",
     "MIT's KDC, where it is not in its usual place; none: as if there were "
     "none",
     option_text, FIELD(krb5kdc), false, OPTION_ALL},
    {"watch", NULL,
     "read the scenario again when one of its files changes, as HUP does",
     option_switch, FIELD(watch), false, OPTION_SERVE},
    {"chaos", "PROFILE",
     "let things go wrong by chance where the scenario says nothing: bad-wifi "
     "and others, see lyncmock list chaos",
     option_chaos, FIELD(chaos), false, OPTION_ALL},
    {"workers", "N", "serve with so many threads, 1 to 64 (1)", option_workers,
     FIELD(workers), false, OPTION_ALL},
    {"user", "NAME",
     "the user whom the client finds in LYNC_USER and the like (the first one "
     "of the world)",
     option_text, FIELD(user), false, OPTION_RUNS},
    {"until", "POINT",
     "end the run well once this point is reached, with the client; see "
     "lyncmock list points",
     option_point, FIELD(until), false, OPTION_RUN},
    {"jobs", "N",
     "so many runs at a time, where there are several, 1 to 64 (1)",
     option_workers, FIELD(jobs), false, OPTION_RUNS},
    {"matrix", "NAME=VALUE,...",
     "a run for each of these values of a setting; given several times, for "
     "each combination",
     option_list, FIELD(matrix), true, OPTION_RUNS},
    {"timeout", "TIME", "stop after so long (30s, 5m), with exit code 4",
     option_duration, FIELD(timeout), false, OPTION_ALL},
    {"set", "NAME=VALUE",
     "change a setting of the world; may be given "
     "several times; see lyncmock list settings",
     option_list, FIELD(set), true, OPTION_ALL},
    {NULL, NULL, NULL, NULL, 0, false, 0},
};
