/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c: bedplate host-prep check: reads what the checks look at, runs and shows them.
 *
 * What only the running kernel can say (links, firewall, clock) is asked of it where the
 * root's /proc is its own, so that another system's tree is told by its files alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/vfs.h>

#include "host-prep/check.h"
#include "host-prep/commands.h"
#include "host-prep/journal.h"
#include "host-prep/links_journal.h"
#include "host-prep/owner.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/settings.h"
#include "lib/show_json.h"

enum { MISTAKES = 4 }; /* host.conf, guests, networks, all together */

struct sources {
	int root_fd;
	struct settings settings;
	struct networks networks;
	struct net have;
	struct want want;
	struct netfilter netfilter;
	struct conf *defaults; /* in place of a host.conf that is wrong */
	struct err mistakes[MISTAKES];
	struct check_context context;
};

static void sources_release(struct sources *sources)
{
	want_release(&sources->want);
	networks_release(&sources->networks);
	settings_release(&sources->settings);
	net_release(&sources->have);
	netfilter_release(&sources->netfilter);
	conf_free(sources->defaults);
	cleanup_close(&sources->root_fd);
}
#define _cleanup_sources_ __attribute__((cleanup(sources_release)))

/* A place for the next mistake; it counts once it is set. */
static struct err *mistake(struct sources *sources)
{
	size_t *count = &sources->context.mistake_count;

	*count += sources->mistakes[*count].code != 0;
	return &sources->mistakes[*count];
}

static int read_host(struct sources *sources, struct err *err)
{
	const struct option_list none = { .items = NULL };

	if (!settings_load(&sources->settings, sources->root_fd, NULL, &none,
			   mistake(sources))) {
		sources->context.conf = sources->settings.conf;
		sources->context.host = sources->settings.host;
		return 0;
	}
	sources->defaults = conf_new(&host_schema);
	if (!sources->defaults)
		return err_sys(err, ENOMEM, "reading the configuration");
	sources->context.conf = sources->defaults;
	sources->context.host = conf_data(sources->defaults);
	return 0;
}

/* ---- the running kernel ---- */

static bool is_running_system(int root_fd)
{
	_cleanup_close_ int fd = file_open(root_fd, "proc", O_PATH | O_DIRECTORY, NULL);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static void claim_ours(struct sources *sources)
{
	json_t *journal = NULL;

	if (!journal_read(&journal, sources->root_fd, NULL))
		links_journal_claim(json_object_get(journal, "links"), &sources->have);
	json_decref(journal);
}

static int ask_kernel(struct sources *sources, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	struct timex clock = { .modes = 0 };
	int result = netlink_open(&nl, NETLINK_ROUTE, err);

	if (!result)
		result = net_read(&sources->have, &nl, sources->root_fd, err);
	if (result)
		return result;
	claim_ours(sources);
	sources->context.have = &sources->have;
	/* Without privileges there is no answer about the firewall. */
	if (!netfilter_read(&sources->netfilter, sources->root_fd, NULL))
		sources->context.netfilter = &sources->netfilter;
	if (adjtimex(&clock) >= 0)
		sources->context.synchronized = !(clock.status & STA_UNSYNC);
	return 0;
}

/* ---- reading ---- */

static void resolve(struct sources *sources)
{
	bool live = sources->context.have;
	struct err unknown = ERR_INIT, *err = live ? mistake(sources) : &unknown;

	/* Of another system the interfaces are not known, which ports are looked for among. */
	if (want_resolve(&sources->want, &sources->networks, &sources->settings.guests,
			 &sources->have, sources->root_fd, err))
		want_release(&sources->want);
}

static int sources_read(struct sources *sources, const char *root, struct err *err)
{
	int result;

	*sources = (struct sources){ .root_fd = file_open_root(root, err) };
	if (sources->root_fd < 0)
		return sources->root_fd;
	sources->context = (struct check_context){ .root_fd = sources->root_fd,
						   .guests = &sources->settings.guests,
						   .networks = &sources->networks,
						   .want = &sources->want,
						   .synchronized = -1,
						   .mistakes = sources->mistakes };
	result = read_host(sources, err);
	if (!result && is_running_system(sources->root_fd))
		result = ask_kernel(sources, err);
	if (result)
		return result;
	if (guests_read(&sources->settings.guests, sources->root_fd, mistake(sources)))
		guests_release(&sources->settings.guests);
	if (networks_read(&sources->networks, sources->root_fd, mistake(sources)))
		networks_release(&sources->networks);
	else
		resolve(sources);
	sources->context.mistake_count +=
		sources->context.mistake_count < MISTAKES &&
		sources->mistakes[sources->context.mistake_count].code != 0;
	return 0;
}

/* ---- showing ---- */

static json_t *findings_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:o, s:o, s:o}", "check", finding->check,
				  "severity", check_severity_word(finding->severity),
				  "origin", show_json_text(finding->origin), "what",
				  show_json_text(finding->what), "advice",
				  show_json_text(finding->advice)));
	}
	return json_pack("{s:i, s:s, s:o}", "version", 1, "worst",
			 check_severity_word(findings_worst(findings, NULL)), "findings",
			 list);
}

/* The worst stand last, where a terminal still shows them. */
static int show_text(const struct findings *findings, struct err *err)
{
	for (int severity = CHECK_OK; severity < CHECK_SEVERITIES; severity++)
		for (size_t i = 0; i < findings->count; i++) {
			const struct finding *finding = &findings->items[i];

			if ((int)finding->severity != severity)
				continue;
			printf("%-8s %s: %s%s%s\n",
			       check_severity_word(finding->severity), finding->check,
			       finding->origin, finding->origin[0] ? ": " : "",
			       finding->what);
			if (finding->advice[0])
				printf("         -> %s\n", finding->advice);
		}
	return show_end(err);
}

/* Which interfaces are ours is not known while a file is wrong. */
static int apply(const struct args *args, const struct sources *sources, struct err *err)
{
	if (args->json || args->part_count) {
		err_set(err, EINVAL, "%s and --apply-ownership: one of them",
			args->json ? "--json" : args->parts[0]);
		return EXIT_USAGE;
	}
	if (sources->context.mistake_count) {
		*err = sources->mistakes[0];
		return EXIT_USAGE;
	}
	return owners_apply(&sources->context, err) ? EXIT_FAILED : EXIT_DONE;
}

int check_run(const struct args *args, struct err *err)
{
	static const int codes[CHECK_SEVERITIES] = { 0, 0, 1, 2 };
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	_cleanup_sources_ struct sources sources = { .root_fd = -1 };
	int result = check_words(args->parts, args->part_count, err);

	if (!result)
		result = sources_read(&sources, args->root, err);
	if (result)
		return EXIT_USAGE;
	if (args->apply_ownership)
		return apply(args, &sources, err);
	sources.context.words = args->parts;
	sources.context.word_count = args->part_count;
	checks_run(&sources.context, &findings);
	check_parts(&sources.context, args->root, &findings);
	if (findings.overflow)
		result = err_sys(err, ENOMEM, "checking the host");
	if (!result)
		result = args->json ? show_json_value(findings_json(&findings), err)
				    : show_text(&findings, err);
	return result ? EXIT_USAGE : codes[findings_worst(&findings, NULL)];
}
