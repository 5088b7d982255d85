/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_macvtap.c: a macvtap lets through what is for its own address only: while the guest runs,
 * that is the guest's card's. It goes back to what it was.
 *
 *	{"macvtap0": {"mac": "52:54:00:12:34:56", "before": "9e:11:22:33:44:55"}}
 */
#include "qemu-launch/launch_macvtap.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net/if.h>

#include "lib/cleanup.h"
#include "lib/value/net.h"

/* SIOCGIFHWADDR and SIOCSIFHWADDR of netdevice(7). */
static int address(const char *name, unsigned long request, struct mac_address *mac)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq wanted = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };

	snprintf(wanted.ifr_name, sizeof(wanted.ifr_name), "%s", name);
	memcpy(wanted.ifr_hwaddr.sa_data, mac->bytes, sizeof(mac->bytes));
	if (fd < 0 || ioctl(fd, request, &wanted))
		return -errno;
	memcpy(mac->bytes, wanted.ifr_hwaddr.sa_data, sizeof(mac->bytes));
	return 0;
}

static int set_address(const char *name, struct mac_address mac, struct err *err)
{
	int result = address(name, SIOCSIFHWADDR, &mac);

	if (!result)
		return 0;
	err_sys(err, -result, "setting its address");
	if (result == -EADDRINUSE)
		err_hint(err, "another interface there has the address; Mac= of [Nic] is "
			      "for another one");
	return result;
}

static json_t *text_of(const struct mac_address *mac)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	mac_address_format(mac, &text);
	return json_string(text.text);
}

int launch_macvtap(struct launch *launch, const struct setup_nic *nic, json_t *done,
		   struct err *err)
{
	struct mac_address now = nic->mac;
	int result = address(nic->tap, SIOCGIFHWADDR, &now);

	/* Opening it says what to do. */
	if (result == -ENODEV)
		return 0;
	if (result)
		return err_sys(err, -result, "looking for its address");
	if (!memcmp(&now, &nic->mac, sizeof(now)))
		return 0;
	json_object_set_new(done, nic->tap,
			    json_pack("{s:o, s:o}", "mac", text_of(&nic->mac), "before",
				      text_of(&now)));
	result = launch_note(launch, "taps", json_incref(done), err);
	return result ? result : set_address(nic->tap, nic->mac, err);
}

int launch_macvtap_undo(const char *name, const json_t *done, struct err *err)
{
	const char *ours = json_string_value(json_object_get(done, "mac"));
	const char *before = json_string_value(json_object_get(done, "before"));
	struct mac_address now = { .bytes = { 0 } }, mac, own;

	if (!ours || !before || mac_address_parse(ours, &own, err) ||
	    mac_address_parse(before, &mac, err))
		return err_set(err, EINVAL, "the state has no address for it");
	/* It is gone, or somebody else's now. */
	if (address(name, SIOCGIFHWADDR, &now) || memcmp(&now, &own, sizeof(now)) != 0)
		return 0;
	return set_address(name, mac, err);
}
