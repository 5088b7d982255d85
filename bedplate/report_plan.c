/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_plan.c: what is gathered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/part.h"
#include "bedplate/report.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/json_text.h"
#include "lib/schema/guest.h"
#include "lib/schema/host.h"
#include "lib/schema/network.h"
#include "lib/text_match.h"

struct row {
	const char *name, *words;
};

/* Ours: "@host-prep" is the program's path, "@" is bedplate itself. --root is added. */
static const struct row own[] = {
	{ "bedplate/version.txt", "@ --version" },
	{ "bedplate/check.txt", "@ check --verbose" },
	{ "bedplate/status.txt", "@ status" },
	{ "bedplate/status.json", "@ status --json" },
	{ "boot/status.txt", "@boot status" },
	{ "boot/plan.txt", "@boot plan" },
	{ "boot/cmdline.txt", "@boot cmdline --explain" },
	{ "images/status.txt", "@mkinitramfs status" },
	{ "images/plan.txt", "@mkinitramfs --dry-run" },
	{ "host-prep/plan.txt", "@host-prep plan" },
	{ "host-prep/iommu.txt", "@host-prep iommu" },
	{ "host-prep/graph.txt", "@host-prep graph" },
	{ "qemu-launch/status.txt", "@qemu-launch status" },
	{ "qemu-launch/boot.txt", "@qemu-launch boot --dry-run" },
};

/* Of the running system. */
static const struct row programs[] = {
	{ "host/uname.txt", "uname -a" },
	{ "host/dmesg.txt", "dmesg" },
	{ "host/journal.txt",
	  "journalctl -b -o short-monotonic --no-pager -n 5000 -u bedplate-*" },
	{ "host/units.txt", "systemctl list-units --all --no-pager bedplate-*" },
	{ "host/units-failed.txt", "systemctl --failed --no-pager" },
	{ "host/boot-time.txt", "systemd-analyze --no-pager critical-chain" },
	{ "host/lspci.txt", "lspci -nnk" },
	{ "host/lsblk.txt", "lsblk -o NAME,TYPE,SIZE,FSTYPE,LABEL,UUID,MOUNTPOINTS" },
	{ "host/lvs.txt", "lvs -a -o +devices" },
	{ "host/efibootmgr.txt", "efibootmgr -v" },
	{ "host/qemu.txt", "qemu-system-x86_64 --version" },
	{ "network/link.txt", "ip -details link" },
	{ "network/address.txt", "ip address" },
	{ "network/route.txt", "ip route show table all" },
	{ "network/nft.txt", "nft list ruleset" },
	{ "network/bridge-vlan.txt", "bridge vlan" },
};

static const char *const files[] = {
	"etc/os-release",         "etc/fstab",
	"etc/bedplate/cmdline",   "proc/cmdline",
	"proc/version",           "proc/cpuinfo",
	"proc/meminfo",           "proc/modules",
	"proc/self/mountinfo",    "proc/swaps",
	"run/bedplate/boot.json", "run/bedplate/host-prep.json",
};

static const struct {
	const char *folder, *suffix;
	enum report_kind kind;
	const struct conf_schema *schema;
} folders[] = {
	{ "etc/bedplate/host.conf.d", ".conf", REPORT_CONF, &host_schema },
	{ "etc/bedplate/network", ".conf", REPORT_CONF, &network_schema },
	{ "etc/bedplate/guests", ".conf", REPORT_CONF, &guest_schema },
	{ "etc/modprobe.d", ".conf", REPORT_FILE, NULL },
	{ "run/bedplate/guests", ".json", REPORT_FILE, NULL },
	{ "var/log/bedplate/guests", ".log", REPORT_TAIL, NULL },
};

static struct report_item *add(struct report *report, const char *name)
{
	struct report_item *items =
		reallocarray(report->items, report->count + 1, sizeof(*items));
	struct report_item *item;

	if (!items)
		return NULL;
	report->items = items;
	item = &items[report->count];
	*item = (struct report_item){ .name = strdup(name) };
	if (!item->name)
		return NULL;
	report->count++;
	return item;
}

static int add_word(struct report_item *item, size_t *count, const char *word,
		    size_t length)
{
	char *copy = strndup(word, length);

	if (copy && *copy == '@') {
		char *path = copy[1] ? part_path(copy + 1) : strdup("/proc/self/exe");

		free(copy);
		copy = path;
	}
	if (*count == REPORT_WORDS_MAX) {
		free(copy);
		return -E2BIG;
	}
	item->argv[(*count)++] = copy;
	return copy ? 0 : -ENOMEM;
}

int report_add_command(struct report *report, const char *name, const char *words,
		       const char *last)
{
	struct report_item *item = add(report, name);
	int result = item ? 0 : -ENOMEM;
	size_t count = 0;

	while (!result && *words) {
		size_t length = strcspn(words, " ");

		result = add_word(item, &count, words, length);
		words += length;
		words += *words == ' ';
	}
	if (!result && last)
		result = add_word(item, &count, last, strlen(last));
	return result;
}

/* --root stands behind the sub-command's words. */
static int add_own(struct report *report, const struct row *row)
{
	_cleanup_free_ char *root = NULL;

	if (report->root && !strstr(row->words, "--version")) {
		root = format_text("--root=%s", report->root);
		if (!root)
			return -ENOMEM;
	}
	return report_add_command(report, row->name, row->words, root);
}

static int add_file(struct report *report, enum report_kind kind, const char *path,
		    const struct conf_schema *schema)
{
	_cleanup_free_ char *name = format_text("files/%s", path);
	struct report_item *item = name ? add(report, name) : NULL;

	if (!item)
		return -ENOMEM;
	item->kind = kind;
	item->schema = schema;
	item->path = strdup(path);
	return item->path ? 0 : -ENOMEM;
}

static int add_folder(struct report *report, size_t number)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	const char *suffix = folders[number].suffix;
	int result = names_read(&names, report->root_fd, folders[number].folder);

	for (size_t i = 0; !result && i < names.count; i++) {
		const char *name = names.items[i];
		_cleanup_free_ char *path =
			format_text("%s/%s", folders[number].folder, name);

		if (!path)
			result = -ENOMEM;
		else if (text_ends_in(name, suffix))
			result = add_file(report, folders[number].kind, path,
					  folders[number].schema);
	}
	return result;
}

/* What follows from guests' names: their command lines. */
static int add_guests(struct report *report)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, report->root_fd, "etc/bedplate/guests");

	for (size_t i = 0; !result && i < names.count; i++) {
		char *end = strrchr(names.items[i], '.');
		_cleanup_free_ char *name = NULL, *words = NULL;

		if (!text_ends_in(names.items[i], ".conf") || strchr(names.items[i], ' '))
			continue;
		*end = '\0';
		name = format_text("qemu-launch/argv-%s.txt", names.items[i]);
		words = format_text("@qemu-launch argv --lines %s", names.items[i]);
		result = name && words ? add_own(report, &(struct row){ name, words })
				       : -ENOMEM;
	}
	return result;
}

static int add_image(struct report *report, const char *path)
{
	const char *root = report->root ? report->root : "";
	_cleanup_free_ char *name =
		format_text("images/list-%s.txt", strrchr(path, '/') + 1);
	_cleanup_free_ char *place = format_text("%s%s", root, path);

	return name && place
		       ? report_add_command(report, name, "@mkinitramfs --list", place)
		       : -ENOMEM;
}

/* Which images there are only mkinitramfs knows. */
static int add_images(struct report *report, struct err *err)
{
	struct part part = { .program = "mkinitramfs", .words = { "status" } };
	int result = parts_run(&part, 1, report->root, err);
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(part.json, "kernels"), i, row) {
		const char *path = json_text(row, "image");

		if (!result && json_flag(row, "there") && strchr(path, '/') &&
		    !strchr(path, ' '))
			result = add_image(report, path);
	}
	parts_release(&part, 1);
	return result;
}

_Static_assert((int)REPORT_TIMEOUT_MS > (int)PART_TIMEOUT_MS,
	       "who waits for a part ends before who waits for that");

int report_plan(struct report *report, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(own); i++)
		result = add_own(report, &own[i]);
	for (size_t i = 0; !result && !report->root && i < ARRAY_SIZE(programs); i++)
		result = report_add_command(report, programs[i].name, programs[i].words,
					    NULL);
	if (!result)
		result = add_guests(report);
	if (!result)
		result = add_images(report, err);
	if (!result)
		result = add_file(report, REPORT_CONF, "etc/bedplate/host.conf",
				  &host_schema);
	for (size_t i = 0; !result && i < ARRAY_SIZE(folders); i++)
		result = add_folder(report, i);
	for (size_t i = 0; !result && i < ARRAY_SIZE(files); i++)
		result = add_file(report, REPORT_FILE, files[i], NULL);
	return result ? err_sys(err, -result, "listing what is gathered") : 0;
}

void report_release(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		struct report_item *item = &report->items[i];

		for (size_t j = 0; item->argv[j]; j++)
			free(item->argv[j]);
		free(item->name);
		free(item->path);
		free(item->text);
	}
	free(report->items);
	names_release(&report->secrets);
	cleanup_close(&report->root_fd);
}
