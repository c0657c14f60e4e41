/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BACKENDS_SUITES_H
#define TESTS_BACKENDS_SUITES_H

#include <CUnit/CUnit.h>

/* Each adds its suite and its tests to the registry. */
void add_ring_suite(void);
void add_console_suite(void);
void add_request_suite(void);
void add_engine_suite(void);
void add_lib_suite(void);
void add_xenbus_suite(void);

#endif
