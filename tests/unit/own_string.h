/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/string.c in a program that has the C library's functions as well: its own
 * go by names with hv_ in front.
 */
#ifndef TESTS_UNIT_OWN_STRING_H
#define TESTS_UNIT_OWN_STRING_H

#define memcpy	hv_memcpy
#define memmove hv_memmove
#define memset	hv_memset
#define memcmp	hv_memcmp
#define strlen	hv_strlen
#define strnlen hv_strnlen
#define strcmp	hv_strcmp
#define strncmp hv_strncmp
#define strchr	hv_strchr
#define strlcpy hv_strlcpy
#include "../../hypervisor/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strlcpy

#endif
