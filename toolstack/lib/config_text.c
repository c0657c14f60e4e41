/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "config_text.h"
#include "pav.h"

/* Bounds on what a file may make us allocate. */
#define MAX_SETTINGS 256
#define MAX_ITEMS    256
#define MAX_TEXT     (64u << 10)

struct lexer {
	const char *at;
	const char *name;
	unsigned int line;
	struct pav_error *err;
};

static void skip_blank(struct lexer *lx, bool newlines)
{
	for (;; lx->at++) {
		if (*lx->at == '#')
			while (lx->at[1] && lx->at[1] != '\n')
				lx->at++;
		else if (*lx->at == '\n' && newlines)
			lx->line++;
		else if (*lx->at != ' ' && *lx->at != '\t' && *lx->at != '\r')
			return;
	}
}

static int syntax_error(struct lexer *lx, const char *what)
{
	return pav_fail(lx->err, "%s:%u: %s", lx->name, lx->line, what);
}

static char *copy_span(const char *from, size_t len)
{
	return strndup(from, len);
}

/* A string in single or double quotes; the backslash escapes the next character. */
static int parse_string(struct lexer *lx, struct cfg_value *v)
{
	const char quote = *lx->at++;
	char *out = malloc(strlen(lx->at) + 1);
	size_t n = 0;

	if (!out)
		return syntax_error(lx, "out of memory");
	v->kind = CFG_STRING;
	v->string = out;
	while (*lx->at != quote) {
		if (*lx->at == '\0' || *lx->at == '\n')
			return syntax_error(lx, "a string lacks its closing quote");
		if (*lx->at == '\\' && lx->at[1] && lx->at[1] != '\n')
			lx->at++;
		out[n++] = *lx->at++;
	}
	out[n] = '\0';
	lx->at++;
	return 0;
}

static int parse_number(struct lexer *lx, struct cfg_value *v)
{
	const char *start = lx->at;
	char *end;

	v->kind = CFG_NUMBER;
	errno = 0;
	v->number = strtoll(start, &end, 0);
	while (isalnum((unsigned char)*lx->at) || *lx->at == '-' || *lx->at == '.')
		lx->at++;
	v->string = copy_span(start, (size_t)(lx->at - start));
	if (end != lx->at || errno || !v->string)
		return syntax_error(lx, "not a number; text needs quotes");
	return 0;
}

static int parse_scalar(struct lexer *lx, struct cfg_value *v)
{
	if (*lx->at == '"' || *lx->at == '\'')
		return parse_string(lx, v);
	if (isdigit((unsigned char)*lx->at) || *lx->at == '-')
		return parse_number(lx, v);
	return syntax_error(lx, "expected a number, a quoted string or a [list]");
}

static int parse_list(struct lexer *lx, struct cfg_value *v)
{
	struct cfg_value *grown;

	v->kind = CFG_LIST;
	lx->at++;
	for (;;) {
		skip_blank(lx, true);
		if (*lx->at == ']') {
			lx->at++;
			return 0;
		}
		if (v->nr_items == MAX_ITEMS)
			return syntax_error(lx, "a list of more than 256 items");
		grown = realloc(v->item, (v->nr_items + 1) * sizeof(*grown));
		if (!grown)
			return syntax_error(lx, "out of memory");
		v->item = grown;
		memset(&v->item[v->nr_items], 0, sizeof(*grown));
		v->nr_items++;
		if (*lx->at == '\0')
			return syntax_error(lx, "a list lacks its closing ]");
		if (parse_scalar(lx, &v->item[v->nr_items - 1]))
			return -1;
		skip_blank(lx, true);
		if (*lx->at == ',')
			lx->at++;
		else if (*lx->at != ']')
			return syntax_error(lx, "list items are divided by commas and closed by ]");
	}
}

static int parse_setting(struct lexer *lx, struct cfg_setting *s)
{
	const char *start = lx->at;

	s->line = lx->line;
	while (isalnum((unsigned char)*lx->at) || *lx->at == '_')
		lx->at++;
	if (lx->at == start)
		return syntax_error(lx, "expected `key = value`");
	s->key = copy_span(start, (size_t)(lx->at - start));
	if (!s->key)
		return syntax_error(lx, "out of memory");
	skip_blank(lx, false);
	if (*lx->at != '=')
		return syntax_error(lx, "expected `key = value`");
	lx->at++;
	skip_blank(lx, false);
	if (*lx->at == '[' ? parse_list(lx, &s->value) : parse_scalar(lx, &s->value))
		return -1;
	skip_blank(lx, false);
	if (*lx->at == ';')
		lx->at++;
	else if (*lx->at != '\n' && *lx->at != '\0')
		return syntax_error(lx, "unexpected text behind the value");
	return 0;
}

int cfg_parse(const char *text, const char *name, struct cfg *cfg, struct pav_error *err)
{
	struct lexer lx = {text, name, 1, err};
	struct cfg_setting *grown;

	memset(cfg, 0, sizeof(*cfg));
	if (strlen(text) > MAX_TEXT)
		return pav_fail(err, "%s: larger than %u KiB", name, MAX_TEXT >> 10);
	for (;;) {
		skip_blank(&lx, true);
		if (*lx.at == ';') {
			lx.at++;
			continue;
		}
		if (*lx.at == '\0')
			return 0;
		if (cfg->nr == MAX_SETTINGS)
			return syntax_error(&lx, "more than 256 settings");
		grown = realloc(cfg->setting, (cfg->nr + 1) * sizeof(*grown));
		if (!grown)
			return syntax_error(&lx, "out of memory");
		cfg->setting = grown;
		memset(&cfg->setting[cfg->nr], 0, sizeof(*grown));
		if (parse_setting(&lx, &cfg->setting[cfg->nr++]))
			return -1;
	}
}

char *pav_config_add(const char *text, const char *setting)
{
	const char *value = strchr(setting, '=');
	char *all, *at;
	bool bare;

	if (!value++)
		return strdup(text);
	/* Every byte may need a backslash; two quotes, two line ends and the NUL. */
	all = malloc(strlen(text) + 2 * strlen(setting) + 5);
	if (!all)
		return NULL;
	at = stpcpy(all, text);
	*at++ = '\n';
	at = mempcpy(at, setting, (size_t)(value - setting));
	/* A shell takes the quotes off; they are put back around what is plain text. */
	bare = *value == '"' || *value == '\'' || *value == '[' ||
	       (*value && strspn(value, "0123456789") == strlen(value));
	if (!bare)
		*at++ = '"';
	for (; *value; *at++ = *value++)
		if (!bare && (*value == '"' || *value == '\\'))
			*at++ = '\\';
	if (!bare)
		*at++ = '"';
	*at++ = '\n';
	*at = '\0';
	return all;
}

void cfg_free(struct cfg *cfg)
{
	unsigned int i, j;

	for (i = 0; i < cfg->nr; i++) {
		struct cfg_value *v = &cfg->setting[i].value;

		for (j = 0; j < v->nr_items; j++)
			free(v->item[j].string);
		free(v->item);
		free(v->string);
		free(cfg->setting[i].key);
	}
	free(cfg->setting);
	memset(cfg, 0, sizeof(*cfg));
}
