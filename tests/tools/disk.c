/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "suites.h"

static void expect_disk(const char *spec, const char *path, const char *vdev, bool readonly)
{
	struct pav_error err = {""};
	struct pav_disk d;

	CU_ASSERT_EQUAL(pav_disk_parse(spec, &d, &err), 0);
	if (err.text[0])
		printf("\n'%s': %s\n", spec, err.text);
	if (d.path) {
		CU_ASSERT_STRING_EQUAL(d.path, path);
		CU_ASSERT_STRING_EQUAL(d.vdev, vdev);
		CU_ASSERT_EQUAL(d.readonly, readonly);
		CU_ASSERT_EQUAL((int)d.devid, pav_disk_number(vdev));
	}
	free(d.path);
}

static void takes_xl_forms(void)
{
	expect_disk("/a.img,raw,xvda,w", "/a.img", "xvda", false);
	expect_disk("/a.img,,xvda", "/a.img", "xvda", false);
	expect_disk(" /a.img , raw , xvdb , ro ", "/a.img", "xvdb", true);
	expect_disk("/a.img,raw,hda,r", "/a.img", "hda", true);
	expect_disk("vdev=xvda, access=rw, target=/a,b=c.img", "/a,b=c.img", "xvda", false);
	expect_disk("format=raw,vdev=xvdc,access=ro,target=/a.img", "/a.img", "xvdc", true);
	expect_disk("/a.img,raw,vdev=xvda,access=w", "/a.img", "xvda", false);
	expect_disk("/cd.iso,raw,xvdd,cdrom", "/cd.iso", "xvdd", true);
	expect_disk("file:/a.img,raw,xvda,w", "/a.img", "xvda", false);
	expect_disk("phy:/dev/vg/lv,raw,xvda,w", "/dev/vg/lv", "xvda", false);
}

static void expect_refused(const char *spec, const char *words)
{
	struct pav_error err = {""};
	struct pav_disk d;

	CU_ASSERT_EQUAL(pav_disk_parse(spec, &d, &err), -1);
	EXPECT_LINE(err, words);
	free(d.path);
}

static void refuses_the_rest(void)
{
	expect_refused("", "no image file");
	expect_refused("a.img,raw,xvda,w", "absolute path");
	expect_refused("/a.img,qcow2,xvda,w", "only raw");
	expect_refused("/a.img", "no vdev");
	expect_refused("/a.img,raw,eth0,w", "not a disk name");
	expect_refused("/a.img,raw,xvda,x", "none of r, ro, w, rw");
	expect_refused("/a.img,raw,xvda,w,more", "too many fields");
	expect_refused("/a.img,raw,xvda,w,colour=red", "unknown setting 'colour'");
	expect_refused("/a.img,raw,vdev=xvda,vdev=xvdb", "given twice");
	expect_refused("/a.img,raw,xvda,w,backendtype=tap", "backendtype 'tap'");
}

/* Numbers from Linux's Documentation/admin-guide/devices and the vbd protocol. */
static void numbers_disks(void)
{
	CU_ASSERT_EQUAL(pav_disk_number("xvda"), 51712);
	CU_ASSERT_EQUAL(pav_disk_number("xvdb1"), 51729);
	CU_ASSERT_EQUAL(pav_disk_number("xvdp15"), 51967);
	CU_ASSERT_EQUAL(pav_disk_number("xvdq"), (1 << 28) | 16 << 8);
	CU_ASSERT_EQUAL(pav_disk_number("xvda16"), (1 << 28) | 16);
	CU_ASSERT_EQUAL(pav_disk_number("xvdaa"), (1 << 28) | 26 << 8);
	CU_ASSERT_EQUAL(pav_disk_number("hda"), 768);
	CU_ASSERT_EQUAL(pav_disk_number("hdb1"), 833);
	CU_ASSERT_EQUAL(pav_disk_number("hdc"), 5632);
	CU_ASSERT_EQUAL(pav_disk_number("sda"), 2048);
	CU_ASSERT_EQUAL(pav_disk_number("sdb3"), 2067);
	CU_ASSERT_EQUAL(pav_disk_number("sdq"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("hde"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("xvd"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("xvda256"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("xvda1x"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("xvda01"), -1);
	CU_ASSERT_EQUAL(pav_disk_number("xvdaaaa"), -1);
}

void add_disk_suite(void)
{
	CU_pSuite s = CU_add_suite("disks", NULL, NULL);

	CU_add_test(s, "takes xl's forms", takes_xl_forms);
	CU_add_test(s, "refuses the rest with a reason", refuses_the_rest);
	CU_add_test(s, "numbers device names as Linux does", numbers_disks);
}
