/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_qemu.c: what every guest's QEMU is told, and what its file adds as it is. */
#include "lib/cleanup.h"
#include "qemu-launch/argv.h"

/* The bridge helper is a program of root's (set-user-ID) that QEMU starts. */
static bool has_bridge_helper(const struct guest_setup *setup)
{
	for (size_t i = 0; i < setup->nic_count; i++)
		if (setup->nics[i].type == guest_nic_type_bridge)
			return true;
	return false;
}

static void add_sandbox(struct argv_build *build)
{
	const char *word = has_bridge_helper(build->setup) ? "allow" : "deny";

	if (!build->data->qemu.sandbox)
		return;
	argv_from(build->argv, build->guest, "Qemu", "Sandbox", 0);
	argv_add(build->argv, "-sandbox",
		 "on,obsolete=deny,elevateprivileges=%s,spawn=%s,resourcecontrol=deny",
		 word, word);
}

/* To its standard error, which the launcher sends to the guest's log. */
static void add_log(struct argv_build *build)
{
	const struct guest_qemu *qemu = &build->data->qemu;
	_cleanup_strbuf_ struct strbuf items;

	argv_add(build->argv, "-msg", "timestamp=on");
	strbuf_init(&items, 0);
	for (size_t i = 0; i < qemu->log.count; i++)
		strbuf_addf(&items, "%s%s", i ? "," : "", qemu->log.items[i]);
	build->argv->failed |= items.overflow;
	if (!items.length)
		return;
	argv_from(build->argv, build->guest, "Qemu", "Log", 0);
	argv_add(build->argv, "-d", "%s", items.text);
}

int argv_build_qemu(struct argv_build *build, struct err *err)
{
	const struct guest_qemu *qemu = &build->data->qemu;

	(void)err;
	argv_from(build->argv, build->guest, "Guest", "Uuid", 0);
	argv_add(build->argv, "-name", "guest=%s,debug-threads=on", build->guest->name);
	argv_add(build->argv, "-uuid", "%s", build->setup->uuid);
	argv_from(build->argv, build->guest, NULL, NULL, 0);
	argv_add(build->argv, "-nodefaults", NULL);
	argv_add(build->argv, "-no-user-config", NULL);
	argv_add(build->argv, "-S", NULL);
	add_log(build);
	add_sandbox(build);
	argv_from(build->argv, build->guest, "Qemu", "Global", 0);
	for (size_t i = 0; i < qemu->global.count; i++)
		argv_add(build->argv, "-global", "%s", qemu->global.items[i]);
	return 0;
}

int argv_build_args(struct argv_build *build, struct err *err)
{
	const struct guest_qemu *qemu = &build->data->qemu;

	(void)err;
	argv_from(build->argv, build->guest, "Qemu", "Args", 0);
	for (size_t i = 0; i < qemu->args.count; i++)
		argv_add(build->argv, qemu->args.items[i], NULL);
	return 0;
}
