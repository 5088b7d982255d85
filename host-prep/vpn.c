/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vpn.c: WireGuard's configuration, the host's and that of peers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/vpn.h"

static void add_list(struct strbuf *out, const char *key, const struct ip_prefix *items,
		     size_t count)
{
	strbuf_addf(out, "%s = ", key);
	for (size_t i = 0; i < count; i++) {
		strbuf_adds(out, i ? ", " : "");
		ip_prefix_format(&items[i], out);
	}
	strbuf_addc(out, '\n');
}

/* "default" is of both families here. */
static void add_allowed(struct strbuf *out, const struct network_peer *peer)
{
	strbuf_adds(out, "AllowedIPs = ");
	for (size_t i = 0; i < peer->allowed_ips.count; i++) {
		strbuf_adds(out, i ? ", " : "");
		if (peer->allowed_ips.items[i].address.family)
			ip_prefix_format(&peer->allowed_ips.items[i], out);
		else
			strbuf_adds(out, "0.0.0.0/0, ::/0");
	}
	strbuf_addc(out, '\n');
}

static int add_peer(const struct want_network *network, size_t index, int root_fd,
		    struct strbuf *out, struct err *err)
{
	const struct network_peer *peer = &network->data->peer.items[index];
	char key[VPN_KEY_SIZE], origin[ORIGIN_MAX];
	int result;

	strbuf_addf(out, "\n[Peer]\nPublicKey = %s\n", peer->public_key);
	if (*peer->preshared_key_file) {
		result = vpn_read_key(root_fd, peer->preshared_key_file + 1, key, err);
		if (result)
			return err_wrap(err, "%s",
					want_origin(network, "Peer", "PresharedKeyFile",
						    index, origin));
		strbuf_addf(out, "PresharedKey = %s\n", key);
		explicit_bzero(key, sizeof(key));
	}
	add_allowed(out, peer);
	if (*peer->endpoint)
		strbuf_addf(out, "Endpoint = %s\n", peer->endpoint);
	if (peer->persistent_keepalive_ms)
		strbuf_addf(out, "PersistentKeepalive = %u\n",
			    (unsigned)(peer->persistent_keepalive_ms / 1000));
	return 0;
}

int vpn_text(const struct want_network *network, const char *private_key, int root_fd,
	     struct strbuf *out, struct err *err)
{
	int result = 0;

	strbuf_addf(out, "[Interface]\nPrivateKey = %s\n", private_key);
	if (network->data->wireguard.listen_port)
		strbuf_addf(out, "ListenPort = %u\n",
			    (unsigned)network->data->wireguard.listen_port);
	for (size_t i = 0; !result && i < network->data->peer.count; i++)
		result = add_peer(network, i, root_fd, out, err);
	return result;
}

/* ---- new peers ---- */

static bool is_free(const struct network_conf *data, const struct ip_address *ip)
{
	for (size_t i = 0; i < data->wireguard.address.count; i++)
		if (ip_compare(&data->wireguard.address.items[i].address, ip) == 0)
			return false;
	for (size_t i = 0; i < data->peer.count; i++)
		for (size_t j = 0; j < data->peer.items[i].allowed_ips.count; j++) {
			const struct ip_prefix *allowed =
				&data->peer.items[i].allowed_ips.items[j];

			/* What is routed by a peer's net is not its own address. */
			if (allowed->address.family && allowed->length &&
			    ip_prefix_has(allowed, ip))
				return false;
		}
	return true;
}

static void count_up(struct ip_address *ip)
{
	for (unsigned i = ip_size(ip->family); i-- > 0;)
		if (++ip->bytes[i])
			return;
}

enum { SEARCH_MAX = 1 << 16 };

static bool choose_address(const struct network_conf *data, const struct ip_prefix *own,
			   struct ip_address *ip)
{
	*ip = ip_prefix_network(own).address;
	for (int i = 0; i < SEARCH_MAX && ip_prefix_has(own, ip); i++, count_up(ip))
		if (ip_is_host(ip) && !ip_is_reserved_in(ip, own) &&
		    (i || own->length > 126) && is_free(data, ip))
			return true;
	return false;
}

static int choose_addresses(const struct want_network *network, struct vpn_peer *peer,
			    struct err *err)
{
	const struct network_wireguard *vpn = &network->data->wireguard;

	for (size_t i = 0; i < vpn->address.count; i++) {
		const struct ip_prefix *own = &vpn->address.items[i];
		bool known = false;

		for (size_t j = 0; j < peer->address_count; j++)
			known |= peer->addresses[j].family == own->address.family;
		if (known)
			continue;
		if (!choose_address(network->data, own,
				    &peer->addresses[peer->address_count])) {
			err_set(err, ENOSPC, "no address is left for %s in the VPN of %s",
				peer->name, network->origin);
			err_hint(err, "a shorter prefix in [WireGuard] Address=");
			return -ENOSPC;
		}
		peer->address_count++;
	}
	return 0;
}

static int check_name(const struct want_network *network, const char *name,
		      struct err *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_.@";
	char origin[ORIGIN_MAX];

	if (!*name || strspn(name, letters) != strlen(name) ||
	    strlen(name) >= WANT_NAME_SIZE) {
		err_set(err, EINVAL, "\"%.80s\" is no name for a peer", name);
		err_hint(err, "letters, digits, - _ . @ may stand in it, 63 at most");
		err_mistake(err);
		return -EINVAL;
	}
	for (size_t i = 0; i < network->data->peer.count; i++) {
		if (strcmp(network->data->peer.items[i].name, name) != 0)
			continue;
		err_set(err, EEXIST, "there is a peer %s already (%s)", name,
			want_origin(network, "Peer", "Name", i, origin));
		err_hint(err, "another name; or remove that [Peer]");
		err_mistake(err);
		return -EEXIST;
	}
	return 0;
}

int vpn_new_peer(const struct want_network *network, const char *name,
		 struct vpn_peer *peer, struct err *err)
{
	int result = 0;

	*peer = (struct vpn_peer){ .address_count = 0 };
	if (!*network->vpn) {
		err_set(err, EINVAL, "the network %s has no VPN", network->file->name);
		err_hint(err, "[WireGuard] with Address=10.10.99.1/24 in %.100s",
			 network->origin);
		err_mistake(err);
		return -EINVAL;
	}
	result = check_name(network, name, err);
	if (result)
		return result;
	snprintf(peer->name, sizeof(peer->name), "%s", name);
	result = choose_addresses(network, peer, err);
	if (!result)
		result = vpn_make_key(peer->private_key, err);
	return result ? result : vpn_public_key(peer->private_key, peer->public_key, err);
}

void vpn_peer_section(const struct vpn_peer *peer, struct strbuf *out)
{
	strbuf_addf(out, "\n[Peer]\nName=%s\nPublicKey=%s\nAllowedIPs=", peer->name,
		    peer->public_key);
	for (size_t i = 0; i < peer->address_count; i++) {
		strbuf_adds(out, i ? " " : "");
		ip_address_format(&peer->addresses[i], out);
	}
	strbuf_addc(out, '\n');
}

/* ---- the peer's side ---- */

struct prefixes {
	struct ip_prefix items[64];
	size_t count;
};

static void add_prefix(struct prefixes *prefixes, const struct ip_prefix *prefix)
{
	struct ip_prefix network = ip_prefix_network(prefix);

	for (size_t i = 0; i < prefixes->count; i++)
		if (prefixes->items[i].length == network.length &&
		    ip_compare(&prefixes->items[i].address, &network.address) == 0)
			return;
	if (prefix->address.family &&
	    prefixes->count < sizeof(prefixes->items) / sizeof(*prefixes->items))
		prefixes->items[prefixes->count++] = network;
}

static void add_network(struct prefixes *prefixes, const struct want_network *network)
{
	for (size_t i = 0; i < network->data->address.count; i++)
		add_prefix(prefixes, &network->data->address.items[i].address);
}

/* All that is reached by the VPN: itself, its network, those of Networks=. */
static void reached(const struct want *want, const struct want_network *network,
		    struct prefixes *prefixes)
{
	const struct network_wireguard *vpn = &network->data->wireguard;

	for (size_t i = 0; i < vpn->address.count; i++)
		add_prefix(prefixes, &vpn->address.items[i]);
	add_network(prefixes, network);
	for (size_t i = 0; i < vpn->networks.count; i++) {
		const struct want_network *other =
			want_find(want, vpn->networks.items[i]);

		if (other)
			add_network(prefixes, other);
	}
}

static int add_endpoint(const struct want_network *network, struct strbuf *out,
			struct err *err)
{
	const struct network_wireguard *vpn = &network->data->wireguard;
	struct ip_address ip;
	bool is_v6 =
		ip_address_parse(vpn->endpoint, &ip, NULL) == 0 && ip.family == AF_INET6;

	if (!*vpn->endpoint || !vpn->listen_port) {
		err_set(err, EINVAL, "%s does not say how peers reach the host",
			network->origin);
		err_hint(err, *vpn->endpoint ? "ListenPort= in [WireGuard]"
					     : "Endpoint=vpn.example.org in [WireGuard]");
		err_mistake(err);
		return -EINVAL;
	}
	/* HOST:PORT where the port outside is another, as behind a router. */
	if (!is_v6 && strchr(vpn->endpoint, ':'))
		strbuf_addf(out, "Endpoint = %s\n", vpn->endpoint);
	else
		strbuf_addf(out, "Endpoint = %s%s%s:%u\n", is_v6 ? "[" : "",
			    vpn->endpoint, is_v6 ? "]" : "", (unsigned)vpn->listen_port);
	return 0;
}

int vpn_client_text(const struct want *want, const struct want_network *network,
		    const struct vpn_peer *peer, const char *public_key,
		    struct strbuf *out, struct err *err)
{
	struct prefixes prefixes = { .count = 0 };
	struct ip_prefix own[2];
	int result;

	for (size_t i = 0; i < peer->address_count; i++)
		own[i] = (struct ip_prefix){
			peer->addresses[i],
			(uint8_t)(8 * ip_size(peer->addresses[i].family))
		};
	reached(want, network, &prefixes);
	strbuf_addf(out, "[Interface]\n# %s\nPrivateKey = %s\n", peer->name,
		    peer->private_key);
	add_list(out, "Address", own, peer->address_count);
	if (network->data->wireguard.mtu)
		strbuf_addf(out, "MTU = %u\n", (unsigned)network->data->wireguard.mtu);
	strbuf_addf(out, "\n[Peer]\nPublicKey = %s\n", public_key);
	result = add_endpoint(network, out, err);
	if (result)
		return result;
	add_list(out, "AllowedIPs", prefixes.items, prefixes.count);
	strbuf_adds(out, "PersistentKeepalive = 25\n");
	return 0;
}
