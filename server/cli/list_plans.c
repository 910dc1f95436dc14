/* lyncmock list plans: what lyncmock conformance puts a client to. */
#include "config.h"

#include "cli/conformance.h"
#include "cli/listing.h"
#include "scenario/plan.h"

static void add_groups(struct listing *listing, const struct plan *plan)
{
    if (listing->form == LISTING_LONG) {
        for (size_t i = 0; i < plan->group_count; i++) {
            listing_text(listing, i ? "" : "groups",
                         arena_printf(listing->arena, "%s (%zu)",
                                      plan->groups[i].title,
                                      plan->groups[i].count));
        }
        return;
    }
    json_open_named(&listing->json, "groups", '[');
    for (size_t i = 0; i < plan->group_count; i++) {
        json_open(&listing->json, '{');
        json_text(&listing->json, "title", plan->groups[i].title);
        json_open_named(&listing->json, "scenarios", '[');
        for (size_t k = 0; k < plan->groups[i].count; k++) {
            json_text(&listing->json, NULL, plan->groups[i].scenarios[k]);
        }
        json_close(&listing->json, ']');
        json_close(&listing->json, '}');
    }
    json_close(&listing->json, ']');
}

static size_t count_scenarios(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->group_count; i++) {
        count += plan->groups[i].count;
    }
    return count;
}

static void list_plan(struct listing *listing, const struct plan *plan)
{
    const char *texts[] = {plan->name, plan->title, plan->client, NULL};

    if (listing_wants(listing, texts) &&
        listing_begin(listing, NULL, plan->name, plan->title)) {
        listing_text(listing, "client", plan->client);
        listing_number(listing, "scenarios", count_scenarios(plan));
        add_groups(listing, plan);
        listing_end(listing);
    }
}

bool list_plans(struct listing *listing)
{
    const struct options options = {.arena = listing->arena};
    struct plan plan;
    const char *name;

    for (size_t i = 0; (name = plan_shipped(listing->arena, i)) != NULL; i++) {
        if (!conformance_plan(&options, name, &plan)) {
            return false;
        }
        list_plan(listing, &plan);
    }
    return true;
}
