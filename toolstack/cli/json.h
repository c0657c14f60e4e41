/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON output by libyajl: key and value in one call; a NULL key inside arrays. */
#ifndef PAV_JSON_H
#define PAV_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <yajl/yajl_gen.h>

struct json {
	yajl_gen gen;
	bool failed;
};

void json_begin(struct json *j);
void json_object(struct json *j, const char *key);
void json_end_object(struct json *j);
void json_array(struct json *j, const char *key);
void json_end_array(struct json *j);
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);

/* Print and free. Exit status: 0, or 1 after a message. */
int json_print(struct json *j);

#endif
