/* SPDX-License-Identifier: GPL-2.0-or-later */
/* saved.c: saves the state before a change, and brings it back. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host-prep/journal.h"
#include "host-prep/links.h"
#include "host-prep/net_diff.h"
#include "host-prep/net_step.h"
#include "host-prep/part.h"
#include "host-prep/saved.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/names.h"

static const char place[] = "run/bedplate/host-prep.saved.json";

enum { VERSION = 1 };

bool saved_is_there(int root_fd)
{
	return file_exists(root_fd, place);
}

int saved_open(int root_fd, struct err *err)
{
	return file_open(root_fd, place, O_RDONLY, err);
}

/* ---- writing ---- */

static json_t *names_to_make(const struct steps *steps)
{
	json_t *names = json_array();

	for (size_t i = 0; i < steps->count; i++) {
		const struct net_step *step = net_step_of(&steps->items[i]);

		if (step && step->op == NET_MAKE)
			json_array_append_new(names, json_string(step->link.name));
	}
	return names;
}

static struct part_context context_of(const struct part *part, json_t *journal,
				      int root_fd)
{
	return (struct part_context){ .root_fd = root_fd,
				      .journal = journal_section(journal, part->name) };
}

static int save_parts(json_t *parts, json_t *journal, int root_fd, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && host_parts[i]; i++) {
		const struct part_context context =
			context_of(host_parts[i], journal, root_fd);
		json_t *saved = NULL;

		if (!host_parts[i]->save)
			continue;
		result = host_parts[i]->save(&context, &saved, err);
		if (saved)
			json_object_set_new(parts, host_parts[i]->name, saved);
	}
	return result;
}

static int write_json(const json_t *json, int root_fd, struct err *err)
{
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(1));

	if (!text)
		return err_sys(err, ENOMEM, "saving the network's state");
	return file_replace(root_fd, place, 0600, text, err);
}

int saved_write(const struct steps *steps, const json_t *journal, int root_fd,
		struct err *err)
{
	const struct net *net = links_saved(steps);
	json_t *parts = json_object(), *before = json_deep_copy(journal);
	json_t *json = json_pack("{s:i, s:o, s:o, s:O}", "version", VERSION, "made",
				 names_to_make(steps), "parts", parts, "journal",
				 (json_t *)journal);
	int result = 0;

	if (!json || !before)
		result = err_sys(err, ENOMEM, "saving the network's state");
	if (!result && net)
		json_object_set_new(json, "net", net_to_json(net));
	if (!result)
		result = save_parts(parts, before, root_fd, err);
	if (!result)
		result = write_json(json, root_fd, err);
	json_decref(before);
	json_decref(json);
	return result;
}

int saved_remove(int root_fd, struct err *err)
{
	if (unlinkat(root_fd, place, 0) == 0)
		return 0;
	if (errno == ENOENT)
		return err_set(err, ENOENT, "no change waits to be confirmed");
	return err_sys(err, errno, "removing /%s", place);
}

/* ---- bringing back ---- */

static int read_saved(json_t **json, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct err own = ERR_INIT;
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, place, &text, &own);
	if (result == -ENOENT)
		return err_set(err, ENOENT, "no state is saved that could be restored");
	if (result)
		return err_set(err, -result, "%s", own.text);
	*json = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, NULL);
	if (json_integer_value(json_object_get(*json, "version")) == VERSION)
		return 0;
	return err_set(err, EBADMSG, "/%s is no saved state of this version", place);
}

static int restore_net(const json_t *json, int root_fd, bool claim, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_net_ struct net saved = NET_INIT;
	_cleanup_names_ struct names made = NAMES_INIT;
	const json_t *list = json_object_get(json, "made");
	int result;

	if (!json_object_get(json, "net"))
		return 0;
	result = net_from_json(&saved, json_object_get(json, "net"), err);
	for (size_t i = 0; claim && !result && i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)))
			result = names_add(&made,
					   json_string_value(json_array_get(list, i)));
	if (!result)
		result = netlink_open(&nl, NETLINK_ROUTE, err);
	return result ? result : net_restore(&nl, root_fd, &saved, &made, err);
}

/* Whatever fails, the others are tried; the first failure is told. */
static int restore_parts(const json_t *json, json_t *journal, int root_fd,
			 struct err *err)
{
	const json_t *parts = json_object_get(json, "parts");
	int first = 0;

	for (size_t i = 0; host_parts[i]; i++) {
		const struct part_context context =
			context_of(host_parts[i], journal, root_fd);
		const json_t *saved = json_object_get(parts, host_parts[i]->name);
		struct err own = ERR_INIT;

		if (!saved || !host_parts[i]->restore(&context, saved, &own))
			continue;
		err_wrap(&own, "%s", host_parts[i]->name);
		if (first)
			log_err(&own);
		else if (err)
			*err = own;
		first = first ? first : own.code;
	}
	return first;
}

static int restore_all(const json_t *json, json_t *journal, int root_fd, bool claim,
		       struct err *err)
{
	struct err own = ERR_INIT;
	int result = restore_net(json, root_fd, claim, err);
	int others = restore_parts(json, journal, root_fd, result ? &own : err);

	if (result && others)
		log_err(&own);
	return result ? result : others;
}

static void made_anew(const json_t *json)
{
	const json_t *parts = json_object_get(json, "parts");
	json_t *journal = json_object_get(json, "journal");

	for (size_t i = 0; host_parts[i]; i++)
		if (host_parts[i]->made_anew)
			host_parts[i]->made_anew(
				journal_section(journal, host_parts[i]->name),
				json_object_get(parts, host_parts[i]->name));
}

int saved_restore(int root_fd, bool claim, struct err *err)
{
	json_t *json = NULL, *journal = NULL;
	int result = read_saved(&json, root_fd, err);

	if (!result)
		result = journal_read(&journal, root_fd, err);
	if (!result)
		result = restore_all(json, journal, root_fd, claim, err);
	if (!result) {
		made_anew(json);
		result = journal_write(json_object_get(json, "journal"), root_fd, err);
	}
	json_decref(journal);
	json_decref(json);
	return result ? result : saved_remove(root_fd, err);
}
