/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_nic.c: [Nic]: the back end on the host, the card in the guest. */
#include <stdio.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

static bool is_virtio(const struct guest_nic *nic)
{
	return nic->model == guest_nic_model_virtio;
}

/* The descriptors that the launcher has opened: fd=4, or fds=4:5. */
static void add_descriptors(struct props *p, const char *name, const int *fds,
			    size_t count)
{
	_cleanup_strbuf_ struct strbuf list;
	char plural[16];

	strbuf_init(&list, 0);
	if (!fds || !count)
		return;
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&list, i ? ":%d" : "%d", fds[i]);
	snprintf(plural, sizeof(plural), "%ss", name);
	props_add(p, count > 1 ? plural : name, "%s", list.text);
}

static int back_tap(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];
	const struct setup_nic *found = &b->setup->nics[i];

	(void)err;
	props_begin(p, "tap");
	if (found->fd_count) {
		add_descriptors(p, "fd", found->tap_fds, found->fd_count);
	} else {
		props_add(p, "ifname", "%s", found->tap);
		props_add(p, "script", "no");
		props_add(p, "downscript", "no");
		if (nic->queues > 1)
			props_add(p, "queues", "%lld", (long long)nic->queues);
	}
	if (found->vhost) {
		props_add_switch(p, "vhost", true);
		add_descriptors(p, "vhostfd", found->vhost_fds, found->fd_count);
	}
	return 0;
}

static int back_bridge(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];

	if (!*nic->bridge)
		return conf_fail(b->guest->conf, "Nic", "Bridge", i, err,
				 "it does not say which bridge");
	props_begin(p, "bridge");
	props_add(p, "br", "%s", nic->bridge);
	if (*nic->helper)
		props_add(p, "helper", "%s", nic->helper);
	return 0;
}

static void add_subnet(struct props *p, const struct ip_prefix *subnet)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	ip_prefix_format(subnet, &text);
	props_add(p, subnet->address.family == AF_INET6 ? "ipv6-net" : "net", "%s",
		  text.text);
}

static int back_user(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];

	(void)err;
	props_begin(p, "user");
	if (device_is_set(b, "Nic", "Subnet", i))
		add_subnet(p, &nic->subnet);
	if (nic->restrict_)
		props_add_switch(p, "restrict", true);
	if (*nic->hostname)
		props_add(p, "hostname", "%s", nic->hostname);
	if (*nic->tftp)
		props_add(p, "tftp", "%s", nic->tftp);
	if (*nic->boot_file)
		props_add(p, "bootfile", "%s", nic->boot_file);
	for (size_t j = 0; j < nic->forward.count; j++)
		props_add(p, "hostfwd", "%s", nic->forward.items[j]);
	return 0;
}

static int back_socket(struct argv_build *b, size_t i, struct props *p, struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];
	const struct {
		const char *key, *text;
	} ends[] = {
		{ "listen", nic->listen },
		{ "connect", nic->connect },
		{ "mcast", nic->multicast },
	};
	unsigned count = 0;

	props_begin(p, "socket");
	for (size_t j = 0; j < ARRAY_SIZE(ends); j++) {
		if (*ends[j].text)
			props_add(p, ends[j].key, "%s", ends[j].text);
		count += *ends[j].text != '\0';
	}
	if (count != 1)
		return conf_fail(
			b->guest->conf, "Nic", "Type", i, err,
			"one of Listen=, Connect= and Multicast= belongs to a socket");
	return 0;
}

static int back_vhost_user(struct argv_build *b, size_t i, struct props *p,
			   struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];
	struct props socket;

	if (!*nic->path)
		return conf_fail(b->guest->conf, "Nic", "Path", i, err,
				 "it does not say which socket");
	props_begin(&socket, "socket");
	props_add(&socket, "id", "nic%zu", i);
	props_add(&socket, "path", "%s", nic->path);
	argv_add_props(b->argv, "-chardev", &socket);
	props_begin(p, "vhost-user");
	props_add(p, "chardev", "nic%zu", i);
	if (nic->queues > 1)
		props_add(p, "queues", "%lld", (long long)nic->queues);
	return 0;
}

static int (*const backs[])(struct argv_build *b, size_t i, struct props *p,
			    struct err *err) = {
	[guest_nic_type_network] = back_tap,
	[guest_nic_type_tap] = back_tap,
	[guest_nic_type_bridge] = back_bridge,
	[guest_nic_type_user] = back_user,
	[guest_nic_type_socket] = back_socket,
	[guest_nic_type_macvtap] = back_tap,
	[guest_nic_type_vhost_user] = back_vhost_user,
	[guest_nic_type_none] = NULL,
};

/* A vector for each direction of each queue, one for changes of the card's settings and one for
 * its control queue. */
static void add_virtio(const struct argv_build *b, const struct guest_nic *nic,
		       struct props *p)
{
	if (nic->queues > 1) {
		props_add_switch(p, "mq", true);
		if (setup_has_pci(b->setup))
			props_add(p, "vectors", "%lld", (long long)nic->queues * 2 + 2);
	}
	if (nic->mtu)
		props_add(p, "host_mtu", "%lld", (long long)nic->mtu);
	if (nic->rx_queue_size)
		props_add(p, "rx_queue_size", "%lld", (long long)nic->rx_queue_size);
	if (nic->tx_queue_size)
		props_add(p, "tx_queue_size", "%lld", (long long)nic->tx_queue_size);
}

static int begin_card(struct argv_build *b, const struct guest_nic *nic, struct props *p,
		      struct err *err)
{
	if (is_virtio(nic))
		device_virtio(b, p, "virtio-net");
	else if (nic->model == guest_nic_model_ne2k_pci)
		props_begin(p, "ne2k_pci");
	else
		props_begin(p, device_key_word("Nic", "Model", nic->model));
	if (nic->model == guest_nic_model_usb_net)
		return device_usb(b, p, err);
	return device_place(b, p, &nic->slot, PCI_REGION_NIC, err);
}

static void add_mac(struct props *p, const struct mac_address *mac)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	mac_address_format(mac, &text);
	props_add(p, "mac", "%s", text.text);
}

static int add_card(struct argv_build *b, size_t i, bool has_back, struct err *err)
{
	const struct guest_nic *nic = &b->data->nic.items[i];
	_cleanup_props_ struct props p;

	if (begin_card(b, nic, &p, err))
		return device_fail(b, "Nic", "Model", i, err);
	if (has_back)
		props_add(&p, "netdev", "net%zu", i);
	props_add(&p, "id", "nic%zu", i);
	add_mac(&p, &b->setup->nics[i].mac);
	if (is_virtio(nic))
		add_virtio(b, nic, &p);
	device_boot_index(&p, nic->boot_index);
	if (!nic->rom && setup_has_pci(b->setup) && nic->model != guest_nic_model_usb_net)
		props_add(&p, "romfile", "%s", "");
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

static int add_back(struct argv_build *b, size_t i, struct err *err)
{
	_cleanup_props_ struct props p;
	int result;

	props_begin(&p, NULL);
	result = backs[b->setup->nics[i].type](b, i, &p, err);
	if (result)
		return result;
	props_add(&p, "id", "net%zu", i);
	argv_add_props(b->argv, "-netdev", &p);
	return 0;
}

int argv_build_nic(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->nic.count; i++) {
		bool has_back = b->setup->nics[i].type != guest_nic_type_none;

		argv_from(b->argv, b->guest, "Nic", "Type", i);
		if (has_back)
			result = add_back(b, i, err);
		if (!result)
			result = add_card(b, i, has_back, err);
	}
	return result;
}
