/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that writes anything anywhere into its ring's page: the input is a sequence of
 * chunks, each with what to do and where. The tools' ring must not notice.
 */
#include <stdlib.h>
#include "../store/harness.h"

#define KICK	  1 /* then send an event */
#define TAKE	  2 /* first take the replies that there are */
#define SEND	  4 /* the bytes follow those in the request ring, whatever the place says */
#define INTRODUCE 8 /* first have the tools introduce the guest again, if it has no connection */

struct chunk {
	uint8_t what;
	uint8_t len;
	uint16_t place;
};

static void need(bool ok)
{
	if (!ok)
		abort();
}

static void scribble(struct client *tools, const struct chunk *k, const uint8_t *bytes)
{
	struct xenstore_domain_interface *page = fake_page(1);
	size_t place = k->place % sizeof(*page), left = sizeof(*page) - place;

	if ((k->what & INTRODUCE) && !domain_find(1)->conn)
		need(do_introduce(tools, 1, 1));
	if (k->what & TAKE)
		page->rsp_cons = page->rsp_prod;
	for (unsigned int i = 0; (k->what & SEND) && i < k->len; i++)
		page->req[MASK_XENSTORE_IDX(page->req_prod++)] = (char)bytes[i];
	if (!(k->what & SEND))
		memcpy((char *)page + place, bytes, k->len < left ? k->len : left);
	if (k->what & KICK)
		fake_kick(1);
	settle();
	need(fake_mapped(1) == !!domain_find(1)->conn && fake_bound(1) == fake_mapped(1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client *tools;
	struct chunk k;

	store_begin_rings();
	need(ring_introduce(domain0, 1));
	tools = client_ring(0);
	need(do_write(tools, 0, "/local/domain/1", "") &&
	     do_perms(tools, 0, "/local/domain/1", "n1"));
	need(do_introduce(tools, 1, 1));
	while (size >= sizeof(k)) {
		memcpy(&k, data, sizeof(k));
		data += sizeof(k);
		size -= sizeof(k);
		if (k.len > size)
			k.len = (uint8_t)size;
		scribble(tools, &k, data);
		data += k.len;
		size -= k.len;
	}
	need(do_read(tools, 0, "/local/domain") && accounts_right());
	client_free(tools);
	store_end();
	return 0;
}
