/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "verb.h"

static void check(struct json *j, yajl_gen_status status)
{
	j->failed |= status != yajl_gen_status_ok;
}

static void put_string(struct json *j, const char *s)
{
	check(j, yajl_gen_string(j->gen, (const unsigned char *)s, strlen(s)));
}

static void put_key(struct json *j, const char *key)
{
	if (key)
		put_string(j, key);
}

void json_begin(struct json *j)
{
	j->gen = yajl_gen_alloc(NULL);
	j->failed = !j->gen || !yajl_gen_config(j->gen, yajl_gen_beautify, 1);
}

void json_object(struct json *j, const char *key)
{
	put_key(j, key);
	check(j, yajl_gen_map_open(j->gen));
}

void json_end_object(struct json *j)
{
	check(j, yajl_gen_map_close(j->gen));
}

void json_array(struct json *j, const char *key)
{
	put_key(j, key);
	check(j, yajl_gen_array_open(j->gen));
}

void json_end_array(struct json *j)
{
	check(j, yajl_gen_array_close(j->gen));
}

void json_string(struct json *j, const char *key, const char *value)
{
	put_key(j, key);
	put_string(j, value);
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	char digits[24];

	/* The library's own integers are signed. */
	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	put_key(j, key);
	check(j, yajl_gen_number(j->gen, digits, strlen(digits)));
}

int json_print(struct json *j)
{
	const unsigned char *text;
	size_t len;

	check(j, yajl_gen_get_buf(j->gen, &text, &len));
	if (!j->failed)
		fwrite(text, 1, len, stdout);
	yajl_gen_free(j->gen);
	return j->failed ? complain("the JSON library refused the output") : 0;
}
