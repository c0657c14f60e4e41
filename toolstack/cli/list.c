/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "json.h"
#include "verb.h"

/* xl's six letters, in xl's order. */
static void state_letters(unsigned int state, char out[7])
{
	const struct {
		unsigned int bit;
		char letter;
	} letters[6] = {{PAV_STATE_RUNNING, 'r'}, {PAV_STATE_BLOCKED, 'b'},
			{PAV_STATE_PAUSED, 'p'},  {PAV_STATE_SHUTDOWN, 's'},
			{PAV_STATE_CRASHED, 'c'}, {PAV_STATE_DYING, 'd'}};
	int i;

	for (i = 0; i < 6; i++)
		out[i] = state & letters[i].bit ? letters[i].letter : '-';
	out[6] = '\0';
}

static void print_text(const struct pav_domain *d)
{
	char state[7];

	state_letters(d->state, state);
	printf("%-32s %5u %6llu %5u     %s %8.1f\n", d->name[0] ? d->name : "-", d->domid,
	       (unsigned long long)(d->memory_kib >> 10), d->vcpus, state,
	       (double)d->cpu_time_ns / 1e9);
}

static void print_json(struct json *j, const struct pav_domain *d)
{
	char state[7], uuid[37];

	state_letters(d->state, state);
	uuid_unparse_lower(d->uuid, uuid);
	json_object(j, NULL);
	json_number(j, "domid", d->domid);
	json_string(j, "name", d->name);
	json_string(j, "uuid", uuid);
	json_number(j, "memory_kib", d->memory_kib);
	json_number(j, "maxmem_kib", d->maxmem_kib);
	json_number(j, "vcpus", d->vcpus);
	json_string(j, "state", state);
	if (d->state & PAV_STATE_SHUTDOWN)
		json_number(j, "shutdown_reason", d->shutdown_reason);
	json_number(j, "cpu_time_ns", d->cpu_time_ns);
	json_end_object(j);
}

/* Without a look at the store for each: there may be a thousand. */
static bool wanted(const struct pav_domain *d, int argc, char **argv)
{
	char number[12];
	int i;

	snprintf(number, sizeof(number), "%u", d->domid);
	for (i = 0; i < argc; i++)
		if (strcmp(argv[i], d->name) == 0 || strcmp(argv[i], number) == 0)
			return true;
	return argc == 0;
}

/* Every domain asked for by name must be there. */
static int check_names(struct pav *pav, int argc, char **argv)
{
	struct pav_domain d;
	unsigned int domid;
	int i;

	for (i = 0; i < argc; i++)
		if (pav_find(pav, argv[i], &domid) || pav_get(pav, domid, &d))
			return report(pav);
	return 0;
}

int verb_list(struct pav *pav, int argc, char **argv)
{
	struct pav_domain *list;
	bool as_json = false;
	struct json j;
	size_t count, i;
	int rc;

	rc = one_flag(argc, argv, 'j', "json", &as_json);
	if (rc)
		return rc;
	if (check_names(pav, argc - optind, argv + optind))
		return 1;
	if (pav_list(pav, &list, &count))
		return report(pav);
	if (as_json) {
		json_begin(&j);
		json_array(&j, NULL);
	} else {
		printf("%-32s %5s %6s %5s     %-6s %8s\n", "Name", "ID", "Mem", "VCPUs", "State",
		       "Time(s)");
	}
	for (i = 0; i < count; i++) {
		if (!wanted(&list[i], argc - optind, argv + optind))
			continue;
		if (as_json)
			print_json(&j, &list[i]);
		else
			print_text(&list[i]);
	}
	if (as_json) {
		json_end_array(&j);
		rc = json_print(&j);
	}
	free(list);
	return rc;
}
