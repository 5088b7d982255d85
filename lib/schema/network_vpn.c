/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network_vpn.c: the rules of a WireGuard interface and its peers. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/schema/network_rule.h"

enum { KEY_LENGTH = 44 };

bool network_is_wireguard_key(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
				      "yz0123456789+/";

	/* 32 bytes are 42 letters, one of which only the upper four bits count, and a
	 * '='. */
	return strlen(text) == KEY_LENGTH && strspn(text, letters) == KEY_LENGTH - 1 &&
	       strchr("AEIMQUYcgkosw048", text[KEY_LENGTH - 2]) &&
	       text[KEY_LENGTH - 1] == '=';
}

static int check_peer_missing(const struct network_conf *data, const struct conf *conf,
			      struct err *err)
{
	static const char hint[] = "[WireGuard] with Address=10.10.99.1/24";

	if (data->peer.count)
		return conf_refuse(conf, "Peer", "PublicKey", 0, err, hint,
				   "there is no VPN that it could belong to");
	if (data->wireguard.networks.count)
		return conf_refuse(conf, "WireGuard", "Networks", 0, err, hint,
				   "there is no VPN without an address");
	if (*data->wireguard.interface)
		return conf_refuse(conf, "WireGuard", "Interface", 0, err, hint,
				   "there is no VPN without an address");
	return 0;
}

int network_check_wireguard(const struct network_conf *data, const struct conf *conf,
			    struct err *err)
{
	const struct network_wireguard *vpn = &data->wireguard;

	if (!vpn->address.count)
		return check_peer_missing(data, conf, err);
	for (size_t i = 0; i < vpn->address.count; i++) {
		const struct ip_prefix *prefix = &vpn->address.items[i];

		if (!ip_is_host(&prefix->address) ||
		    ip_is_reserved_in(&prefix->address, prefix))
			return conf_refuse(conf, "WireGuard", "Address", 0, err,
					   "such as 10.10.99.1/24",
					   "it is no host's address");
		for (size_t j = 0; j < data->address.count; j++)
			if (data->address.items[j].address.address.family &&
			    ip_prefix_overlaps(prefix, &data->address.items[j].address))
				return conf_refuse(
					conf, "WireGuard", "Address", 0, err,
					"the VPN needs a network of its own",
					"it overlaps the network of an [Address]");
	}
	if (vpn->mtu && vpn->mtu < 576)
		return conf_refuse(conf, "WireGuard", "Mtu", 0, err,
				   "1420 fits into Ethernet's 1500",
				   "%d bytes are too few", (int)vpn->mtu);
	if (strpbrk(vpn->endpoint, " \t\n\"'"))
		return conf_refuse(conf, "WireGuard", "Endpoint", 0, err,
				   "such as vpn.example.org",
				   "it is no host's name or address");
	return 0;
}

/* HOST:PORT, an IPv6 address in brackets. */
static bool is_endpoint(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct ip_address ip;
	char host[256];
	size_t length = colon ? (size_t)(colon - text) : 0;
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (!length || length >= sizeof(host) || digits < 1 || digits > 5 ||
	    colon[1 + digits] || atoi(colon + 1) < 1 || atoi(colon + 1) > 65535)
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (host[0] != '[')
		return network_is_dns_name(host, true);
	host[length - 1] = host[length - 1] == ']' ? '\0' : 'x';
	return ip_address_parse(host + 1, &ip, NULL) == 0;
}

static int check_peer(const struct network_peer *peer, const struct conf *conf,
		      size_t index, struct err *err)
{
	if (!*peer->public_key)
		return conf_refuse(conf, "Peer", "PublicKey", index, err,
				   "what wg pubkey prints for the peer's key",
				   "the peer's public key is missing");
	if (!network_is_wireguard_key(peer->public_key))
		return conf_refuse(conf, "Peer", "PublicKey", index, err,
				   "44 characters, of which the last is =",
				   "\"%.60s\" is no WireGuard key", peer->public_key);
	if (!peer->allowed_ips.count)
		return conf_refuse(conf, "Peer", "AllowedIPs", index, err,
				   "AllowedIPs=10.10.99.2",
				   "without addresses nothing reaches the peer");
	if (*peer->endpoint && !is_endpoint(peer->endpoint))
		return conf_refuse(conf, "Peer", "Endpoint", index, err,
				   "such as vpn.example.org:51820",
				   "\"%.80s\" is not HOST:PORT", peer->endpoint);
	if (peer->persistent_keepalive_ms % 1000)
		return conf_refuse(conf, "Peer", "PersistentKeepalive", index, err,
				   "such as 25s", "it counts in whole seconds");
	return 0;
}

/* WireGuard gives an address to the peer that named it last. */
static bool share_address(const struct network_peer *a, const struct network_peer *b)
{
	for (size_t i = 0; i < a->allowed_ips.count; i++)
		for (size_t j = 0; j < b->allowed_ips.count; j++)
			if (a->allowed_ips.items[i].length ==
				    b->allowed_ips.items[j].length &&
			    ip_prefix_overlaps(&a->allowed_ips.items[i],
					       &b->allowed_ips.items[j]))
				return true;
	return false;
}

int network_check_peers(const struct network_conf *data, const struct conf *conf,
			struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->peer.count; i++) {
		const struct network_peer *peer = &data->peer.items[i];

		result = check_peer(peer, conf, i, err);
		for (size_t j = 0; !result && j < i; j++) {
			const struct network_peer *other = &data->peer.items[j];

			if (strcmp(peer->public_key, other->public_key) == 0)
				return conf_refuse(conf, "Peer", "PublicKey", i, err,
						   "each peer has its own",
						   "another [Peer] has the same key");
			if (share_address(peer, other))
				return conf_refuse(
					conf, "Peer", "AllowedIPs", i, err,
					"each peer needs its own",
					"another [Peer] has the same addresses");
		}
	}
	return result;
}
