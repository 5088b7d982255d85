/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_tap.c: makes the taps of guests that host-prep has not made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guest_nic.h"
#include "qemu-launch/guest_tap.h"

/* ---- plan ---- */

static void add_vlan(struct guest_tap *plan, int64_t id, bool untagged)
{
	if (plan->vlan_count < GUEST_TAP_VLANS)
		plan->vlans[plan->vlan_count++] = (struct link_vlan){
			.id = (unsigned)id, .pvid = untagged, .untagged = untagged
		};
}

/* The first VLAN, unless a [BridgeVlan] is about this tap. */
static void plan_vlans(struct guest_tap *plan, const struct network_conf *data)
{
	const struct network_bridge_vlan *row = NULL;

	for (size_t i = 0; i < data->bridge_vlan.count; i++) {
		const struct link_select *port = &data->bridge_vlan.items[i].port;

		if (port->kind == LINK_SELECT_NAME && !strcmp(port->text, plan->name))
			row = &data->bridge_vlan.items[i];
	}
	add_vlan(plan, row && row->pvid ? row->pvid : 1, true);
	for (size_t i = 0; row && i < row->trunk.count; i++)
		add_vlan(plan, row->trunk.items[i], false);
}

void guest_tap_plan(struct guest_tap *plan, const struct guest *guest, size_t index,
		    const struct network *network, int64_t owner)
{
	const struct guest_nic *nic = &guest->data->nic.items[index];
	const struct network_conf *data = network->data;

	*plan = (struct guest_tap){
		.tap = { .owner = owner,
			 .group = -1,
			 .multi_queue = nic->queues > 1,
			 .vnet_header = true },
		.port.isolated = data->firewall.isolate,
		.mtu = (unsigned)data->network.mtu,
	};
	guest_nic_tap(guest->name, nic, index, plan->name);
	network_bridge_name(network, plan->bridge);
	snprintf(plan->alias, sizeof(plan->alias),
		 LINK_ALIAS_PREFIX "network/%.200s.conf", network->name);
	if (data->bridge.vlan_filtering)
		plan_vlans(plan, data);
}

/* ---- apply ---- */

static void note_failure(const struct netlink_answer *answer, void *data)
{
	struct err *err = data;

	if (!err->code)
		err_set(err, answer->errnum, "%s", (const char *)answer->tag);
	if (*answer->text && !err->hint[0])
		err_hint(err, "%s", answer->text);
}

static int send_batch(struct netlink *nl, struct netlink_batch *batch, struct err *err)
{
	struct err failure = ERR_INIT;
	int result = netlink_send(nl, batch, note_failure, &failure, err);

	if (result || !failure.code)
		return result;
	err_sys(err, failure.code, "%s", failure.text);
	if (failure.hint[0])
		err_hint(err, "%s", failure.hint);
	return -failure.code;
}

static int plug(struct netlink *nl, const struct guest_tap *plan, int index, int bridge,
		struct err *err)
{
	static const char alias[] = "marking it", mtu[] = "its MTU",
			  up[] = "setting it up",
			  master[] = "plugging it into its bridge",
			  port[] = "isolating it", vlan[] = "its VLANs";
	_cleanup_netlink_batch_ struct netlink_batch batch;

	netlink_batch_init(&batch);
	link_message_alias(&batch, index, plan->alias, alias);
	if (plan->mtu)
		link_message_mtu(&batch, index, plan->mtu, mtu);
	link_message_master(&batch, index, bridge, master);
	if (plan->port.isolated)
		link_message_port(&batch, index, &plan->port, port);
	for (size_t i = 0; i < plan->vlan_count; i++)
		link_message_vlan(&batch, index, false, &plan->vlans[i], true, vlan);
	link_message_up(&batch, index, true, up);
	return send_batch(nl, &batch, err);
}

static int delete (struct netlink *nl, int index, struct err *err)
{
	_cleanup_netlink_batch_ struct netlink_batch batch;

	netlink_batch_init(&batch);
	link_message_delete(&batch, index, "taking it away");
	return send_batch(nl, &batch, err);
}

/* The host has nothing to say by a guest's own wire. */
static int silence(const struct guest_tap *plan, int system_fd, struct err *err)
{
	char path[96];

	snprintf(path, sizeof(path), "proc/sys/net/ipv6/conf/%s/disable_ipv6",
		 plan->name);
	return file_exists(system_fd, path) ? file_write(system_fd, path, "1", err) : 0;
}

int guest_tap_make(const struct guest_tap *plan, int system_fd, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	int result = netlink_open(&nl, NETLINK_ROUTE, err), bridge, index;

	if (result)
		return result;
	bridge = netlink_link_index(&nl, plan->bridge);
	if (bridge <= 0) {
		err_set(err, ENODEV, "there is no bridge %s", plan->bridge);
		return err_hint(err, "`bedplate host-prep up` makes it");
	}
	result = tap_make(plan->name, &plan->tap, system_fd, err);
	if (result)
		return result;
	index = netlink_link_index(&nl, plan->name);
	result = index > 0 ? silence(plan, system_fd, err)
			   : err_sys(err, ENODEV, "looking for it");
	if (!result)
		result = plug(&nl, plan, index, bridge, err);
	if (result && index > 0)
		delete (&nl, index, NULL);
	return result;
}

int guest_tap_remove(const char *name, const char *alias, int system_fd, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	char path[64], now[GUEST_TAP_ALIAS] = "";
	int result, index;

	snprintf(path, sizeof(path), "sys/class/net/%.15s/ifalias", name);
	if (file_read_line(system_fd, path, now, sizeof(now), NULL) < 0 ||
	    strcmp(now, alias) != 0)
		return 0;
	result = netlink_open(&nl, NETLINK_ROUTE, err);
	index = result ? -ENODEV : netlink_link_index(&nl, name);
	return result || index <= 0 ? result : delete (&nl, index, err);
}
