/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.c: whoever keeps the host's name servers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/daemon.h"
#include "host-prep/dns.h"
#include "lib/file.h"
#include "lib/process.h"

enum { TIMEOUT_MS = 30000, SERVERS_MAX = 8, TEXT_SIZE = 512 };

const char *dns_keeper(int root_fd)
{
	if (file_exists(root_fd, "run/systemd/resolve/resolv.conf"))
		return "systemd-resolved";
	if (file_exists(root_fd, "sbin/resolvconf") ||
	    file_exists(root_fd, "usr/sbin/resolvconf"))
		return "resolvconf";
	return NULL;
}

static int tell_resolved(const char *link, char *servers, struct err *err)
{
	const char *argv[SERVERS_MAX + 4] = { "resolvectl", *servers ? "dns" : "revert",
					      link };
	size_t count = 3;
	char *rest;

	for (char *server = strtok_r(servers, " ", &rest);
	     server && count < SERVERS_MAX + 3; server = strtok_r(NULL, " ", &rest))
		argv[count++] = server;
	return daemon_command(argv, TIMEOUT_MS, err);
}

static int tell_resolvconf(const char *link, char *servers, struct err *err)
{
	char name[64];
	const char *const argv[] = { "resolvconf", *servers ? "-a" : "-d", name, NULL };
	_cleanup_strbuf_ struct strbuf input;
	struct process process = { .argv = argv, .timeout_ms = TIMEOUT_MS };
	char *rest;

	strbuf_init(&input, 0);
	snprintf(name, sizeof(name), "%s.bedplate", link);
	for (char *server = strtok_r(servers, " ", &rest); server;
	     server = strtok_r(NULL, " ", &rest))
		strbuf_addf(&input, "nameserver %s\n", server);
	process.input = input.text;
	return process_run_quiet(&process, err);
}

int dns_hand_over(int root_fd, const char *link, const char *servers, struct err *err)
{
	const char *keeper = dns_keeper(root_fd);
	char list[TEXT_SIZE];
	int result;

	if (!keeper)
		return 0;
	snprintf(list, sizeof(list), "%s", servers);
	if (strcmp(keeper, "systemd-resolved") == 0)
		/* It has forgotten an interface that is gone. */
		result = tell_resolved(link, list, *servers ? err : NULL) && *servers
				 ? -EIO
				 : 0;
	else
		result = tell_resolvconf(link, list, err);
	return result ? err_wrap(err, "%s", keeper) : 0;
}
