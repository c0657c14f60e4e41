/* SPDX-License-Identifier: BSD-2-Clause */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "json.h"
#include "verb.h"

static void print_text(const struct pav_host *h, const struct utsname *uts)
{
	/* Names and units are xl's, so that scripts find them. */
	printf("%-23s: %s\n", "host", uts->nodename);
	printf("%-23s: %s\n", "release", uts->release);
	printf("%-23s: %s\n", "machine", uts->machine);
	printf("%-23s: %u\n", "nr_cpus", h->nr_cpus);
	printf("%-23s: %u\n", "nr_nodes", h->nr_nodes);
	printf("%-23s: %u\n", "cores_per_socket", h->cores_per_socket);
	printf("%-23s: %u\n", "threads_per_core", h->threads_per_core);
	printf("%-23s: %llu.%03llu\n", "cpu_mhz", (unsigned long long)(h->cpu_khz / 1000),
	       (unsigned long long)(h->cpu_khz % 1000));
	printf("%-23s: %llu\n", "total_memory", (unsigned long long)(h->total_kib >> 10));
	printf("%-23s: %llu\n", "free_memory", (unsigned long long)(h->free_kib >> 10));
	printf("%-23s: %llu\n", "free_memory_kib", (unsigned long long)h->free_kib);
	printf("%-23s: %u\n", "nr_domains", h->nr_domains);
	printf("%-23s: %u\n", "xen_major", h->version_major);
	printf("%-23s: %u\n", "xen_minor", h->version_minor);
	printf("%-23s: %s\n", "xen_extra", h->version_extra);
	printf("%-23s: %s\n", "xen_caps", h->capabilities);
	printf("%-23s: %s\n", "xen_changeset", h->changeset);
	printf("%-23s: %s\n", "xen_commandline", h->command_line);
	printf("%-23s: %s\n", "cc_compiler", h->compiler);
}

static int print_json(const struct pav_host *h, const struct utsname *uts)
{
	struct json j;

	json_begin(&j);
	json_object(&j, NULL);
	json_string(&j, "host", uts->nodename);
	json_string(&j, "release", uts->release);
	json_string(&j, "machine", uts->machine);
	json_number(&j, "nr_cpus", h->nr_cpus);
	json_number(&j, "nr_nodes", h->nr_nodes);
	json_number(&j, "cores_per_socket", h->cores_per_socket);
	json_number(&j, "threads_per_core", h->threads_per_core);
	json_number(&j, "cpu_khz", h->cpu_khz);
	json_number(&j, "total_memory_kib", h->total_kib);
	json_number(&j, "free_memory_kib", h->free_kib);
	json_number(&j, "nr_domains", h->nr_domains);
	json_number(&j, "xen_major", h->version_major);
	json_number(&j, "xen_minor", h->version_minor);
	json_string(&j, "xen_extra", h->version_extra);
	json_string(&j, "xen_caps", h->capabilities);
	json_string(&j, "xen_changeset", h->changeset);
	json_string(&j, "xen_commandline", h->command_line);
	json_string(&j, "cc_compiler", h->compiler);
	json_end_object(&j);
	return json_print(&j);
}

int verb_info(struct pav *pav, int argc, char **argv)
{
	struct pav_host host;
	struct utsname uts;
	bool as_json = false;
	int rc;

	rc = one_flag(argc, argv, 'j', "json", &as_json);
	if (rc)
		return rc;
	if (optind != argc)
		return misuse("takes no argument");
	if (pav_host(pav, &host))
		return report(pav);
	memset(&uts, 0, sizeof(uts));
	uname(&uts);
	if (as_json)
		return print_json(&host, &uts);
	print_text(&host, &uts);
	return 0;
}
