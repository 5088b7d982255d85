/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld_part.c: the part that puts networks into a zone of firewalld's where they ask for it.
 *
 * How it works: one step writes and removes the files, and has firewalld, where it runs, load
 * them. They are compared with what they are to be, and with what firewalld has in force. They
 * outlive a boot, the journal does not: so they are known as ours by their paths. The journal
 * has "files" while there are any, and "unsettled" until firewalld has taken them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-prep/firewalld.h"
#include "host-prep/nft_read.h"
#include "host-prep/own_file.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"

struct zone {
	char *texts[FIREWALLD_FILES]; /* NULL: no such file */
};

struct work {
	int root_fd;
	bool runs;
	struct zone before, after;
};

static void release_zone(struct zone *zone)
{
	for (size_t i = 0; i < FIREWALLD_FILES; i++)
		free(zone->texts[i]);
}
#define _cleanup_zone_ __attribute__((cleanup(release_zone)))

static void release_work(void *data)
{
	struct work *work = data;

	release_zone(&work->before);
	release_zone(&work->after);
	free(work);
}

/* ---- steps ---- */

static int reload(struct err *err)
{
	static const char *const argv[] = { "firewall-cmd", "--reload", NULL };

	return own_file_run(argv, err);
}

/* A file of firewalld's goes without its folder, which is not ours. */
static int write_file(int root_fd, const char *path, const char *text, struct err *err)
{
	if (text)
		return own_file_write(root_fd, path, text, err);
	if (unlinkat(root_fd, path, 0) < 0 && errno != ENOENT)
		return err_sys(err, errno, "removing /%s", path);
	return 0;
}

static int write_zone(const struct work *work, const struct zone *zone, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < FIREWALLD_FILES; i++)
		result = write_file(work->root_fd, firewalld_paths[i], zone->texts[i],
				    err);
	return result || !work->runs ? result : reload(err);
}

static int run(const struct step *step, struct err *err)
{
	const struct work *work = step->data;
	int result = write_zone(work, &work->after, err);

	if (result)
		step_go_back(step);
	return result;
}

static int undo(const struct step *step, struct err *err)
{
	const struct work *work = step->data;

	return write_zone(work, &work->before, err);
}

static bool is_empty(const struct zone *zone)
{
	for (size_t i = 0; i < FIREWALLD_FILES; i++)
		if (zone->texts[i])
			return false;
	return true;
}

/* Takes over both. */
static int add_step(const struct part_context *context, bool runs, struct zone *before,
		    struct zone *after, const struct names *links, struct steps *steps,
		    struct err *err)
{
	struct work *work = calloc(1, sizeof(*work));
	_cleanup_strbuf_ struct strbuf text;
	struct step step = { .part = "firewalld",
			     .action = is_empty(after)    ? STEP_REMOVE
				       : is_empty(before) ? STEP_ADD
							  : STEP_CHANGE,
			     .what = (char *)"zone bedplate of firewalld's",
			     .before = (char *)(is_empty(before) ? "" : "another"),
			     .run = run,
			     .undo = undo,
			     .data = work,
			     .release_data = release_work };

	if (!work)
		return err_sys(err, ENOMEM, "planning the firewall");
	*work = (struct work){ context->root_fd, runs, *before, *after };
	*before = *after = (struct zone){ .texts = { NULL } };
	strbuf_init(&text, 0);
	for (size_t i = 0; i < links->count; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "", links->items[i]);
	step.after = text.text;
	steps_add(steps, &step);
	return 0;
}

/* ---- planning ---- */

static int read_zone(int root_fd, struct zone *zone, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < FIREWALLD_FILES; i++)
		result = own_file_read(root_fd, firewalld_paths[i], &zone->texts[i], err);
	return result;
}

static int make_zone(const struct want *want, struct zone *zone, struct err *err)
{
	for (size_t i = 0; i < FIREWALLD_FILES; i++) {
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		firewalld_text(want, (enum firewalld_file)i, &text);
		if (text.length)
			zone->texts[i] = strbuf_steal(&text);
		if (text.overflow || (text.length && !zone->texts[i]))
			return err_sys(err, ENOMEM, "planning the firewall");
	}
	return 0;
}

static bool is_same(const struct zone *one, const struct zone *other)
{
	for (size_t i = 0; i < FIREWALLD_FILES; i++) {
		const char *a = one->texts[i], *b = other->texts[i];

		if (!a != !b || (a && strcmp(a, b) != 0))
			return false;
	}
	return true;
}

static int look(struct firewalld *firewalld, const struct names *links, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	int result = nft_open(&nl, err);

	*firewalld = (struct firewalld){ .runs = false };
	if (!result)
		result = firewalld_read(firewalld, &nl, links, err);
	return result == -ENOENT ? 0 : result;
}

static void note(json_t *section, const struct zone *after, bool changes)
{
	json_object_clear(section);
	if (!is_empty(after))
		json_object_set_new(section, "files", json_true());
	if (changes)
		json_object_set_new(section, "unsettled", json_true());
}

/* Where it neither runs nor has had the files, it may not be there at all. */
static int plan_zone(const struct part_context *context, const struct want *want,
		     const struct names *links, struct zone *before, struct steps *steps,
		     struct err *err)
{
	_cleanup_zone_ struct zone after = { .texts = { NULL } };
	struct firewalld firewalld;
	int result = look(&firewalld, links, err);
	bool changes;

	if (!result && (firewalld.runs || !is_empty(before)))
		result = make_zone(want, &after, err);
	if (result)
		return result;
	changes = !is_same(before, &after) ||
		  json_object_get(context->journal, "unsettled") ||
		  (firewalld.runs && firewalld.links < links->count);
	note(context->journal, &after, changes);
	return changes ? add_step(context, firewalld.runs, before, &after, links, steps,
				  err)
		       : 0;
}

static int plan_want(const struct part_context *context, const struct want *want,
		     struct steps *steps, struct err *err)
{
	_cleanup_names_ struct names links = NAMES_INIT;
	_cleanup_zone_ struct zone before = { .texts = { NULL } };
	int result = read_zone(context->root_fd, &before, err);

	if (result)
		return result;
	if (firewalld_links(want, &links))
		return err_sys(err, ENOMEM, "planning the firewall");
	if (!links.count && is_empty(&before) && !json_object_size(context->journal))
		return 0;
	return plan_zone(context, want, &links, &before, steps, err);
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	int result = want_all_get(&all, context, err);

	return result ? result : plan_want(context, &all->want, steps, err);
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	const struct want none = WANT_INIT;

	return json_object_size(context->journal) ? plan_want(context, &none, steps, err)
						  : 0;
}

static void settle(json_t *section)
{
	json_object_del(section, "unsettled");
}

/* ---- for up --confirm ---- */

static int save(const struct part_context *context, json_t **saved, struct err *err)
{
	_cleanup_zone_ struct zone zone = { .texts = { NULL } };
	int result = read_zone(context->root_fd, &zone, err);

	if (result)
		return result;
	*saved = json_object();
	for (size_t i = 0; *saved && i < FIREWALLD_FILES; i++)
		if (zone.texts[i])
			json_object_set_new(*saved, firewalld_paths[i],
					    json_string(zone.texts[i]));
	return *saved ? 0 : err_sys(err, ENOMEM, "saving the firewall");
}

static int restore(const struct part_context *context, const json_t *saved,
		   struct err *err)
{
	const struct names none = NAMES_INIT;
	struct work work = { .root_fd = context->root_fd };
	struct firewalld firewalld;
	int result = look(&firewalld, &none, err);

	if (!result)
		result = read_zone(context->root_fd, &work.before, err);
	for (size_t i = 0; i < FIREWALLD_FILES; i++) {
		const char *text =
			json_string_value(json_object_get(saved, firewalld_paths[i]));

		work.after.texts[i] = text ? strdup(text) : NULL;
	}
	work.runs = !result && firewalld.runs;
	if (!result && !is_same(&work.before, &work.after))
		result = write_zone(&work, &work.after, err);
	release_zone(&work.before);
	release_zone(&work.after);
	return result;
}

static const char *const needs[] = { "nat", NULL };

const struct part firewalld_part = {
	.name = "firewalld",
	.group = "network",
	.help = "the networks' zone in firewalld",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save,
	.restore = restore,
};
