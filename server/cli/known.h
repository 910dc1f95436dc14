/* The option --known-failures. */
#ifndef CLI_KNOWN_H
#define CLI_KNOWN_H

#include "cli/options.h"

/* Reads the file that the options name, if any, into options->known;
 * options_clear releases it. false: told on stderr why, and where. */
MUST_CHECK bool known_load(struct options *options, struct env *env);

#endif
