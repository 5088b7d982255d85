/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/want.c host-prep/vpn_compare.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c lib/process.c host-prep/vpn.c host-prep/vpn_key.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_vpn.c: WireGuard's keys stay with their owner; peers get what they need. */
#include <errno.h>

#include "host-prep/vpn.h"
#include "lib/file.h"
#include "lib/process.h"
#include "lib/schema/network_rule.h"
#include "tests/unit/has.h"
#include "tests/unit/hp_machine.h"

#define NAT "[Address]\nAddress=10.10.20.1/24\n"
#define VPN                                               \
	"[WireGuard]\nAddress=10.10.99.1/29 fd99::1/64\n" \
	"Endpoint=vpn.example.org\n"
/* RFC 7748, 6.1: Alice's keys, in base64. */
#define ALICE        "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="
#define ALICE_PUBLIC "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="
#define PEER                                                \
	"[Peer]\nName=laptop\nPublicKey=" ALICE_PUBLIC "\n" \
	"AllowedIPs=10.10.99.2 172.16.0.0/24\nPersistentKeepalive=25s\n"

static const struct want_network *resolve(struct machine *machine, const char *file)
{
	machine_forget(machine);
	machine_network(machine, "lan", file);
	if (!ok(machine_resolve(machine) == 0, "the files are good"))
		printf("# %s\n", machine->err.text);
	return want_find(&machine->want, "lan");
}

static void check_keys(int root)
{
	char first[VPN_KEY_SIZE], second[VPN_KEY_SIZE], path[100];
	struct err err = ERR_INIT;
	struct stat status;

	is_int(vpn_make_key(first, &err), 0, "a key is made");
	ok(network_is_wireguard_key(first), "which is one");
	vpn_make_key(second, &err);
	ok(strcmp(first, second) != 0, "another each time");
	is_int(vpn_need_key(root, "etc/bedplate/wireguard/lan.key", first, &err), 0,
	       "a key that is missing is made");
	is_int(fstatat(root, "etc/bedplate/wireguard/lan.key", &status, 0), 0,
	       "in its file");
	is_int(status.st_mode & 07777, 0600, "that nobody else may read");
	fstatat(root, "etc/bedplate/wireguard", &status, 0);
	is_int(status.st_mode & 07777, 0700, "nor its folder");
	is_int(vpn_need_key(root, "etc/bedplate/wireguard/lan.key", second, &err), 0,
	       "it is read");
	is_str(second, first, "the same again");
	snprintf(path, sizeof(path), "%s/etc/bedplate/wireguard/lan.key", fake_root);
	chmod(path, 0640);
	is_int(vpn_need_key(root, "etc/bedplate/wireguard/lan.key", second, &err), -EPERM,
	       "a key that others may read is refused");
	ok(strstr(err.hint, "chmod 600 /etc/bedplate/wireguard/lan.key"),
	   "with what mends it");
	ok(!strstr(err.text, first) && !strstr(err.hint, first), "and is not shown");
	chmod(path, 0600);
	fake_file(root, "etc/bedplate/wireguard/lan.key", "secret\n");
	is_int(vpn_need_key(root, "etc/bedplate/wireguard/lan.key", second, &err),
	       -EINVAL, "what is no key is refused, not replaced");
	ok(!strstr(err.text, "secret"), "and not shown either");
	fake_file(root, "etc/bedplate/wireguard/lan.key", ALICE "\n");
}

static void check_text(struct machine *machine)
{
	const struct want_network *lan = resolve(
		machine, NAT VPN PEER "PresharedKeyFile=/etc/bedplate/wireguard/psk\n"
				      "Endpoint=[2001:db8::1]:51820\n");
	_cleanup_strbuf_ struct strbuf text;
	char path[100];

	strbuf_init(&text, 0);
	is_int(vpn_text(lan, ALICE, machine->root, &text, &machine->err), -ENOENT,
	       "a preshared key that is missing is an error");
	ok(strstr(machine->err.text, "network/lan.conf:11: "), "with its line: %s",
	   machine->err.text);
	fake_file(machine->root, "etc/bedplate/wireguard/psk", ALICE_PUBLIC "\n");
	snprintf(path, sizeof(path), "%s/etc/bedplate/wireguard/psk", fake_root);
	chmod(path, 0600);
	strbuf_truncate(&text, 0);
	is_int(vpn_text(lan, ALICE, machine->root, &text, &machine->err), 0,
	       "it is written");
	is_str(text.text,
	       "[Interface]\nPrivateKey = " ALICE "\nListenPort = 51820\n\n"
	       "[Peer]\nPublicKey = " ALICE_PUBLIC "\nPresharedKey = " ALICE_PUBLIC "\n"
	       "AllowedIPs = 10.10.99.2/32, 172.16.0.0/24\n"
	       "Endpoint = [2001:db8::1]:51820\nPersistentKeepalive = 25\n",
	       "as wg syncconf wants it");
}

static bool has_wg(void)
{
	static const char *const argv[] = { "wg", "--version", NULL };
	_cleanup_strbuf_ struct strbuf output;
	struct process process = { .argv = argv, .output = &output };

	strbuf_init(&output, 0);
	return process_run(&process, NULL) == 0;
}

static void check_peer(struct machine *machine)
{
	const struct want_network *lan = resolve(machine, NAT VPN PEER);
	_cleanup_strbuf_ struct strbuf section, client, file;
	char public_key[VPN_KEY_SIZE];
	struct vpn_peer peer;

	strbuf_init(&section, 0);
	strbuf_init(&client, 0);
	strbuf_init(&file, 0);
	is_int(vpn_new_peer(lan, "laptop", &peer, &machine->err), -EEXIST,
	       "a name is taken once");
	ok(strstr(machine->err.text, "network/lan.conf:7"), "with its line");
	is_int(vpn_new_peer(lan, "lap top", &peer, &machine->err), -EINVAL,
	       "and is a word");
	if (!has_wg()) {
		printf("# no wg here\n");
		return;
	}
	is_int(vpn_public_key(ALICE, public_key, &machine->err), 0, "wg is asked");
	is_str(public_key, ALICE_PUBLIC, "for the public key");
	if (!ok(vpn_new_peer(lan, "phone", &peer, &machine->err) == 0, "a new peer"))
		printf("# %s\n", machine->err.text);
	vpn_peer_section(&peer, &section);
	has(&section, "\n[Peer]\nName=phone\nPublicKey=");
	has(&section, "\nAllowedIPs=10.10.99.3 fd99::2\n");
	ok(!strstr(section.text, peer.private_key), "its private key is not kept");
	is_int(vpn_client_text(&machine->want, lan, &peer, ALICE_PUBLIC, &client,
			       &machine->err),
	       0, "its configuration");
	has(&client, "[Interface]\n# phone\nPrivateKey = ");
	has(&client, "\nAddress = 10.10.99.3/32, fd99::2/128\nMTU = 1420\n");
	has(&client,
	    "\nPublicKey = " ALICE_PUBLIC "\nEndpoint = vpn.example.org:51820\n");
	has(&client, "\nAllowedIPs = 10.10.99.0/29, fd99::/64, 10.10.20.0/24\n");
	/* the section stands behind the file's text, and the next peer gets the next */
	strbuf_addf(&file, NAT VPN PEER "%s", section.text);
	lan = resolve(machine, file.text);
	is_int(lan->data->peer.count, 2, "the network's file takes the section");
	is_int(vpn_new_peer(lan, "tablet", &peer, &machine->err), 0, "another one");
	strbuf_truncate(&section, 0);
	vpn_peer_section(&peer, &section);
	has(&section, "\nAllowedIPs=10.10.99.4 fd99::3\n");
	lan = resolve(machine,
		      NAT "[WireGuard]\nAddress=10.10.99.1/30\n"
			  "[Peer]\nPublicKey=" ALICE_PUBLIC "\nAllowedIPs=10.10.99.2\n");
	is_int(vpn_new_peer(lan, "phone", &peer, &machine->err), -ENOSPC,
	       "a network that is full");
	strbuf_truncate(&client, 0);
	is_int(vpn_client_text(&machine->want, lan, &peer, ALICE_PUBLIC, &client,
			       &machine->err),
	       -EINVAL, "a host that peers do not know");
	ok(strstr(machine->err.hint, "Endpoint="), "with what to write");
}

/* As wg(8) shows it. */
#define THERE                                                                       \
	"[Interface]\nListenPort = 51820\nPrivateKey = " ALICE "\n\n[Peer]\n"       \
	"PublicKey = " ALICE_PUBLIC "\nAllowedIPs = 172.16.0.0/24, 10.10.99.2/32\n" \
	"Endpoint = 192.0.2.7:4242\nPersistentKeepalive = 25\n"
#define STRANGER "\n[Peer]\nPublicKey = " ALICE "\nAllowedIPs = 10.10.99.5/32\n"

static void check_difference(struct machine *machine)
{
	static const struct {
		const char *there, *words;
		int index;
	} rows[] = {
		{ THERE, NULL, -1 },
		{ THERE STRANGER, "a peer that no file has", -1 },
		{ "[Interface]\nListenPort = 51820\nPrivateKey = " ALICE "\n",
		  "does not know the peer", 0 },
		{ "[Interface]\nListenPort = 51821\nPrivateKey = " ALICE "\n",
		  "another port", -1 },
		{ "[Interface]\nListenPort = 51820\nPrivateKey = " ALICE_PUBLIC "\n",
		  "another private key", -1 },
		{ "[Interface]\nListenPort = 51820\nFwMark = 0x1\nPrivateKey = " ALICE
		  "\n",
		  "a mark on what it sends", -1 },
		{ THERE "PresharedKey = " ALICE "\n", "another preshared key of the peer",
		  0 },
	};
	const struct want_network *lan = resolve(machine, NAT VPN PEER);
	_cleanup_strbuf_ struct strbuf ours, there;
	const char *words;
	int index;

	strbuf_init(&ours, 0);
	strbuf_init(&there, 0);
	vpn_text(lan, ALICE, machine->root, &ours, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		words = vpn_difference(ours.text, rows[i].there, &index);
		is_str(words ? words : "", rows[i].words ? rows[i].words : "",
		       "the difference");
		is_int(index, rows[i].index, "and whose it is");
	}
	strbuf_adds(&there, THERE);
	there.text[strstr(there.text, "172.16.0.0/24") - there.text + 12] = '5';
	words = vpn_difference(ours.text, there.text, &index);
	is_str(words ? words : "", "other allowed addresses of the peer", "a prefix");
}

int main(void)
{
	struct machine machine;

	umask(022);
	machine_init(&machine);
	check_keys(machine.root);
	check_text(&machine);
	check_peer(&machine);
	check_difference(&machine);
	machine_release(&machine);
	return done_testing();
}
