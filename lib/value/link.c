/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link.c: names of network interfaces, and what else may choose one. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/value/link.h"

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_.";

int link_name_check(const char *text, struct err *err)
{
	size_t length = strlen(text);

	if (length > LINK_NAME_MAX) {
		err_set(err, EINVAL,
			"\"%.80s\" is too long for an interface's name: %zu characters",
			text, length);
		err_hint(err, "%d are the most; %.*s would do", LINK_NAME_MAX,
			 LINK_NAME_MAX, text);
		return -EINVAL;
	}
	if (length && strspn(text, name_letters) == length && *text != '-' &&
	    strcmp(text, ".") != 0 && strcmp(text, "..") != 0)
		return 0;
	err_set(err, EINVAL, "\"%s\" is no name for an interface", text);
	err_hint(err, "letters, digits, - _ . may stand in it, and no - in front");
	return -EINVAL;
}

static const struct {
	const char *prefix;
	enum link_select_kind kind;
} prefixes[] = {
	{ "path:", LINK_SELECT_PATH },
	{ "driver:", LINK_SELECT_DRIVER },
};

static int keep_text(struct link_select *select, const char *text, struct err *err)
{
	size_t length = strlen(text);

	if (length > LINK_TEXT_MAX || strspn(text, "\t\n\v\f\r ") || length == 0)
		return err_set(err, EINVAL, "\"%.80s\" says nothing that chooses a NIC",
			       text);
	memcpy(select->text, text, length + 1);
	return 0;
}

int link_select_parse(const char *text, struct link_select *select, struct err *err)
{
	struct link_select read = { .kind = LINK_SELECT_NAME };
	const char *rest = text;
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t length = strlen(prefixes[i].prefix);

		if (strncmp(text, prefixes[i].prefix, length) == 0) {
			read.kind = prefixes[i].kind;
			rest = text + length;
		}
	}
	if (mac_address_parse(text, &read.mac, NULL) == 0)
		read.kind = LINK_SELECT_MAC;
	else if (read.kind == LINK_SELECT_NAME && strchr(text, ':'))
		result = err_set(err, EINVAL,
				 "\"%.80s\" does not choose an interface: NAME, a "
				 "hardware address, path:ID_PATH and driver:NAME do",
				 text);
	else if (read.kind == LINK_SELECT_NAME)
		result = link_name_check(text, err);
	if (!result && read.kind != LINK_SELECT_MAC)
		result = keep_text(&read, rest, err);
	if (!result)
		*select = read;
	return result;
}

void link_select_format(const struct link_select *select, struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (prefixes[i].kind == select->kind)
			strbuf_adds(out, prefixes[i].prefix);
	if (select->kind == LINK_SELECT_MAC)
		mac_address_format(&select->mac, out);
	else
		strbuf_adds(out, select->text);
}
