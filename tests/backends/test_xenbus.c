/* SPDX-License-Identifier: BSD-2-Clause */
/* The states of a device: what the toolstack, the guest and restarts do to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_store.h"
#include "lib/xenbus.h"
#include "suites.h"

#define BACK  "/local/domain/0/backend/vbd/5/51712"
#define FRONT "/local/domain/5/device/vbd/51712"

static struct store store;
static struct xenbus bus;
static struct xenbus_device *device; /* that the driver serves */
static unsigned int probes, connects, resumes, disconnects, releases;
static bool probe_fails, connect_fails, slow_disconnect;

static int drv_probe(struct xenbus_device *dev)
{
	probes++;
	if (!probe_fails)
		return 0;
	xenbus_fail(dev, "no such image");
	return -ENOENT;
}

static int drv_connect(struct xenbus_device *dev, bool resumed)
{
	connects++;
	resumes += resumed;
	device = dev;
	return connect_fails ? -EIO : 0;
}

static bool drv_disconnect(struct xenbus_device *dev)
{
	(void)dev;
	disconnects++;
	return !slow_disconnect;
}

static void drv_release(struct xenbus_device *dev)
{
	releases++;
	if (device == dev)
		device = NULL;
}

static const struct xenbus_driver driver = {
	.type = "vbd",
	.probe = drv_probe,
	.connect = drv_connect,
	.disconnect = drv_disconnect,
	.release = drv_release,
};

static void changed(const char *path)
{
	xenbus_event(&bus, path, strncmp(path, FRONT, strlen(FRONT)) ? bus.root : BACK);
}

static void front(const char *state)
{
	fake_store_put(FRONT "/state", state);
	changed(FRONT "/state");
}

static bool back_is(const char *state)
{
	const char *value = fake_store_get(BACK "/state");

	return value && !strcmp(value, state);
}

static void start_daemon(void)
{
	CU_ASSERT_EQUAL(xenbus_init(&bus, &store, &driver), 0);
	xenbus_event(&bus, bus.root, bus.root);
}

/* As the toolstack writes a device; then the daemon looks. */
static void set_up(const char *back_state, const char *front_state)
{
	fake_store_reset();
	memset(&bus, 0, sizeof(bus));
	probes = connects = resumes = disconnects = releases = 0;
	probe_fails = connect_fails = slow_disconnect = false;
	device = NULL;
	fake_store_put("domid", "0");
	fake_store_put(BACK "/frontend", FRONT);
	fake_store_put(BACK "/frontend-id", "5");
	fake_store_put(BACK "/online", "1");
	fake_store_put(BACK "/state", back_state);
	fake_store_put(FRONT "/state", front_state);
	fake_store_introduce(5, true);
	start_daemon();
}

static void go_away(void)
{
	slow_disconnect = false;
	fake_store_remove("/local/domain/0/backend/vbd/5");
	changed("/local/domain/0/backend/vbd/5");
	CU_ASSERT_PTR_NULL(bus.devices);
	CU_ASSERT_FALSE(fake_store_watched(FRONT "/state"));
}

static void test_life(void)
{
	set_up("1", "1");
	CU_ASSERT_EQUAL(probes, 1);
	CU_ASSERT_TRUE(back_is("2"));
	/* Its own writes come back as events. */
	changed(BACK "/state");
	CU_ASSERT_EQUAL(probes, 1);
	front("3");
	CU_ASSERT_EQUAL(connects, 1);
	CU_ASSERT_EQUAL(resumes, 0);
	CU_ASSERT_TRUE(back_is("2"));
	xenbus_connected(device);
	CU_ASSERT_TRUE(back_is("4"));
	front("4");
	CU_ASSERT_EQUAL(disconnects, 0);
	slow_disconnect = true;
	front("5");
	CU_ASSERT_EQUAL(disconnects, 1);
	CU_ASSERT_TRUE(back_is("5"));
	front("6");
	CU_ASSERT_TRUE(back_is("5"));
	xenbus_disconnected(device);
	CU_ASSERT_TRUE(back_is("6"));
	/* The guest's driver is loaded again. */
	front("1");
	CU_ASSERT_EQUAL(probes, 2);
	CU_ASSERT_TRUE(back_is("2"));
	go_away();
	CU_ASSERT_EQUAL(releases, 1);
}

/* A front-end that begins anew without having closed. */
static void test_front_replaced(void)
{
	set_up("1", "1");
	front("3");
	xenbus_connected(device);
	front("4");
	slow_disconnect = true;
	front("1");
	CU_ASSERT_EQUAL(disconnects, 1);
	CU_ASSERT_TRUE(back_is("5"));
	xenbus_disconnected(device);
	CU_ASSERT_TRUE(back_is("2"));
	front("3");
	CU_ASSERT_EQUAL(connects, 2);
	xenbus_connected(device);
	CU_ASSERT_TRUE(back_is("4"));
	slow_disconnect = false;
	front("1");
	CU_ASSERT_EQUAL(disconnects, 2);
	CU_ASSERT_TRUE(back_is("2"));
	go_away();
}

static void test_refused(void)
{
	fake_store_reset();
	set_up("1", "1");
	go_away();
	probe_fails = true;
	fake_store_put(BACK "/frontend", FRONT);
	fake_store_put(BACK "/frontend-id", "5");
	fake_store_put(BACK "/state", "1");
	changed(BACK);
	CU_ASSERT_TRUE(back_is("6"));
	CU_ASSERT_STRING_EQUAL(fake_store_get(BACK "/error"), "no such image");
	/* It is not tried again and again. */
	front("1");
	front("3");
	CU_ASSERT_EQUAL(probes, 2);
	CU_ASSERT_EQUAL(connects, 0);
	go_away();
}

/* The toolstack's transaction may not be whole yet for what it is not ours to
 * judge: no device until frontend and state are there, for the same domain. */
static void test_incomplete(void)
{
	set_up("1", "1");
	go_away();
	fake_store_put(BACK "/state", "1");
	changed(BACK "/state");
	CU_ASSERT_PTR_NULL(bus.devices);
	fake_store_put(BACK "/frontend", FRONT);
	fake_store_put(BACK "/frontend-id", "6");
	changed(BACK);
	CU_ASSERT_PTR_NULL(bus.devices);
	fake_store_put("/local/domain/0/backend/vbd/x/y/state", "1");
	changed("/local/domain/0/backend/vbd/x/y");
	xenbus_event(&bus, bus.root, bus.root);
	CU_ASSERT_PTR_NULL(bus.devices);
}

static void test_connect_fails(void)
{
	set_up("1", "1");
	connect_fails = true;
	front("3");
	CU_ASSERT_TRUE(back_is("6"));
	CU_ASSERT_PTR_NOT_NULL(fake_store_get(BACK "/error"));
	go_away();
	CU_ASSERT_EQUAL(releases, 1);
}

static void test_guest_writes_nonsense(void)
{
	static const char *const nonsense[] = {"", "-1", "9", "99999999999999999999", "3 ", "four"};

	set_up("1", "1");
	front("3");
	xenbus_connected(device);
	front("4");
	for (unsigned int i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		front(nonsense[i]);
	CU_ASSERT_EQUAL(disconnects, 0);
	CU_ASSERT_TRUE(back_is("4"));
	go_away();
}

/* A guest that connects and leaves as fast as it can write, with a back-end
 * that takes its time: what is served is served once, and nothing stays. */
static void test_state_storm(void)
{
	static const char *const states[] = {"1", "2", "3", "4", "5", "6", "7", "8", "0", "x"};

	srandom(3);
	set_up("1", "1");
	for (unsigned int i = 0; i < 20000; i++) {
		slow_disconnect = random() % 2;
		front(states[(unsigned long)random() % (sizeof(states) / sizeof(states[0]))]);
		CU_ASSERT_TRUE_FATAL(connects == disconnects || connects == disconnects + 1);
		if (random() % 2 && bus.devices->phase == XENBUS_STARTING)
			xenbus_connected(bus.devices);
		if (random() % 2 && bus.devices->phase == XENBUS_STOPPING)
			xenbus_disconnected(bus.devices);
		CU_ASSERT_TRUE_FATAL(connects == disconnects || connects == disconnects + 1);
	}
	CU_ASSERT_TRUE(connects > 100);
	if (bus.devices->phase == XENBUS_STOPPING)
		xenbus_disconnected(bus.devices);
	go_away();
	CU_ASSERT_EQUAL(connects, disconnects);
	CU_ASSERT_EQUAL(releases, 1);
}

static void test_domain_dies(void)
{
	set_up("1", "1");
	front("3");
	xenbus_connected(device);
	fake_store_introduce(5, false);
	xenbus_event(&bus, "@releaseDomain", "@releaseDomain");
	CU_ASSERT_EQUAL(disconnects, 1);
	CU_ASSERT_TRUE(back_is("6"));
	go_away();
	/* Gone with its directory while it is being served, slowly. */
	set_up("1", "1");
	front("3");
	xenbus_connected(device);
	slow_disconnect = true;
	fake_store_remove(BACK);
	changed(BACK);
	CU_ASSERT_EQUAL(disconnects, 1);
	CU_ASSERT_EQUAL(releases, 0);
	/* No ghost of the directory is written. */
	CU_ASSERT_PTR_NULL(fake_store_get(BACK "/state"));
	xenbus_disconnected(device);
	CU_ASSERT_PTR_NULL(fake_store_get(BACK "/state"));
	CU_ASSERT_EQUAL(releases, 1);
	CU_ASSERT_PTR_NULL(bus.devices);
	/* The device was set up before the domain was introduced. */
	set_up("1", "1");
	fake_store_introduce(5, false);
	changed(BACK "/state");
	CU_ASSERT_TRUE(back_is("2"));
	go_away();
}

static void test_toolstack_closes(void)
{
	/* Nobody is connected: at once. */
	set_up("1", "1");
	fake_store_put(BACK "/online", "0");
	fake_store_put(BACK "/state", "5");
	changed(BACK "/state");
	CU_ASSERT_TRUE(back_is("6"));
	go_away();
	/* The guest uses it: when the guest lets go. */
	set_up("1", "1");
	front("3");
	xenbus_connected(device);
	front("4");
	fake_store_put(BACK "/online", "0");
	fake_store_put(BACK "/state", "5");
	changed(BACK "/state");
	CU_ASSERT_EQUAL(disconnects, 0);
	front("6");
	CU_ASSERT_EQUAL(disconnects, 1);
	CU_ASSERT_TRUE(back_is("6"));
	/* Not offered again. */
	front("1");
	CU_ASSERT_TRUE(back_is("6"));
	go_away();
}

static void test_restarts(void)
{
	set_up("4", "4");
	CU_ASSERT_EQUAL(probes, 1);
	CU_ASSERT_EQUAL(resumes, 1);
	CU_ASSERT_TRUE(back_is("4"));
	xenbus_connected(device);
	front("5");
	CU_ASSERT_EQUAL(disconnects, 1);
	go_away();
	/* The guest connected while no daemon ran. */
	set_up("2", "3");
	CU_ASSERT_EQUAL(connects, 1);
	CU_ASSERT_EQUAL(resumes, 0);
	go_away();
	/* It left while no daemon ran. */
	set_up("4", "6");
	CU_ASSERT_EQUAL(connects, 0);
	CU_ASSERT_TRUE(back_is("6"));
	go_away();
	set_up("5", "6");
	CU_ASSERT_TRUE(back_is("6"));
	go_away();
	set_up("6", "6");
	CU_ASSERT_EQUAL(probes, 0);
	go_away();
}

void add_xenbus_suite(void)
{
	CU_pSuite s = CU_add_suite("device states", NULL, NULL);

	CU_add_test(s, "a whole life, twice", test_life);
	CU_add_test(s, "a front-end that begins anew", test_front_replaced);
	CU_add_test(s, "a device that cannot be served", test_refused);
	CU_add_test(s, "directories that are not devices", test_incomplete);
	CU_add_test(s, "connecting fails", test_connect_fails);
	CU_add_test(s, "guest's nonsense states", test_guest_writes_nonsense);
	CU_add_test(s, "a storm of states", test_state_storm);
	CU_add_test(s, "the domain dies", test_domain_dies);
	CU_add_test(s, "the toolstack closes", test_toolstack_closes);
	CU_add_test(s, "the daemon is restarted", test_restarts);
}
