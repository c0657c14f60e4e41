/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine and the service domain itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "store_tx.h"
#include "public/version.h"

/* A string that the hypervisor may refuse to tell is left empty. */
static void version_string(struct pav *pav, unsigned int cmd, char *out, size_t size)
{
	if (hv_version(pav, cmd, out, size) < 0)
		out[0] = '\0';
	out[size - 1] = '\0';
}

int pav_host(struct pav *pav, struct pav_host *host)
{
	struct pv_domctl_getdomaininfo *list;
	struct pv_compile_info compile;
	struct pv_sysctl_physinfo phys;
	size_t count;
	int v;

	pav_error_clear(&pav->err);
	memset(host, 0, sizeof(*host));
	if (hv_open(pav))
		return -1;
	v = hv_version(pav, PV_XENVER_VERSION, NULL, 0);
	if (v < 0)
		return pav_fail_errno(&pav->err, "xen_version refused by the hypervisor");
	if (hv_physinfo(pav, &phys) || hv_domain_list(pav, &list, &count))
		return -1;
	free(list);
	host->version_major = (unsigned int)v >> 16;
	host->version_minor = (unsigned int)v & 0xffff;
	version_string(pav, PV_XENVER_EXTRAVERSION, host->version_extra,
		       sizeof(host->version_extra));
	version_string(pav, PV_XENVER_CAPABILITIES, host->capabilities, sizeof(host->capabilities));
	version_string(pav, PV_XENVER_CHANGESET, host->changeset, sizeof(host->changeset));
	version_string(pav, PV_XENVER_COMMANDLINE, host->command_line, sizeof(host->command_line));
	memset(&compile, 0, sizeof(compile));
	if (hv_version(pav, PV_XENVER_COMPILE_INFO, &compile, sizeof(compile)) == 0)
		snprintf(host->compiler, sizeof(host->compiler), "%.*s",
			 (int)sizeof(compile.compiler), compile.compiler);
	host->nr_cpus = phys.nr_cpus;
	host->nr_nodes = phys.nr_nodes;
	host->cores_per_socket = phys.cores_per_socket;
	host->threads_per_core = phys.threads_per_core;
	host->cpu_khz = phys.cpu_khz;
	host->total_kib = phys.total_pages << 2;
	host->free_kib = phys.free_pages << 2;
	host->nr_domains = (unsigned int)count;
	return 0;
}

#define RING_CHUNK (16u << 10)

int pav_dmesg(struct pav *pav, bool clear, char **text, size_t *size)
{
	uint32_t index = 0;
	char *grown;
	int n;

	pav_error_clear(&pav->err);
	*text = NULL;
	*size = 0;
	do {
		grown = realloc(*text, *size + RING_CHUNK);
		if (!grown) {
			free(*text);
			return pav_fail(&pav->err, "out of memory");
		}
		*text = grown;
		n = hv_read_console(pav, false, &index, *text + *size, RING_CHUNK);
		if (n < 0) {
			free(*text);
			return -1;
		}
		*size += (size_t)n;
	} while (n > 0);
	/* The text above is kept even if emptying the ring is refused. */
	if (clear) {
		char byte[1];

		if (hv_read_console(pav, true, &index, byte, sizeof(byte)) < 0) {
			free(*text);
			return -1;
		}
	}
	return 0;
}

static int put_dom0(struct store_tx *tx, void *arg)
{
	const struct pv_domctl_getdomaininfo *info = arg;
	const unsigned long long kib = (unsigned long long)info->tot_pages << 2;
	unsigned int i;

	tx->domid = 0;
	tx_put(tx, TX_TOOLS, tx_path(tx, "/local/domain/0/domid"), "0");
	tx_put(tx, TX_TOOLS, tx_path(tx, "/local/domain/0/name"), "Domain-0");
	/* We know no pools; xl creates nothing in one that has no name. */
	tx_put(tx, TX_TOOLS, tx_path(tx, "/local/pool/0/name"), "Pool-0");
	tx_put(tx, TX_TOOLS, tx_path(tx, "/local/domain/0/memory/target"), "%llu", kib);
	tx_put(tx, TX_TOOLS, tx_path(tx, "/local/domain/0/memory/static-max"), "%llu", kib);
	for (i = 0; i < info->nr_online_vcpus; i++)
		tx_put(tx, TX_TOOLS, tx_path(tx, "/local/domain/0/cpu/%u/availability", i),
		       "online");
	return 0;
}

int pav_init_dom0(struct pav *pav)
{
	struct pv_domctl_getdomaininfo info;
	int r;

	pav_error_clear(&pav->err);
	r = hv_domain_info(pav, 0, &info);
	if (r < 0)
		return -1;
	if (r == 0)
		return pav_fail(&pav->err, "getdomaininfo: the hypervisor knows no domain 0");
	return tx_run(pav, "init-dom0", put_dom0, &info);
}
