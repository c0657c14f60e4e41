/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xentoollog.h>

#include "public/event.h"
#include "public/grant.h"
#include "hv.h"
#include "public/memory.h"
#include "public/mmu.h"
#include "public/version.h"

/* Libraries below would explain failures on stderr as well; pav says it once. */
static void discard_message(xentoollog_logger *logger, xentoollog_level level, int errnoval,
			    const char *context, const char *format, va_list al)
{
	(void)logger, (void)level, (void)errnoval, (void)context, (void)format, (void)al;
}

static void discard_progress(xentoollog_logger *logger, const char *context, const char *what,
			     int percent, unsigned long done, unsigned long total)
{
	(void)logger, (void)context, (void)what, (void)percent, (void)done, (void)total;
}

static xentoollog_logger quiet = {.vmessage = discard_message, .progress = discard_progress};

int hv_open(struct pav *pav)
{
	if (!pav->call) {
		pav->call = xencall_open(&quiet, 0);
		if (!pav->call)
			return pav_fail_errno(&pav->err,
					      "open /dev/xen/privcmd (is this the service "
					      "domain, and are you root?)");
	}
	if (!pav->fmem) {
		pav->fmem = xenforeignmemory_open(&quiet, 0);
		if (!pav->fmem)
			return pav_fail_errno(&pav->err,
					      "open /dev/xen/privcmd to map guest memory");
	}
	return 0;
}

void hv_close(struct pav *pav)
{
	if (pav->fmem)
		xenforeignmemory_close(pav->fmem);
	if (pav->call)
		xencall_close(pav->call);
	pav->fmem = NULL;
	pav->call = NULL;
}

/* Issue a hypercall on a copy of arg in memory that cannot be paged out. */
static int call_with_copy(struct pav *pav, unsigned int nr, int cmd, void *arg, size_t size)
{
	void *copy = xencall_alloc_buffer(pav->call, size);
	int r, saved;

	if (!copy)
		return -1;
	memcpy(copy, arg, size);
	if (cmd < 0)
		r = xencall1(pav->call, nr, (uintptr_t)copy);
	else
		r = xencall2(pav->call, nr, (uint64_t)cmd, (uintptr_t)copy);
	saved = errno;
	memcpy(arg, copy, size);
	xencall_free_buffer(pav->call, copy);
	errno = saved;
	return r;
}

int hv_domctl(struct pav *pav, struct pv_domctl *op)
{
	if (hv_open(pav))
		return -1;
	op->interface_version = PV_DOMCTL_INTERFACE_VERSION;
	return call_with_copy(pav, PV_HYPERCALL_DOMCTL, -1, op, sizeof(*op));
}

int hv_sysctl(struct pav *pav, struct pv_sysctl *op)
{
	if (hv_open(pav))
		return -1;
	op->interface_version = PV_SYSCTL_INTERFACE_VERSION;
	return call_with_copy(pav, PV_HYPERCALL_SYSCTL, -1, op, sizeof(*op));
}

static int refused(struct pav *pav, const char *call, unsigned int domid)
{
	if (errno == EACCES)
		return pav_fail(&pav->err,
				"%s: the hypervisor speaks another version of the control "
				"interface than 0x%x",
				call, PV_DOMCTL_INTERFACE_VERSION);
	if (errno == ESRCH)
		return pav_fail(&pav->err, "%s: there is no domain %u", call, domid);
	return pav_fail_errno(&pav->err, "%s for domain %u refused by the hypervisor", call, domid);
}

static int simple_domctl(struct pav *pav, unsigned int cmd, unsigned int domid, const char *call)
{
	struct pv_domctl op = {.cmd = cmd, .domain = (uint16_t)domid};

	return hv_domctl(pav, &op) < 0 ? refused(pav, call, domid) : 0;
}

/* Ports a guest may have, as xl gives: enough for hundreds of devices. */
#define MAX_EVTCHN_PORT 1023

/* Beyond maxmem, for the few frames drivers may balloon for themselves. */
#define MAX_MEM_SLACK_KIB 1024

int hv_create_domain(struct pav *pav, const struct hv_create *create, unsigned int *domid)
{
	struct pv_domctl op = {.cmd = PV_DOMCTL_CREATEDOMAIN};

	memcpy(op.u.createdomain.handle, create->uuid, sizeof(op.u.createdomain.handle));
	op.u.createdomain.max_vcpus = create->max_vcpus;
	op.u.createdomain.max_evtchn_port = MAX_EVTCHN_PORT;
	op.u.createdomain.max_grant_frames = -1;
	op.u.createdomain.max_maptrack_frames = -1;
	op.u.createdomain.grant_opts = PV_DOMCTL_GRANT_VERSION(1);
	if (hv_domctl(pav, &op) < 0)
		return pav_fail_errno(&pav->err,
				      "createdomain with %u vcpus refused by the "
				      "hypervisor",
				      create->max_vcpus);
	*domid = op.domain;

	memset(&op.u, 0, sizeof(op.u));
	op.cmd = PV_DOMCTL_MAX_VCPUS;
	op.u.max_vcpus.max = create->max_vcpus;
	if (hv_domctl(pav, &op) < 0)
		return refused(pav, "max_vcpus", *domid);

	memset(&op.u, 0, sizeof(op.u));
	op.cmd = PV_DOMCTL_MAX_MEM;
	op.u.max_mem.max_memkb = create->max_kib + MAX_MEM_SLACK_KIB;
	if (hv_domctl(pav, &op) < 0)
		return refused(pav, "max_mem", *domid);
	return 0;
}

int hv_domain_info(struct pav *pav, unsigned int domid, struct pv_domctl_getdomaininfo *info)
{
	struct pv_domctl op = {.cmd = PV_DOMCTL_GETDOMAININFO, .domain = (uint16_t)domid};

	if (hv_domctl(pav, &op) < 0)
		return errno == ESRCH ? 0 : refused(pav, "getdomaininfo", domid);
	*info = op.u.getdomaininfo;
	/* The call answers for the next domain when this one does not exist. */
	return info->domain == domid;
}

#define LIST_CHUNK 64

int hv_domain_list(struct pav *pav, struct pv_domctl_getdomaininfo **list, size_t *count)
{
	struct pv_domctl_getdomaininfo *chunk, *grown;
	struct pv_sysctl op;
	unsigned int next = 0;
	int rc = -1;

	*list = NULL;
	*count = 0;
	if (hv_open(pav))
		return -1;
	chunk = xencall_alloc_buffer(pav->call, LIST_CHUNK * sizeof(*chunk));
	if (!chunk)
		return pav_fail_errno(&pav->err, "getdomaininfolist: no buffer");
	for (;;) {
		memset(&op, 0, sizeof(op));
		op.cmd = PV_SYSCTL_GETDOMAININFOLIST;
		op.u.getdomaininfolist.first_domain = (uint16_t)next;
		op.u.getdomaininfolist.max_domains = LIST_CHUNK;
		op.u.getdomaininfolist.buffer = (uintptr_t)chunk;
		if (hv_sysctl(pav, &op) < 0) {
			pav_fail_errno(&pav->err, "getdomaininfolist refused by the hypervisor");
			break;
		}
		if (op.u.getdomaininfolist.num_domains == 0) {
			rc = 0;
			break;
		}
		grown = realloc(*list, (*count + LIST_CHUNK) * sizeof(*grown));
		if (!grown) {
			pav_fail(&pav->err, "out of memory");
			break;
		}
		*list = grown;
		memcpy(grown + *count, chunk, op.u.getdomaininfolist.num_domains * sizeof(*chunk));
		*count += op.u.getdomaininfolist.num_domains;
		next = grown[*count - 1].domain + 1u;
	}
	xencall_free_buffer(pav->call, chunk);
	if (rc) {
		free(*list);
		*list = NULL;
	}
	return rc;
}

int hv_pause(struct pav *pav, unsigned int domid)
{
	return simple_domctl(pav, PV_DOMCTL_PAUSEDOMAIN, domid, "pausedomain");
}

int hv_unpause(struct pav *pav, unsigned int domid)
{
	return simple_domctl(pav, PV_DOMCTL_UNPAUSEDOMAIN, domid, "unpausedomain");
}

int hv_destroy(struct pav *pav, unsigned int domid)
{
	struct pv_domctl op;
	int r;

	do {
		memset(&op, 0, sizeof(op));
		op.cmd = PV_DOMCTL_DESTROYDOMAIN;
		op.domain = (uint16_t)domid;
		r = hv_domctl(pav, &op);
	} while (r < 0 && (errno == EAGAIN || errno == EINTR));
	if (r < 0 && errno != ESRCH)
		return refused(pav, "destroydomain", domid);
	return 0;
}

int hv_physinfo(struct pav *pav, struct pv_sysctl_physinfo *info)
{
	struct pv_sysctl op = {.cmd = PV_SYSCTL_PHYSINFO};

	if (hv_sysctl(pav, &op) < 0)
		return pav_fail_errno(&pav->err, "physinfo refused by the hypervisor");
	*info = op.u.physinfo;
	return 0;
}

int hv_set_memory_map(struct pav *pav, unsigned int domid, uint64_t kib)
{
	struct pv_foreign_memory_map arg = {.domid = (uint16_t)domid, .map = {.nr_entries = 1}};
	struct pv_e820_entry *entry;
	int r;

	if (hv_open(pav))
		return -1;
	entry = xencall_alloc_buffer(pav->call, sizeof(*entry));
	if (!entry)
		return pav_fail_errno(&pav->err, "set_memory_map: no buffer");
	memset(entry, 0, sizeof(*entry));
	entry->size = kib << 10;
	entry->type = PV_E820_RAM;
	arg.map.buffer = (uintptr_t)entry;
	r = call_with_copy(pav, PV_HYPERCALL_MEMORY_OP, PV_XENMEM_SET_MEMORY_MAP, &arg,
			   sizeof(arg));
	if (r < 0)
		refused(pav, "set_memory_map", domid);
	xencall_free_buffer(pav->call, entry);
	return r < 0 ? -1 : 0;
}

/* Extents of one call: 2 MiB each by choice, single frames where those run out. */
#define BIG_ORDER    9
#define BIG_BATCH    256
#define SINGLE_BATCH 2048

static int populate_batch(struct pav *pav, unsigned int domid, uint64_t *extents, unsigned int nr,
			  unsigned int order)
{
	struct pv_memory_reservation r = {
		.extent_start = (uintptr_t)extents,
		.nr_extents = nr,
		.extent_order = order,
		.domid = (uint16_t)domid,
	};

	return call_with_copy(pav, PV_HYPERCALL_MEMORY_OP, PV_XENMEM_POPULATE_PHYSMAP, &r,
			      sizeof(r));
}

int hv_populate(struct pav *pav, unsigned int domid, uint64_t *mfn, uint64_t nr)
{
	unsigned int order = BIG_ORDER, batch, i, j;
	uint64_t pfn = 0, *extents;
	int done = 0;

	if (hv_open(pav))
		return -1;
	extents = xencall_alloc_buffer(pav->call, SINGLE_BATCH * sizeof(*extents));
	if (!extents)
		return pav_fail_errno(&pav->err, "populate_physmap: no buffer");
	while (pfn < nr) {
		if (nr - pfn < 1u << order)
			order = 0;
		batch = order ? BIG_BATCH : SINGLE_BATCH;
		if (batch > (nr - pfn) >> order)
			batch = (unsigned int)((nr - pfn) >> order);
		for (i = 0; i < batch; i++)
			extents[i] = pfn + ((uint64_t)i << order);
		done = populate_batch(pav, domid, extents, batch, order);
		for (i = 0; done > 0 && i < (unsigned int)done; i++)
			for (j = 0; j < 1u << order; j++)
				mfn[pfn++] = extents[i] + j;
		if (done == (int)batch)
			continue;
		if (order == 0)
			break;
		order = 0;
	}
	xencall_free_buffer(pav->call, extents);
	if (pfn < nr)
		return pav_fail(&pav->err,
				"populate_physmap: the hypervisor gave %llu of %llu MiB; "
				"choose a smaller memory= or free some",
				(unsigned long long)(pfn >> 8), (unsigned long long)(nr >> 8));
	return 0;
}

int hv_alloc_port(struct pav *pav, unsigned int domid, uint32_t *port)
{
	struct pv_evtchn_alloc_unbound arg = {.dom = (uint16_t)domid, .remote_dom = 0};

	if (hv_open(pav))
		return -1;
	if (call_with_copy(pav, PV_HYPERCALL_EVENT_CHANNEL_OP, PV_EVTCHNOP_ALLOC_UNBOUND, &arg,
			   sizeof(arg)) < 0)
		return refused(pav, "alloc_unbound", domid);
	*port = arg.port;
	return 0;
}

void *hv_map(struct pav *pav, unsigned int domid, const uint64_t *mfn, size_t n, const char *what)
{
	_Static_assert(sizeof(xen_pfn_t) == sizeof(uint64_t), "frame numbers are 64 bits");
	void *at;

	if (hv_open(pav))
		return NULL;
	at = xenforeignmemory_map(pav->fmem, domid, PROT_READ | PROT_WRITE, n,
				  (const xen_pfn_t *)mfn, NULL);
	if (!at)
		pav_fail_errno(&pav->err, "map %zu frames of domain %u for its %s", n, domid, what);
	return at;
}

void hv_unmap(struct pav *pav, void *at, size_t n)
{
	xenforeignmemory_unmap(pav->fmem, at, n);
}

/*
 * A kernel or hypervisor without the resource interface still lists the frames
 * of another domain's grant table to its builder.
 */
static struct pv_grant_entry_v1 *map_grant_frame_by_setup(struct pav *pav, unsigned int domid)
{
	struct pv_gnttab_setup_table arg = {.dom = (uint16_t)domid, .nr_frames = 1};
	struct pv_grant_entry_v1 *table = NULL;
	uint64_t *frame = xencall_alloc_buffer(pav->call, sizeof(*frame));
	struct pv_gnttab_setup_table *copy = xencall_alloc_buffer(pav->call, sizeof(*copy));

	if (frame && copy) {
		arg.frame_list = (uintptr_t)frame;
		*copy = arg;
		if (xencall3(pav->call, PV_HYPERCALL_GRANT_TABLE_OP, PV_GNTTABOP_SETUP_TABLE,
			     (uintptr_t)copy, 1) < 0)
			refused(pav, "setup_table", domid);
		else if (copy->status != PV_GNTST_OKAY)
			pav_fail(&pav->err,
				 "setup_table for domain %u refused with grant status %d", domid,
				 copy->status);
		else
			table = hv_map(pav, domid, frame, 1, "grant table");
	} else {
		pav_fail_errno(&pav->err, "setup_table: no buffer");
	}
	if (copy)
		xencall_free_buffer(pav->call, copy);
	if (frame)
		xencall_free_buffer(pav->call, frame);
	return table;
}

/* The granter's order: who and what first, then the flags that make it count. */
static void write_grant(struct pv_grant_entry_v1 *entry, uint64_t mfn)
{
	entry->domid = 0;
	entry->frame = (uint32_t)mfn;
	__atomic_store_n(&entry->flags, (uint16_t)PV_GTF_PERMIT_ACCESS, __ATOMIC_RELEASE);
}

int hv_grant_rings(struct pav *pav, unsigned int domid, uint64_t console_frame,
		   uint64_t store_frame)
{
	xenforeignmemory_resource_handle *res;
	struct pv_grant_entry_v1 *table;
	void *at = NULL;

	if (hv_open(pav))
		return -1;
	if (console_frame > UINT32_MAX || store_frame > UINT32_MAX)
		return pav_fail(&pav->err, "grant for domain %u: its ring frames lie beyond 16 TiB",
				domid);
	res = xenforeignmemory_map_resource(
		pav->fmem, (domid_t)domid, PV_XENMEM_RESOURCE_GRANT_TABLE,
		PV_XENMEM_RESOURCE_GRANT_TABLE_ID_SHARED, 0, 1, &at, PROT_READ | PROT_WRITE, 0);
	if (!res && errno != EOPNOTSUPP)
		return refused(pav, "acquire_resource (grant table)", domid);
	table = res ? at : map_grant_frame_by_setup(pav, domid);
	if (!table)
		return -1;
	write_grant(&table[PV_GNTTAB_RESERVED_CONSOLE], console_frame);
	write_grant(&table[PV_GNTTAB_RESERVED_XENSTORE], store_frame);
	if (res)
		xenforeignmemory_unmap_resource(pav->fmem, res);
	else
		hv_unmap(pav, table, 1);
	return 0;
}

int hv_pin_root(struct pav *pav, unsigned int domid, uint64_t mfn)
{
	struct pv_mmuext_op *op;
	int r;

	if (hv_open(pav))
		return -1;
	op = xencall_alloc_buffer(pav->call, sizeof(*op));
	if (!op)
		return pav_fail_errno(&pav->err, "mmuext_op: no buffer");
	memset(op, 0, sizeof(*op));
	op->cmd = PV_MMUEXT_PIN_L4_TABLE;
	op->arg1.mfn = mfn;
	r = xencall4(pav->call, PV_HYPERCALL_MMUEXT_OP, (uintptr_t)op, 1, 0, domid);
	if (r < 0)
		refused(pav, "pin of the first page tables", domid);
	xencall_free_buffer(pav->call, op);
	return r < 0 ? -1 : 0;
}

int hv_hypercall_page(struct pav *pav, unsigned int domid, uint64_t mfn)
{
	struct pv_domctl op = {.cmd = PV_DOMCTL_HYPERCALL_INIT, .domain = (uint16_t)domid};

	op.u.hypercall_init.gmfn = mfn;
	return hv_domctl(pav, &op) < 0 ? refused(pav, "hypercall_init", domid) : 0;
}

int hv_set_vcpu(struct pav *pav, unsigned int domid, unsigned int vcpu,
		const struct pv_vcpu_guest_context *context)
{
	struct pv_domctl op = {.cmd = PV_DOMCTL_SETVCPUCONTEXT, .domain = (uint16_t)domid};
	struct pv_vcpu_guest_context *copy;
	int r;

	if (hv_open(pav))
		return -1;
	copy = xencall_alloc_buffer(pav->call, sizeof(*copy));
	if (!copy)
		return pav_fail_errno(&pav->err, "setvcpucontext: no buffer");
	*copy = *context;
	op.u.vcpucontext.vcpu = vcpu;
	op.u.vcpucontext.ctxt = (uintptr_t)copy;
	r = hv_domctl(pav, &op);
	if (r < 0)
		refused(pav, "setvcpucontext", domid);
	xencall_free_buffer(pav->call, copy);
	return r < 0 ? -1 : 0;
}

int hv_version(struct pav *pav, unsigned int cmd, void *out, size_t size)
{
	if (hv_open(pav))
		return -1;
	if (!out)
		return xencall2(pav->call, PV_HYPERCALL_XEN_VERSION, cmd, 0);
	return call_with_copy(pav, PV_HYPERCALL_XEN_VERSION, (int)cmd, out, size);
}

int hv_read_console(struct pav *pav, bool clear, uint32_t *index, char *buf, size_t room)
{
	struct pv_sysctl op = {.cmd = PV_SYSCTL_READCONSOLE};
	char *copy;
	int r;

	if (hv_open(pav))
		return -1;
	copy = xencall_alloc_buffer(pav->call, room);
	if (!copy)
		return pav_fail_errno(&pav->err, "readconsole: no buffer");
	op.u.readconsole.clear = clear;
	op.u.readconsole.incremental = !clear;
	op.u.readconsole.index = *index;
	op.u.readconsole.buffer = (uintptr_t)copy;
	op.u.readconsole.count = (uint32_t)room;
	r = hv_sysctl(pav, &op);
	if (r < 0) {
		pav_fail_errno(&pav->err, "readconsole refused by the hypervisor");
	} else {
		r = op.u.readconsole.count <= room ? (int)op.u.readconsole.count : 0;
		memcpy(buf, copy, (size_t)r);
		*index = op.u.readconsole.index;
	}
	xencall_free_buffer(pav->call, copy);
	return r;
}
