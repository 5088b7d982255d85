/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmdline.c: shows the kernel's command line, and brings it over from the boot loader. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "boot/boot.h"
#include "boot/commands.h"
#include "boot/loader.h"
#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/show_json.h"

static const char filled_in[] = "the root file system";

/* What is filled in for loaders that do not do it themselves becomes words as well. */
static int fill_in(struct boot *boot, const struct loader *loader, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_words_ struct words all = WORDS_INIT;
	size_t own = boot->words.count;
	int result;

	strbuf_init(&text, 0);
	if (!loader || loader->gives_root)
		return 0;
	result = boot_cmdline(boot, true, &text, err);
	if (!result)
		result = words_parse(&all, text.text, "", err);
	for (size_t i = 0; !result && i + own < all.count; i++)
		result = words_insert(&boot->words, i, all.items[i].text, filled_in, NULL,
				      err);
	return result;
}

static json_t *words_json(const struct words *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->items[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o}", "word", show_json_text(word->text),
				  "origin", show_json_text(word->origin), "rule",
				  word->rule ? show_json_text(word->rule->text)
					     : json_null()));
	}
	return list;
}

static int show_words_json(const struct boot *boot, const struct loader *loader,
			   const char *text, struct err *err)
{
	json_t *all = json_object();

	json_object_set_new(all, "version", json_integer(1));
	json_object_set_new(all, "loader",
			    loader ? json_string(loader->name) : json_null());
	json_object_set_new(all, "ours", json_boolean(boot->has_cmdline));
	json_object_set_new(all, "cmdline", show_json_text(text));
	json_object_set_new(all, "words", words_json(&boot->words));
	return show_json_value(all, err) ? EXIT_FAILED : EXIT_DONE;
}

static void explain(const struct words *words)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct word *word = &words->items[i];

		printf("%s: %s", word->text, word->origin);
		if (word->rule)
			printf(" (%s)", word->rule->text);
		putchar('\n');
	}
}

/* As the running kernel has it, without what generators give. */
static int read_running(int root_fd, struct strbuf *out, struct err *err)
{
	static const char *const generated[] = { "BOOT_IMAGE=", "initrd=" };
	_cleanup_words_ struct words words = WORDS_INIT;
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, "proc/cmdline", &text, err);
	if (!result)
		result = words_parse(&words, text.text, "", err);
	for (size_t i = 0; !result && i < words.count; i++) {
		const char *word = words.items[i].text;
		bool skip = false;

		for (size_t k = 0; k < ARRAY_SIZE(generated); k++)
			skip |= !strncmp(word, generated[k], strlen(generated[k]));
		if (!skip)
			strbuf_addf(out, "%s ", word);
	}
	return result;
}

static int write_new(int root_fd, const struct words *words, const char *source,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_close_ int dir_fd = file_make_dirs_in_root(root_fd, "etc/bedplate", err);

	strbuf_init(&text, 0);
	strbuf_addf(&text,
		    "# The kernel's command line, for every boot loader; see "
		    "bedplate-boot(8).\n# Brought over from %s.\n",
		    source);
	for (size_t i = 0; i < words->count; i++)
		strbuf_addf(&text, "%s\n", words->items[i].text);
	if (dir_fd < 0)
		return dir_fd;
	return file_replace(dir_fd, "cmdline", 0644, text.text, err)
		       ? err_wrap(err, "writing /" WORDS_PATH)
		       : 0;
}

/* The words that the boot loader gives without us; `source` is where they are from. */
static int read_others(const struct boot *boot, const struct loader *loader,
		       struct words *words, const char **source, struct err *err)
{
	bool asks_loader = loader && loader->import;
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	*source = asks_loader ? loader->name : "/proc/cmdline";
	result = asks_loader ? loader->import(boot, &text, err)
			     : read_running(boot->root_fd, &text, err);
	return result ? result : words_parse(words, text.text, *source, err);
}

static int import(const struct boot *boot, const struct loader *loader, struct err *err)
{
	_cleanup_words_ struct words words = WORDS_INIT;
	const char *source;
	int result;

	if (file_exists(boot->root_fd, WORDS_PATH)) {
		err_set(err, EEXIST, "/" WORDS_PATH " is there already");
		return err_hint(err, "it is never written over; move it away first");
	}
	result = read_others(boot, loader, &words, &source, err);
	if (!result)
		result = write_new(boot->root_fd, &words, source, err);
	if (!result)
		log_info("/" WORDS_PATH ": %zu words", words.count);
	return result;
}

int cmdline_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	_cleanup_strbuf_ struct strbuf text;
	const struct loader *loader;
	const char *source;
	int code = boot_open(&boot, args, false, err);

	strbuf_init(&text, 0);
	if (code != EXIT_DONE)
		return code;
	loader = loader_find(&boot, NULL);
	if (args->import)
		return import(&boot, loader, err) ? EXIT_FAILED : EXIT_DONE;
	if (boot_read_words(&boot, err))
		return EXIT_USAGE;
	if (!boot.has_cmdline) {
		log_info("there is no /" WORDS_PATH ": the command line stays the boot "
			 "loader's own");
		if (read_others(&boot, loader, &boot.words, &source, err))
			return EXIT_FAILED;
	} else if (fill_in(&boot, loader, err)) {
		return EXIT_FAILED;
	}
	words_write(&boot.words, &text);
	if (args->json)
		return show_words_json(&boot, loader, text.text, err);
	if (args->explain)
		explain(&boot.words);
	else
		puts(text.text);
	return EXIT_DONE;
}
