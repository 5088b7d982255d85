/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcpcd.c: dhcpcd as the DHCP client of one interface and one family. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-prep/daemon.h"
#include "host-prep/dhcpcd.h"
#include "lib/file.h"

#define RUN_DIR "run/dhcpcd"
#define SOCKET  RUN_DIR "/sock"

enum { TIMEOUT_MS = 60000, PATH_SIZE = 128 };

static const char *pid_path(const char *link, int family, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, RUN_DIR "/%s-%d.pid", link, family);
	return path;
}

/* It has one argument, which says what it does (setproctitle in its source). */
pid_t dhcpcd_pid(int root_fd, const char *link, int family)
{
	char path[PATH_SIZE], title[PATH_SIZE];

	if (!file_exists(root_fd, pid_path(link, family, path)))
		return 0;
	snprintf(title, sizeof(title), "dhcpcd: %s [ip%d]", link, family);
	return daemon_pid(root_fd, path, title);
}

/* ---- starting ---- */

/* Where one runs for all interfaces, a second one hands its command line to that one and
 * ends. What becomes of the interface is that one's business then, until it is started
 * again, which forgets it: so its socket is out of sight for ours. */
static int hide_manager(struct err *err)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
	    (mount("/dev/null", "/" SOCKET, NULL, MS_BIND, NULL) < 0 && errno != ENOENT))
		return err_sys(err, errno, "hiding /" SOCKET " from dhcpcd");
	return 0;
}

static void run_and_exit(const char *const *argv, int out)
{
	struct err err = ERR_INIT;

	if (!hide_manager(&err))
		daemon_command(argv, TIMEOUT_MS, &err);
	_exit(write(out, &err, sizeof(err)) != sizeof(err));
}

/* Runs a command that does not see the other dhcpcd. */
static int run_alone(const char *const *argv, struct err *err)
{
	struct err theirs = ERR_INIT;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "starting dhcpcd");
	child = fork();
	if (child == 0)
		run_and_exit(argv, ends[1]);
	close(ends[1]);
	if (child > 0)
		waitpid(child, NULL, 0);
	if (child < 0 || read(ends[0], &theirs, sizeof(theirs)) != sizeof(theirs))
		err_sys(&theirs, child < 0 ? errno : EIO, "starting dhcpcd");
	close(ends[0]);
	if (err && theirs.code)
		*err = theirs;
	return theirs.code;
}

/* What dhclient asks for as well. Without noipv6rs it would take router advertisements out of
 * the kernel's hands; DHCPv6 waits for one of them unless there is an ia_na
 * (dhcpcd.conf(5)). The client is known by its MAC, as to the other clients' servers. */
int dhcpcd_start(int root_fd, const char *link, int family, const char *script,
		 struct err *err)
{
	const char *const argv[] = { "dhcpcd",
				     family == 6 ? "-6" : "-4",
				     "--config",
				     "/dev/null",
				     "--background",
				     "--noconfigure",
				     "--script",
				     script,
				     "--hostname",
				     "--option",
				     "domain_name_servers,domain_name,domain_search,"
				     "host_name,ntp_servers,interface_mtu,"
				     "classless_static_routes",
				     family == 6 ? "--noipv6rs" : "--noipv4ll",
				     family == 6 ? "--ia_na" : "--clientid=",
				     link,
				     NULL };

	return file_exists(root_fd, SOCKET) ? run_alone(argv, err)
					    : daemon_command(argv, TIMEOUT_MS, err);
}

int dhcpcd_stop(int root_fd, const char *link, int family, struct err *err)
{
	char path[PATH_SIZE];

	return daemon_end(root_fd, pid_path(link, family, path),
			  dhcpcd_pid(root_fd, link, family), err);
}
