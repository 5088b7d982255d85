/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_qemu.c: QEMU knows the machine, the CPU and the devices that it would be asked for. */
#include <stdio.h>
#include <string.h>

#include "qemu-launch/preflight.h"

enum { QEMU_OLDEST = 60000 };

/* The first word of an option's value. */
static const char *head_of(const char *value, char head[PREFLIGHT_TEXT])
{
	snprintf(head, PREFLIGHT_TEXT, "%.*s", (int)strcspn(value, ","), value);
	return strchr(head, '=') ? "" : head;
}

static const struct option_kind {
	const char *option, *kind, *words;
	bool (*knows)(const struct qemu_facts *facts, const char *name);
} kinds[] = {
	{ "-machine", "machines", "machine", qemu_knows_machine },
	{ "-cpu", "cpus", "CPU model", qemu_knows_cpu },
	{ "-device", "types", "device", qemu_knows_type },
	{ "-object", "types", "object", qemu_knows_type },
};

static const struct option_kind *kind_of(const char *option)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].option, option))
			return &kinds[i];
	return NULL;
}

/* What Args= has stands alone: the value is the next one. */
static const char *value_of(const struct argv *argv, size_t i)
{
	const struct argv_option *option = &argv->items[i];

	if (option->value || i + 1 == argv->count)
		return option->value;
	return argv->items[i + 1].option;
}

static bool is_known(const struct qemu_facts *facts, const struct argv *argv, size_t i)
{
	const struct option_kind *kind = kind_of(argv->items[i].option);
	const char *value = value_of(argv, i);
	char head[PREFLIGHT_TEXT];
	const char *name = kind && value ? head_of(value, head) : "";

	return !*name || kind->knows(facts, name);
}

bool preflight_knows_all(const struct qemu_facts *facts, const struct argv *argv)
{
	for (size_t i = 0; i < argv->count; i++)
		if (!is_known(facts, argv, i))
			return false;
	return true;
}

static void judge_option(const struct preflight_guest *guest, size_t i,
			 struct findings *findings)
{
	const struct argv_option *option = &guest->argv.items[i];
	const struct option_kind *kind = kind_of(option->option);
	const char *value = value_of(&guest->argv, i);
	char head[PREFLIGHT_TEXT];
	const char *name = kind && value ? head_of(value, head) : "";
	const char *near;

	if (!*name)
		return;
	if (!kind->knows(guest->qemu, name)) {
		finding_add(findings, CHECK_PROBLEM, "%s knows no %s %s",
			    guest->setup.binary, kind->words, name);
		near = qemu_nearest(guest->qemu, kind->kind, name);
		if (near)
			finding_advise(findings, "did you mean %s?", near);
		else
			finding_advise(findings,
				       "`%s %s help` lists what it knows; some "
				       "devices are packages of their own",
				       guest->setup.binary, kind->option);
	} else if (kind->knows == qemu_knows_machine &&
		   qemu_is_deprecated(guest->qemu, name)) {
		finding_add(findings, CHECK_NOTE,
			    "the machine %s is to go from QEMU in some version", name);
		finding_advise(findings,
			       "a newer version of it, once the guest can bear it");
	} else {
		return;
	}
	finding_locate(findings, guest->guest->name, option->origin);
}

/* What is older lacks -action, and takes password=on for something else. */
static void judge_version(const struct preflight_guest *guest, struct findings *findings)
{
	unsigned version = guest->setup.version;

	if (!version || version >= QEMU_OLDEST)
		return;
	finding_add(findings, CHECK_PROBLEM, "%s is QEMU %u.%u: too old",
		    guest->setup.binary, version / 10000, version / 100 % 100);
	finding_advise(findings, "6.0 or newer; Binary= in [Qemu] can name another one");
	preflight_place(findings, guest, "Qemu", "Binary", 0);
}

/* Whether TCG runs all virtual CPUs in one thread: where it is told so, counts instructions, or
 * is to keep an order of memory accesses that the host's own processor does not (QEMU's
 * docs/devel/multi-thread-tcg). */
static bool has_one_thread(const struct preflight *preflight,
			   const struct preflight_guest *guest)
{
	const char *arch = guest->setup.arch, *host = preflight->host->arch;
	bool is_x86 = !strcmp(arch, "x86_64") || !strcmp(arch, "i386");

	for (size_t i = 0; i < guest->argv.count; i++) {
		const char *option = guest->argv.items[i].option;
		const char *value = value_of(&guest->argv, i);

		if (!strcmp(option, "-icount") || (!strcmp(option, "-accel") && value &&
						   strstr(value, "thread=single")))
			return true;
	}
	return is_x86 && strcmp(host, "x86_64") != 0 && strcmp(host, "i386") != 0;
}

static void judge_threads(const struct preflight *preflight,
			  const struct preflight_guest *guest, struct findings *findings)
{
	const struct guest_cpu *cpu = &guest->guest->data->cpu;

	if (guest->setup.kvm || guest->setup.cpus < 2 || !cpu->pin.count ||
	    !has_one_thread(preflight, guest))
		return;
	finding_add(findings, CHECK_PROBLEM,
		    "Pin: TCG runs all %u virtual CPUs in one thread here, which has no "
		    "CPU for each",
		    guest->setup.cpus);
	finding_advise(findings, "EmulatorPin= instead, or one virtual CPU, or KVM");
	preflight_place(findings, guest, "Cpu", "Pin", 0);
}

void judge_qemu(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];

		if (!guest->is_asked || guest->mistake.code)
			continue;
		if (!guest->qemu) {
			finding_add(findings, CHECK_PROBLEM, "%s", guest->no_answer.text);
			finding_advise(findings,
				       "install QEMU for %s, or Binary= in [Qemu]",
				       guest->setup.arch);
			preflight_place(findings, guest, "Qemu", "Binary", 0);
			continue;
		}
		judge_version(guest, findings);
		judge_threads(preflight, guest, findings);
		for (size_t j = 0; j < guest->argv.count; j++)
			judge_option(guest, j, findings);
	}
}
