/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate mkinitramfs: makes, lists and unpacks initramfs images. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/conf.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/schema/host.h"
#include "mkinitramfs/args.h"
#include "mkinitramfs/build.h"
#include "mkinitramfs/extract.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/list.h"

static void on_signal(int number)
{
	(void)number;
	image_interrupted = 1;
}

/* A file size limit is to be an error of write(2), so that what was begun is removed. */
static void signals_set(void)
{
	struct sigaction stop = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

/* Each option that is one of the configuration's keys. */
static int conf_override(struct conf *conf, const struct args *args, struct err *err)
{
	const struct {
		const char *key, *value, *origin;
	} overrides[] = {
		{ "Mode", args->mode, "--mode" },
		{ "Compression", args->compression, "--compression" },
		{ "Level", args->level, "--level" },
	};
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(overrides); i++)
		if (overrides[i].value)
			result = conf_set(conf, "Image", overrides[i].key,
					  overrides[i].value, overrides[i].origin, err);
	return result;
}

/* One --set: "Modules.Signatures=drop". */
static int conf_set_one(struct conf *conf, const char *text, struct err *err)
{
	_cleanup_free_ char *section = strdup(text);
	char *key = section ? strchr(section, '.') : NULL;
	char *value = key ? strchr(key, '=') : NULL;

	if (!section)
		return err_sys(err, ENOMEM, "reading --set %s", text);
	if (!value)
		return err_set(err, EINVAL, "--set %s: SECTION.KEY=VALUE was expected",
			       text);
	*key++ = '\0';
	*value++ = '\0';
	return conf_set(conf, section, key, value, "--set", err);
}

static int conf_load(struct conf *conf, const struct args *args, int root_fd,
		     struct err *err)
{
	int result = conf_read_file(conf, root_fd, "etc/bedplate/host.conf", err);

	if (result >= 0)
		result =
			conf_read_dropins(conf, root_fd, "etc/bedplate/host.conf.d", err);
	if (result >= 0)
		result = conf_override(conf, args, err);
	for (size_t i = 0; result >= 0 && i < args->set.count; i++)
		result = conf_set_one(conf, args->set.items[i], err);
	return result < 0 ? result : conf_check(conf, err);
}

static int dump_config(const struct conf *conf)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	conf_dump(conf, CONF_DUMP_ORIGINS | CONF_DUMP_DEFAULTS, &text);
	fputs(text.text, stdout);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

static int run_build(const struct args *args, struct err *err)
{
	_cleanup_conf_ struct conf *conf = conf_new(&host_schema);
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_guests_ struct guests guests = GUESTS_INIT;

	if (root_fd < 0)
		return EXIT_FAILED;
	if (!conf) {
		err_sys(err, ENOMEM, "reading the configuration");
		return EXIT_FAILED;
	}
	if (conf_load(conf, args, root_fd, err) < 0)
		return EXIT_USAGE;
	if (args->dump_config)
		return dump_config(conf);
	if (!args->output && !args->dry_run) {
		err_set(err, EINVAL, "where to? -o FILE names the image");
		err_hint(err, "--dry-run shows what would be in it");
		return EXIT_USAGE;
	}
	if (guests_read(&guests, root_fd, err) < 0)
		return EXIT_USAGE;
	return build_run(args, conf, &guests, root_fd, err) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct args *args, const char *dir, struct err *err)
{
	if (dir && !args->extract) {
		err_set(err, EINVAL, "\"%s\" is one word too many", dir);
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

int main(int argc, char **argv)
{
	struct args args = { .kernel = NULL };
	struct err err = ERR_INIT;
	int first, code;

	log_open(LOG_TO_STDERR, "bedplate mkinitramfs");
	first = option_parse(&mkinitramfs_command, argc, argv, &args, &err);
	if (first == OPTION_SHOWN)
		return EXIT_DONE;
	if (first < 0) {
		log_err(&err);
		return EXIT_USAGE;
	}
	if (args.verbose)
		log_set_level(LOG_DEBUG);
	signals_set();
	code = run(&args, first < argc ? argv[first] : NULL, &err);
	if (code != EXIT_DONE && err.code)
		log_err(&err);
	return code;
}
