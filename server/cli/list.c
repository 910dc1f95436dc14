/* lyncmock list: what there is, one item a line: id, tab, title. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "auth/auth.h"
#include "cli/verb.h"
#include "scenario/point.h"
#include "services/route.h"
#include "util/attr.h"
#include "world/world.h"

static void list_auth(void)
{
    const struct auth_method *method;

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        printf("%s\t%s\n", method->name, method->doc);
    }
}

static void list_points(void)
{
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        printf("%s\t%s\n", info->name, info->title);
    }
}

static void list_services(void)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        printf("%s\t%s\n", service->name, service->doc);
    }
}

static void list_settings(void)
{
    const struct setting_info *info;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        printf("%s\t%s (%s)\n", info->name, info->doc, info->type);
    }
}

static const struct {
    const char *name;
    void (*list)(void);
} lists[] = {
    {"auth", list_auth},
    {"points", list_points},
    {"services", list_services},
    {"settings", list_settings},
};

static enum exit_code run(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(lists); i++) {
        if (strcmp(argv[1], lists[i].name) == 0) {
            lists[i].list();
            return EXIT_GOOD;
        }
    }
    fprintf(stderr, "lyncmock: error: list wants one of: auth, points, "
                    "services, settings\n");
    return EXIT_USAGE;
}

const struct verb verb_list = {
    .name = "list",
    .usage = "auth|points|services|settings",
    .doc = "print what there is, one item a line: id, tab, title",
    .run = run,
};
