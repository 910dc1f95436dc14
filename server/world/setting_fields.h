/* What the types of settings share: how a value gets into its field. */
#ifndef WORLD_SETTING_FIELDS_H
#define WORLD_SETTING_FIELDS_H

#include "world/setting.h"

void *setting_field(const struct setting *setting, void *object);
/* Into an int, an enum, or a bool. */
void setting_put_int(const struct setting *setting, void *object, int value);
/* The place of a word in "a|b|c", from 0; -1: it is none of them, and err tells
 * the nearest. */
int setting_place(const char *list, const char *word, struct err *err);

#endif
