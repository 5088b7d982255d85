/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_server.c: starts and ends a network's dnsmasq. */
#include <errno.h>
#include <stdio.h>

#include "host-prep/daemon.h"
#include "host-prep/dhcp.h"
#include "host-prep/dhcp_server.h"
#include "lib/file.h"

enum { TIMEOUT_MS = 60000, PATH_SIZE = 256 };

/* As sd_booted(3) asks. */
static bool has_systemd(int root_fd)
{
	return file_exists(root_fd, "run/systemd/system");
}

static const char *own_option(const char *network, char option[PATH_SIZE])
{
	snprintf(option, PATH_SIZE, "--conf-file=/" DHCP_CONF_DIR "/%s.conf", network);
	return option;
}

static const char *pid_path(const char *network, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, DHCP_CONF_DIR "/%s.pid", network);
	return path;
}

static pid_t server_pid(int root_fd, const char *network)
{
	char path[PATH_SIZE], option[PATH_SIZE];

	return daemon_pid(root_fd, pid_path(network, path), own_option(network, option));
}

bool dhcp_server_runs(int root_fd, const char *network)
{
	return server_pid(root_fd, network) > 0;
}

static int unit_command(const char *word, const char *network, struct err *err)
{
	char unit[PATH_SIZE];
	const char *const argv[] = { "systemctl", word, unit, NULL };

	snprintf(unit, sizeof(unit), "bedplate-dhcp@%s.service", network);
	return daemon_command(argv, TIMEOUT_MS, err);
}

static int stop_child(int root_fd, const char *network, struct err *err)
{
	char path[PATH_SIZE];

	return daemon_end(root_fd, pid_path(network, path), server_pid(root_fd, network),
			  err);
}

int dhcp_server_start(int root_fd, const char *network, struct err *err)
{
	char option[PATH_SIZE];
	const char *const argv[] = { "dnsmasq", own_option(network, option), NULL };
	int result;

	if (has_systemd(root_fd))
		return unit_command("restart", network, err);
	/* It goes to the background by itself once it listens; its socket is free for the
	 * next one only once the one before is gone. */
	result = stop_child(root_fd, network, err);
	if (!result)
		result = daemon_command(argv, TIMEOUT_MS, err);
	if (result == -ENOENT)
		err_hint(err, "the package dnsmasq-base has dnsmasq");
	return result;
}

int dhcp_server_stop(int root_fd, const char *network, struct err *err)
{
	if (has_systemd(root_fd))
		return unit_command("stop", network, err);
	return stop_child(root_fd, network, err);
}
