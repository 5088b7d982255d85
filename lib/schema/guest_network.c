/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_network.c: the rules of a guest's cards. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/guest_nic.h"
#include "lib/schema/guest_rule.h"

/* Bits of the types that a key goes with. */
#define OF(type) (1u << guest_nic_type_##type)

static int check_keys(const struct guest_nic *row, const struct conf *conf, size_t i,
		      struct err *err)
{
	const struct {
		bool given;
		unsigned types;
		const char *key, *hint;
	} keys[] = {
		{ *row->network, OF(network), "Network", "Type=network" },
		{ *row->tap, OF(network) | OF(tap), "Tap", "Type=tap" },
		{ *row->bridge, OF(bridge), "Bridge", "Type=bridge" },
		{ *row->helper, OF(bridge), "Helper", "Type=bridge" },
		{ *row->link, OF(macvtap), "Link", "Type=macvtap" },
		{ *row->path, OF(vhost_user), "Path", "Type=vhost-user" },
		{ row->forward.count, OF(user), "Forward", "Type=user" },
		{ row->restrict_, OF(user), "Restrict", "Type=user" },
		{ *row->hostname, OF(user), "Hostname", "Type=user" },
		{ *row->tftp, OF(user), "Tftp", "Type=user" },
		{ *row->boot_file, OF(user), "BootFile", "Type=user" },
		{ *row->listen, OF(socket), "Listen", "Type=socket" },
		{ *row->connect, OF(socket), "Connect", "Type=socket" },
		{ *row->multicast, OF(socket), "Multicast", "Type=socket" },
	};
	unsigned type = 1u << guest_nic_type_of(row);

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		if (keys[k].given && !(keys[k].types & type))
			return conf_refuse(conf, "Nic", keys[k].key, i, err, keys[k].hint,
					   "this type of card has no use for it");
	return 0;
}

static int check_type(const struct guest_nic *row, const struct conf *conf, size_t i,
		      struct err *err)
{
	unsigned type = guest_nic_type_of(row);
	unsigned ends = !!*row->listen + !!*row->connect + !!*row->multicast;
	unsigned bit = 1u << type;
	bool virtio = row->model == guest_nic_model_virtio;
	/* The bridge helper's tap, too, but who opens it has no right to vhost. */
	bool no_vhost = !(bit & (OF(network) | OF(tap) | OF(macvtap)));
	const struct guest_rule rows[] = {
		{ type == guest_nic_type_network && !*row->network, "Nic", "Network",
		  "it does not say which network", "Network=NAME of network/NAME.conf" },
		{ type == guest_nic_type_bridge && !*row->bridge, "Nic", "Bridge",
		  "it does not say which bridge", "Bridge=br0" },
		{ type == guest_nic_type_macvtap && !*row->link, "Nic", "Link",
		  "it does not say which macvtap", "Link=NAME of a [Macvtap]" },
		{ type == guest_nic_type_vhost_user && !*row->path, "Nic", "Path",
		  "it does not say which socket", "Path=/run/vhost-user.sock" },
		{ type == guest_nic_type_socket && ends != 1, "Nic", "Listen",
		  "one of Listen=, Connect= and Multicast= is needed", "Listen=:5555" },
		{ row->queues > 1 && !virtio, "Nic", "Queues",
		  "only virtio has several queues", "Model=virtio" },
		{ row->queues > 1 && (bit & (OF(user) | OF(socket) | OF(bridge))), "Nic",
		  "Queues", "this type of card has one queue", "Network= or Tap=" },
		{ row->vhost == guest_nic_vhost_on && !virtio, "Nic", "Vhost",
		  "only virtio is moved by the kernel", "Model=virtio" },
		{ row->vhost == guest_nic_vhost_on && no_vhost, "Nic", "Vhost",
		  "the kernel moves packets of taps that are opened here",
		  "Network= or Tap=" },
		{ (row->mtu || row->rx_queue_size || row->tx_queue_size) && !virtio,
		  "Nic",
		  row->mtu             ? "Mtu"
		  : row->rx_queue_size ? "RxQueueSize"
				       : "TxQueueSize",
		  "only virtio has it", "Model=virtio" },
		{ row->mac.bytes[0] & 1, "Nic", "Mac",
		  "it is a group's address, which no guest has",
		  "the second digit must be even" },
		{ row->address.count > 2 ||
			  (row->address.count == 2 &&
			   row->address.items[0].family == row->address.items[1].family),
		  "Nic", "Address", "one IPv4 and one IPv6 address at most",
		  "a second [Nic] can have another" },
	};

	return guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
}

/* PROTOCOL:[ADDRESS]:PORT-[ADDRESS]:PORT, or with a socket's name; QEMU's -netdev user,hostfwd=. */
static bool is_forward(const char *text)
{
	char protocol[8];
	unsigned from, to;
	int end = 0;

	if (!strncmp(text, "unix:", 5))
		return text[5] && strchr(text, '-');
	if (sscanf(text, "%7[a-z]:%*[^:-]:%u-%*[^:]:%u%n", protocol, &from, &to, &end) !=
		    3 &&
	    sscanf(text, "%7[a-z]:%*[^:-]:%u-:%u%n", protocol, &from, &to, &end) != 3 &&
	    sscanf(text, "%7[a-z]::%u-%*[^:]:%u%n", protocol, &from, &to, &end) != 3 &&
	    sscanf(text, "%7[a-z]::%u-:%u%n", protocol, &from, &to, &end) != 3)
		return false;
	return (!strcmp(protocol, "tcp") || !strcmp(protocol, "udp")) && !text[end] &&
	       from >= 1 && from <= 65535 && to >= 1 && to <= 65535;
}

static int check_forwards(const struct guest_nic *row, const struct conf *conf, size_t i,
			  struct err *err)
{
	for (size_t k = 0; k < row->forward.count; k++)
		if (!is_forward(row->forward.items[k]))
			return conf_refuse(
				conf, "Nic", "Forward", i, err, "tcp:127.0.0.1:2222-:22",
				"\"%.60s\" is not PROTOCOL:ADDRESS:PORT-ADDRESS:PORT",
				row->forward.items[k]);
	return 0;
}

int guest_check_nics(const struct guest_conf *data, const struct conf *conf,
		     struct err *err)
{
	static const struct mac_address none;
	bool small = guest_family(data) == GUEST_FAMILY_MICROVM;
	int result = 0;

	for (size_t i = 0; !result && i < data->nic.count; i++) {
		const struct guest_nic *row = &data->nic.items[i];
		const struct guest_rule rows[] = {
			{ small && row->model != guest_nic_model_virtio, "Nic", "Model",
			  "a microvm has virtio cards only", "Model=virtio" },
		};

		result = check_keys(row, conf, i, err);
		if (!result)
			result = check_type(row, conf, i, err);
		if (!result)
			result = check_forwards(row, conf, i, err);
		if (!result)
			result = guest_judge(conf, i, rows, ARRAY_SIZE(rows), err);
		for (size_t j = 0; !result && j < i; j++)
			if (memcmp(&row->mac, &none, sizeof(none)) != 0 &&
			    !memcmp(&row->mac, &data->nic.items[j].mac, sizeof(none)))
				result = conf_refuse(conf, "Nic", "Mac", i, err,
						     "leave it out, and it is its own",
						     "a [Nic] in front has it already");
	}
	return result;
}
