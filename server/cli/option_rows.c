/* The options of serve as a table, see option_rows.h. */
#include "config.h"

#include "cli/option_rows.h"

#include <stddef.h>

#include "cli/option_types.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_row option_rows[] = {
    {"listen", "ADDR",
     "address to listen on; may be given several times "
     "(127.0.0.1 and ::1)",
     option_list, FIELD(listen), true},
    {"allow-remote", NULL, "let --listen name addresses that are not loopback",
     option_switch, FIELD(allow_remote), false},
    {"https-port", "PORT", "port for HTTPS, 0 for any that is free (0)",
     option_port, FIELD(https_port), false},
    {"http-port", "PORT", "port for plain HTTP, 0 for any that is free (0)",
     option_port, FIELD(http_port), false},
    {"kdc-port", "PORT", "port for the KDC, TCP and UDP, 0 for any (0)",
     option_port, FIELD(kdc_port), false},
    {"proxy-port", "PORT",
     "port for an HTTP proxy that knows the world's names, 0 for any, none for "
     "none (none)",
     option_port_or_none, FIELD(proxy_port), false},
    {"admin-port", "PORT",
     "port of 127.0.0.1 for the admin API, 0 for any, none for none (0)",
     option_port_or_none, FIELD(admin_port), false},
    {"admin-socket", "PATH",
     "a UNIX socket for the admin API, in place of its port", option_text,
     FIELD(admin_socket), false},
    {"template", "[PATTERN=]SCENARIO",
     "make a session of this scenario when NAME.DOMAIN is contacted first and "
     "NAME fits; may be given several times",
     option_list, FIELD(templates), true},
    {"session-ttl", "TIME",
     "how long a session lives after its last contact (10m)", option_duration,
     FIELD(session_ttl), false},
    {"ports-file", "FILE",
     "write ports and paths as JSON when all is ready; "
     "removed at exit",
     option_text, FIELD(ports_file), false},
    {"ready-fd", "N",
     "write the ready line to this descriptor too and close "
     "it",
     option_fd, FIELD(ready_fd), false},
    {"ca-dir", "DIR",
     "keep the certification authority here (ca.pem, ca.key) "
     "and use it again",
     option_text, FIELD(ca_dir), false},
    {"keylog", "FILE",
     "append TLS secrets for Wireshark (NSS key log "
     "format)",
     option_text, FIELD(keylog), false},
    {"seed", "N", "seed of everything random on the wire (picked and printed)",
     option_seed, FIELD(seed), false},
    {"journal", "FILE", "write every exchange as one line of JSON", option_text,
     FIELD(journal), false},
    {"json", "FILE", "write what came of it as JSON at the end; -: stdout",
     option_text, FIELD(json), false},
    {"junit", "FILE", "the same as JUnit XML, for Jenkins, GitLab and others",
     option_text, FIELD(junit), false},
    {"tap", "FILE", "the same as TAP 14", option_text, FIELD(tap), false},
    {"markdown", "FILE", "the same as Markdown, with a Mermaid diagram",
     option_text, FIELD(markdown), false},
    {"text", "FILE", "the same for people, with a sequence diagram",
     option_text, FIELD(text), false},
    {"log-format", "text|json", "form of the messages on stderr (text)",
     option_format, FIELD(log_format), false},
    {"log-level", "LEVEL", "error, warning, info or debug (info)", option_level,
     FIELD(log_level), false},
    {"log-secrets", NULL, "do not mask passwords, tokens and tickets",
     option_switch, FIELD(log_secrets), false},
    {"ccache", "USER",
     "make a credential cache with a ticket of this user; may be given several "
     "times",
     option_list, FIELD(ccache), true},
    {"krb5kdc", "PROGRAM",
     "MIT's KDC, where it is not in its usual place; none: as if there were "
     "none",
     option_text, FIELD(krb5kdc), false},
    {"watch", NULL,
     "read the scenario again when one of its files changes, as HUP does",
     option_switch, FIELD(watch), false},
    {"chaos", "PROFILE",
     "let things go wrong by chance where the scenario says nothing: bad-wifi "
     "and others, see lyncmock list chaos",
     option_chaos, FIELD(chaos), false},
    {"workers", "N", "serve with so many threads, 1 to 64 (1)", option_workers,
     FIELD(workers), false},
    {"timeout", "TIME", "stop after so long (30s, 5m), with exit code 4",
     option_duration, FIELD(timeout), false},
    {"set", "NAME=VALUE",
     "change a setting of the world; may be given "
     "several times; see lyncmock list settings",
     option_list, FIELD(set), true},
    {NULL, NULL, NULL, NULL, 0, false},
};
