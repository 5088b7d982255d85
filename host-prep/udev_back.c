/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udev_back.c: gives devices back that rules of ours no longer speak of.
 *
 * How it works: udev leaves a device's owner alone where no rule speaks of it, and many rules do so
 * only when a device is new (ACTION=="add"). So rules that come before all others give these
 * devices to root, and each is gone over as if it were new: others' rules then have their say.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/own_file.h"
#include "host-prep/udev_back.h"
#include "lib/cleanup.h"
#include "lib/strbuf.h"
#include "lib/text_match.h"

enum { LINE_SIZE = 512, MATCHES = 8 };

/* A rule's line without what it gives: up to OWNER= or GROUP=; 0: it is none. */
static size_t rule_length(const char *line)
{
	const char *end = line + strcspn(line, "\n");
	const char *owner = strstr(line, "OWNER="), *group = strstr(line, "GROUP=");
	const char *at = !owner || (group && group < owner) ? group : owner;

	return *line == 'S' && at && at < end ? (size_t)(at - line) : 0;
}

static bool has_line(const char *text, const char *line)
{
	size_t length = strcspn(line, "\n");

	for (; text && *text; text = text_next_line(text))
		if (strcspn(text, "\n") == length && !strncmp(text, line, length))
			return true;
	return false;
}

/* As the kernel (vfio) and udev (USB) have it by themselves. */
static void add_root_rule(const char *line, size_t length, struct strbuf *out)
{
	bool usb = !strncmp(line, "SUBSYSTEM==\"usb\"", 16);

	strbuf_add(out, line, length);
	strbuf_addf(out, "OWNER=\"root\", GROUP=\"root\", MODE=\"%s\"\n",
		    usb ? "0664" : "0600");
}

/* ---- the devices of a rule ---- */

/* A match of a rule's, and how `udevadm trigger` has it; what is behind the word goes with it. */
static const struct {
	const char *word, *option;
} matches[] = {
	{ "SUBSYSTEM==\"", "--subsystem-match=" },
	{ "KERNEL==\"", "--sysname-match=" },
	{ "ENV{DEVTYPE}==\"", "--property-match=DEVTYPE=" },
	{ "ATTR{idVendor}==\"", "--attr-match=idVendor=" },
	{ "ATTR{idProduct}==\"", "--attr-match=idProduct=" },
	{ "ATTR{serial}==\"", "--attr-match=serial=" },
};

/* Has udev go over the devices of a rule; some more (of vfio-dev) do no harm. */
static int trigger(const char *rule, size_t length, struct err *err)
{
	char line[LINE_SIZE], option[MATCHES][LINE_SIZE];
	const char *argv[MATCHES + 5] = { "udevadm", "trigger", "--settle",
					  "--action=add" };
	size_t count = 0;

	snprintf(line, sizeof(line), "%.*s", (int)length, rule);
	for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
		const char *at = strstr(line, matches[i].word);

		if (!at)
			continue;
		at += strlen(matches[i].word);
		snprintf(option[count], LINE_SIZE, "%s%.*s", matches[i].option,
			 (int)strcspn(at, "\""), at);
		argv[4 + count] = option[count];
		count++;
	}
	return own_file_run(argv, err);
}

static int trigger_gone(const char *before, const char *after, struct err *err)
{
	int result = 0;

	for (; !result && *before; before = text_next_line(before)) {
		size_t length = rule_length(before);

		if (length && !has_line(after, before))
			result = trigger(before, length, err);
	}
	return result;
}

int udev_give_back(int root_fd, const char *before, const char *after, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	for (const char *line = before; *line; line = text_next_line(line)) {
		size_t length = rule_length(line);

		if (length && !has_line(after, line))
			add_root_rule(line, length, &text);
	}
	if (text.overflow)
		return err_sys(err, ENOMEM, "writing /" UDEV_BACK_PATH);
	if (!text.length)
		return 0;
	result = own_file_write(root_fd, UDEV_BACK_PATH, text.text, err);
	if (!result)
		result = own_file_reload_udev(root_fd, NULL, NULL, err);
	if (!result)
		result = trigger_gone(before, after, err);
	if (own_file_write(root_fd, UDEV_BACK_PATH, NULL, result ? NULL : err) && !result)
		result = -EIO;
	return result;
}
