/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xl's disk lines: up to four positional fields (target, format, vdev, access),
 * any of which may be given as key=value instead; `target=` takes the rest of
 * the line, commas and all. Only raw images and block devices are served.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

struct disk_fields {
	char *target, *format, *vdev, *access, *backendtype, *devtype;
};

/*
 * Linux's numbering: xvd devices are major 202 with 16 numbers to a disk up to
 * xvdp, and the extended form (bit 28, 256 to a disk) behind it; sd is major 8
 * with 16, hd majors 3 and 22 with 64.
 */
int pav_disk_number(const char *vdev)
{
	unsigned int disk = 0, part = 0, letters = 0;
	const char *at = vdev;
	bool xvd = strncmp(vdev, "xvd", 3) == 0, sd = strncmp(vdev, "sd", 2) == 0,
	     hd = strncmp(vdev, "hd", 2) == 0;

	if (!xvd && !sd && !hd)
		return -1;
	for (at += xvd ? 3 : 2; islower((unsigned char)*at); at++) {
		if (++letters > 3)
			return -1;
		disk = disk * 26 + (unsigned int)(*at - 'a') + 1;
	}
	if (disk == 0 || *at == '0')
		return -1;
	disk--;
	for (; isdigit((unsigned char)*at); at++) {
		part = part * 10 + (unsigned int)(*at - '0');
		if (part > 255)
			return -1;
	}
	if (*at)
		return -1;
	if (xvd && disk < 16 && part < 16)
		return (int)(202u << 8 | disk << 4 | part);
	if (xvd && disk < 1u << 20)
		return (int)(1u << 28 | disk << 8 | part);
	if (sd && disk < 16 && part < 16)
		return (int)(8u << 8 | disk << 4 | part);
	if (hd && disk < 4 && part < 64)
		return (int)((disk < 2 ? 3u : 22u) << 8 | (disk & 1) << 6 | part);
	return -1;
}

static char *trim(char *s)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	for (len = strlen(s); len && isspace((unsigned char)s[len - 1]); len--)
		s[len - 1] = '\0';
	return s;
}

static int named_field(struct disk_fields *f, char *field, struct pav_error *err)
{
	const struct {
		const char *name;
		char **to;
	} names[] = {
		{"target", &f->target}, {"format", &f->format},		  {"vdev", &f->vdev},
		{"access", &f->access}, {"backendtype", &f->backendtype}, {"devtype", &f->devtype}};
	char *value = strchr(field, '=');
	size_t i;

	*value++ = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, trim(field)) != 0)
			continue;
		if (*names[i].to)
			return pav_fail(err, "%s given twice", names[i].name);
		*names[i].to = trim(value);
		return 0;
	}
	return pav_fail(err, "unknown setting '%s'", field);
}

/* Split in place. */
static int split_fields(char *spec, struct disk_fields *f, struct pav_error *err)
{
	char **const positional[] = {&f->target, &f->format, &f->vdev, &f->access};
	unsigned int nr = 0;
	char *field, *next;

	for (field = spec; field; field = next) {
		field += strspn(field, " \t");
		next = strncmp(field, "target=", 7) == 0 ? NULL : strchr(field, ',');
		if (next)
			*next++ = '\0';
		if (*field != '/' && strchr(field, '=')) {
			if (named_field(f, field, err))
				return -1;
			continue;
		}
		field = trim(field);
		if (strcmp(field, "cdrom") == 0) {
			f->devtype = field;
			continue;
		}
		while (nr < 4 && *positional[nr])
			nr++;
		if (nr == 4)
			return pav_fail(err, "too many fields; expected target,format,vdev,access");
		*positional[nr++] = field;
	}
	return 0;
}

static bool one_of(const char *s, const char *a, const char *b, const char *c)
{
	return strcmp(s, a) == 0 || strcmp(s, b) == 0 || strcmp(s, c) == 0;
}

static int take_fields(const struct disk_fields *f, struct pav_disk *d, struct pav_error *err)
{
	const char *path = f->target;
	int number;

	if (!path || !*path)
		return pav_fail(err, "no image file given");
	/* The prefixes of older configuration files. */
	if (strncmp(path, "file:", 5) == 0)
		path += 5;
	else if (strncmp(path, "phy:", 4) == 0)
		path += 4;
	if (*path != '/')
		return pav_fail(err, "the image needs an absolute path");
	if (strlen(path) >= PAV_DISK_PATH_MAX)
		return pav_fail(err, "the image's path is longer than %d bytes",
				PAV_DISK_PATH_MAX - 1);
	if (f->format && !one_of(f->format, "", "raw", "raw"))
		return pav_fail(err, "format '%s' is not supported, only raw", f->format);
	if (f->backendtype && !one_of(f->backendtype, "", "phy", "qdisk"))
		return pav_fail(err, "backendtype '%s' is not supported", f->backendtype);
	if (!f->vdev || !*f->vdev)
		return pav_fail(err, "no vdev given, such as xvda");
	number = pav_disk_number(f->vdev);
	if (number < 0 || strlen(f->vdev) >= sizeof(d->vdev))
		return pav_fail(err, "vdev '%s' is not a disk name such as xvda", f->vdev);
	if (f->access && !one_of(f->access, "", "w", "rw") && !one_of(f->access, "r", "ro", "r"))
		return pav_fail(err, "access '%s' is none of r, ro, w, rw", f->access);
	if (f->devtype && !one_of(f->devtype, "disk", "cdrom", ""))
		return pav_fail(err, "devtype '%s' is neither disk nor cdrom", f->devtype);
	d->devid = (unsigned int)number;
	d->cdrom = f->devtype && strcmp(f->devtype, "cdrom") == 0;
	d->readonly = d->cdrom || (f->access && f->access[0] == 'r' && f->access[1] != 'w');
	snprintf(d->vdev, sizeof(d->vdev), "%s", f->vdev);
	d->path = strdup(path);
	return d->path ? 0 : pav_fail(err, "out of memory");
}

int pav_disk_parse(const char *spec, struct pav_disk *disk, struct pav_error *err)
{
	struct disk_fields f = {0};
	char *copy = strdup(spec);
	int rc;

	memset(disk, 0, sizeof(*disk));
	if (!copy)
		return pav_fail(err, "out of memory");
	rc = split_fields(copy, &f, err);
	if (rc == 0)
		rc = take_fields(&f, disk, err);
	free(copy);
	return rc;
}
