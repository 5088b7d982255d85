/* SPDX-License-Identifier: GPL-2.0-or-later */
/* graph_run.c: bedplate host-prep graph: shows what is plugged into what. */
#include <errno.h>
#include <stdio.h>

#include "host-prep/commands.h"
#include "host-prep/graph.h"
#include "host-prep/journal.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/locale_utf8.h"
#include "lib/log.h"
#include "lib/show_json.h"

static int show(const struct graph *graph, const struct args *args, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	if (args->json)
		return show_json_value(graph_json(graph), err);
	strbuf_init(&text, 0);
	if (args->svg)
		result = graph_write_svg(graph, &text, err);
	else if (args->dot)
		graph_write_dot(graph, &text);
	else
		result = graph_write_tree(graph, locale_is_utf8(), &text, err);
	if (result || text.overflow)
		return result ? result : err_sys(err, ENOMEM, "drawing the networks");
	fputs(text.text, stdout);
	return show_end(err);
}

/* What is wanted, and the steps to it. */
static int plan(const struct part_context *context, struct want_all *all,
		struct steps *steps, struct err *err)
{
	int result = want_all_read(all, context, err);

	return result ? result : links_part.plan(context, steps, err);
}

/* With mistakes in the files, or with an interface gone that they name, the host is drawn as it
 * is: then most of all one wants to see it. */
static int draw(const struct part_context *context, const struct args *args,
		struct err *err)
{
	_cleanup_graph_ struct graph graph = GRAPH_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	_cleanup_want_all_ struct want_all all;
	const struct want none = WANT_INIT;
	int failed = plan(context, &all, &steps, err), result;
	struct err again = ERR_INIT;

	if (failed && !all.have.link_count)
		return failed;
	if (failed) {
		err_wrap(err, "drawn as it is, without what the files say");
		result = graph_make(&graph, &none, context->guests, &all.have, &all.have,
				    &steps, &again);
	} else {
		result = graph_make(&graph, &all.want, context->guests, &all.have,
				    &all.wanted, &steps, err);
		if (!result && args->part_count)
			result = graph_pick(&graph, args->parts, args->part_count, err);
	}
	if (!result)
		result = show(&graph, args, failed ? &again : err);
	if (result && failed)
		log_err(&again);
	return failed ? failed : result;
}

static int open_and_draw(int root_fd, const struct args *args, struct err *err)
{
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	_cleanup_strbuf_ struct strbuf notes;
	struct part_context context = { .root_fd = root_fd,
					.guests = &guests,
					.notes = &notes };
	json_t *before = NULL, *journal;
	int result = guests_read(&guests, root_fd, err);

	strbuf_init(&notes, 0);
	if (!result)
		result = journal_read(&before, root_fd, err);
	if (result)
		return result;
	journal = json_deep_copy(before);
	context.before = before;
	context.journal = journal_section(journal, links_part.name);
	result = draw(&context, args, err);
	json_decref(journal);
	json_decref(before);
	return result;
}

int graph_run(const struct args *args, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);

	if (args->json + args->svg + args->dot > 1) {
		err_set(err, EINVAL, "--json, --svg and --dot: one of them");
		return EXIT_USAGE;
	}
	if (root_fd < 0 || open_and_draw(root_fd, args, err))
		return err_exit_code(err);
	return EXIT_DONE;
}
