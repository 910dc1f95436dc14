/* Points in time, see stamp.h. */
#include "config.h"

#include "util/stamp.h"

#include <string.h>
#include <time.h>

#include "util/env.h"
#include "util/number.h"

/* Seconds from 1601 and from the year 1 to 1970, and the length of a tick. */
#define FILETIME_EPOCH INT64_C(11644473600)
#define TICKS_EPOCH    INT64_C(62135596800)
#define NS_PER_TICK    100
#define TICKS_PER_SEC  (ENV_NS_PER_SEC / NS_PER_TICK)

static struct tm broken_down(int64_t time, int64_t *out_ns)
{
    int64_t ns = time % ENV_NS_PER_SEC;
    time_t seconds = (time_t)(time / ENV_NS_PER_SEC);
    struct tm tm = {0};

    if (ns < 0) {
        ns += ENV_NS_PER_SEC;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    *out_ns = ns;
    return tm;
}

static char *put_digits(char *to, int value, int digits)
{
    return number_put(to, (unsigned)value, digits);
}

static char *put_char(char *to, char c)
{
    *to = c;
    return to + 1;
}

static char *put_time(char *to, const struct tm *tm)
{
    to = put_char(put_digits(to, tm->tm_hour, 2), ':');
    to = put_char(put_digits(to, tm->tm_min, 2), ':');
    return put_digits(to, tm->tm_sec, 2);
}

static char *put_iso(char *to, const struct tm *tm)
{
    to = put_char(put_digits(to, tm->tm_year + 1900, 4), '-');
    to = put_char(put_digits(to, tm->tm_mon + 1, 2), '-');
    to = put_char(put_digits(to, tm->tm_mday, 2), 'T');
    return put_time(to, tm);
}

char *stamp_iso(struct arena *arena, int64_t time)
{
    int64_t ns;
    struct tm tm = broken_down(time, &ns);
    char *text = arena_alloc(arena, sizeof("2013-02-12T00:00:00Z"));

    put_char(put_iso(text, &tm), 'Z');
    return text;
}

char *stamp_iso_ms(struct arena *arena, int64_t time)
{
    int64_t ns;
    struct tm tm = broken_down(time, &ns);
    char *text = arena_alloc(arena, sizeof("2013-02-12T00:00:00.000Z"));
    char *to = put_char(put_iso(text, &tm), '.');

    put_char(put_digits(to, (int)(ns / ENV_NS_PER_MS), 3), 'Z');
    return text;
}

char *stamp_http(struct arena *arena, int64_t time)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed",
                                   "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char shape[] = "Tue, 12 Feb 2013 00:00:00 GMT";
    int64_t ns;
    struct tm tm = broken_down(time, &ns);
    char *text = arena_strdup(arena, shape);

    memcpy(text, days[tm.tm_wday], 3);
    put_digits(text + 5, tm.tm_mday, 2);
    memcpy(text + 8, months[tm.tm_mon], 3);
    put_digits(text + 12, tm.tm_year + 1900, 4);
    put_time(text + 17, &tm);
    return text;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly so many digits, then `end` unless that is NUL: sscanf would let
 * signs and blanks pass. */
static bool take_number(const char **text, int digits, char end, int *out_value)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if (!is_digit(**text)) {
            return false;
        }
        value = value * 10 + (*(*text)++ - '0');
    }
    if (end && *(*text)++ != end) {
        return false;
    }
    *out_value = value;
    return true;
}

/* ".123", if there is one. */
static bool take_fraction(const char **text, int64_t *out_ns)
{
    int64_t unit = ENV_NS_PER_SEC / 10;
    int64_t ns = 0;

    if (**text == '.') {
        if (!is_digit((*text)[1])) {
            return false;
        }
        for ((*text)++; is_digit(**text); (*text)++) {
            ns += (**text - '0') * unit;
            unit /= 10;
        }
    }
    *out_ns = ns;
    return true;
}

/* The rest of the text: nothing, "Z", "+hh:mm" or "-hh:mm". */
static bool take_zone(const char *text, int64_t *out_offset)
{
    char sign = *text;
    int hours;
    int minutes;

    *out_offset = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0) {
        return true;
    }
    text++;
    if ((sign != '+' && sign != '-') || !take_number(&text, 2, ':', &hours) ||
        !take_number(&text, 2, '\0', &minutes) || *text) {
        return false;
    }
    /* XML Schema part 2, 3.2.7.3: up to 14 hours. */
    if (minutes > 59 || hours * 60 + minutes > 14 * 60) {
        return false;
    }
    *out_offset = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
    return true;
}

static bool take_date(const char **text, struct tm *tm)
{
    return take_number(text, 4, '-', &tm->tm_year) &&
           take_number(text, 2, '-', &tm->tm_mon) &&
           take_number(text, 2, 'T', &tm->tm_mday) &&
           take_number(text, 2, ':', &tm->tm_hour) &&
           take_number(text, 2, ':', &tm->tm_min) &&
           take_number(text, 2, '\0', &tm->tm_sec);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* 24:00:00 is the first instant of the next day; no leap seconds. */
static bool valid_date(const struct tm *tm, int64_t ns)
{
    bool midnight = tm->tm_hour == 24 && !tm->tm_min && !tm->tm_sec && !ns;

    return tm->tm_year >= 1 && tm->tm_mon >= 1 && tm->tm_mon <= 12 &&
           tm->tm_mday >= 1 &&
           tm->tm_mday <= days_of_month(tm->tm_year, tm->tm_mon) &&
           (tm->tm_hour < 24 || midnight) && tm->tm_min < 60 && tm->tm_sec < 60;
}

static int64_t clip_seconds(int64_t seconds, int64_t ns)
{
    if (seconds >= STAMP_MAX / ENV_NS_PER_SEC) {
        return STAMP_MAX;
    }
    if (seconds <= STAMP_MIN / ENV_NS_PER_SEC) {
        return STAMP_MIN;
    }
    return seconds * ENV_NS_PER_SEC + ns;
}

bool stamp_parse(const char *text, int64_t *out_time)
{
    struct tm tm = {0};
    int64_t ns;
    int64_t offset;

    if (!take_date(&text, &tm) || !take_fraction(&text, &ns) ||
        !take_zone(text, &offset) || !valid_date(&tm, ns)) {
        return false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *out_time = clip_seconds((int64_t)timegm(&tm) - offset, ns);
    return true;
}

uint64_t stamp_filetime(int64_t time)
{
    return (uint64_t)(time / NS_PER_TICK + FILETIME_EPOCH * TICKS_PER_SEC);
}

uint64_t stamp_ticks(int64_t time)
{
    return (uint64_t)(time / NS_PER_TICK + TICKS_EPOCH * TICKS_PER_SEC);
}

/* Ticks since an epoch that lies so many seconds before 1970. The number comes
 * from a peer and may be anything. */
static int64_t from_epoch(uint64_t ticks, int64_t epoch)
{
    uint64_t unit = (uint64_t)TICKS_PER_SEC;

    return clip_seconds((int64_t)(ticks / unit) - epoch,
                        (int64_t)(ticks % unit) * NS_PER_TICK);
}

int64_t stamp_from_filetime(uint64_t filetime)
{
    return from_epoch(filetime, FILETIME_EPOCH);
}

int64_t stamp_from_ticks(uint64_t ticks)
{
    return from_epoch(ticks, TICKS_EPOCH);
}
