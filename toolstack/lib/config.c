/* SPDX-License-Identifier: BSD-2-Clause */
/* What each key means: one row in a table, one setter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uuid/uuid.h>

#include "config.h"
#include "config_text.h"

#define NAME_MAX_LEN	64
#define CMDLINE_MAX_LEN 1023 /* start_info has 1024 bytes, the last one NUL */
#define MEMORY_MAX_MIB	(1ll << 22)

struct parse {
	const char *file;
	struct pav_config *c;
	struct pav_error *err;
	/* Joined into the command line at the end: root=, then extra; or cmdline alone. */
	const char *root, *extra, *cmdline;
};

struct key {
	const char *name;
	enum cfg_kind kind;
	int (*set)(struct parse *p, const struct cfg_setting *s);
};

static int reject(const struct parse *p, const struct cfg_setting *s, const char *why)
{
	return pav_fail(p->err, "%s:%u: %s: %s", p->file, s->line, s->key, why);
}

static int take_string(const struct parse *p, const struct cfg_setting *s, char **out)
{
	free(*out);
	*out = strdup(s->value.string);
	return *out ? 0 : reject(p, s, "out of memory");
}

static int set_name(struct parse *p, const struct cfg_setting *s)
{
	const char *name = s->value.string;

	/* A name is used in store values and on command lines; a number would be taken for a domid.
	 */
	if (!*name || strlen(name) > NAME_MAX_LEN ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+:") !=
		    strlen(name))
		return reject(p, s, "1 to 64 letters, digits or any of -_.+:");
	if (strspn(name, "0123456789") == strlen(name))
		return reject(p, s, "a name of digits alone would be taken for a domain number");
	return take_string(p, s, &p->c->name);
}

static int set_kernel(struct parse *p, const struct cfg_setting *s)
{
	return take_string(p, s, &p->c->kernel);
}

static int set_ramdisk(struct parse *p, const struct cfg_setting *s)
{
	/* Takes back one that came before. */
	if (!*s->value.string) {
		free(p->c->ramdisk);
		p->c->ramdisk = NULL;
		return 0;
	}
	return take_string(p, s, &p->c->ramdisk);
}

static int set_root(struct parse *p, const struct cfg_setting *s)
{
	p->root = s->value.string;
	return 0;
}

static int set_extra(struct parse *p, const struct cfg_setting *s)
{
	p->extra = s->value.string;
	return 0;
}

static int set_cmdline(struct parse *p, const struct cfg_setting *s)
{
	p->cmdline = s->value.string;
	return 0;
}

static int set_mib(const struct parse *p, const struct cfg_setting *s, uint64_t *kib)
{
	if (s->value.number < 1 || s->value.number > MEMORY_MAX_MIB)
		return reject(p, s, "a number of MiB from 1 to 4194304");
	*kib = (uint64_t)s->value.number << 10;
	return 0;
}

static int set_memory(struct parse *p, const struct cfg_setting *s)
{
	return set_mib(p, s, &p->c->memory_kib);
}

static int set_maxmem(struct parse *p, const struct cfg_setting *s)
{
	return set_mib(p, s, &p->c->maxmem_kib);
}

static int set_count(const struct parse *p, const struct cfg_setting *s, unsigned int *out)
{
	if (s->value.number < 1 || s->value.number > PAV_MAX_VCPUS)
		return reject(p, s, "a number from 1 to 128");
	*out = (unsigned int)s->value.number;
	return 0;
}

static int set_vcpus(struct parse *p, const struct cfg_setting *s)
{
	return set_count(p, s, &p->c->vcpus);
}

static int set_maxvcpus(struct parse *p, const struct cfg_setting *s)
{
	return set_count(p, s, &p->c->maxvcpus);
}

static int set_uuid(struct parse *p, const struct cfg_setting *s)
{
	if (uuid_parse(s->value.string, p->c->uuid) < 0)
		return reject(p, s, "not a UUID; uuidgen makes one");
	p->c->has_uuid = true;
	return 0;
}

static int set_type(struct parse *p, const struct cfg_setting *s)
{
	if (strcasecmp(s->value.string, "pv") != 0)
		return reject(p, s, "only 'pv' guests are supported");
	return 0;
}

static int set_builder(struct parse *p, const struct cfg_setting *s)
{
	if (strcmp(s->value.string, "generic") != 0 && strcmp(s->value.string, "linux") != 0)
		return reject(p, s, "only 'generic' (a PV guest) is supported");
	return 0;
}

static int set_console(struct parse *p, const struct cfg_setting *s)
{
	if (strcmp(s->value.string, "pty") != 0)
		return reject(p, s, "only 'pty' is supported");
	return 0;
}

static int set_disks(struct parse *p, const struct cfg_setting *s)
{
	struct pav_config *c = p->c;
	struct pav_error why = {""};
	struct pav_disk *d;
	unsigned int i, j;

	if (c->nr_disks)
		return reject(p, s, "given twice");
	for (i = 0; i < s->value.nr_items; i++) {
		if (s->value.item[i].kind != CFG_STRING)
			return reject(p, s, "each disk is a quoted string");
		if (i == PAV_MAX_DISKS)
			return reject(p, s, "more than 16 disks");
		d = &c->disk[c->nr_disks++];
		if (pav_disk_parse(s->value.item[i].string, d, &why))
			return pav_fail(p->err, "%s:%u: disk '%.200s': %s", p->file, s->line,
					s->value.item[i].string, why.text);
		for (j = 0; j < i; j++)
			if (c->disk[j].devid == d->devid)
				return pav_fail(p->err, "%s:%u: disk: two disks named %s", p->file,
						s->line, d->vdev);
	}
	return 0;
}

static int set_vif(struct parse *p, const struct cfg_setting *s)
{
	if (s->value.nr_items)
		return reject(p, s, "network devices are not supported; leave the list empty");
	return 0;
}

static int set_action(const struct parse *p, const struct cfg_setting *s, enum pav_action *out)
{
	if (strcmp(s->value.string, "destroy") == 0)
		*out = PAV_DESTROY;
	else if (strcmp(s->value.string, "restart") == 0)
		*out = PAV_RESTART;
	else if (strcmp(s->value.string, "preserve") == 0)
		*out = PAV_PRESERVE;
	else
		return reject(p, s, "one of 'destroy', 'restart', 'preserve'");
	return 0;
}

static int set_on_poweroff(struct parse *p, const struct cfg_setting *s)
{
	return set_action(p, s, &p->c->on_poweroff);
}

static int set_on_reboot(struct parse *p, const struct cfg_setting *s)
{
	return set_action(p, s, &p->c->on_reboot);
}

static int set_on_crash(struct parse *p, const struct cfg_setting *s)
{
	return set_action(p, s, &p->c->on_crash);
}

static int set_on_watchdog(struct parse *p, const struct cfg_setting *s)
{
	return set_action(p, s, &p->c->on_watchdog);
}

static const struct key keys[] = {
	{"name", CFG_STRING, set_name},
	{"type", CFG_STRING, set_type},
	{"builder", CFG_STRING, set_builder},
	{"uuid", CFG_STRING, set_uuid},
	{"kernel", CFG_STRING, set_kernel},
	{"ramdisk", CFG_STRING, set_ramdisk},
	{"root", CFG_STRING, set_root},
	{"extra", CFG_STRING, set_extra},
	{"cmdline", CFG_STRING, set_cmdline},
	{"memory", CFG_NUMBER, set_memory},
	{"maxmem", CFG_NUMBER, set_maxmem},
	{"vcpus", CFG_NUMBER, set_vcpus},
	{"maxvcpus", CFG_NUMBER, set_maxvcpus},
	{"disk", CFG_LIST, set_disks},
	{"vif", CFG_LIST, set_vif},
	{"console", CFG_STRING, set_console},
	{"on_poweroff", CFG_STRING, set_on_poweroff},
	{"on_reboot", CFG_STRING, set_on_reboot},
	{"on_crash", CFG_STRING, set_on_crash},
	{"on_watchdog", CFG_STRING, set_on_watchdog},
};

static const char *const kind_names[] = {
	[CFG_NUMBER] = "a number", [CFG_STRING] = "a quoted string", [CFG_LIST] = "a [list]"};

static int apply(struct parse *p, const struct cfg_setting *s)
{
	struct cfg_setting number;
	char why[64];
	char *end;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, s->key) != 0)
			continue;
		if (keys[i].kind == s->value.kind)
			return keys[i].set(p, s);
		/* xl takes memory = "128" for 128. */
		if (keys[i].kind == CFG_NUMBER && s->value.kind == CFG_STRING && *s->value.string) {
			number = *s;
			number.value.number = strtoll(s->value.string, &end, 0);
			if (!*end)
				return keys[i].set(p, &number);
		}
		snprintf(why, sizeof(why), "needs %s", kind_names[keys[i].kind]);
		return reject(p, s, why);
	}
	return pav_fail(p->err,
			"%s:%u: unknown key '%s'; see `pav create --help` for the keys that "
			"are known",
			p->file, s->line, s->key);
}

static int join_cmdline(struct parse *p)
{
	int n;

	if (p->cmdline) {
		p->c->cmdline = strdup(p->cmdline);
		n = (int)strlen(p->cmdline);
	} else {
		n = asprintf(&p->c->cmdline, "%s%s%s%s", p->root ? "root=" : "",
			     p->root ? p->root : "", p->root && p->extra ? " " : "",
			     p->extra ? p->extra : "");
		if (n < 0)
			p->c->cmdline = NULL;
	}
	if (!p->c->cmdline)
		return pav_fail(p->err, "%s: out of memory", p->file);
	if (n > CMDLINE_MAX_LEN)
		return pav_fail(p->err,
				"%s: the kernel command line is %d bytes, a PV guest can be "
				"given %d",
				p->file, n, CMDLINE_MAX_LEN);
	return 0;
}

static int complete(struct parse *p)
{
	struct pav_config *c = p->c;

	if (!c->name)
		return pav_fail(p->err, "%s: no name given; add name = \"...\"", p->file);
	if (!c->kernel)
		return pav_fail(p->err, "%s: no kernel given; add kernel = \"...\"", p->file);
	if (c->maxmem_kib == 0)
		c->maxmem_kib = c->memory_kib;
	if (c->maxmem_kib < c->memory_kib)
		return pav_fail(p->err, "%s: maxmem is smaller than memory", p->file);
	if (c->maxvcpus == 0)
		c->maxvcpus = c->vcpus;
	if (c->maxvcpus < c->vcpus)
		return pav_fail(p->err, "%s: maxvcpus is smaller than vcpus", p->file);
	return join_cmdline(p);
}

int pav_config_parse(const char *text, const char *name, struct pav_config *config,
		     struct pav_error *err)
{
	struct parse p = {.file = name, .c = config, .err = err};
	struct cfg cfg;
	unsigned int i;
	int rc;

	memset(config, 0, sizeof(*config));
	config->memory_kib = 128u << 10;
	config->vcpus = 1;
	config->on_poweroff = PAV_DESTROY;
	config->on_reboot = PAV_RESTART;
	config->on_crash = PAV_DESTROY;
	config->on_watchdog = PAV_DESTROY;
	rc = cfg_parse(text, name, &cfg, err);
	for (i = 0; rc == 0 && i < cfg.nr; i++)
		rc = apply(&p, &cfg.setting[i]);
	if (rc == 0)
		rc = complete(&p);
	cfg_free(&cfg);
	return rc;
}

void pav_config_free(struct pav_config *config)
{
	unsigned int i;

	for (i = 0; i < config->nr_disks; i++)
		free(config->disk[i].path);
	free(config->name);
	free(config->kernel);
	free(config->ramdisk);
	free(config->cmdline);
	memset(config, 0, sizeof(*config));
}

const char *pav_action_name(enum pav_action action)
{
	static const char *const names[] = {
		[PAV_DESTROY] = "destroy", [PAV_RESTART] = "restart", [PAV_PRESERVE] = "preserve"};

	return names[action];
}
