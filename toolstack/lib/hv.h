/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hypercalls libpav makes, one function each, over libxencall and
 * libxenforeignmemory. All of them record a failure in pav->err and return -1
 * unless said otherwise; frame numbers are machine frames unless called pfn.
 */
#ifndef PAV_HV_H
#define PAV_HV_H

#include <xencall.h>
#include <xenforeignmemory.h>

#include "public/domctl.h"
#include "error.h"
#include "pav.h"
#include "public/pv.h"
#include "public/sysctl.h"

struct xs_handle;

struct pav {
	struct pav_error err;
	xencall_handle *call;
	xenforeignmemory_handle *fmem;
	struct xs_handle *xs; /* opened when first needed: see pav_store() */
};

/* Opens the hypervisor's interface once; every function below does this itself. */
int hv_open(struct pav *pav);
void hv_close(struct pav *pav);

/* Raw calls: the result of the hypercall, or -1 with errno set and no message recorded. */
int hv_domctl(struct pav *pav, struct pv_domctl *op);
int hv_sysctl(struct pav *pav, struct pv_sysctl *op);

struct hv_create {
	uint8_t uuid[16];
	unsigned int max_vcpus;
	uint64_t max_kib;
};
int hv_create_domain(struct pav *pav, const struct hv_create *create, unsigned int *domid);

/* 1: exists and *info is filled; 0: no such domain. */
int hv_domain_info(struct pav *pav, unsigned int domid, struct pv_domctl_getdomaininfo *info);
int hv_domain_list(struct pav *pav, struct pv_domctl_getdomaininfo **list, size_t *count);

int hv_pause(struct pav *pav, unsigned int domid);
int hv_unpause(struct pav *pav, unsigned int domid);

/* Frees all the domain has. A domain that is gone already is no failure. */
int hv_destroy(struct pav *pav, unsigned int domid);

int hv_physinfo(struct pav *pav, struct pv_sysctl_physinfo *info);

/* Tells the guest that RAM is [0, kib). */
int hv_set_memory_map(struct pav *pav, unsigned int domid, uint64_t kib);

/* Give the domain frames for pfns [0, nr), written to mfn[pfn]. */
int hv_populate(struct pav *pav, unsigned int domid, uint64_t *mfn, uint64_t nr);

/* An unbound port of the domain that the service domain may bind to. */
int hv_alloc_port(struct pav *pav, unsigned int domid, uint32_t *port);

/* Map n frames of the domain read-write; hv_unmap() gives them back. */
void *hv_map(struct pav *pav, unsigned int domid, const uint64_t *mfn, size_t n, const char *what);
void hv_unmap(struct pav *pav, void *at, size_t n);

/* Write the two reserved grants that let the service domain reach the rings. */
int hv_grant_rings(struct pav *pav, unsigned int domid, uint64_t console_frame,
		   uint64_t store_frame);

/* Have the hypervisor check the whole initial address space. */
int hv_pin_root(struct pav *pav, unsigned int domid, uint64_t mfn);

int hv_hypercall_page(struct pav *pav, unsigned int domid, uint64_t mfn);

struct pv_vcpu_guest_context;
int hv_set_vcpu(struct pav *pav, unsigned int domid, unsigned int vcpu,
		const struct pv_vcpu_guest_context *context);

/* xen_version(cmd): strings and numbers about the hypervisor; -1 with errno. */
int hv_version(struct pav *pav, unsigned int cmd, void *out, size_t size);

/* Read the console ring from *index on; returns the bytes got. */
int hv_read_console(struct pav *pav, bool clear, uint32_t *index, char *buf, size_t room);

#endif
