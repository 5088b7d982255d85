/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client_part.c: the part that has the system's own programs do their share for interfaces of
 * ours: its DHCP client ([Address] Dhcp=) and whoever keeps the host's name servers (Dns=).
 *
 * How it works: the journal has an object for each interface: "dhcp" with the families, "dns"
 * with the servers that were handed over; "going" until those that go are gone. A client that is no longer there is started again;
 * name servers are handed over again where the interface was made anew or they changed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/dhcp_client.h"
#include "host-prep/dns.h"
#include "host-prep/want_all.h"

/* What one interface is to have. */
struct share {
	int root_fd;
	char link[NET_NAME_SIZE];
	bool ipv4, ipv6;
	bool anew;              /* the interface is made anew: a client of the one before
				 * does not hear on it */
	char before[16];        /* families, for undo; "" for none */
	char *dns, *dns_before; /* parted by blanks; "" for none */
};

static void release_share(void *data)
{
	struct share *share = data;

	free(share->dns);
	free(share->dns_before);
	free(share);
}

static const char *families(bool ipv4, bool ipv6)
{
	return ipv4 && ipv6 ? "yes" : ipv4 ? "ipv4" : ipv6 ? "ipv6" : "";
}

static int set_client(const struct share *share, const char *word, struct err *err)
{
	bool ipv4 = strcmp(word, "ipv6") != 0, ipv6 = strcmp(word, "ipv4") != 0;

	if (!*word)
		return dhcp_client_stop(share->root_fd, share->link, err);
	return dhcp_client_start(share->root_fd, share->link, ipv4, ipv6, err);
}

/* One that does not start for all families, or of which nobody was told, is not left behind. */
static int run_client(const struct step *step, struct err *err)
{
	const struct share *share = step->data;
	int result = share->anew ? dhcp_client_stop(share->root_fd, share->link, err) : 0;

	if (!result)
		result = set_client(share, families(share->ipv4, share->ipv6), err);
	if (result)
		step_go_back(step);
	return result;
}

static int undo_client(const struct step *step, struct err *err)
{
	const struct share *share = step->data;

	return set_client(share, share->before, err);
}

static int run_dns(const struct step *step, struct err *err)
{
	const struct share *share = step->data;

	return dns_hand_over(share->root_fd, share->link, share->dns, err);
}

static int undo_dns(const struct step *step, struct err *err)
{
	const struct share *share = step->data;

	return dns_hand_over(share->root_fd, share->link, share->dns_before, err);
}

/* ---- planning ---- */

static const char *had(const json_t *journal, const char *link, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(journal, link), key));

	return text ? text : "";
}

static struct share *copy_share(const struct share *share)
{
	struct share *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *share;
	copy->dns = strdup(share->dns);
	copy->dns_before = strdup(share->dns_before);
	if (copy->dns && copy->dns_before)
		return copy;
	release_share(copy);
	return NULL;
}

static int add_step(const struct share *share, bool dns, const char *before,
		    const char *after, const char *origin, struct steps *steps,
		    struct err *err)
{
	struct share *copy = copy_share(share);
	struct step step = { .part = "client",
			     .action = !*after   ? STEP_REMOVE
				       : *before ? STEP_CHANGE
						 : STEP_ADD,
			     .before = (char *)before,
			     .after = (char *)after,
			     .origin = (char *)origin,
			     .run = dns ? run_dns : run_client,
			     .undo = dns ? undo_dns : undo_client,
			     .data = copy,
			     .release_data = release_share };

	if (!copy)
		return err_sys(err, ENOMEM, "planning DHCP");
	steps_addf(steps, &step, "%s %s", dns ? "name servers of" : "DHCP client on",
		   share->link);
	return 0;
}

static int plan_client(const struct share *share, const char *origin, struct steps *steps,
		       struct err *err)
{
	const char *wanted = families(share->ipv4, share->ipv6);
	const char *client = dhcp_client_name(share->root_fd);
	bool same = *wanted && strcmp(wanted, share->before) == 0;
	char after[48] = "";
	int result;

	if (!*wanted && !*share->before)
		return 0;
	result =
		*wanted ? dhcp_client_check(share->root_fd, share->link, share->ipv6, err)
			: 0;
	if (result)
		return err_wrap(err, "%s", origin);
	if (same && !share->anew &&
	    dhcp_client_runs(share->root_fd, share->link, share->ipv4, share->ipv6))
		return 0;
	if (*wanted)
		snprintf(after, sizeof(after), "%s, %s", client,
			 strcmp(wanted, "yes") == 0 ? "ipv4 and ipv6" : wanted);
	return add_step(share, false,
			!same         ? share->before
			: share->anew ? "on an interface that is gone"
				      : "not running",
			after, origin, steps, err);
}

/* What nobody is here to be told of is not handed over: that is done once somebody is. */
static int plan_dns(const struct part_context *context, struct share *share, bool there,
		    const char *origin, struct steps *steps, struct err *err)
{
	if (*share->dns && !dns_keeper(share->root_fd)) {
		part_note(
			context,
			"%s: neither systemd-resolved nor resolvconf is here to be told "
			"of %s; write it to /etc/resolv.conf",
			origin, share->dns);
		share->dns = (char *)"";
		return 0;
	}
	if (strcmp(share->dns, share->dns_before) == 0 && (there || !*share->dns))
		return 0;
	return add_step(share, true, share->dns_before, share->dns, origin, steps, err);
}

static void note(const struct part_context *context, const struct share *share)
{
	if (share->ipv4 || share->ipv6 || *share->dns)
		json_object_set_new(context->journal, share->link,
				    json_pack("{s:s, s:s}", "dhcp",
					      families(share->ipv4, share->ipv6), "dns",
					      share->dns));
}

/* Adds up the [Address] sections of one interface. */
static void add_up(const struct want_network *network, const char *link,
		   struct share *share, struct strbuf *dns, char origin[ORIGIN_MAX])
{
	const struct network_conf *data = network->data;
	bool able; /* to have IPv6: Ipv6=no is about the bridge */

	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (strcmp(*row->interface ? row->interface : network->bridge, link) != 0)
			continue;
		able = data->network.ipv6 || *row->interface;
		share->ipv4 |= row->dhcp == network_address_dhcp_yes ||
			       row->dhcp == network_address_dhcp_ipv4;
		share->ipv6 |= able && (row->dhcp == network_address_dhcp_yes ||
					row->dhcp == network_address_dhcp_ipv6);
		if (row->dhcp != network_address_dhcp_no)
			want_origin(network, "Address", "Dhcp", i, origin);
		else if (row->dns.count && !*origin)
			want_origin(network, "Address", "Dns", i, origin);
		for (size_t j = 0; j < row->dns.count; j++) {
			strbuf_adds(dns, dns->length ? " " : "");
			ip_address_format(&row->dns.items[j], dns);
		}
	}
}

static int plan_link(const struct part_context *context, const json_t *before,
		     const struct want_network *network, const char *link, bool there,
		     struct steps *steps, struct err *err)
{
	struct share share = { .root_fd = context->root_fd, .anew = !there };
	_cleanup_strbuf_ struct strbuf dns;
	char origin[ORIGIN_MAX] = "";
	int result;

	strbuf_init(&dns, 0);
	snprintf(share.link, sizeof(share.link), "%s", link);
	if (network)
		add_up(network, link, &share, &dns, origin);
	share.dns = dns.text;
	share.dns_before = (char *)had(before, link, "dns");
	snprintf(share.before, sizeof(share.before), "%s", had(before, link, "dhcp"));
	result = plan_client(&share, origin, steps, err);
	if (!result)
		result = plan_dns(context, &share, there, origin, steps, err);
	note(context, &share);
	return result;
}

/* Interfaces that have had a share and are in no file any more. */
static int plan_ends(const struct part_context *context, const json_t *before,
		     struct steps *steps, struct err *err)
{
	const char *link;
	json_t *value;
	int result = 0;

	json_object_foreach((json_t *)before, link, value)
		if (!result && !json_object_get(context->journal, link))
			result = plan_link(context, before, NULL, link, true, steps, err);
	return result;
}

/* What is known of those that end, until they have. */
static void mark_ends(const struct part_context *context, json_t *before)
{
	const char *link;
	json_t *value;

	json_object_foreach(before, link, value) {
		if (json_object_get(context->journal, link))
			continue;
		json_object_set_new(value, "going", json_true());
		json_object_set(context->journal, link, value);
	}
}

static void settle(json_t *section)
{
	void *next;
	const char *link;
	json_t *value;

	json_object_foreach_safe(section, next, link, value)
	{
		if (json_object_get(value, "going"))
			json_object_del(section, link);
	}
}

static int plan_network(const struct part_context *context, const json_t *before,
			const struct want_all *all, const struct want_network *network,
			struct steps *steps, struct err *err)
{
	int result = 0;

	if (*network->bridge)
		result =
			plan_link(context, before, network, network->bridge,
				  net_find_link(&all->have, network->bridge), steps, err);
	for (size_t i = 0; !result && i < network->vlan_count; i++)
		result = plan_link(context, before, network, network->vlans[i].name,
				   net_find_link(&all->have, network->vlans[i].name),
				   steps, err);
	return result;
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	json_t *before = json_deep_copy(context->journal);
	int result = want_all_get(&all, context, err);

	json_object_clear(context->journal);
	for (size_t i = 0; !result && i < all->want.count; i++)
		result = plan_network(context, before, all, &all->want.items[i], steps,
				      err);
	if (!result)
		result = plan_ends(context, before, steps, err);
	mark_ends(context, before);
	json_decref(before);
	return result;
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	json_t *before = json_deep_copy(context->journal);
	int result;

	json_object_clear(context->journal);
	result = plan_ends(context, before, steps, err);
	mark_ends(context, before);
	json_decref(before);
	return result;
}

/* ---- for up --confirm ---- */

static int save(const struct part_context *context, json_t **saved, struct err *err)
{
	*saved = json_deep_copy(context->journal);
	return *saved ? 0 : err_sys(err, ENOMEM, "saving DHCP");
}

static int restore_link(int root_fd, const char *link, const json_t *saved,
			struct err *err)
{
	struct share share = { .root_fd = root_fd };
	int result;

	snprintf(share.link, sizeof(share.link), "%s", link);
	result = set_client(&share, had(saved, link, "dhcp"), err);
	return result ? result
		      : dns_hand_over(root_fd, link, had(saved, link, "dns"), err);
}

/* All are tried. The journal has those that the change wanted. */
static int restore(const struct part_context *context, const json_t *saved,
		   struct err *err)
{
	const char *link;
	json_t *value;
	int result = 0, one;

	json_object_foreach(context->journal, link, value) {
		one = json_object_get(saved, link)
			      ? 0
			      : restore_link(context->root_fd, link, saved,
					     result ? NULL : err);
		result = result ? result : one;
	}
	json_object_foreach((json_t *)saved, link, value) {
		one = restore_link(context->root_fd, link, saved, result ? NULL : err);
		result = result ? result : one;
	}
	return result;
}

static const char *const needs[] = { "links", NULL };

const struct part client_part = {
	.name = "client",
	.group = "network",
	.help = "the system's DHCP client and name servers",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save,
	.restore = restore,
};
