/* SPDX-License-Identifier: BSD-2-Clause */
/* The syntax of a configuration file, apart from what the keys mean. */
#ifndef PAV_CONFIG_TEXT_H
#define PAV_CONFIG_TEXT_H

#include "error.h"

enum cfg_kind { CFG_NUMBER, CFG_STRING, CFG_LIST };

struct cfg_value {
	enum cfg_kind kind;
	long long number;	/* CFG_NUMBER */
	char *string;		/* CFG_STRING, and the source text of a number */
	unsigned int nr_items;	/* CFG_LIST */
	struct cfg_value *item; /* CFG_LIST; not nested further */
};

struct cfg_setting {
	char *key;
	unsigned int line;
	struct cfg_value value;
};

struct cfg {
	unsigned int nr;
	struct cfg_setting *setting; /* in the order of the file */
};

/* Returns 0, or -1 with "name:line: reason" in err. cfg_free() either way. */
int cfg_parse(const char *text, const char *name, struct cfg *cfg, struct pav_error *err);
void cfg_free(struct cfg *cfg);

#endif
