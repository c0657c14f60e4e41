/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: words "name", "no-name", "name=value". Unknown ones are left alone. */
#include "boot.h"
#include "lib.h"

struct options options = {
	.console = "com1",
	.com1 = "115200,8n1",
	.loglvl = LOG_INFO,
	.guest_loglvl = LOG_WARNING,
	.smap = true,
	.smep = true,
	.sched = "fair",
};

#define VALUES_SIZE 256
static char values[VALUES_SIZE]; /* copies of string values, one after the other */

enum kind { FLAG, NUMBER, SIZE, STRING, LEVEL };

static const struct {
	const char *name;
	enum kind kind;
	void *to;
} table[] = {
	{"console", STRING, &options.console},
	{"com1", STRING, &options.com1},
	{"dom0_mem", SIZE, &options.dom0_mem},
	{"dom0_max_vcpus", NUMBER, &options.dom0_max_vcpus},
	{"maxcpus", NUMBER, &options.max_cpus},
	{"loglvl", LEVEL, &options.loglvl},
	{"guest_loglvl", LEVEL, &options.guest_loglvl},
	{"noreboot", FLAG, &options.noreboot},
	{"smap", FLAG, &options.smap},
	{"smep", FLAG, &options.smep},
	{"x2apic", FLAG, &options.x2apic},
	{"sched", STRING, &options.sched},
};

/* "all" is everything, "debug" too; "error/all" (a second threshold) counts up to the slash. */
static int parse_level(const char *s)
{
	static const struct {
		const char *name;
		int level;
	} names[] = {{"all", LOG_DEBUG},       {"debug", LOG_DEBUG}, {"info", LOG_INFO},
		     {"warning", LOG_WARNING}, {"error", LOG_ERROR}, {"none", LOG_ERROR}};

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(s, names[i].name, strlen(names[i].name)))
			return names[i].level;
	return LOG_INFO;
}

static bool parse_flag(const char *s)
{
	static const char *const off[] = {"0", "no", "off", "false", "disable"};

	for (unsigned int i = 0; i < ARRAY_SIZE(off); i++)
		if (!strcmp(s, off[i]))
			return false;
	return true;
}

static const char *keep(const char *s, const char *otherwise)
{
	static size_t used;
	size_t n = strlen(s) + 1;
	char *to = values + used;

	if (used + n > sizeof(values))
		return otherwise;
	memcpy(to, s, n);
	used += n;
	return to;
}

static void set(enum kind kind, void *to, const char *value)
{
	switch (kind) {
	case FLAG:
		*(bool *)to = parse_flag(value);
		break;
	case NUMBER:
		*(u32 *)to = parse_size(value, NULL);
		break;
	case SIZE:
		*(u64 *)to = parse_size(value, NULL);
		break;
	case STRING:
		*(const char **)to = keep(value, *(const char **)to);
		break;
	case LEVEL:
		*(int *)to = parse_level(value);
		break;
	}
}

static void parse_word(char *word)
{
	char *value = strchr(word, '=');
	bool negated = false;

	if (value)
		*value++ = 0;
	if (!strncmp(word, "no-", 3)) {
		negated = true;
		word += 3;
	}
	if (!strcmp(word, "tsc") && value) {
		options.tsc_stable = !strcmp(value, "stable");
		options.tsc_unstable = !strcmp(value, "unstable");
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(word, table[i].name) && (value || table[i].kind == FLAG))
			set(table[i].kind, table[i].to, negated ? "no" : value ? value : "yes");
}

void cmdline_parse(const char *line)
{
	char word[128];

	while (*line) {
		const char *end = line;

		while (*end && *end != ' ')
			end++;
		/* A word too long for any option is not one. */
		if (end > line && (size_t)(end - line) < sizeof(word)) {
			memcpy(word, line, end - line);
			word[end - line] = 0;
			parse_word(word);
		}
		line = *end ? end + 1 : end;
	}
}
