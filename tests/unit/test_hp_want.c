/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_want.c: what contradicts another file or the host is told with both places. */
#include <errno.h>

#include "lib/guest_nic.h"
#include "tests/unit/hp_machine.h"

#define WEB  "[Lease]\nMac=52:54:00:00:00:05\nName=web\nAddress=10.10.20.6\n"
#define NAT  "[Address]\nAddress=10.10.20.1/24\n"
#define NAT2 "[Address]\nAddress=10.10.30.1/24\n"
#define VPN  "[WireGuard]\nAddress=10.10.99.1/24\n"
#define VPN2 "[WireGuard]\nAddress=10.10.98.1/24\n"
#define NONE "[Network]\nMode=none\n"
#define OPEN "[Network]\nMode=public\n[Bridge]\nPorts="

/* dmz.conf is read before lan.conf; web.conf is a guest's. */
static const struct {
	const char *dmz, *lan, *web;
	const char *where; /* the mistake's place */
	const char *says, *advises;
	int errnum; /* of what is no mistake in a file, but the host's; else 0 */
} rows[] = {
	/* interfaces' names */
	{ "[Network]\nBridge=br0\n" NAT, "[Network]\nBridge=br0\n" NAT2, NULL,
	  "network/lan.conf:2: ", "br0 is also what network/dmz.conf:2 makes", "own", 0 },
	{ NAT "[Tap]\nName=t0\n", NAT2 "[Tap]\nName=t0\n", NULL,
	  "network/lan.conf:4: ", "network/dmz.conf:4", "own", 0 },
	{ NULL, NAT "[Tap]\nName=t0\n[Tap]\nName=t0\n", NULL,
	  "network/lan.conf:6: ", "network/lan.conf:4", "own", 0 },
	{ NULL, NAT "[Tap]\nName=tap-web\n", "[Nic]\nNetwork=lan\n",
	  "guests/web.conf:2: ", "tap-web is also what network/lan.conf:4 makes", "own",
	  0 },
	{ NULL, "[Network]\nBridge=eth1\n" NAT, NULL, "network/lan.conf:2: ",
	  "the host has an interface eth1", "another name", EEXIST },
	{ NULL, "[Network]\nBridge=docker0\n" NAT, NULL, "network/lan.conf:2: ",
	  "docker0 that is not bedplate's (bridge)", "another name", EEXIST },
	/* ports */
	{ OPEN "eth1\n", OPEN "eth1\n", NULL, "network/lan.conf:4: ",
	  "eth1 is a port in network/dmz.conf:4, too", "one bridge only", 0 },
	{ NULL, OPEN "eth1 path:pci-0000:00:09.0\n", NULL, "network/lan.conf:4: ",
	  "path:pci-0000:00:09.0 chooses no interface", "the host has eth0", ENODEV },
	{ NULL, OPEN "eht1\n", NULL, "network/lan.conf:4: ", "eht1 chooses no interface",
	  "did you mean eth1?", ENODEV },
	{ NULL, OPEN "driver:e1000e\n", NULL,
	  "network/lan.conf:4: ", "it chooses eth0 and eth1", "chooses one", ENOTUNIQ },
	{ NULL, OPEN "veth9\n", NULL,
	  "network/lan.conf:4: ", "veth9 is a port of docker0", "take it out", EBUSY },
	{ NULL, OPEN "br-lan\n", NULL, "network/lan.conf:4: ",
	  "br-lan is a bridge, and no bridge takes another one", "network card", 0 },
	{ NULL, OPEN "eth1 wg-lan\n" VPN, NULL, "network/lan.conf:4: ",
	  "wg-lan is a VPN, which has no Ethernet frames", "[Vlan]", 0 },
	{ NULL, OPEN "docker0\n", NULL, "network/lan.conf:4: ",
	  "docker0 is a bridge, and no bridge takes another one", "network card", ELOOP },
	{ NULL, OPEN "lo\n", NULL, "network/lan.conf:4: ", "lo chooses no interface", "",
	  ENODEV },
	{ NULL, NAT "[Vlan]\nId=5\nParent=wlan0\n", NULL, "network/lan.conf:5: ",
	  "wlan0 chooses no interface", "the host has eth0", ENODEV },
	{ NAT "[Vlan]\nId=5\nParent=eth1\n",
	  NAT2 "[Vlan]\nId=5\nParent=eth1\nName=five\n", NULL, "network/lan.conf:4: ",
	  "the VLAN 5 of eth1 is also that of network/dmz.conf:4", "one interface", 0 },
	{ NONE "[Macvtap]\nName=m0\nParent=eth1\nMode=passthru\n",
	  NONE "[Macvtap]\nName=m1\nParent=eth1\n", NULL, "network/lan.conf:5: ",
	  "eth1 is one guest's alone, and network/dmz.conf:4 is on it", "bridge", 0 },
	{ NULL,
	  NONE "[Macvtap]\nName=m0\nParent=eth1\nMac=52:54:00:00:00:01\n"
	       "[Macvtap]\nName=m1\nParent=eth1\nMac=52:54:00:00:00:01\n",
	  NULL, "network/lan.conf:10: ",
	  "the hardware address 52:54:00:00:00:01 is also that of network/lan.conf:4",
	  "its own", 0 },
	{ OPEN "eth1\n", NONE "[Macvtap]\nName=m0\nParent=eth1\n", NULL,
	  "network/lan.conf:5: ", "eth1 is a port in network/dmz.conf:4, too", "a tap",
	  0 },
	/* networks */
	{ NAT, "[Address]\nAddress=10.10.0.1/16\n", NULL, "network/lan.conf:2: ",
	  "10.10.0.0/16 overlaps 10.10.20.0/24 (network/dmz.conf:2)", "its own", 0 },
	{ NULL, "[Address]\nAddress=192.0.2.77/25\n", NULL, "network/lan.conf:2: ",
	  "overlaps the host's own 192.0.2.0/24 on eth0", "take another", EADDRINUSE },
	{ NAT VPN, NAT2 "[WireGuard]\nListenPort=5\nAddress=10.10.99.9/24\n", NULL,
	  "network/lan.conf:5: ", "(network/dmz.conf:4)", "its own", 0 },
	/* guests */
	{ NAT "[Tap]\nName=t0\nMac=52:54:00:00:00:01\n",
	  NAT2 "[Lease]\nName=a\nMac=52:54:00:00:00:01\n", NULL, "network/lan.conf:5: ",
	  "the hardware address 52:54:00:00:00:01 is also that of network/dmz.conf:4",
	  "its own", 0 },
	{ NULL, NAT "[Tap]\nName=t0\nIp=10.10.20.5\n",
	  "[Nic]\nNetwork=lan\nAddress=10.10.20.5\n", "guests/web.conf:2: ",
	  "the address 10.10.20.5 is also that of network/lan.conf:4", "its own", 0 },
	{ NULL,
	  NAT "[Lease]\nName=a\nMac=52:54:00:00:00:01\n"
	      "[Lease]\nName=a\nMac=52:54:00:00:00:02\n",
	  NULL, "network/lan.conf:8: ", "the DNS name a is also that of", "Name=", 0 },
	{ NULL, NAT "[Lease]\nGuest=wbe\nAddress=10.10.20.5\n", "[Nic]\nNetwork=lan\n",
	  "network/lan.conf:4: ", "there is no guests/wbe.conf", "did you mean web?", 0 },
	{ NULL, NAT "[Lease]\nGuest=web\nAddress=10.10.20.5\n", "[Memory]\nSize=1G\n",
	  "network/lan.conf:4: ", "the guest web has no interface here", "[Nic]", 0 },
	{ NULL, NAT, "[Nic]\nNetwork=lna\n",
	  "guests/web.conf:2: ", "there is no network lna", "did you mean lan?", 0 },
	{ NULL, NAT, "[Nic]\nNetwork=lan\nAddress=10.9.0.1\n", "guests/web.conf:3: ",
	  "10.9.0.1 is outside of the network", "10.10.20.0/24", 0 },
	{ NULL, NAT, "[Nic]\nNetwork=lan\nUser=qmu\n",
	  "guests/web.conf:3: ", "there is no user qmu", "did you mean qemu?", 0 },
	{ NULL, NAT "[Tap]\nName=t0\nUser=qmu\n", NULL,
	  "network/lan.conf:5: ", "there is no user qmu", "did you mean qemu?", 0 },
	{ NULL, NAT "[Tap]\nName=t0\nGroup=kvn\n", NULL,
	  "network/lan.conf:5: ", "there is no group kvn", "did you mean kvm?", 0 },
	/* ports of the host */
	{ NAT "[Forward]\nListen=tcp 2222\nTo=10.10.20.5:22\n",
	  NAT2 "[Forward]\nListen=tcp 2000-3000\nTo=10.10.30.5\n", NULL,
	  "network/lan.conf:4: ", "network/dmz.conf:4 has these ports already",
	  "From=", 0 },
	{ NAT VPN, NAT2 VPN2, NULL, "network/lan.conf:4: ",
	  "the UDP port 51820 is also that of network/dmz.conf", "different", 0 },
	{ NAT "[Forward]\nListen=udp 51820\nTo=10.10.20.5\n", NAT2 VPN, NULL,
	  "network/lan.conf:4: ", "the UDP port 51820 is forwarded (network/dmz.conf:4)",
	  "different", 0 },
	{ NULL, NAT "[Forward]\nListen=tcp 22\nTo=web:22\n", NULL,
	  "network/lan.conf:5: ", "there is no guest web", "[Lease]", 0 },
	{ NULL, NAT "[Forward]\nListen=tcp 22\nTo=web:22\n", "[Nic]\nNetwork=lan\n",
	  "network/lan.conf:5: ", "no address is known of the guest web", "[Lease]", 0 },
	{ NULL, NAT "[Forward]\nListen=tcp 22\nTo=web:22\nFrom=fd00::/8\n" WEB, NULL,
	  "network/lan.conf:5: ",
	  "From= or Address= is of another family than any address of the guest web",
	  "all IPv4", 0 },
	{ NULL, NAT "[Forward]\nListen=tcp 22\nTo=web:22\nAddress=fd00::9\n" WEB, NULL,
	  "network/lan.conf:5: ",
	  "From= or Address= is of another family than any address of the guest web",
	  "all IPv4", 0 },
	/* names of networks */
	{ NAT, NAT2 "[Firewall]\nReach=dmx\n", NULL,
	  "network/lan.conf:4: ", "there is no network dmx", "did you mean dmz?", 0 },
	{ NAT, NAT2 VPN "Networks=x\n", NULL,
	  "network/lan.conf:5: ", "there is no network x", "NAME", 0 },
};

/* Somebody has to look at the file anyway. */
static void check_both(void)
{
	struct machine machine;

	machine_init(&machine);
	machine_network(&machine, "dmz", OPEN "eth7\n");
	machine_network(&machine, "lan", NAT "[Tap]\nName=t0\nUser=qmu\n");
	is_int(machine_resolve(&machine), -EINVAL,
	       "a mistake beside what the host lacks is a mistake");
	ok(machine.err.mistake && strstr(machine.err.text, "eth7"), "and both are told");
	machine_release(&machine);
}

static void check_row(size_t i)
{
	struct machine machine;
	char where[100];

	machine_init(&machine);
	machine_link(&machine, "docker0", NET_BRIDGE);
	snprintf(machine_link(&machine, "veth9", NET_NIC)->master, NET_NAME_SIZE,
		 "docker0");
	if (rows[i].dmz)
		machine_network(&machine, "dmz", rows[i].dmz);
	machine_network(&machine, "lan", rows[i].lan);
	if (rows[i].web)
		machine_guest(&machine, "web", rows[i].web);
	snprintf(where, sizeof(where), "etc/bedplate/%s", rows[i].where);
	is_int(machine_resolve(&machine), -(rows[i].errnum ? rows[i].errnum : EINVAL),
	       "row %zu is refused", i);
	is_int(machine.err.mistake, !rows[i].errnum, "as what it is");
	if (!ok(strncmp(machine.err.text, where, strlen(where)) == 0 ||
			strstr(machine.err.text, where),
		"at %s", where) ||
	    !ok(strstr(machine.err.text, rows[i].says), "says: %s", rows[i].says) ||
	    !ok(strstr(machine.err.hint, rows[i].advises) ||
			strstr(machine.err.text, rows[i].advises),
		"advises: %s", rows[i].advises) ||
	    !ok(!strchr(machine.err.text, '\n'), "and nothing else"))
		printf("# it says: %s\n# hint: %s\n", machine.err.text, machine.err.hint);
	machine_release(&machine);
}

static void check_all_at_once(void)
{
	struct machine machine;

	machine_init(&machine);
	machine_network(&machine, "dmz", OPEN "eth7\n");
	machine_network(&machine, "lan", NAT "[Tap]\nName=t0\nUser=nobody-here\n");
	machine_network(&machine, "wan", "[Address]\nAddress=10.10.20.9/28\n");
	is_int(machine_resolve(&machine), -EINVAL, "three mistakes");
	ok(strstr(machine.err.text, "dmz.conf:4: ") &&
		   strstr(machine.err.text, "lan.conf:5: ") &&
		   strstr(machine.err.text, "wan.conf:2: "),
	   "are told in one go");
	machine_release(&machine);
}

static void check_merge(void)
{
	const struct guest_nic nic = { .tap = (char *)"" };
	struct machine machine;
	const struct want_network *lan;
	const struct want_guest *web;

	machine_init(&machine);
	machine_network(&machine, "lan",
			NAT
			"[Bridge]\nPorts=eth1\n"
			"[Tap]\nName=t0\nUser=qemu\nGroup=36\nMac=52:54:00:00:00:09\n"
			"[Lease]\nMac=52:54:00:00:00:09\nAddress=10.10.20.9\nName=db\n"
			"[Lease]\nGuest=web\nAddress=10.10.20.5\n"
			"[Forward]\nListen=tcp 80\nTo=web\n");
	machine_guest(&machine, "web", "[Nic]\nNetwork=lan\nUser=qemu\n");
	if (!ok(machine_resolve(&machine) == 0, "a good one is taken"))
		printf("# %s\n", machine.err.text);
	lan = want_find(&machine.want, "lan");
	is_str(lan->bridge, "br-lan", "the bridge has the network's name");
	is_str(lan->ports[0].name, "eth1", "the port is found");
	ok(memcmp(lan->bridge_mac, net_find_link(&machine.have, "eth1")->mac, 6) == 0,
	   "whose address is the bridge's");
	is_int(lan->guest_count, 2, "a tap and a lease of one address are one guest");
	is_str(lan->guests[0].name, "db", "with the lease's name");
	is_int(lan->guests[0].owner, 107, "the user's number");
	is_int(lan->guests[0].group, 36, "and the group's");
	web = want_find_guest(lan, "web");
	is_str(web->tap, "tap-web", "a guest's file makes its tap");
	ok(web->has_mac && web->mac.bytes[0] == 0x52 && web->fixed,
	   "and its lease, without an address that was written down");
	ok(memcmp(guest_nic_mac("web", &nic, 0).bytes, web->mac.bytes, 6) == 0,
	   "which stays the same");
	ok(memcmp(guest_nic_mac("web", &nic, 1).bytes, web->mac.bytes, 6) != 0,
	   "and is another for the second card");
	machine_release(&machine);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(i);
	check_both();
	check_all_at_once();
	check_merge();
	return done_testing();
}
