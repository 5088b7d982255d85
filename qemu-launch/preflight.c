/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight.c: reads what the judges look at, and runs them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/log.h"
#include "qemu-launch/context.h"
#include "qemu-launch/preflight.h"

const struct preflight_judge preflight_judges[] = {
	{ "setup", judge_setup },
	{ "kvm", judge_kvm },
	{ "qemu", judge_qemu },
	{ "files", judge_files },
	{ "cpus", judge_cpus },
	{ "memory", judge_memory },
	{ "pci", judge_passthrough },
	{ "usb", judge_usb },
	{ "network", judge_nics },
	{ "ports", judge_ports },
	{ "names", judge_names },
	{ "order", judge_order },
	{ NULL, NULL },
};

void preflight_judge(const struct preflight *preflight, struct findings *findings)
{
	for (const struct preflight_judge *judge = preflight_judges; judge->name;
	     judge++) {
		findings->check = judge->name;
		judge->run(preflight, findings);
	}
}

void preflight_place(struct findings *findings, const struct preflight_guest *guest,
		     const char *section, const char *key, size_t index)
{
	char origin[ORIGIN_MAX];

	finding_locate(findings, guest->guest->name,
		       origin_section_text(guest->guest->conf, section, key, index,
					   origin, sizeof(origin)));
}

/* ---- two guests ---- */

static bool requires(const struct guest *guest, const struct guest *other)
{
	const struct guest_guest *keys = &guest->data->guest;

	for (size_t i = 0; i < keys->requires.count; i++)
		if (!strcmp(keys->requires.items[i], other->name))
			return true;
	return false;
}

enum check_severity preflight_clash(const struct preflight *preflight, size_t a, size_t b,
				    size_t *at, size_t *other)
{
	const struct preflight_guest *guests = preflight->guests, *one, *two;

	*at = guests[b].is_asked ? b : a;
	*other = *at == b ? a : b;
	one = &guests[*at];
	two = &guests[*other];
	if (!one->is_asked)
		return CHECK_OK;
	if (one->is_running && (two->is_running || !two->is_asked))
		return CHECK_WARNING;
	if (one->is_running || two->is_running || requires(one->guest, two->guest) ||
	    requires(two->guest, one->guest) ||
	    (one->guest->data->guest.autostart && two->guest->data->guest.autostart))
		return CHECK_PROBLEM;
	return CHECK_WARNING;
}

/* ---- opening ---- */

/* Field 22 of proc(5)'s stat; the name in field 2 may hold anything but ends at the last ')'. */
static uint64_t start_of(int machine_fd, int pid)
{
	char path[48], line[1024];
	unsigned long long start = 0;
	const char *rest;

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	if (file_read_line(machine_fd, path, line, sizeof(line), NULL) < 0)
		return 0;
	rest = strrchr(line, ')');
	if (!rest ||
	    sscanf(rest + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
		   "%*d %*d %*d %*d %llu",
		   &start) != 1)
		return 0;
	return start;
}

/* The supervisor writes its QEMU down with the time of its start. */
static bool is_running(const struct preflight *preflight, const char *name)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[320];
	json_t *root = NULL, *qemu;
	uint64_t start;
	bool runs = false;

	strbuf_init(&text, 1 << 20);
	snprintf(path, sizeof(path), "run/bedplate/guests/%.255s.json", name);
	if (file_read(preflight->host->root_fd, path, &text, NULL))
		return false;
	root = json_loadb(text.text, text.length, 0, NULL);
	qemu = json_object_get(root, "qemu");
	if (qemu) {
		start = start_of(preflight->machine_fd,
				 (int)json_integer_value(json_object_get(qemu, "pid")));
		runs = start && start == (uint64_t)json_integer_value(
						 json_object_get(qemu, "start"));
	}
	json_decref(root);
	return runs;
}

/* QEMUs of those that are asked about only: asking takes time. */
static void ask_qemu(struct preflight *preflight, struct preflight_guest *guest)
{
	if (guest->is_asked)
		guest->qemu = qemu_facts_get(&preflight->qemus, guest->setup.binary,
					     preflight->host->root_fd, false,
					     &guest->no_answer);
}

/* A kept answer says what is there; what is not there may have come since. */
static void ask_again(struct preflight *preflight, struct preflight_guest *guest)
{
	const struct qemu_facts *again;

	if (!guest->qemu || guest->qemu->is_fresh ||
	    preflight_knows_all(guest->qemu, &guest->argv))
		return;
	again = qemu_facts_get(&preflight->qemus, guest->setup.binary,
			       preflight->host->root_fd, true, NULL);
	if (again)
		guest->qemu = again;
}

static void resolve(struct preflight *preflight, size_t number)
{
	struct preflight_guest *guest = &preflight->guests[number];
	struct err *why = &guest->mistake;
	struct setup_host host = *preflight->host;

	host.any_port = true;
	guest->is_running = is_running(preflight, guest->guest->name);
	if (setup_resolve(&guest->setup, guest->guest, &host, why))
		return;
	ask_qemu(preflight, guest);
	guest->setup.version = qemu_version(guest->qemu);
	if (!guest_argv(&guest->argv, guest->guest, &guest->setup, why))
		ask_again(preflight, guest);
}

static bool is_named(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return !count;
}

static int open_machine(struct preflight *preflight, struct err *err)
{
	if (file_exists(preflight->host->root_fd, "proc"))
		preflight->machine_fd = file_open(preflight->host->root_fd, ".",
						  O_PATH | O_DIRECTORY, err);
	else
		preflight->machine_fd = file_open_root(NULL, err);
	return preflight->machine_fd < 0 ? preflight->machine_fd : 0;
}

static int take_guests(struct preflight *preflight, const struct guests *guests,
		       const char *const *names, size_t count, struct err *err)
{
	int result = 0;

	preflight->guests = calloc(guests->count + 1, sizeof(*preflight->guests));
	if (!preflight->guests)
		return err_sys(err, ENOMEM, "looking at the guests");
	for (size_t i = 0; !result && i < guests->count; i++) {
		struct preflight_guest *guest = &preflight->guests[preflight->count++];

		guest->guest = &guests->items[i];
		guest->setup = (struct guest_setup)SETUP_INIT;
		guest->argv = (struct argv)ARGV_INIT;
		guest->is_asked = is_named(guest->guest->name, names, count);
		resolve(preflight, i);
		result = preflight_add_uses(preflight, i);
	}
	if (!result)
		result = preflight_read_facts(preflight);
	if (!result)
		result = preflight_read_files(preflight);
	if (!result)
		result = preflight_read_access(preflight);
	return result ? err_sys(err, -result, "looking at the guests") : 0;
}

int preflight_open(struct preflight *preflight, const struct context *context,
		   const char *const *names, size_t count, struct err *err)
{
	int result;

	*preflight = (struct preflight){ .host = &context->host, .machine_fd = -1 };
	for (size_t i = 0; i < count; i++)
		if (!context_find(context, names[i], err))
			return -ENOENT;
	result = open_machine(preflight, err);
	if (result)
		return result;
	return take_guests(preflight, &context->settings.guests, names, count, err);
}

void preflight_release(struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->count; i++) {
		setup_release(&preflight->guests[i].setup);
		argv_release(&preflight->guests[i].argv);
	}
	free(preflight->guests);
	free(preflight->uses);
	free(preflight->facts.files);
	free(preflight->facts.ports);
	free(preflight->facts.stands);
	free(preflight->facts.pci_users);
	pci_list_release(&preflight->facts.pci);
	pci_uses_release(&preflight->facts.pci_uses);
	names_release(&preflight->facts.links);
	networks_release(&preflight->facts.networks);
	qemu_facts_release(&preflight->qemus);
	cleanup_close(&preflight->machine_fd);
	*preflight = (struct preflight){ .machine_fd = -1 };
}

/* ---- a start ---- */

int preflight_tell(const struct findings *findings, struct err *err)
{
	struct conf_errors errors;

	conf_errors_init(&errors);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		struct err one = ERR_INIT;

		if (finding->severity < CHECK_WARNING)
			continue;
		err_set(&one, EINVAL, "%s%s%s", finding->origin,
			*finding->origin ? ": " : "", finding->what);
		if (*finding->advice)
			err_hint(&one, "%s", finding->advice);
		if (finding->severity == CHECK_PROBLEM)
			conf_errors_add(&errors, &one);
		else
			log_err_at(LOG_WARNING, &one);
	}
	return conf_errors_finish(&errors, err);
}

int preflight_start(const struct context *context, const char *name, unsigned *version,
		    struct err *err)
{
	_cleanup_preflight_ struct preflight preflight;
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	int result = preflight_open(&preflight, context, &name, 1, err);

	if (result)
		return result;
	for (size_t i = 0; i < preflight.count; i++)
		if (preflight.guests[i].is_asked)
			*version = preflight.guests[i].setup.version;
	preflight_judge(&preflight, &findings);
	if (findings.overflow)
		return err_sys(err, ENOMEM, "looking whether %s can start", name);
	return preflight_tell(&findings, err);
}
