/* Times of Kerberos, see krb_time.h and krb.h. */
#include "config.h"

#include "wire/krb_time.h"

#include <string.h>

#include "util/attr.h"
#include "util/env.h"
#include "util/number.h"
#include "wire/krb.h"

enum {
    TIME_SIZE = 15, /* 20130601120000Z */
    DAY = 24 * 60 * 60,
    YEAR_MAX = 9999,
    NS_PER_US = 1000,
};

struct moment {
    int year;
    int month; /* 1 to 12 */
    int day;
    int hour;
    int minute;
    int second;
};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Since 1970, to the first of January. */
static int64_t days_to_year(int year)
{
    int before = year - 1;

    return (int64_t)(year - 1970) * 365 + (before / 4 - 1969 / 4) -
           (before / 100 - 1969 / 100) + (before / 400 - 1969 / 400);
}

static int digits(struct span text, size_t offset, size_t count)
{
    int number = 0;

    for (size_t i = offset; i < offset + count; i++) {
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

static bool is_moment(const struct moment *m)
{
    return m->year >= 1970 && m->month >= 1 && m->month <= 12 && m->day >= 1 &&
           m->day <= days_of_month(m->year, m->month) && m->hour < 24 &&
           m->minute < 60 && m->second < 60;
}

bool krb_time_parse(struct span text, int64_t *out_time)
{
    struct moment m;
    int64_t days;

    if (text.size != TIME_SIZE || text.data[TIME_SIZE - 1] != 'Z') {
        return false;
    }
    for (size_t i = 0; i < TIME_SIZE - 1; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    m = (struct moment){
        digits(text, 0, 4), digits(text, 4, 2),  digits(text, 6, 2),
        digits(text, 8, 2), digits(text, 10, 2), digits(text, 12, 2),
    };
    if (!is_moment(&m)) {
        return false;
    }
    days = days_to_year(m.year) + m.day - 1;
    for (int month = 1; month < m.month; month++) {
        days += days_of_month(m.year, month);
    }
    *out_time = days * DAY + m.hour * 3600 + m.minute * 60 + m.second;
    return true;
}

static struct moment moment_of(int64_t time)
{
    int64_t last = days_to_year(YEAR_MAX + 1) * DAY - 1;
    int64_t clipped = time < 0 ? 0 : time > last ? last : time;
    int rest = (int)(clipped % DAY);
    int days = (int)(clipped / DAY);
    struct moment m = {1970 + days / 366, 1,        1, rest / 3600,
                       rest / 60 % 60,    rest % 60};

    /* Years of 366 days fell short of it, by few. */
    while (days_to_year(m.year + 1) <= days) {
        m.year++;
    }
    days -= (int)days_to_year(m.year);
    while (days >= days_of_month(m.year, m.month)) {
        days -= days_of_month(m.year, m.month++);
    }
    m.day = days + 1;
    return m;
}

static char *put(char *to, int number, int digits, const char *end)
{
    return stpcpy(number_put(to, (unsigned)number, digits), end);
}

void krb_error_set_time(struct krb_error *error, int64_t time)
{
    error->server_time = time / ENV_NS_PER_SEC;
    error->susec = (int32_t)(time % ENV_NS_PER_SEC / NS_PER_US);
}

void krb_time_add(struct buf *out, int64_t time)
{
    struct moment m = moment_of(time);
    char *at = (char *)buf_reserve(out, TIME_SIZE + 1);

    at = put(put(put(at, m.year, 4, ""), m.month, 2, ""), m.day, 2, "");
    put(put(put(at, m.hour, 2, ""), m.minute, 2, ""), m.second, 2, "Z");
    buf_commit(out, TIME_SIZE);
}

char *krb_time_text(struct arena *arena, int64_t time)
{
    struct moment m = moment_of(time);
    char *text = arena_alloc(arena, sizeof("2013-06-01T12:00:00Z"));
    char *at = text;

    at = put(put(put(at, m.year, 4, "-"), m.month, 2, "-"), m.day, 2, "T");
    put(put(put(at, m.hour, 2, ":"), m.minute, 2, ":"), m.second, 2, "Z");
    return text;
}
