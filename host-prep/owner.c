/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.c: what NetworkManager, systemd-networkd, ifupdown and netplan have in their files;
 * dhcpcd's are in owner_dhcpcd.c. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/owner.h"
#include "host-prep/owner_dhcpcd.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/process.h"
#include "lib/text_match.h"

enum { PATH_SIZE = 320 };

#define IFUPDOWN_PATH   "etc/systemd/system/networking.service.d/90-bedplate.conf"
#define NETWORKD_STATES "run/systemd/netif/links"
#define OURS            "05-bedplate-"
#define MARK            "# Written by bedplate host-prep check --apply-ownership.\n"

/* Reads all files of a folder whose names end so, one behind the other. */
static void read_folder(int root_fd, const char *folder, const char *suffix,
			struct strbuf *out)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char path[PATH_SIZE];

	names_read(&names, root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		if (!text_ends_in(names.items[i], suffix))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names.items[i]);
		file_read(root_fd, path, out, NULL);
		strbuf_addc(out, '\n');
	}
}

/* Whether one of the words, parted by any of `between`, is the name or a pattern for it. */
static bool has_word(const char *text, const char *between, const char *before,
		     const char *name)
{
	while (*text && *text != '\n') {
		size_t length = strcspn(text, between);
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)length, text);
		if (!strncmp(word, before, strlen(before)) &&
		    fnmatch(word + strlen(before), name, 0) == 0)
			return true;
		text += length;
		text += strspn(text, between) * (*text != '\n');
	}
	return false;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* The value of a line "KEY=...", or NULL. Of files such as NetworkManager's and systemd's blanks
 * around the = are no part. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	line = skip_blanks(line);
	if (strncmp(line, key, length) != 0)
		return NULL;
	line = skip_blanks(line + length);
	line += *line == '+';
	return *line == '=' ? skip_blanks(line + 1) : NULL;
}

/* ---- NetworkManager ---- */

static bool manager_is_here(int root_fd)
{
	return check_process_runs(root_fd, "NetworkManager");
}

static bool manager_claims(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;
	bool matches = false;

	strbuf_init(&text, 0);
	read_folder(root_fd, "usr/lib/NetworkManager/conf.d", ".conf", &text);
	read_folder(root_fd, "run/NetworkManager/conf.d", ".conf", &text);
	file_read(root_fd, "etc/NetworkManager/NetworkManager.conf", &text, NULL);
	strbuf_addc(&text, '\n');
	read_folder(root_fd, "etc/NetworkManager/conf.d", ".conf", &text);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		const char *unmanaged = value_of(line, "unmanaged-devices");
		const char *match = value_of(line, "match-device");
		const char *managed = value_of(line, "managed");

		if (*line == '[')
			matches = false;
		if (match)
			matches = has_word(match, ";,\n", "interface-name:", link);
		if ((matches && managed && (*managed == '0' || *managed == 'f')) ||
		    (unmanaged && has_word(unmanaged, ";,\n", "interface-name:", link)))
			return false;
	}
	return true;
}

static void manager_write(const char *links, struct strbuf *out)
{
	const char *before = "";

	strbuf_adds(out, MARK "[keyfile]\nunmanaged-devices+=");
	while (*links) {
		size_t length = strcspn(links, " ");

		strbuf_addf(out, "%sinterface-name:%.*s", before, (int)length, links);
		links += length + (links[length] == ' ');
		before = ";";
	}
	strbuf_adds(out, "\n");
}

/* Started up means that all devices that were there have what they get, or never will. */
static int manager_is_done(int root_fd, int index)
{
	static const char *const argv[] = { "nm-online", "--wait-for-startup", "--quiet",
					    "--timeout=1", NULL };
	struct process process = { .argv = argv, .timeout_ms = 5000 };
	struct err err = ERR_INIT;

	(void)root_fd;
	(void)index;
	if (!process_run(&process, &err))
		return 1;
	return err.code == -ECHILD || err.code == -ETIMEDOUT ? 0 : -1;
}

/* ---- systemd-networkd ---- */

static bool networkd_is_here(int root_fd)
{
	return check_process_runs(root_fd, "systemd-network");
}

/* A file's word about an interface, by its name: 1 it is set up, 0 it is left alone, -1 it is
 * not meant. Other ways to match are left to what networkd itself says. */
static int networkd_says(int root_fd, const char *path, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;
	int says = -1;

	strbuf_init(&text, 0);
	file_read(root_fd, path, &text, NULL);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		const char *name = value_of(line, "Name");
		const char *unmanaged = value_of(line, "Unmanaged");

		if (name && has_word(name, " \t\n", "", link))
			says = 1;
		if (says >= 0 && unmanaged &&
		    (*unmanaged == 'y' || *unmanaged == 't' || *unmanaged == '1'))
			says = 0;
	}
	return says;
}

/* Of all folders' files the first by name counts. */
static int networkd_files_say(int root_fd, const char *link)
{
	static const char *const folders[] = { "etc/systemd/network",
					       "run/systemd/network",
					       "usr/lib/systemd/network" };
	char first[256] = "", path[PATH_SIZE];
	int says = -1;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_names_ struct names names = NAMES_INIT;

		names_read(&names, root_fd, folders[i]);
		for (size_t j = 0; j < names.count; j++) {
			const char *name = names.items[j];
			int one;

			if (!text_ends_in(name, ".network") ||
			    (*first && strcmp(name, first) >= 0))
				continue;
			snprintf(path, sizeof(path), "%s/%s", folders[i], name);
			one = networkd_says(root_fd, path, link);
			if (one < 0)
				continue;
			/* Its DHCP client works for us there (dhcp_client.c). */
			says = one && strncmp(name, OURS, strlen(OURS)) != 0;
			snprintf(first, sizeof(first), "%.255s", name);
		}
	}
	return says;
}

/* networkd's word for what it does with the interface; "" where it does not know it yet. */
static const char *networkd_state(int root_fd, int index, char state[32])
{
	_cleanup_strbuf_ struct strbuf text;
	char path[PATH_SIZE];

	*state = '\0';
	strbuf_init(&text, 0);
	snprintf(path, sizeof(path), NETWORKD_STATES "/%d", index);
	file_read(root_fd, path, &text, NULL);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		const char *value = value_of(line, "ADMIN_STATE");

		if (value)
			snprintf(state, 32, "%.*s", (int)strcspn(value, "\n"), value);
	}
	return state;
}

static bool networkd_claims(int root_fd, const char *link)
{
	char path[PATH_SIZE], index[16], state[32];
	int says = networkd_files_say(root_fd, link);

	if (says >= 0)
		return says;
	snprintf(path, sizeof(path), "sys/class/net/%s/ifindex", link);
	if (file_read_line(root_fd, path, index, sizeof(index), NULL) < 0)
		return false;
	networkd_state(root_fd, atoi(index), state);
	return !strncmp(state, "configur", strlen("configur"));
}

static int networkd_is_done(int root_fd, int index)
{
	static const char *const ends[] = { "configured", "unmanaged", "failed" };
	char state[32];

	networkd_state(root_fd, index, state);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(state, ends[i]))
			return 1;
	return 0;
}

/* Before that it waits for udev, or for its turn. */
static bool networkd_has_begun(int root_fd, int index)
{
	char state[32];

	networkd_state(root_fd, index, state);
	return *state && strcmp(state, "pending") != 0 &&
	       strcmp(state, "initialized") != 0;
}

static void networkd_write(const char *links, struct strbuf *out)
{
	strbuf_addf(out, MARK "[Match]\nName=%s\n\n[Link]\nUnmanaged=yes\n", links);
}

/* ---- ifupdown ---- */

static bool ifupdown_is_here(int root_fd)
{
	return file_exists(root_fd, "etc/network/interfaces") &&
	       (file_exists(root_fd, "sbin/ifup") ||
		file_exists(root_fd, "usr/sbin/ifup"));
}

static bool ifupdown_excludes(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	file_read(root_fd, "etc/default/networking", &text, NULL);
	strbuf_addc(&text, '\n');
	file_read(root_fd, IFUPDOWN_PATH, &text, NULL);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		const char *value = value_of(line, "EXCLUDE_INTERFACES");

		if (!value)
			value = value_of(line, "Environment=\"EXCLUDE_INTERFACES");
		if (value && has_word(value + (*value == '"'), " \t\"\n", "", link))
			return true;
	}
	return false;
}

static bool ifupdown_claims(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;
	bool automatic = false, hotplug = false, set_up = false;

	strbuf_init(&text, 0);
	file_read(root_fd, "etc/network/interfaces", &text, NULL);
	strbuf_addc(&text, '\n');
	read_folder(root_fd, "etc/network/interfaces.d", "", &text);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		char word[32] = "", name[32] = "", method[32] = "";

		sscanf(line, "%31s %31s %*s %31s", word, name, method);
		if (!strcmp(word, "auto"))
			automatic |= has_word(line + strcspn(line, " \t\n"), " \t\n", "",
					      link);
		else if (!strcmp(word, "allow-hotplug"))
			hotplug |= has_word(line + strcspn(line, " \t\n"), " \t\n", "",
					    link);
		else if (!strcmp(word, "iface") && !strcmp(name, link))
			set_up |= strcmp(method, "manual") != 0;
	}
	return set_up && (hotplug || (automatic && !ifupdown_excludes(root_fd, link)));
}

static void ifupdown_write(const char *links, struct strbuf *out)
{
	strbuf_addf(out, MARK "[Service]\nEnvironment=\"EXCLUDE_INTERFACES=%s\"\n",
		    links);
}

/* ---- netplan ---- */

bool owner_netplan_has(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;
	char key[40];

	strbuf_init(&text, 0);
	read_folder(root_fd, "etc/netplan", ".yaml", &text);
	read_folder(root_fd, "run/netplan", ".yaml", &text);
	snprintf(key, sizeof(key), "%.31s:", link);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		size_t blanks = strspn(line, " ");

		if (blanks && !strncmp(line + blanks, key, strlen(key)))
			return true;
	}
	return false;
}

static void dhcpcd_write(const char *links, struct strbuf *out)
{
	owner_dhcpcd_write(MARK, links, out);
}

const struct owner owners[] = {
	{ .name = "NetworkManager",
	  .path = "etc/NetworkManager/conf.d/90-bedplate.conf",
	  .reload = "systemctl restart NetworkManager",
	  .takes_ports = true,
	  .is_here = manager_is_here,
	  .claims = manager_claims,
	  .is_done = manager_is_done,
	  .write = manager_write },
	{ .name = "systemd-networkd",
	  .path = "etc/systemd/network/05-bedplate.network",
	  .reload = "networkctl reload",
	  .is_here = networkd_is_here,
	  .claims = networkd_claims,
	  .is_done = networkd_is_done,
	  .has_begun = networkd_has_begun,
	  .states = NETWORKD_STATES,
	  .write = networkd_write },
	{ .name = "ifupdown",
	  .path = IFUPDOWN_PATH,
	  .reload = "systemctl daemon-reload",
	  .is_here = ifupdown_is_here,
	  .claims = ifupdown_claims,
	  .write = ifupdown_write },
	{ .name = "dhcpcd",
	  .path = OWNER_DHCPCD_PATH,
	  .reload = "systemctl daemon-reload && systemctl restart dhcpcd",
	  .takes_back = true,
	  .is_here = owner_dhcpcd_is_here,
	  .claims = owner_dhcpcd_claims,
	  .write = dhcpcd_write },
	{ .name = NULL },
};
