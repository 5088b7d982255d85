/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/networks.c lib/names.c lib/origin.c lib/schema/network.c lib/schema/network_ip.c */
/* SOURCES: lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c */
/* SOURCES: lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c */
/* SOURCES: lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c */
/* SOURCES: lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih */
/* test_hp_network_bad.c: every mistake in a network file is told with its line and what to
 * do about it. */
#include <errno.h>

#include "lib/cleanup.h"
#include "lib/networks.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define HOST_ONLY "[Network]\nMode=host-only\n[Address]\nAddress=10.10.20.1/24\n"
#define NAT       "[Address]\nAddress=10.10.20.1/24\n"
#define NAT6      NAT "[Address]\nAddress=fd00:20::1/64\n"
#define PUBLIC    "[Network]\nMode=public\n[Bridge]\nPorts=eth0\n"
#define ISOLATED  "[Network]\nMode=isolated\n"
#define NONE      "[Network]\nMode=none\n"
#define KEY       "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
#define VPN       "[WireGuard]\nAddress=10.10.99.1/24\n"

/* The line is that of the mistake; a part of what is said, and of what is advised. */
static const struct {
	const char *text;
	int line;
	const char *says, *advises;
} rows[] = {
	/* what the syntax and the types find */
	{ "[Netwrok]\n", 1, "no section [Netwrok]", "did you mean [Network]?" },
	{ "Mode=nat\n", 1, "before the first [Section]", "" },
	{ "[Network]\nMode=nta\n", 2, "\"nta\" is not one of", "did you mean nat?" },
	{ "[Network]\nMoed=nat\n", 2, "no key Moed", "did you mean Mode?" },
	{ "[Network]\nPorts=eth0\n", 2, "no key Ports", "belongs into [Bridge]" },
	{ "[Network]\nBridge=a234567890123456\n", 2, "too long",
	  "15 are the most; a23456789012345 would do" },
	{ "[Network]\nBridge=br/0\n", 2, "no name for an interface", "letters" },
	{ "[Network]\nMtu=big\n", 2, "not a whole number", "" },
	{ "[Network]\nMtu=70000\n", 2, "not between 0 and 65535", "" },
	{ "[Network]\nIpv6=maybe\n", 2, "neither yes nor no", "" },
	{ "[Bridge]\nPorts=eth0 mac:52\n", 2, "does not choose an interface", "" },
	{ "[Bridge]\nForwardDelay=1h\n", 2, "not between 0 and 30s", "" },
	{ "[Address]\nAddress=10.10.20.1\n", 2, "prefix length such as 192.0.2.1/24",
	  "" },
	{ "[Route]\nTo=10.10.20.1/24\n", 2, "bits behind its prefix",
	  "the network is 10.10.20.0/24" },
	{ "[Forward]\nListen=2222\n", 2, "not a protocol and its ports", "tcp 2222" },
	{ "[Forward]\nListen=tcp 22-20\n", 2, "ends before it begins", "write 20-22" },
	{ "[Forward]\nListen=tcp 70000\n", 2, "1 to 65535", "" },
	{ "[Forward]\nTo=10.10.20:22\n", 2, "no place to forward to", "10.10.20.5:22" },
	{ "[Dhcp]\nRange=10.10.20.9-10.10.20.5\n", 2, "ends before it begins",
	  "lower address first" },
	{ "[Dhcp]\nLeaseTime=5s\n", 2, "not between 2min and", "" },
	{ "[Tap]\nMac=52:54\n", 2, "not a hardware address such as", "" },
	{ "[Peer]\nPresharedKeyFile=key\n", 2, "not an absolute path", "" },
	/* [Link] */
	{ ISOLATED "[Link]\nName=lan0\n", 3, "hardware address is missing", "permaddr" },
	{ ISOLATED "[Link]\nPermanentMACAddress=52:54:00:00:00:01\n", 3,
	  "name is missing", "Name=lan0" },
	/* [Network] and [Bridge] */
	{ "[Network]\nMode=nat\n", 2, "needs an address", "add [Address]" },
	{ "[Network]\nMode=host-only\n", 2, "needs an address", "add [Address]" },
	{ "[Network]\nMode=public\n", 2, "needs an interface", "Ports=" },
	{ ISOLATED NAT, 4, "the host has no address", "host-only" },
	{ "[Network]\nMode=nat\n[Address]\nDhcp=yes\n", 4, "gives addresses",
	  "Mode=public" },
	{ HOST_ONLY "[Forward]\nListen=tcp 22\nTo=10.10.20.5\n", 6,
	  "nothing is forwarded", "Mode=nat" },
	{ ISOLATED "[Dhcp]\nServer=yes\n", 4, "no address to serve from", "host-only" },
	{ ISOLATED VPN, 4, "reached by nobody", "host-only" },
	{ NONE, 2, "neither a bridge nor anything else", "[Vlan]" },
	{ NONE "[Bridge]\nPorts=eth0\n", 4, "no bridge", "Mode=isolated" },
	{ NONE "[Tap]\nName=t0\n", 4, "no bridge", "Mode=isolated" },
	{ NONE "[Dhcp]\nServer=yes\n", 4, "no bridge", "Mode=isolated" },
	{ NONE "[Address]\nAddress=10.0.0.1/24\n", 3, "no bridge to have the address",
	  "name a VLAN" },
	{ NAT "[Network]\nMtu=50\n", 4, "less than IPv4 needs", "1500" },
	{ NAT "[Network]\nMtu=1000\n", 4, "less than IPv6 needs", "Ipv6=no" },
	{ NAT "[Network]\nDomain=-lab\n", 4, "no DNS domain", "such as" },
	{ NAT "[Bridge]\nMac=eth0\n", 4, "no hardware address", "port, auto" },
	{ NAT "[Bridge]\nMac=01:00:5e:00:00:01\n", 4, "group's address", "even" },
	{ NAT "[Bridge]\nStp=yes\nForwardDelay=1s\n", 5, "at least 2s", "Stp=no" },
	{ NAT "[BridgeVlan]\nPvid=5\n", 3, "does not keep VLANs apart",
	  "VlanFiltering=yes" },
	{ NAT "[Tap]\nName=t0\nVlan=5\n", 5, "does not keep VLANs apart",
	  "VlanFiltering=yes" },
	{ NAT "[Bridge]\nVlanFiltering=yes\n[Tap]\nName=t0\nVlan=5\nTrunk=4 5\n", 8,
	  "5 is the VLAN of frames without a tag", "tags or it has none" },
	/* [Address] and [Route] */
	{ PUBLIC "[Address]\n", 5, "address is missing", "Dhcp=yes" },
	{ PUBLIC "[Address]\nDhcp=yes\nAddress=10.0.0.2/8\n", 6, "comes by DHCP, too",
	  "two [Address] sections" },
	{ "[Address]\nAddress=10.10.20.0/24\n", 2, "network's number", "first host" },
	{ "[Address]\nAddress=10.10.20.255/24\n", 2, "broadcast", "first host" },
	{ "[Address]\nAddress=224.0.0.5/24\n", 2, "no host's address", "such as" },
	{ NAT "[Address]\nAddress=10.10.20.1/16\n", 4, "twice", "once" },
	{ "[Network]\nIpv6=no\n" NAT6, 6, "Ipv6=no", "Ipv6=yes" },
	{ NAT "[Address]\nAddress=10.9.9.1/24\nInterface=eth0.5\n", 5,
	  "no VLAN interface of this file", "empty for the bridge" },
	{ NAT "[Route]\nMetric=5\n", 3, "default route needs a router", "Via=" },
	{ NAT "[Route]\nVia=10.10.30.1\n", 4, "cannot be reached", "[Address]" },
	{ NAT "[Route]\nVia=10.10.20.1\n", 4, "the host's own", "another machine" },
	{ NAT "[Route]\nTo=10.0.0.0/8\nVia=10.10.20.8\n"
	      "[Route]\nTo=10.0.0.0/8\nVia=10.10.20.9\n",
	  7, "leads there, too", "another Metric=" },
	{ "[Network]\nMode=public\nIpv6=no\n[Bridge]\nPorts=eth0\n[Address]\nDhcp=ipv6\n",
	  7, "it asks for an IPv6 address", "Ipv6=yes" },
	{ NAT6 "[Route]\nTo=10.0.0.0/8\nVia=fd00:20::2\n", 7, "another family", "IPv4" },
	{ NAT "[Route]\nTo=10.0.0.0/8\nInterface=eth1\n", 5, "no VLAN interface",
	  "empty" },
	/* [Vlan], [Tap], [Macvtap] */
	{ NAT "[Vlan]\nParent=eth0\n", 3, "number is missing", "1 to 4094" },
	{ NAT "[Vlan]\nId=5\n", 3, "interface that it is on is missing", "Parent=" },
	{ NAT "[Vlan]\nId=5\nParent=enp0s31f6np0\n", 5, "too long", "Name=" },
	{ NAT "[Tap]\nUser=libvirt\n", 3, "name is missing", "Name=" },
	{ NAT "[Tap]\nName=t0\nIp=10.10.21.5\n", 5, "outside of the network",
	  "the network is 10.10.20.0/24" },
	{ NAT "[Tap]\nName=t0\nMac=03:00:00:00:00:01\n", 5, "group's address", "even" },
	{ NAT "[Macvtap]\nParent=eth0\n", 3, "name is missing", "Name=" },
	{ NAT "[Macvtap]\nName=m0\n", 3, "interface that it is on", "Parent=" },
	/* [Nat] and [Forward] */
	{ HOST_ONLY "[Nat]\nOut=eth0\n", 6, "no NAT", "Mode=nat" },
	{ NAT "[Nat]\nSource=0.0.0.0\n", 4, "no host's address", "host's own" },
	{ NAT "[Nat]\nSource=192.0.2.1 192.0.2.2\n", 4, "two of one family", "one" },
	{ NAT "[Forward]\nTo=10.10.20.5:22\n", 3, "host's ports are missing", "Listen=" },
	{ NAT "[Forward]\nListen=tcp 22\n", 3, "guest's address is missing", "To=" },
	{ NAT "[Forward]\nListen=tcp 22\nTo=10.10.21.5\n", 5, "outside of the network",
	  "10.10.20.0/24" },
	{ NAT "[Forward]\nListen=tcp 22\nTo=10.10.20.1:22\n", 5, "host's own",
	  "another" },
	{ NAT "[Forward]\nListen=tcp 22\nTo=10.10.20.255\n", 5, "broadcast",
	  "no host can have it" },
	{ NAT "[Forward]\nListen=tcp 20-29\nTo=10.10.20.5:20-25\n", 5,
	  "Listen= has 10 ports, and To= has 6", "first port is enough" },
	{ NAT "[Forward]\nListen=tcp 20-29\nTo=10.10.20.5:65530\n", 5, "not there",
	  "65535" },
	{ NAT "[Forward]\nListen=tcp 20\nTo=10.10.20.5\nFrom=fd00::/8\n", 6,
	  "another family", "IPv4" },
	{ NAT "[Forward]\nListen=tcp 20\nTo=10.10.20.5\nAddress=fd00::1\n", 6,
	  "another family", "IPv4" },
	{ NAT "[Forward]\nListen=tcp 20-29\nTo=10.10.20.5\n"
	      "[Forward]\nListen=tcp,udp 25\nTo=10.10.20.6\n",
	  7, "has these ports already", "From=" },
	/* [Dhcp] and [Lease] */
	{ NAT "[Dhcp]\nRange=10.10.21.5-10.10.21.9\n", 4, "outside of the network",
	  "10.10.20.0/24" },
	{ NAT "[Dhcp]\nRange=10.10.20.5-10.10.21.9\n", 4, "outside of the network",
	  "10.10.20.0/24" },
	{ "[Address]\nAddress=10.10.20.9/24\n[Dhcp]\nRange=10.10.20.5-10.10.20.99\n", 4,
	  "host's own 10.10.20.9 is in it", "two ranges" },
	{ PUBLIC "[Dhcp]\nRange=10.10.20.5-10.10.20.9\n", 6, "no server", "Server=yes" },
	{ PUBLIC "[Dhcp]\nServer=yes\n", 6, "needs an address", "[Address]" },
	{ NAT6 "[Dhcp]\nRouter=fd00:20::1\n", 6, "IPv4 routers only", "Ra=" },
	{ NAT "[Dhcp]\nRouter=10.10.21.1\n", 4, "outside", "10.10.20.0/24" },
	{ NAT "[Dhcp]\nRa=slaac\n", 4, "no IPv6 network", "fd00" },
	{ NAT "[Dhcp]\nOptions=\"1\\n2\"\n", 4, "one line", "each option" },
	{ NAT "[Lease]\nAddress=10.10.20.5\n", 3, "whose it is", "Guest= or Mac=" },
	{ NAT "[Lease]\nGuest=web\n", 3, "neither an address nor a name", "Address=" },
	{ NAT "[Lease]\nGuest=web\nAddress=10.10.30.5\n", 5, "outside", "10.10.20.0" },
	{ NAT "[Lease]\nGuest=web\nName=a.b\n", 5, "no DNS name", "letters" },
	{ NAT "[Lease]\nMac=01:00:00:00:00:01\nName=a\n", 4, "group's", "even" },
	{ NAT "[Lease]\nGuest=a\nAddress=10.10.20.5\n"
	      "[Lease]\nGuest=b\nAddress=10.10.20.5\n",
	  8, "another lease's", "its own" },
	{ NAT "[Lease]\nGuest=a\nAddress=10.10.20.5 10.10.20.6\n", 5, "second one",
	  "one IPv4" },
	{ PUBLIC "[Lease]\nGuest=a\nName=a\n", 5, "no server", "Server=yes" },
	/* [Firewall] */
	{ NAT "[Firewall]\nAllow=tcp:22\n", 4, "no difference", "Host=services" },
	{ ISOLATED "[Firewall]\nHost=services\nAllow=tcp:22\n", 5, "do not reach",
	  "host-only" },
	{ ISOLATED "[Firewall]\nReach=lan\n", 4, "not this network's router", "nat" },
	/* [WireGuard] and [Peer] */
	{ NAT "[Peer]\nPublicKey=" KEY "\n", 4, "no VPN", "[WireGuard]" },
	{ NAT "[WireGuard]\nNetworks=lan\n", 4, "no VPN", "Address=" },
	{ NAT "[WireGuard]\nInterface=wg0\n", 4, "no VPN", "Address=" },
	{ NAT "[WireGuard]\nAddress=10.10.99.0/24\n", 4, "no host's", "10.10.99.1" },
	{ NAT "[WireGuard]\nAddress=10.10.20.2/24\n", 4, "overlaps", "of its own" },
	{ NAT VPN "Mtu=100\n", 5, "too few", "1420" },
	{ NAT VPN "Endpoint=a b\n", 5, "no host's name", "vpn.example.org" },
	{ NAT VPN "[Peer]\nName=a\n", 5, "public key is missing", "wg pubkey" },
	{ NAT VPN "[Peer]\nPublicKey=abc\n", 6, "no WireGuard key", "44" },
	{ NAT VPN "[Peer]\nPublicKey=" KEY "\n", 5, "nothing reaches", "AllowedIPs=" },
	{ NAT VPN "[Peer]\nPublicKey=" KEY "\nAllowedIPs=10.10.99.2\nEndpoint=a\n", 8,
	  "not HOST:PORT", "51820" },
	{ NAT VPN "[Peer]\nPublicKey=" KEY
		  "\nAllowedIPs=10.10.99.2\nPersistentKeepalive=1500ms\n",
	  8, "whole seconds", "25s" },
	{ NAT VPN "[Peer]\nPublicKey=" KEY "\nAllowedIPs=10.10.99.2\n"
		  "[Peer]\nPublicKey=" KEY "\nAllowedIPs=10.10.99.3\n",
	  9, "same key", "its own" },
	{ NAT VPN "[Peer]\nPublicKey=" KEY "\nAllowedIPs=10.10.99.2\n"
		  "[Peer]\nPublicKey=aTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n"
		  "AllowedIPs=10.10.99.2\n",
	  10, "same addresses", "its own" },
};

/* Of several mistakes each stands on a line, with its hint behind a semicolon. */
static bool has_hints(const struct err *err)
{
	size_t lines = 1, hints = 0;

	for (const char *c = strchr(err->text, '\n'); c; c = strchr(c + 1, '\n'))
		lines++;
	for (const char *c = strstr(err->text, "; "); c; c = strstr(c + 1, "; "))
		hints++;
	return lines == 1 ? err->hint[0] : hints >= lines;
}

static void check_row(int root, size_t i)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	struct err err = ERR_INIT;
	char where[80];

	fake_file(root, "etc/bedplate/network/lan.conf", rows[i].text);
	snprintf(where, sizeof(where),
		 "etc/bedplate/network/lan.conf:%d: ", rows[i].line);
	is_int(networks_read(&networks, root, &err), -EINVAL, "row %zu is refused", i);
	if (!ok(strstr(err.text, where), "with line %d", rows[i].line) ||
	    !ok(strstr(err.text, rows[i].says), "says: %s", rows[i].says) ||
	    !ok(strstr(err.hint, rows[i].advises) || strstr(err.text, rows[i].advises),
		"advises: %s", rows[i].advises) ||
	    !ok(has_hints(&err), "what to do stands beside each mistake"))
		printf("# %s\n# it says: %s\n# hint: %s\n", rows[i].text, err.text,
		       err.hint);
}

static void check_all_files_at_once(int root)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	struct err err = ERR_INIT;

	fake_file(root, "etc/bedplate/network/lan.conf", "[Network]\nMode=nta\nMtu=x\n");
	fake_file(root, "etc/bedplate/network/dmz.conf",
		  NAT "[Tap]\nUser=a\n[Forward]\nTo=10.10.20.5:22\n");
	fake_file(root, "etc/bedplate/network/w n.conf", NAT);
	is_int(networks_read(&networks, root, &err), -EINVAL, "three files are refused");
	ok(strstr(err.text, "lan.conf:2: ") && strstr(err.text, "lan.conf:3: ") &&
		   strstr(err.text, "dmz.conf:3: ") && strstr(err.text, "dmz.conf:5: ") &&
		   strstr(err.text, "\"w n\" is no name for a network"),
	   "with all their mistakes in one go");
	printf("# %s\n", err.text);
	is_int(networks.count, 3, "they can be released");
}

static const char everything[] =
	"[Network]\nMode=nat\nBridge=br0\nDomain=lab.internal\nMtu=9000\n"
	"[Bridge]\nPorts=eth1.5\nMac=52:54:00:00:00:01\nVlanFiltering=yes\n"
	"[BridgeVlan]\nPort=eth1.5\nPvid=5\nTrunk=6 7\n" NAT6
	"[Route]\nTo=10.99.0.0/16\nVia=10.10.20.254\nMetric=7\n"
	"[Vlan]\nId=5\nParent=eth1\n"
	"[Tap]\nName=t0\nUser=qemu\nMac=52:54:00:00:00:05\nIp=10.10.20.5 fd00:20::5\n"
	"[Macvtap]\nName=m0\nParent=eth1\n"
	"[Nat]\nOut=eth0\nSource=192.0.2.1\n"
	"[Forward]\nListen=tcp 2222\nTo=10.10.20.5:22\nFrom=198.51.100.0/24\n"
	"[Forward]\nListen=tcp 2222\nTo=web:22\n"
	"[Dhcp]\nRange=10.10.20.100-10.10.20.199\nRa=stateless\n"
	"[Lease]\nGuest=web\nAddress=10.10.20.6 fd00:20::6\n"
	"[Firewall]\nIsolate=yes\nHost=services\nAllow=tcp:22 \"udp 123\"\n" VPN
	"[Peer]\nName=laptop\nPublicKey=" KEY "\nAllowedIPs=10.10.99.2\n"
	"Endpoint=[2001:db8::1]:51820\n";

static void check_good(int root)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	struct err err = ERR_INIT;

	is_int(networks_read(&networks, root, &err), 0, "no folder is no networks");
	is_int(networks.count, 0, "none at all");
	fake_file(root, "etc/bedplate/network/lan.conf", everything);
	fake_file(root, "etc/bedplate/network/.lan.conf.swp", "not a network");
	fake_file(root, "etc/bedplate/network/lan.conf~", "not a network");
	if (!ok(networks_read(&networks, root, &err) == 0, "a file with all is taken"))
		printf("# %s\n", err.text);
	is_int(networks.count, 1, "and nothing else that lies there");
	ok(networks_find(&networks, "lan") && !networks_find(&networks, "wan"),
	   "it is found by its name");
}

int main(void)
{
	int root = fake_tree_open();

	check_good(root);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(root, i);
	check_all_files_at_once(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
