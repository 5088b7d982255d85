/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netstate.c: host-prep's reader, differ and applier of the network's state, without a
 * configuration, for tests in a network namespace.
 *
 *	netstate read                  the present state as JSON
 *	netstate plan [WISH...]        the steps to the present state with these changes
 *	netstate apply [WISH...]       does them; a failure is undone
 *	netstate restore FILE          back to what `netstate read [WISH...]` has written
 *	netstate hold TAP              has the tap open, as a guest has, until it is killed
 *
 * The words: bridge=NAME port=NIC,BRIDGE tap=NAME,BRIDGE[,UID] macvtap=NAME,NIC vlan=NAME,ID,PARENT
 * address=LINK,ADDRESS route=LINK,TO,VIA sysctl=PATH,VALUE mtu=LINK,BYTES isolated=LINK drop=NAME
 * filtering=BRIDGE tagged=LINK,ID[,pvid] owner=TAP,UID without=LINK,ADDRESS into=LINK (has something
 * done about it) missing=NAME pause (apply: says "ready" and waits for a line before it begins).
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include "host-prep/net_diff.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/show_json.h"

static bool pauses;

struct words {
	char text[256];
	const char *word[4];
};

static void split(struct words *words, const char *text)
{
	char *at = words->text;

	snprintf(words->text, sizeof(words->text), "%s", text);
	for (int i = 0; i < 4; i++) {
		words->word[i] = at;
		at += strcspn(at, ",");
		if (*at)
			*at++ = '\0';
	}
}

static struct net_link *new_link(struct net *net, const char *name, enum net_kind kind)
{
	struct net_link link = { .kind = kind,
				 .managed = true,
				 .up = true,
				 .alias = LINK_ALIAS_PREFIX "test",
				 .tap = { .owner = -1, .group = -1 },
				 .origin = "network/test.conf:1" };
	struct net_link *there = net_find_link(net, name);

	snprintf(link.name, sizeof(link.name), "%s", name);
	if (!there)
		return net_add_link(net, &link);
	there->managed = true;
	return there;
}

static void set_text(char *text, size_t size, const char *value)
{
	snprintf(text, size, "%s", value);
}

static void wish_bridge(struct net *want, const char *const *word)
{
	new_link(want, word[0], NET_BRIDGE);
}

static void wish_port(struct net *want, const char *const *word)
{
	struct net_link *nic = net_find_link(want, word[0]);
	struct net_link *bridge = net_find_link(want, word[1]);
	struct err err = ERR_INIT;

	if (!nic || !bridge || net_move(want, word[0], word[1], &err)) {
		log_err(&err);
		exit(EXIT_USAGE);
	}
	set_text(nic->master, sizeof(nic->master), word[1]);
	set_text(nic->origin, sizeof(nic->origin), "network/test.conf:2");
	nic->up = true;
	bridge->has_mac = true;
	memcpy(bridge->mac, nic->mac, sizeof(nic->mac));
}

static void wish_tap(struct net *want, const char *const *word)
{
	struct net_link *tap = new_link(want, word[0], NET_TAP);

	set_text(tap->master, sizeof(tap->master), word[1]);
	tap->tap.vnet_header = true;
	tap->tap.owner = *word[2] ? atoi(word[2]) : -1;
	tap->tap.multi_queue = *word[3];
}

static void wish_macvtap(struct net *want, const char *const *word)
{
	struct net_link *link = new_link(want, word[0], NET_MACVTAP);

	set_text(link->parent, sizeof(link->parent), word[1]);
	link->macvtap_mode = NET_MACVTAP_BRIDGE;
}

static void wish_vlan(struct net *want, const char *const *word)
{
	struct net_link *link = new_link(want, word[0], NET_VLAN);

	link->vlan_id = atoi(word[1]);
	set_text(link->parent, sizeof(link->parent), word[2]);
}

static void wish_address(struct net *want, const char *const *word)
{
	struct net_address address = { .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER,
				       .origin = "network/test.conf:3" };

	set_text(address.link, sizeof(address.link), word[0]);
	if (!net_parse_address(word[1], &address.family, address.bytes, &address.prefix))
		exit(EXIT_USAGE);
	net_add_address(want, &address);
}

static void wish_route(struct net *want, const char *const *word)
{
	struct net_route route = { .has_via = *word[2] != '\0',
				   .origin = "network/test.conf:4" };
	unsigned prefix;
	int family;

	set_text(route.link, sizeof(route.link), word[0]);
	if (!net_parse_address(word[1], &route.family, route.to, &route.prefix) ||
	    (*word[2] && !net_parse_address(word[2], &family, route.via, &prefix)))
		exit(EXIT_USAGE);
	net_add_route(want, &route);
}

static void wish_sysctl(struct net *want, const char *const *word)
{
	net_set_sysctl(want, word[0], word[1], "network/test.conf:5");
}

static void wish_mtu(struct net *want, const char *const *word)
{
	struct net_link *link = net_find_link(want, word[0]);

	link->managed = true;
	link->mtu = atoi(word[1]);
}

static void wish_isolated(struct net *want, const char *const *word)
{
	net_find_link(want, word[0])->port.isolated = true;
}

static void wish_filtering(struct net *want, const char *const *word)
{
	net_find_link(want, word[0])->bridge.vlan_filtering = true;
}

static void wish_tagged(struct net *want, const char *const *word)
{
	struct net_vlan vlan = { .id = atoi(word[1]), .origin = "network/test.conf:6" };

	set_text(vlan.link, sizeof(vlan.link), word[0]);
	vlan.pvid = vlan.untagged = *word[2];
	net_add_vlan(want, &vlan);
}

static void wish_owner(struct net *want, const char *const *word)
{
	struct net_link *tap = net_find_link(want, word[0]);

	tap->managed = true;
	tap->tap.owner = atoi(word[1]);
	set_text(tap->origin, sizeof(tap->origin), "network/test.conf:1");
}

static void wish_into(struct net *want, const char *const *word)
{
	net_find_link(want, word[0])->managed = true;
}

static void wish_without(struct net *want, const char *const *word)
{
	char text[2 * NET_ADDRESS_TEXT];

	for (size_t i = want->address_count; i-- > 0;)
		if (!strcmp(want->addresses[i].link, word[0]) &&
		    !strcmp(net_address_text(&want->addresses[i], text, sizeof(text)),
			    word[1]))
			net_remove_address(want, i);
}

static void wish_drop(struct net *want, const char *const *word)
{
	net_remove_link(want, word[0]);
}

static void wish_missing(struct net *want, const char *const *word)
{
	new_link(want, word[0], NET_NIC);
}

static void wish_pause(struct net *want, const char *const *word)
{
	(void)want, (void)word;
	pauses = true;
}

static const struct {
	const char *name;
	void (*wish)(struct net *want, const char *const *word);
} wishes[] = {
	{ "bridge", wish_bridge },
	{ "port", wish_port },
	{ "tap", wish_tap },
	{ "macvtap", wish_macvtap },
	{ "vlan", wish_vlan },
	{ "address", wish_address },
	{ "route", wish_route },
	{ "sysctl", wish_sysctl },
	{ "mtu", wish_mtu },
	{ "isolated", wish_isolated },
	{ "filtering", wish_filtering },
	{ "tagged", wish_tagged },
	{ "owner", wish_owner },
	{ "into", wish_into },
	{ "without", wish_without },
	{ "drop", wish_drop },
	{ "missing", wish_missing },
	{ "pause", wish_pause },
};

static bool read_wish(struct net *want, const char *text)
{
	size_t length = strcspn(text, "=");
	struct words words;

	split(&words, text[length] ? text + length + 1 : "");
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		if (strlen(wishes[i].name) == length &&
		    !strncmp(wishes[i].name, text, length)) {
			wishes[i].wish(want, words.word);
			return true;
		}
	}
	log_error("no wish \"%s\"", text);
	return false;
}

/* ---- commands ---- */

struct run {
	struct netlink nl;
	int root_fd;
	struct net have, want;
	struct steps steps;
};

static int run_read(struct run *run, struct err *err)
{
	net_mark_managed(&run->have, &run->want);
	return show_json_value(net_to_json(&run->have), err);
}

static int run_plan(struct run *run, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	(void)err;
	strbuf_init(&text, 0);
	steps_write_text(&run->steps, &text);
	fputs(text.text, stdout);
	return 0;
}

static void wait_for_line(void)
{
	puts("ready");
	fflush(stdout);
	while (getchar() != '\n')
		if (feof(stdin))
			break;
}

static int run_apply(struct run *run, struct err *err)
{
	_cleanup_names_ struct names made = NAMES_INIT;
	unsigned before = run->nl.sends;
	int result;

	if (pauses)
		wait_for_line();
	result = net_apply(&run->nl, run->root_fd, &run->steps, NULL, err);
	if (!result) {
		printf("%zu steps, %u batches\n", run->steps.count,
		       run->nl.sends - before);
		return 0;
	}
	net_mark_managed(&run->have, &run->want);
	if (net_made(&run->steps, &made) ||
	    net_restore(&run->nl, run->root_fd, &run->have, &made, NULL))
		log_error("undoing it failed too");
	return result;
}

static int restore(const char *path, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_net_ struct net saved = NET_INIT;
	json_t *json = json_load_file(path, 0, NULL);
	int result = net_from_json(&saved, json, err);

	json_decref(json);
	if (!result)
		result = netlink_open(&nl, NETLINK_ROUTE, err);
	return result ? result
		      : net_restore(&nl, file_open_root("/", err), &saved, NULL, err);
}

static int hold(const char *name, struct err *err)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		return err_sys(err, errno, "opening %s", name);
	puts("held");
	fflush(stdout);
	return pause();
}

static const struct {
	const char *name;
	int (*run)(struct run *run, struct err *err);
} commands[] = { { "read", run_read }, { "plan", run_plan }, { "apply", run_apply } };

static int prepare(struct run *run, char **argv, struct err *err)
{
	int result = netlink_open(&run->nl, NETLINK_ROUTE, err);

	run->root_fd = file_open_root("/", err);
	if (!result)
		result = net_read(&run->have, &run->nl, run->root_fd, err);
	if (!result)
		result = net_copy(&run->want, &run->have, err);
	for (; !result && *argv; argv++)
		if (!read_wish(&run->want, *argv))
			exit(EXIT_USAGE);
	if (!result)
		result = net_read_sysctls(&run->have, &run->want, run->root_fd, err);
	if (!result)
		result = net_diff(&run->have, &run->want, &run->steps, err);
	return result;
}

int main(int argc, char **argv)
{
	struct run run = { .nl = NETLINK_INIT, .root_fd = -1 };
	struct err err = ERR_INIT;
	int result = -EINVAL;

	log_open(LOG_TO_STDERR, "netstate");
	if (argc == 3 && !strcmp(argv[1], "restore")) {
		result = restore(argv[2], &err);
	} else if (argc == 3 && !strcmp(argv[1], "hold")) {
		result = hold(argv[2], &err);
	} else {
		for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
			if (strcmp(commands[i].name, argv[1]))
				continue;
			result = prepare(&run, argv + 2, &err);
			if (!result)
				result = commands[i].run(&run, &err);
		}
	}
	if (result)
		log_err(&err);
	net_release(&run.have);
	net_release(&run.want);
	steps_release(&run.steps);
	netlink_release(&run.nl);
	return result ? EXIT_FAILED : EXIT_DONE;
}
