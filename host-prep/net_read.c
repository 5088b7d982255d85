/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_read.c: reads the present state of the network: dumps, then sysfs and sysctls. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_private.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* ---- hardware ---- */

/* "0000:01:00.0", a PCI function's folder. */
static bool is_pci_function(const char *name, size_t length)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (length < sizeof(form) - 1 || length > sizeof(form) + 3)
		return false;
	name += length - (sizeof(form) - 1);
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)name[i])
				   : name[i] != form[i])
			return false;
	return true;
}

/* "1-4.2:1.0", a USB interface's folder: bus-ports:configuration.interface. Returns what
 * stands behind the '-', or NULL. */
static const char *usb_interface(const char *name, size_t length)
{
	const char *dash = memchr(name, '-', length);

	if (!dash || !isdigit((unsigned char)*name) || !memchr(name, ':', length) ||
	    !isdigit((unsigned char)dash[1]))
		return NULL;
	return dash + 1;
}

/* Builds udev's ID_PATH out of a device's path in sysfs: the last PCI function on the way,
 * and the USB interface behind it. */
static void write_bus_path(const char *path, char *out, size_t size)
{
	for (; *path; path += strcspn(path, "/"), path += *path == '/') {
		size_t length = strcspn(path, "/");
		const char *ports = usb_interface(path, length);

		if (is_pci_function(path, length))
			snprintf(out, size, "pci-%.*s", (int)length, path);
		else if (ports)
			snprintf(out + strlen(out), size - strlen(out), "%susb-0:%.*s",
				 *out ? "-" : "", (int)(path + length - ports), ports);
	}
}

void net_read_hardware(struct net_link *link, int root_fd)
{
	char path[NET_PATH_SIZE], target[512];
	const char *slash;

	snprintf(path, sizeof(path), "sys/class/net/%s/device/driver", link->name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return;
	slash = strrchr(target, '/');
	snprintf(link->driver, sizeof(link->driver), "%.*s", NET_WORD_SIZE - 1,
		 slash ? slash + 1 : target);
	snprintf(path, sizeof(path), "sys/class/net/%s", link->name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) >= 0)
		write_bus_path(target, link->bus_path, sizeof(link->bus_path));
	snprintf(path, sizeof(path), "sys/class/net/%s/phy80211", link->name);
	link->wireless = file_exists(root_fd, path);
}

/* ---- dumps ---- */

static int dump(struct netlink *nl, uint16_t type, const void *fixed, size_t size,
		uint32_t mask, struct strbuf *out, struct err *err)
{
	_cleanup_netlink_batch_ struct netlink_batch batch;

	netlink_batch_init(&batch);
	netlink_begin(&batch, type, NLM_F_DUMP, fixed, size, NULL);
	if (mask)
		netlink_add_u32(&batch, IFLA_EXT_MASK, mask);
	strbuf_truncate(out, 0);
	return netlink_query(nl, &batch, out, err);
}

static void each(struct net *net, const struct strbuf *dumped,
		 void (*read)(struct net *net, const struct netlink_message *message))
{
	struct netlink_message message;
	size_t offset = 0;

	while (netlink_next(dumped->text, dumped->length, &offset, &message))
		read(net, &message);
}

static int read_links(struct net *net, struct netlink *nl, struct strbuf *buffer,
		      struct err *err)
{
	const struct ifinfomsg fixed = { .ifi_family = AF_UNSPEC };

	if (dump(nl, RTM_GETLINK, &fixed, sizeof(fixed), RTEXT_FILTER_SKIP_STATS, buffer,
		 err))
		return err_wrap(err, "reading the network's links");
	each(net, buffer, net_read_link);
	each(net, buffer, net_read_relations);
	return 0;
}

static int read_addresses(struct net *net, struct netlink *nl, struct strbuf *buffer,
			  struct err *err)
{
	const struct ifaddrmsg fixed = { .ifa_family = AF_UNSPEC };

	if (dump(nl, RTM_GETADDR, &fixed, sizeof(fixed), 0, buffer, err))
		return err_wrap(err, "reading the addresses");
	each(net, buffer, net_read_address);
	return 0;
}

static int read_routes(struct net *net, struct netlink *nl, int family,
		       struct strbuf *buffer, struct err *err)
{
	const struct rtmsg fixed = { .rtm_family = family };
	struct err own = ERR_INIT;
	int result = dump(nl, RTM_GETROUTE, &fixed, sizeof(fixed), 0, buffer, &own);

	/* A kernel that was started with ipv6.disable=1. */
	if (result == -EOPNOTSUPP && family == AF_INET6)
		return 0;
	if (result)
		return err_set(err, -result, "reading the routes: %s", own.text);
	each(net, buffer, net_read_route);
	return 0;
}

static bool has_vlans(const struct net *net)
{
	for (size_t i = 0; i < net->link_count; i++)
		if (net_read_has_vlans(&net->links[i].bridge))
			return true;
	return false;
}

static int read_vlans(struct net *net, struct netlink *nl, struct strbuf *buffer,
		      struct err *err)
{
	const struct ifinfomsg fixed = { .ifi_family = AF_BRIDGE };

	if (!has_vlans(net))
		return 0;
	if (dump(nl, RTM_GETLINK, &fixed, sizeof(fixed), RTEXT_FILTER_BRVLAN, buffer,
		 err))
		return err_wrap(err, "reading the bridges' VLANs");
	each(net, buffer, net_read_vlans);
	return 0;
}

int net_read(struct net *net, struct netlink *nl, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf buffer;
	int result;

	strbuf_init(&buffer, 0);
	net_release(net);
	result = read_links(net, nl, &buffer, err);
	if (!result)
		result = read_addresses(net, nl, &buffer, err);
	if (!result)
		result = read_routes(net, nl, AF_INET, &buffer, err);
	if (!result)
		result = read_routes(net, nl, AF_INET6, &buffer, err);
	if (!result)
		result = read_vlans(net, nl, &buffer, err);
	for (size_t i = 0; i < net->link_count; i++)
		if (!*net->links[i].type && !net->links[i].loopback)
			net_read_hardware(&net->links[i], root_fd);
	return result ? result : net_check_memory(net, err);
}

/* ---- sysctls ---- */

/* Of a link that is to be renamed they stand below the name that it has now. */
static void sysctl_path(const struct net *have, const char *name,
			char path[NET_PATH_SIZE + 2 * NET_NAME_SIZE])
{
	const char *link = strstr(name, "/conf/"), *rest;
	char word[NET_NAME_SIZE];
	const struct net_link *found;

	snprintf(path, NET_PATH_SIZE + 2 * NET_NAME_SIZE, "proc/sys/%s", name);
	rest = link ? strchr(link + 6, '/') : NULL;
	if (!rest || rest - link - 6 >= NET_NAME_SIZE)
		return;
	snprintf(word, sizeof(word), "%.*s", (int)(rest - link - 6), link + 6);
	found = net_find_link(have, word);
	if (found && *found->was_name)
		snprintf(path, NET_PATH_SIZE + 2 * NET_NAME_SIZE, "proc/sys/%.*s%s%s",
			 (int)(link + 6 - name), name, found->was_name, rest);
}

int net_read_sysctls(struct net *have, const struct net *want, int root_fd,
		     struct err *err)
{
	for (size_t i = 0; i < want->sysctl_count; i++) {
		const char *name = want->sysctls[i].path;
		char path[NET_PATH_SIZE + 2 * NET_NAME_SIZE], value[NET_VALUE_SIZE];
		int result;

		sysctl_path(have, name, path);
		result = file_read_line(root_fd, path, value, sizeof(value), err);
		/* A link may go at any moment, and takes its own along. */
		if (result == -ENOENT)
			err_clear(err);
		else if (result)
			return result;
		else
			net_set_sysctl(have, name, value, NULL);
	}
	return net_check_memory(have, err);
}
