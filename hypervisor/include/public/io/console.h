/* SPDX-License-Identifier: BSD-2-Clause */
/* The console page of a guest: two byte rings. Indices run free, mod the size of the array. */
#ifndef PV_PUBLIC_IO_CONSOLE_H
#define PV_PUBLIC_IO_CONSOLE_H

#include <stdint.h>

struct pv_xencons_interface {
	char in[1024];		     /* backend to guest */
	char out[2048];		     /* guest to backend */
	uint32_t in_cons, in_prod;   /* guest moves cons, backend moves prod */
	uint32_t out_cons, out_prod; /* backend moves cons, guest moves prod */
};

#endif
