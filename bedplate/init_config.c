/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_config.c: bedplate init-config: looks at the machine and writes a first configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bedplate/args.h"
#include "bedplate/commands.h"
#include "bedplate/config_files.h"
#include "bedplate/draft.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/show_json.h"

enum { SECRET = 0600, OPEN = 0644 };

static int add(struct config_files *files, const char *path, mode_t mode,
	       draft_write *write, const struct machine *machine,
	       const struct proposal *proposal, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	write(machine, proposal, &text);
	return config_files_add(files, path, mode, &text, err);
}

/* [Boot] Password= may come to stand in host.conf; no other file has a key for a secret itself. */
static int draft_files(struct config_files *files, const struct machine *machine,
		       const struct proposal *proposal, struct err *err)
{
	char path[64];
	int result = add(files, "host.conf", SECRET, draft_host, machine, proposal, err);

	snprintf(path, sizeof(path), "network/%s.conf", proposal->network);
	if (!result && proposal->subnet.address.family)
		result = add(files, path, OPEN, draft_nat, machine, proposal, err);
	if (!result && proposal->uplink)
		result = add(files, "network/public.conf.sample", OPEN, draft_public,
			     machine, proposal, err);
	if (!result)
		result = add(files, "guests/example.conf.sample", OPEN, draft_guest,
			     machine, proposal, err);
	return result;
}

static int show_json(const struct machine *machine, const struct proposal *proposal,
		     const struct config_files *files, struct err *err)
{
	return show_json_value(json_pack("{s:i, s:o, s:o, s:o}", "version", 1, "machine",
					 machine_json(machine), "proposal",
					 proposal_json(proposal), "files",
					 config_files_json(files)),
			       err);
}

static void remark(const struct machine *machine, const struct proposal *proposal)
{
	for (size_t i = 0; i < machine->remarks.count; i++)
		log_warning("%s", machine->remarks.items[i]);
	if (!proposal->subnet.address.family)
		log_warning(
			"every private network is in use here: there is no file for a "
			"NAT network");
}

static int run(const struct args *args, const struct machine *machine, struct err *err)
{
	_cleanup_proposal_ struct proposal proposal = PROPOSAL_INIT;
	_cleanup_config_files_ struct config_files files = CONFIG_FILES_INIT;
	int result = proposal_make(&proposal, machine, err);

	if (!result)
		result = config_files_open(&files, args->root, args->output, err);
	if (!result)
		result = draft_files(&files, machine, &proposal, err);
	if (!result && !args->dry_run)
		result = config_files_write(&files, err);
	if (result)
		return result;
	remark(machine, &proposal);
	if (args->json)
		return show_json(machine, &proposal, &files, err);
	return config_files_show(&files, args->dry_run, err);
}

int init_config_run(const struct args *args, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_machine_ struct machine machine = MACHINE_INIT;
	int result =
		root_fd < 0 ? root_fd : machine_read(&machine, root_fd, args->root, err);

	if (!result)
		result = run(args, &machine, err);
	if (result)
		err_hint_root(err);
	return result ? EXIT_FAILED : EXIT_DONE;
}
