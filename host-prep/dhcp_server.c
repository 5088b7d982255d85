/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_server.c: starts and ends a network's dnsmasq. */
#include <errno.h>
#include <stdio.h>

#include "host-prep/daemon.h"
#include "host-prep/dhcp.h"
#include "host-prep/dhcp_server.h"
#include "host-prep/keeper.h"
#include "lib/file.h"

/* EXIT STATUS in dnsmasq(8): 1 is a problem with its configuration. */
enum { TIMEOUT_MS = 60000, PATH_SIZE = 256, STATUS_WRONG = 1 };

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

static const char *keeper_path(const char *network, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, DHCP_CONF_DIR "/%s.keeper", network);
	return path;
}

enum dhcp_server_state dhcp_server_look(int root_fd, const char *network,
					struct keeper_report *report)
{
	char path[PATH_SIZE];
	bool runs = server_pid(root_fd, network) > 0;

	keeper_read_report(root_fd, keeper_path(network, path), report);
	if (!runs)
		return report->gave_up ? DHCP_SERVER_GAVE_UP : DHCP_SERVER_GONE;
	return has_systemd(root_fd) || keeper_pid(root_fd, path) ? DHCP_SERVER_RUNS
								 : DHCP_SERVER_ALONE;
}

static int unit_command(const char *word, const char *network, struct err *err)
{
	char unit[PATH_SIZE];
	const char *const argv[] = { "systemctl", word, unit, NULL };

	snprintf(unit, sizeof(unit), "bedplate-dhcp@%s.service", network);
	return daemon_command(argv, TIMEOUT_MS, err);
}

/* One that has lost its keeper, too. */
static int stop_kept(int root_fd, const char *network, struct err *err)
{
	char path[PATH_SIZE];
	int result = keeper_stop(root_fd, keeper_path(network, path), err);

	return result ? result
		      : daemon_end(root_fd, pid_path(network, path),
				   server_pid(root_fd, network), err);
}

static int start_kept(int root_fd, const char *network, struct err *err)
{
	char option[PATH_SIZE], path[PATH_SIZE], pid[PATH_SIZE], what[PATH_SIZE];
	const char *const argv[] = { "dnsmasq", own_option(network, option),
				     "--keep-in-foreground", NULL };
	const struct keeper keeper = { .root_fd = root_fd,
				       .what = what,
				       .argv = argv,
				       .path = keeper_path(network, path),
				       .pid_path = pid_path(network, pid),
				       .wrong_status = STATUS_WRONG,
				       .timeout_ms = TIMEOUT_MS };
	int result;

	snprintf(what, sizeof(what), "dnsmasq of network %s", network);
	result = keeper_start(&keeper, err);
	if (result == -ENOENT)
		return err_hint(err, "the package dnsmasq-base has dnsmasq");
	return result && err ? daemon_hint(err->text, err) : result;
}

int dhcp_server_start(int root_fd, const char *network, struct err *err)
{
	int result;

	if (has_systemd(root_fd))
		return unit_command("restart", network, err);
	/* Its socket is free for the next one only once the one before is gone. */
	result = stop_kept(root_fd, network, err);
	return result ? result : start_kept(root_fd, network, err);
}

int dhcp_server_stop(int root_fd, const char *network, struct err *err)
{
	if (has_systemd(root_fd))
		return unit_command("stop", network, err);
	return stop_kept(root_fd, network, err);
}
