/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A store in one table, behind the names of libxenstore that the back-ends
 * call: linked into the test, these come before the library's.
 */
#ifndef TESTS_FAKE_STORE_H
#define TESTS_FAKE_STORE_H

#include <stdbool.h>

void fake_store_reset(void);
void fake_store_put(const char *path, const char *value);
/* NULL when there is no such node. Valid until it changes. */
const char *fake_store_get(const char *path);
/* The node and all below it. */
void fake_store_remove(const char *path);
void fake_store_introduce(unsigned int domid, bool introduced);
bool fake_store_watched(const char *path);

#endif
