/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_menu.c: writes our part of grub.cfg. */
#include <stdlib.h>
#include <string.h>

#include "boot/grub_menu.h"
#include "boot/line.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

/* GRUB puts double quotes around an argument with a space when it hands it to the kernel, which
 * takes them off, so a word's own go. */
void grub_menu_quote(const char *word, struct strbuf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=.,:/@%^~";
	bool bare = strspn(word, plain) == strlen(word);

	if (!bare)
		strbuf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			strbuf_adds(out, "'\\''");
		else if (*word != '"')
			strbuf_addc(out, *word);
	}
	if (!bare)
		strbuf_addc(out, '\'');
}

void grub_menu_quote_line(const char *line, struct strbuf *out)
{
	size_t length;

	for (const char *word = line; (word = line_next(word, &length)); word += length) {
		_cleanup_free_ char *copy = strndup(word, length);

		if (word != line)
			strbuf_addc(out, ' ');
		grub_menu_quote(copy ? copy : "", out);
		out->overflow |= !copy;
	}
}

static bool is_wanted(const struct grub_menu *menu, const struct boot_image *image)
{
	return menu->previous || !image->previous || image == menu->choice.first ||
	       image == menu->choice.fallback;
}

/* An entry's number in the menu, where no other script comes before ours. */
static size_t index_of(const struct grub_menu *menu, const struct boot_image *image)
{
	size_t index = 0;

	for (const struct boot_image *at = menu->images->items; at != image; at++)
		index += is_wanted(menu, at);
	/* The entry more comes behind the first one. */
	return index + (index && menu->choice.same_image);
}

static bool has_fallback(const struct grub_menu *menu)
{
	return menu->choice.first && (menu->choice.fallback || menu->other);
}

/* Where the state knows it, GRUB need not count any more. */
static bool has_failed(const struct grub_menu *menu)
{
	return menu->choice.trial == TRIAL_FAILED && has_fallback(menu);
}

static bool counts(const struct grub_menu *menu)
{
	return menu->tries > 0 && has_fallback(menu) && menu->choice.first->id[0];
}

/* The distribution's entries come behind ours. */
static size_t fallback_index(const struct grub_menu *menu)
{
	const struct image_list *images = menu->images;

	if (menu->choice.same_image)
		return 1;
	return index_of(menu, menu->choice.fallback ? menu->choice.fallback
						    : images->items + images->count);
}

/* One entry, and its command line where that is not the present one. */
static void describe_entry(const struct grub_menu *menu, const struct boot_image *image,
			   const char *name, const char *line, struct strbuf *out)
{
	strbuf_addf(out, "entry %s: /%s /%s %s\n", name ? name : "", image->kernel,
		    image->path, image->id);
	if (!menu->ours || !strcmp(line, menu->choice.line))
		return;
	strbuf_addf(out, "command line of %s: ", name ? name : "");
	grub_menu_quote_line(line, out);
	strbuf_addc(out, '\n');
}

static void describe_fallback(const struct grub_menu *menu, struct strbuf *out)
{
	_cleanup_free_ char *name = choice_fallback_name(&menu->choice);

	strbuf_addf(out, "fallback: %s", name ? name : "the distribution's first entry");
	if (counts(menu))
		strbuf_addf(out, ", after %d tries of a new image", menu->tries);
	if (counts(menu) && menu->panic)
		strbuf_addf(out, " with panic=%u", menu->panic);
	strbuf_addc(out, '\n');
}

void grub_menu_describe(const struct grub_menu *menu, struct strbuf *out)
{
	const struct choice *choice = &menu->choice;

	for (size_t i = 0; i < menu->images->count; i++) {
		const struct boot_image *image = &menu->images->items[i];
		_cleanup_free_ char *name = choice_entry_name(image);
		_cleanup_free_ char *more = choice_fallback_name(choice);

		if (is_wanted(menu, image))
			describe_entry(menu, image, name, choice_line(choice, image),
				       out);
		if (image == choice->first && choice->same_image)
			describe_entry(menu, image, more, choice->fallback_line, out);
	}
	if (has_fallback(menu))
		describe_fallback(menu, out);
	if (has_failed(menu))
		strbuf_adds(out, "the fallback is the default: what was tried did not "
				 "come up\n");
	if (menu->images->count && menu->ours) {
		strbuf_adds(out, "command line: ");
		grub_menu_quote_line(choice->line, out);
		strbuf_addc(out, '\n');
	}
}

void grub_menu_find(const char *config, struct strbuf *out)
{
	static const char mark[] = GRUB_REMARK;

	for (const char *line = config; line;) {
		size_t length = strcspn(line, "\n");

		if (!strncmp(line, mark, strlen(mark)))
			strbuf_addf(out, "%.*s\n", (int)(length - strlen(mark)),
				    line + strlen(mark));
		line = line[length] ? line + length + 1 : NULL;
	}
}

static void write_remarks(const struct grub_menu *menu, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	grub_menu_describe(menu, &text);
	for (char *rest = text.text, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			strbuf_addf(out, GRUB_REMARK "%s\n", line);
}

/* Which entry is the default, and which comes when that cannot be loaded. */
static void write_default(const struct grub_menu *menu, struct strbuf *out)
{
	const struct choice *choice = &menu->choice;
	_cleanup_free_ char *first = choice_entry_name(choice->first);
	_cleanup_free_ char *fallback =
		choice->fallback ? choice_fallback_name(choice)
				 : format_text("%zu", fallback_index(menu));

	strbuf_addf(out, "set bedplate_first=\"%s\"\n",
		    has_failed(menu) && fallback ? fallback
		    : first                      ? first
						 : "0");
	if (counts(menu))
		strbuf_addf(out,
			    "if [ \"${" GRUB_TRIAL "}\" = \"%s\" -a \"${" GRUB_TRIES
			    "}\" = \"0\" ]; then\n\tset bedplate_first=\"%s\"\nfi\n",
			    menu->key, fallback ? fallback : "0");
	strbuf_adds(out, "if [ -z \"${boot_once}\" ]; then\n"
			 "\tif [ -z \"${default}\" -o \"${default}\" = \"0\" ]; then\n"
			 "\t\tset default=\"${bedplate_first}\"\n\tfi\nfi\n");
	if (has_fallback(menu))
		strbuf_addf(out, "set fallback=\"%zu\"\n", fallback_index(menu));
}

static void write_count(const struct grub_menu *menu, struct strbuf *out)
{
	strbuf_adds(out, "function bedplate_count {\n"
			 "\tif [ \"${" GRUB_TRIAL "}\" = \"${1}\" ]; then\n");
	if (menu->panic)
		strbuf_addf(out, "\t\tset bedplate_panic=\"panic=%u\"\n", menu->panic);
	for (int tries = 1; tries <= menu->tries; tries++)
		strbuf_addf(out,
			    "\t\t%s [ \"${" GRUB_TRIES "}\" = \"%d\" ]; then\n"
			    "\t\t\tset " GRUB_TRIES "=\"%d\"\n",
			    tries == 1 ? "if" : "elif", tries, tries - 1);
	strbuf_adds(out, "\t\tfi\n\t\tsave_env " GRUB_TRIES "\n\tfi\n}\n");
}

/* A path as GRUB sees it; the commands to get there in front, unless they were the last. */
static void write_path(const struct grub_menu *menu, const char *path,
		       const char **access, struct strbuf *commands, struct strbuf *out)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;

	for (size_t i = 0; i < menu->folder_count; i++) {
		const struct grub_folder *folder = &menu->folders[i];

		if (strlen(folder->here) != length ||
		    strncmp(folder->here, path, length) != 0)
			continue;
		if (!*access || strcmp(*access, folder->access) != 0)
			strbuf_adds(commands, folder->access);
		*access = folder->access;
		strbuf_adds(out, folder->there);
	}
	strbuf_addc(out, '/');
	grub_menu_quote(slash ? slash + 1 : path, out);
}

static void write_commands(const char *commands, struct strbuf *out)
{
	while (*commands) {
		size_t length = strcspn(commands, "\n");

		strbuf_addf(out, "\t%.*s\n", (int)length, commands);
		commands += length + (commands[length] == '\n');
	}
}

/* One of its two files: the commands to get there, then "linux" or "initrd" with its path. */
static void write_load(const struct grub_menu *menu, const char *command,
		       const char *path, const char **access, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf commands, name;

	strbuf_init(&commands, 0);
	strbuf_init(&name, 0);
	write_path(menu, path, access, &commands, &name);
	write_commands(commands.text, out);
	strbuf_addf(out, "\t%s\t%s", command, name.text);
}

static void write_title(const struct grub_menu *menu, const struct boot_image *image,
			bool more, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf title;

	strbuf_init(&title, 0);
	strbuf_addf(&title, "%s, with Linux %s (%s", menu->title, image->version,
		    more              ? "previous command line"
		    : image->previous ? "previous image"
				      : "Bedplate");
	if (image->previous > 1)
		strbuf_addf(&title, " %d", image->previous);
	strbuf_addc(&title, ')');
	grub_menu_quote(title.text, out);
}

/* What the kernel is given. */
static void write_line(const struct grub_menu *menu, const char *line, bool tried,
		       struct strbuf *out)
{
	if (*menu->root && !(menu->ours && line_has(line, "root")))
		strbuf_addf(out, " %s", menu->root);
	if (tried)
		strbuf_adds(out, " ${bedplate_panic}");
	strbuf_addc(out, ' ');
	if (menu->ours)
		grub_menu_quote_line(line, out);
	else
		strbuf_adds(out, menu->cmdline);
	strbuf_addc(out, '\n');
}

/* `more`: the first image's entry with its former line. */
static void write_entry(const struct grub_menu *menu, const struct boot_image *image,
			bool more, struct strbuf *out)
{
	const struct choice *choice = &menu->choice;
	_cleanup_free_ char *name =
		more ? choice_fallback_name(choice) : choice_entry_name(image);
	const char *line = more ? choice->fallback_line : choice_line(choice, image);
	bool tried = !more && image == choice->first && counts(menu);
	const char *access = NULL;

	strbuf_adds(out, "menuentry ");
	write_title(menu, image, more, out);
	strbuf_addf(out,
		    " --class gnu-linux --class gnu --class os $menuentry_id_option "
		    "'%s' {\n",
		    name ? name : "");
	if (tried)
		strbuf_addf(out, "\tbedplate_count %s\n", menu->key);
	strbuf_adds(out, "\tload_video\n\tinsmod gzio\n");
	write_load(menu, "linux", image->kernel, &access, out);
	write_line(menu, line, tried, out);
	write_load(menu, "initrd", image->path, &access, out);
	strbuf_adds(out, "\n}\n");
}

void grub_menu_write(const struct grub_menu *menu, struct strbuf *out)
{
	write_remarks(menu, out);
	if (menu->choice.first) {
		write_default(menu, out);
		if (counts(menu))
			write_count(menu, out);
	}
	for (size_t i = 0; i < menu->images->count; i++) {
		const struct boot_image *image = &menu->images->items[i];

		if (is_wanted(menu, image))
			write_entry(menu, image, false, out);
		if (image == menu->choice.first && menu->choice.same_image)
			write_entry(menu, image, true, out);
	}
}
