/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp_client.c: the system's DHCP client on an interface of ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/daemon.h"
#include "host-prep/dhcp_client.h"
#include "host-prep/dhcpcd.h"
#include "host-prep/link_local.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/libdir.h"
#include "lib/process.h"

#define PID_DIR     "run/bedplate/dhcp-client"
#define STATE_DIR   "var/lib/bedplate/dhcp-client"
#define NETWORK_DIR "run/systemd/network"

enum { TIMEOUT_MS = 60000, PATH_SIZE = 128 };

/* ---- which ---- */

static bool has_networkd(int root_fd)
{
	return file_exists(root_fd, "run/systemd/netif/state");
}

static bool is_program(int root_fd, const char *name)
{
	static const char *const folders[] = { "usr/sbin", "sbin", "usr/bin", "bin" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (file_exists(root_fd, path))
			return true;
	}
	return false;
}

const char *dhcp_client_name(int root_fd)
{
	static const char *const names[] = { "dhclient", "dhcpcd", "udhcpc" };

	if (has_networkd(root_fd))
		return "systemd-networkd";
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (is_program(root_fd, names[i]))
			return names[i];
	return NULL;
}

static bool is_dhclient(const char *client)
{
	return strcmp(client, "dhclient") == 0;
}

int dhcp_client_check(int root_fd, const char *link, bool ipv6, struct err *err)
{
	const char *client = dhcp_client_name(root_fd);

	if (!client) {
		err_set(err, ENOENT, "there is no DHCP client for %s", link);
		return err_hint(err, "systemd-networkd, dhclient, dhcpcd or udhcpc");
	}
	if (!ipv6 || strcmp(client, "udhcpc") != 0)
		return 0;
	err_set(err, EOPNOTSUPP,
		"%s gets no IPv6 address by DHCP: the client here, udhcpc, asks for IPv4 "
		"only",
		link);
	return err_hint(err, "install dhclient or dhcpcd, or have systemd-networkd run; "
			     "addresses that routers advertise need no client: "
			     "Dhcp=ipv4");
}

/* ---- systemd-networkd ---- */

static const char *network_path(const char *link, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, NETWORK_DIR "/05-bedplate-%s.network", link);
	return path;
}

/* What is there stays: a client that came second would cut the connection otherwise. */
static void network_text(const char *link, bool ipv4, bool ipv6, struct strbuf *out)
{
	strbuf_addf(out,
		    "# Made by bedplate host-prep; changes are lost.\n"
		    "[Match]\nName=%s\n[Network]\nDHCP=%s\nKeepConfiguration=yes\n"
		    "[DHCPv4]\nClientIdentifier=mac\n",
		    link,
		    ipv4 && ipv6 ? "yes"
		    : ipv4       ? "ipv4"
				 : "ipv6");
}

static bool networkd_runs(int root_fd, const char *link, bool ipv4, bool ipv6)
{
	_cleanup_strbuf_ struct strbuf is, wanted;
	char path[PATH_SIZE];

	strbuf_init(&is, 0);
	strbuf_init(&wanted, 0);
	network_text(link, ipv4, ipv6, &wanted);
	return file_read(root_fd, network_path(link, path), &is, NULL) == 0 &&
	       strcmp(is.text, wanted.text) == 0;
}

static int reload(struct err *err)
{
	static const char *const argv[] = { "networkctl", "reload", NULL };

	return daemon_command(argv, TIMEOUT_MS, err);
}

static int networkd_start(int root_fd, const char *link, bool ipv4, bool ipv6,
			  struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[PATH_SIZE];
	int result;

	strbuf_init(&text, 0);
	network_text(link, ipv4, ipv6, &text);
	result = file_make_dirs(root_fd, NETWORK_DIR, err);
	if (!result)
		result = file_replace(root_fd, network_path(link, path), 0644, text.text,
				      err);
	return result ? result : reload(err);
}

/* ---- a process of its own for each family ---- */

static const char *pid_path(const char *link, int family, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, PID_DIR "/%s-%d.pid", link, family);
	return path;
}

/* The addresses that our script has noted. */
static void remove_notes(int root_fd, const char *link)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), PID_DIR "/%s.address", link);
	unlinkat(root_fd, path, 0);
	snprintf(path, sizeof(path), PID_DIR "/%s.address6", link);
	unlinkat(root_fd, path, 0);
}

/* The file is among the arguments, and nobody else's; dhcpcd has its own. */
static pid_t client_pid(int root_fd, const char *link, int family)
{
	char path[PATH_SIZE], argument[PATH_SIZE + 1];
	pid_t dhcpcd = dhcpcd_pid(root_fd, link, family);

	if (dhcpcd)
		return dhcpcd;

	pid_path(link, family, path);
	snprintf(argument, sizeof(argument), "/%s", path);
	return daemon_pid(root_fd, path, argument);
}

/* Whichever it is: another one may have been installed since. */
static int stop_family(int root_fd, const char *link, int family, struct err *err)
{
	char path[PATH_SIZE];
	int result = dhcpcd_stop(root_fd, link, family, err);

	if (result)
		return result;
	return daemon_end(root_fd, pid_path(link, family, path),
			  client_pid(root_fd, link, family), err);
}

static int start_process(int root_fd, const char *client, const char *link, int family,
			 struct err *err)
{
	_cleanup_free_ char *script = format_text("%s/dhcp-script", libdir());
	char pid[PATH_SIZE], pid_argument[PATH_SIZE + 1], leases[PATH_SIZE];
	const char *const dhclient[] = { "dhclient",   family == 6 ? "-6" : "-4",
					 "-nw",        "-pf",
					 pid_argument, "-lf",
					 leases,       "-sf",
					 script,       link,
					 NULL };
	const char *const udhcpc[] = { "udhcpc",     "-i", link,   "-b", "-p",
				       pid_argument, "-s", script, NULL };

	if (!script)
		return err_sys(err, ENOMEM, "starting %s", client);
	if (strcmp(client, "dhcpcd") == 0)
		return dhcpcd_start(root_fd, link, family, script, err);
	snprintf(pid_argument, sizeof(pid_argument), "/%s", pid_path(link, family, pid));
	snprintf(leases, sizeof(leases), "/" STATE_DIR "/%s-%d.leases", link, family);
	return daemon_command(is_dhclient(client) ? dhclient : udhcpc, TIMEOUT_MS, err);
}

/* dhclient ends at once where it cannot send DHCPv6 yet; dhcpcd is to find the address that
 * the kernel makes. */
static int start_family(int root_fd, const char *client, const char *link, int family,
			struct err *err)
{
	int result = file_make_dirs(root_fd, PID_DIR, err);

	if (!result)
		result = file_make_dirs(root_fd, STATE_DIR, err);
	if (result || client_pid(root_fd, link, family))
		return result;
	if (family == 6)
		result = link_local_ready(root_fd, link, err);
	return result ? result : start_process(root_fd, client, link, family, err);
}

/* ---- all of them ---- */

bool dhcp_client_runs(int root_fd, const char *link, bool ipv4, bool ipv6)
{
	if (has_networkd(root_fd))
		return networkd_runs(root_fd, link, ipv4, ipv6);
	return (client_pid(root_fd, link, 4) > 0) == ipv4 &&
	       (client_pid(root_fd, link, 6) > 0) == ipv6;
}

int dhcp_client_start(int root_fd, const char *link, bool ipv4, bool ipv6,
		      struct err *err)
{
	const char *client = dhcp_client_name(root_fd);
	int result = dhcp_client_check(root_fd, link, ipv6, err);

	if (result)
		return result;
	if (has_networkd(root_fd))
		return networkd_start(root_fd, link, ipv4, ipv6, err);
	result = ipv4 ? start_family(root_fd, client, link, 4, err)
		      : stop_family(root_fd, link, 4, err);
	if (!result)
		result = ipv6 ? start_family(root_fd, client, link, 6, err)
			      : stop_family(root_fd, link, 6, err);
	return result;
}

int dhcp_client_stop(int root_fd, const char *link, struct err *err)
{
	char path[PATH_SIZE];
	int result = stop_family(root_fd, link, 4, err);

	if (!result)
		result = stop_family(root_fd, link, 6, err);
	remove_notes(root_fd, link);
	unlinkat(root_fd, PID_DIR, AT_REMOVEDIR);
	if (result || unlinkat(root_fd, network_path(link, path), 0) < 0)
		return result;
	return has_networkd(root_fd) ? reload(err) : 0;
}
