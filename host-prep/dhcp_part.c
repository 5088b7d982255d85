/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_part.c: the part that gives networks their DHCP and DNS.
 *
 * How it works: a network's server is as it should be when its file in /run/bedplate/dnsmasq
 * has the text that the configuration makes, the server runs, and somebody watches it. The
 * journal has the names of the networks that have got one, with their bridges; "" until one
 * that goes is gone. Leases stay where they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-prep/dhcp.h"
#include "host-prep/dhcp_server.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { PATH_SIZE = 256 };

struct serve {
	int root_fd;
	char network[NETWORK_NAME_MAX + 1];
	char *text;   /* NULL: it is to end */
	char *before; /* NULL: there was none */
};

static void release_serve(void *data)
{
	struct serve *serve = data;

	free(serve->text);
	free(serve->before);
	free(serve);
}

static const char *conf_path(const char *network, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, DHCP_CONF_DIR "/%s.conf", network);
	return path;
}

/* The file's text on the heap; NULL where there is none. */
static char *read_text(int root_fd, const char *network)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[PATH_SIZE];

	strbuf_init(&text, 0);
	if (file_read(root_fd, conf_path(network, path), &text, NULL))
		return NULL;
	return strbuf_steal(&text);
}

static int write_text(int root_fd, const char *network, const char *text, struct err *err)
{
	char path[PATH_SIZE];
	int result = file_make_dirs(root_fd, DHCP_CONF_DIR, err);

	if (!result)
		result = file_make_dirs(root_fd, DHCP_STATE_DIR, err);
	return result ? result
		      : file_replace(root_fd, conf_path(network, path), 0644, text, err);
}

/* Makes the server one with this text, or none. */
static int serve_text(const struct serve *serve, const char *text, struct err *err)
{
	char path[PATH_SIZE];
	int result;

	if (text) {
		result = write_text(serve->root_fd, serve->network, text, err);
		return result ? result
			      : dhcp_server_start(serve->root_fd, serve->network, err);
	}
	result = dhcp_server_stop(serve->root_fd, serve->network, err);
	if (!result && unlinkat(serve->root_fd, conf_path(serve->network, path), 0) < 0 &&
	    errno != ENOENT)
		result = err_sys(err, errno, "removing /%s", path);
	/* Gone with the last. */
	unlinkat(serve->root_fd, DHCP_CONF_DIR, AT_REMOVEDIR);
	return result;
}

static int run(const struct step *step, struct err *err)
{
	const struct serve *serve = step->data;
	int result = serve_text(serve, serve->text, err);

	/* One that does not start leaves nothing that says it should. */
	if (result && serve->text)
		step_go_back(step);
	return result;
}

static int undo(const struct step *step, struct err *err)
{
	const struct serve *serve = step->data;

	return serve_text(serve, serve->before, err);
}

/* ---- planning ---- */

/* Takes over both texts. */
static int add_step(const struct part_context *context, struct steps *steps,
		    const char *network, const char *bridge, char *text, char *before,
		    const char *why, const char *origin, struct err *err)
{
	struct serve *serve = calloc(1, sizeof(*serve));
	char after[64];
	struct step step = { .part = "dhcp",
			     .action = !text    ? STEP_REMOVE
				       : before ? STEP_CHANGE
						: STEP_ADD,
			     .before = (char *)(text ? why : NULL),
			     .origin = (char *)origin,
			     .run = run,
			     .undo = undo,
			     .data = serve,
			     .release_data = release_serve };

	if (!serve) {
		free(text);
		free(before);
		return err_sys(err, ENOMEM, "planning DHCP");
	}
	*serve = (struct serve){ .root_fd = context->root_fd,
				 .text = text,
				 .before = before };
	snprintf(serve->network, sizeof(serve->network), "%s", network);
	snprintf(after, sizeof(after), "on %s", bridge);
	if (text)
		step.after = after;
	steps_addf(steps, &step, "dnsmasq of network %s", network);
	return 0;
}

enum { WHY_SIZE = KEEPER_WORDS + 32 };

/* Why it is not as it should be; "" where it is, or there is none. */
static void say_why(enum dhcp_server_state state, const struct keeper_report *report,
		    bool has_bridge, const char *before, const char *wanted,
		    char why[WHY_SIZE])
{
	static const char *const words[] = {
		[DHCP_SERVER_ALONE] = "not watched", [DHCP_SERVER_GONE] = "not running"
	};

	*why = '\0';
	if (!before)
		return;
	if (state == DHCP_SERVER_GAVE_UP)
		snprintf(why, WHY_SIZE, "given up (%s)", report->words);
	else if (state != DHCP_SERVER_RUNS)
		snprintf(why, WHY_SIZE, "%s", words[state]);
	else if (strcmp(before, wanted) != 0)
		snprintf(why, WHY_SIZE, "another configuration");
	else if (!has_bridge)
		snprintf(why, WHY_SIZE, "bound to a bridge that is gone");
}

static void tell_restarts(const struct part_context *context, const char *network,
			  const struct keeper_report *report)
{
	time_t when = (time_t)report->time;
	struct tm parts;
	char text[32] = "";

	if (!report->restarts)
		return;
	if (localtime_r(&when, &parts))
		strftime(text, sizeof(text), "%F %T", &parts);
	part_note(
		context,
		"dnsmasq of network %s has been started again %u time%s, last at %s: %s",
		network, report->restarts, report->restarts == 1 ? "" : "s", text,
		report->words);
}

/* Its sockets are bound to the bridge itself: another of the same name is not heard. */
static int plan_network(const struct part_context *context, const struct net *have,
			const struct want_network *network, struct steps *steps,
			struct err *err)
{
	const char *name = network->file->name;
	_cleanup_free_ char *before = read_text(context->root_fd, name);
	_cleanup_strbuf_ struct strbuf text;
	struct keeper_report report;
	enum dhcp_server_state state;
	char why[WHY_SIZE], *wanted;

	strbuf_init(&text, 0);
	dhcp_text(network, &text);
	state = dhcp_server_look(context->root_fd, name, &report);
	say_why(state, &report, net_find_link(have, network->bridge), before, text.text,
		why);
	if (before && !*why) {
		tell_restarts(context, name, &report);
		return 0;
	}
	wanted = strbuf_steal(&text);
	if (!wanted)
		return err_sys(err, ENOMEM, "planning DHCP");
	return add_step(context, steps, name, network->bridge, wanted,
			steal_pointer(before), why, network->origin, err);
}

/* Whoever has one and is to have none. */
static int plan_ends(const struct part_context *context, const struct want *want,
		     struct steps *steps, struct err *err)
{
	const char *name;
	json_t *value;
	int result = 0;

	json_object_foreach(context->journal, name, value) {
		const struct want_network *network = want ? want_find(want, name) : NULL;

		if (!result && (!network || !dhcp_is_wanted(network)))
			result = add_step(context, steps, name, "", NULL,
					  read_text(context->root_fd, name), NULL, "",
					  err);
	}
	return result;
}

/* Known until they are gone. */
static void mark_ends(json_t *section)
{
	void *next;
	const char *name;
	json_t *value;

	json_object_foreach_safe(section, next, name, value)
	{
		json_object_set_new(section, name, json_string(""));
	}
}

static void settle(json_t *section)
{
	void *next;
	const char *name;
	json_t *value;

	json_object_foreach_safe(section, next, name, value)
	{
		if (json_string_length(value) == 0)
			json_object_del(section, name);
	}
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	int result = want_all_get(&all, context, err);

	if (!result)
		result = plan_ends(context, &all->want, steps, err);
	if (!result)
		mark_ends(context->journal);
	for (size_t i = 0; !result && i < all->want.count; i++) {
		const struct want_network *network = &all->want.items[i];

		if (!dhcp_is_wanted(network))
			continue;
		result = plan_network(context, &all->have, network, steps, err);
		json_object_set_new(context->journal, network->file->name,
				    json_string(network->bridge));
	}
	return result;
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	int result = plan_ends(context, NULL, steps, err);

	mark_ends(context->journal);
	return result;
}

/* The text of each network that has a server. */
static int save_texts(const struct part_context *context, json_t **saved, struct err *err)
{
	const char *name;
	json_t *value;

	*saved = json_object();
	json_object_foreach(context->journal, name, value) {
		_cleanup_free_ char *text = read_text(context->root_fd, name);

		if (text)
			json_object_set_new(*saved, name, json_string(text));
	}
	return *saved ? 0 : err_sys(err, ENOMEM, "saving DHCP");
}

/* As it was: NULL for one that had no server. Each is tried. */
static int restore_text(const struct part_context *context, const char *name,
			const char *before, struct err *err)
{
	_cleanup_free_ char *now = read_text(context->root_fd, name);
	struct serve serve = { .root_fd = context->root_fd };
	struct keeper_report report;

	snprintf(serve.network, sizeof(serve.network), "%s", name);
	if (now && before && !strcmp(now, before) &&
	    dhcp_server_look(context->root_fd, name, &report) == DHCP_SERVER_RUNS)
		return 0;
	return now || before ? serve_text(&serve, before, err) : 0;
}

static int restore_texts(const struct part_context *context, const json_t *saved,
			 struct err *err)
{
	const char *name;
	json_t *value;
	int result = 0, first = 0;

	/* The journal has those that the change wanted, too. */
	json_object_foreach(context->journal, name, value) {
		if (json_object_get(saved, name))
			continue;
		result = restore_text(context, name, NULL, first ? NULL : err);
		first = first ? first : result;
	}
	json_object_foreach((json_t *)saved, name, value) {
		result = restore_text(context, name, json_string_value(value),
				      first ? NULL : err);
		first = first ? first : result;
	}
	return first;
}

static const char *const needs[] = { "links", NULL };

const struct part dhcp_part = {
	.name = "dhcp",
	.group = "network",
	.help = "the networks' DHCP and DNS",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save_texts,
	.restore = restore_texts,
};
