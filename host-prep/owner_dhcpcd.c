/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_dhcpcd.c: which interfaces a dhcpcd for all of them leaves alone. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/owner_dhcpcd.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text_match.h"

#define DENY "ExecStart=/usr/sbin/dhcpcd -q -b -Z \""

/* Those for one interface have files of its name. */
bool owner_dhcpcd_is_here(int root_fd)
{
	char path[64], name[16];
	uint64_t pid = 0;

	if (file_read_u64(root_fd, "run/dhcpcd/pid", &pid, NULL) || !pid)
		return false;
	snprintf(path, sizeof(path), "proc/%llu/comm", (unsigned long long)pid);
	return file_read_line(root_fd, path, name, sizeof(name), NULL) >= 0 &&
	       !strcmp(name, "dhcpcd");
}

/* Whether one of the patterns of the line, parted by blanks or commas, is one for the name. */
static bool has_pattern(const char *line, const char *name)
{
	while (*line && *line != '\n' && *line != '"') {
		size_t length = strcspn(line, " \t,\"\n");
		char pattern[64];

		snprintf(pattern, sizeof(pattern), "%.*s", (int)length, line);
		if (length && fnmatch(pattern, name, 0) == 0)
			return true;
		line += length;
		line += strspn(line, " \t,");
	}
	return false;
}

/* The rest of a line that begins with the word, or NULL. */
static const char *behind(const char *line, const char *word)
{
	size_t length = strlen(word);

	line += strspn(line, " \t");
	return !strncmp(line, word, length) && isspace((unsigned char)line[length])
		       ? line + length
		       : NULL;
}

static bool is_block(const char *line)
{
	return behind(line, "interface") || behind(line, "ssid") ||
	       behind(line, "profile");
}

/* What is in a block counts for that alone (dhcpcd.conf(5)). Refusing counts for more than
 * allowing. */
static bool configuration_takes(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;
	bool lists = false, listed = false;

	strbuf_init(&text, 0);
	file_read(root_fd, "etc/dhcpcd.conf", &text, NULL);
	for (const char *line = text.text; *line && !is_block(line);
	     line = text_next_line(line)) {
		const char *deny = behind(line, "denyinterfaces");
		const char *allow = behind(line, "allowinterfaces");

		if (deny && has_pattern(deny, link))
			return false;
		lists |= allow != NULL;
		listed |= allow && has_pattern(allow, link);
	}
	return !lists || listed;
}

static bool is_denied(int root_fd, const char *link)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	file_read(root_fd, OWNER_DHCPCD_PATH, &text, NULL);
	for (const char *line = text.text; *line; line = text_next_line(line))
		if (!strncmp(line, DENY, strlen(DENY)) &&
		    has_pattern(line + strlen(DENY), link))
			return true;
	return false;
}

bool owner_dhcpcd_claims(int root_fd, const char *link)
{
	return configuration_takes(root_fd, link) && !is_denied(root_fd, link);
}

/* The service's command line as Debian has it: the file has no folder for more files. */
void owner_dhcpcd_write(const char *mark, const char *links, struct strbuf *out)
{
	strbuf_addf(out, "%s[Service]\nExecStart=\n" DENY "%s\"\n", mark, links);
}
