/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate mkinitramfs: makes, lists and unpacks initramfs images. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/conf.h"
#include "lib/file.h"
#include "lib/program.h"
#include "lib/schema/host.h"
#include "mkinitramfs/args.h"
#include "mkinitramfs/build.h"
#include "mkinitramfs/extract.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/list.h"
#include "mkinitramfs/update.h"
#include "mkinitramfs/verify_main.h"

static int dump_config(const struct conf *conf)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	conf_dump(conf, CONF_DUMP_ORIGINS | CONF_DUMP_DEFAULTS | CONF_DUMP_PUBLIC, &text);
	fputs(text.text, stdout);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

/* Whether what was asked for makes sense together. */
static int check_build(const struct args *args, struct err *err)
{
	if (args->verify && args->dry_run)
		return err_set(err, EINVAL, "--verify wants an image: without --dry-run");
	if (args->kernel_image && !args->verify)
		return err_set(err, EINVAL, "--kernel-image is for --verify");
	if (args->output || args->dry_run)
		return 0;
	err_set(err, EINVAL, "where to? -o FILE names the image");
	return err_hint(err, "--dry-run shows what would be in it, "
			     "bedplate mkinitramfs update puts it where it belongs");
}

static int run_build(const struct args *args, struct err *err)
{
	_cleanup_settings_ struct settings settings = SETTINGS_INIT;
	_cleanup_close_ int root_fd = file_open_root(args->root, err);

	if (root_fd < 0)
		return EXIT_FAILED;
	if (settings_read_conf(&settings, args, root_fd, err) < 0)
		return EXIT_USAGE;
	if (args->dump_config)
		return dump_config(settings.conf);
	if (check_build(args, err))
		return EXIT_USAGE;
	if (guests_read(&settings.guests, root_fd, err) < 0)
		return EXIT_USAGE;
	return build_run(args, &settings, root_fd, err) < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Without a command, options say what is to be done. */
static int run(const struct args *args, struct err *err)
{
	const char *dir = args->operand_count ? args->operands[0] : NULL;

	if (dir && !args->extract) {
		if (option_find_command(&mkinitramfs_command, dir, err)) {
			err_set(err, EINVAL, "\"%s\" stands behind an option", dir);
			err_hint(err, "the command comes first: bedplate mkinitramfs %s",
				 dir);
		}
		return EXIT_USAGE;
	}
	if (args->extract && !dir) {
		err_set(err, EINVAL, "--extract FILE wants a folder to unpack into");
		return EXIT_USAGE;
	}
	if (args->list)
		return list_run(args->list, args->json, err) < 0 ? EXIT_FAILED
								 : EXIT_DONE;
	if (args->extract)
		return extract_run(args->extract, dir, err) < 0 ? EXIT_FAILED : EXIT_DONE;
	return run_build(args, err);
}

static const struct program_command commands[] = {
	{ "update", update_run },  { "remove", remove_run }, { "status", status_run },
	{ "verify", verify_main }, { NULL, NULL },
};

int main(int argc, char **argv)
{
	struct args args = { .kernel = NULL };
	int code;

	/* A file size limit is to be an error of write(2), so that what was begun is
	 * removed. */
	signal(SIGXFSZ, SIG_IGN);
	code = program_main(&(struct program){ .options = &mkinitramfs_command,
					       .commands = commands,
					       .run = run,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.operands,
					       .operand_count = &args.operand_count },
			    argc, argv);
	free(args.set.items);
	return code;
}
