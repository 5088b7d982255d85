/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_fixture.h: a part of host-prep on a fake tree: planned, done, planned again, taken back. */
#ifndef BEDPLATE_TESTS_PART_FIXTURE_H
#define BEDPLATE_TESTS_PART_FIXTURE_H

#include "host-prep/part.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

struct fixture {
	struct part_context context;
	struct conf *conf;
	struct guests guests;
	struct strbuf notes, text; /* text: of the latest plan */
	struct steps steps;
	struct err err;
};

/* On an open root, with this host.conf and the guests' files in the tree. */
__attribute__((unused)) static void fixture_init(struct fixture *fixture, int root,
						 const char *host_conf)
{
	struct err *err = &fixture->err;

	*fixture = (struct fixture){ .conf = conf_new(&host_schema) };
	strbuf_init(&fixture->notes, 0);
	strbuf_init(&fixture->text, 0);
	if (conf_read_text(fixture->conf, "etc/bedplate/host.conf", host_conf, err) < 0 ||
	    conf_check(fixture->conf, err) || guests_read(&fixture->guests, root, err)) {
		printf("# %s\n", err->text);
		abort();
	}
	fixture->context = (struct part_context){
		.root_fd = root,
		.host = conf_data(fixture->conf),
		.conf = fixture->conf,
		.guests = &fixture->guests,
		.journal = json_object(),
		.loaded = json_object(),
		.notes = &fixture->notes,
	};
}

__attribute__((unused)) static void fixture_release(struct fixture *fixture)
{
	steps_release(&fixture->steps);
	json_decref(fixture->context.journal);
	json_decref(fixture->context.loaded);
	guests_release(&fixture->guests);
	conf_free(fixture->conf);
	strbuf_release(&fixture->notes);
	strbuf_release(&fixture->text);
}

/* Another host.conf, with the journal as it is. */
__attribute__((unused)) static void fixture_configure(struct fixture *fixture,
						      const char *host_conf)
{
	json_t *journal = json_incref(fixture->context.journal);
	json_t *loaded = json_incref(fixture->context.loaded);
	int root = fixture->context.root_fd;

	fixture_release(fixture);
	fixture_init(fixture, root, host_conf);
	json_decref(fixture->context.journal);
	fixture->context.journal = journal;
	json_decref(fixture->context.loaded);
	fixture->context.loaded = loaded;
}

/* The plan's text with single blanks; a failure's message with "failed: " in front. */
static const char *fixture_show(struct fixture *fixture, int result)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	steps_write_text(&fixture->steps, &text);
	strbuf_truncate(&fixture->text, 0);
	if (result)
		strbuf_addf(&fixture->text, "failed: %s", fixture->err.text);
	for (const char *at = text.text; !result && *at; at++)
		if (*at != ' ' || at[1] != ' ')
			strbuf_addc(&fixture->text, *at);
	return fixture->text.text;
}

__attribute__((unused)) static const char *fixture_plan(struct fixture *fixture,
							const struct part *part)
{
	steps_release(&fixture->steps);
	strbuf_truncate(&fixture->notes, 0);
	err_clear(&fixture->err);
	return fixture_show(
		fixture, part->plan(&fixture->context, &fixture->steps, &fixture->err));
}

__attribute__((unused)) static const char *fixture_down(struct fixture *fixture,
							const struct part *part)
{
	steps_release(&fixture->steps);
	strbuf_truncate(&fixture->notes, 0);
	err_clear(&fixture->err);
	return fixture_show(
		fixture, part->down(&fixture->context, &fixture->steps, &fixture->err));
}

/* Does the steps; "" or the failure. */
__attribute__((unused)) static const char *fixture_run(struct fixture *fixture)
{
	err_clear(&fixture->err);
	return steps_run(&fixture->steps, 0, fixture->steps.count, &fixture->err)
		       ? fixture->err.text
		       : "";
}

#endif
