/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/findings.c host-prep/check_table.c host-prep/check_addresses.c host-prep/arp.c host-prep/nft_read.c host-prep/check_files.c host-prep/check_kvm.c host-prep/check_iommu.c host-prep/check_kernel.c host-prep/check_memory.c host-prep/check_bridges.c host-prep/check_forwarding.c host-prep/check_dhcp.c host-prep/dhcp_probe.c host-prep/dhcp_packet.c host-prep/check_clock.c host-prep/check_permissions.c host-prep/bridge_helper.c host-prep/check_owners.c host-prep/own_file.c host-prep/owner.c host-prep/wait.c host-prep/socket_list.c host-prep/netfilter.c host-prep/dhcp.c lib/file_apart.c host-prep/vfio_want.c host-prep/check_programs.c lib/program_find.c lib/format_text.c host-prep/nat.c host-prep/nat_filter.c host-prep/nat_forward.c host-prep/nat_guard.c host-prep/nat_word.c host-prep/want_forward.c host-prep/want_net_ip.c host-prep/owner_dhcpcd.c */
/* SOURCES: host-prep/iommu_read.c lib/pci_use.c host-prep/iommu_judge.c host-prep/iommu_words.c host-prep/hugepage.c host-prep/hugepage_read.c host-prep/hugepage_want.c host-prep/hugepage_journal.c host-prep/hugepage_mount.c host-prep/hugepage_place.c host-prep/hugepage_reserve.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/mount_text.c lib/mounts.c lib/pci.c lib/pci_names.c lib/value/pci_select.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c lib/kernel_check.c lib/kernel_match.c lib/kernel_rule.c lib/kernel_facts.c lib/kernel_collect.c lib/kernel_config.c lib/cmdline.c lib/process.c lib/interrupt.c lib/log.c lib/format_text.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/show_json.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/password_hash.c lib/sha512.c lib/sha512_crypt.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_check_network.c: the doctor names what is wrong with a host's networks. */
#include "tests/unit/hp_doctor.h"

#define NAT "[Network]\nMode=nat\nBridge=br-lan\n[Address]\nAddress=10.10.20.1/24\n"

static struct net_link *add(struct doctor *doctor, const char *name, enum net_kind kind,
			    const char *master)
{
	struct net_link *link = machine_link(&doctor->machine, name, kind);

	snprintf(link->master, sizeof(link->master), "%s", master);
	link->carrier = true;
	return link;
}

static void add_veth(struct doctor *doctor, const char *name, const char *master,
		     int peer)
{
	struct net_link *link = add(doctor, name, NET_NIC, master);
	char path[64], text[16];

	strcpy(link->type, "veth");
	snprintf(path, sizeof(path), "sys/class/net/%s/iflink", name);
	snprintf(text, sizeof(text), "%d\n", peer);
	fake_file(doctor->machine.root, path, text);
}

static void test_bridges(void)
{
	struct doctor doctor;
	struct net_link *link;
	int index;

	doctor_init(&doctor);
	add(&doctor, "br0", NET_BRIDGE, "");
	add(&doctor, "br1", NET_BRIDGE, "");
	index = add(&doctor, "tap0", NET_TAP, "br0")->index;
	add_veth(&doctor, "v0", "br0", index + 2);
	add_veth(&doctor, "v1", "br1", index + 1);
	is_str(ask(&doctor, check_bridges), "", "one way between two bridges is no loop");
	add_veth(&doctor, "w0", "br0", index + 4);
	add_veth(&doctor, "w1", "br1", index + 3);
	ok(found(&doctor, check_bridges, "problem",
		 "w0 and w1 close a loop between br0 and br1", "Stp=yes"),
	   "a second one is");
	net_find_link(&doctor.machine.have, "br0")->bridge.stp = true;
	net_find_link(&doctor.machine.have, "br1")->bridge.stp = true;
	is_str(ask(&doctor, check_bridges), "", "not with a spanning tree");
	net_find_link(&doctor.machine.have, "br0")->bridge.forward_delay_cs = 1500;
	ok(found(&doctor, check_bridges, "note", "waits 30 seconds", "ForwardDelay="),
	   "which may keep guests waiting");
	add(&doctor, "p0", NET_NIC, "br1");
	link = add(&doctor, "p0.7", NET_VLAN, "br1");
	strcpy(link->parent, "p0");
	ok(found(&doctor, check_bridges, "note", "p0.7 and p0", "take one"),
	   "a VLAN beside what it is on");
	net_find_link(&doctor.machine.have, "br1")->bridge.stp = false;
	add(&doctor, "p1", NET_NIC, "br1");
	ask(&doctor, check_bridges);
	ok(strstr(doctor.text.text, "br1 has two cables (p0, p1)") != NULL,
	   "two cables without a spanning tree");
	link = net_find_link(&doctor.machine.have, "br1");
	link->mtu = 9000;
	ok(!strstr(ask(&doctor, check_bridges), " loses "),
	   "sizes in others' bridges are their business");
	strcpy(link->alias, "bedplate:network/lan.conf");
	ok(strstr(ask(&doctor, check_bridges),
		  "warning p1 loses what is larger than 1500 bytes, and its bridge br1 has "
		  "an MTU of 9000 -> `ip link set p1 mtu 9000`") != NULL,
	   "those in ours are not");
	net_find_link(&doctor.machine.have, "p1")->mtu = 9000;
	ok(!strstr(ask(&doctor, check_bridges), "p1 loses"),
	   "a port that takes as much is good");
	doctor_release(&doctor);
}

static void chain(struct doctor *doctor, const char *family, const char *table,
		  const char *name, bool drops, bool legacy)
{
	struct netfilter_chain chain = { .forwards = drops,
					 .drops = drops,
					 .legacy = legacy };

	strcpy(chain.family, family);
	strcpy(chain.table, table);
	strcpy(chain.name, name);
	netfilter_add(&doctor->netfilter, &chain);
}

static void test_forwarding(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	machine_network(&doctor.machine, "lan", NAT);
	ok(!machine_resolve(&doctor.machine), "the network is good");
	chain(&doctor, "inet", "bedplate", "forward", true, false);
	is_str(ask(&doctor, check_forwarding), "", "our own table is not in the way");
	chain(&doctor, "ip", "mine", "fw", true, false);
	ok(found(&doctor, check_forwarding, "problem", "another firewall",
		 "nft insert rule ip mine fw iifname br-lan accept"),
	   "a chain of somebody's that drops");
	chain(&doctor, "ip", "mine", "DOCKER-USER", false, false);
	ok(found(&doctor, check_forwarding, "problem", "by Docker",
		 "DOCKER-USER -i br-lan"),
	   "Docker is known by its chain");
	machine_forget(&doctor.machine);
	machine_network(&doctor.machine, "lan", NAT "[Firewall]\nCoexist=yes\n");
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_forwarding), "",
	       "Coexist=yes has rules for such chains");
	fake_file(root, "proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
	ok(!strncmp(ask(&doctor, check_forwarding), "note br_netfilter", 17),
	   "and for frames inside of bridges that they get to see");
	fake_file(root, "proc/sys/net/bridge/bridge-nf-call-iptables", "0\n");
	netfilter_release(&doctor.netfilter);
	chain(&doctor, "ip", "filter", "FORWARD", true, true);
	ok(found(&doctor, check_forwarding, "problem", "iptables-legacy",
		 "iptables-legacy -I FORWARD -o br-lan"),
	   "iptables of before nf_tables");
	fake_file(root, "proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
	ask(&doctor, check_forwarding);
	ok(strstr(doctor.text.text, "\nwarning br_netfilter") != NULL,
	   "br_netfilter has it count inside of bridges");
	netfilter_release(&doctor.netfilter);
	ok(!strncmp(ask(&doctor, check_forwarding), "note br_netfilter", 17),
	   "and is only a note where nothing drops");
	fake_file(root, "proc/sys/net/bridge/bridge-nf-call-iptables", "0\n");
	machine_forget(&doctor.machine);
	machine_network(&doctor.machine, "lan", NAT);
	machine_resolve(&doctor.machine);
	chain(&doctor, "inet", "firewalld", "filter_FORWARD", false, false);
	ok(found(&doctor, check_forwarding, "problem", "firewalld",
		 "--add-interface=br-lan"),
	   "firewalld without a zone for the bridge");
	fake_file(root, "etc/firewalld/zones/trusted.xml",
		  "<interface name=\"br-lan\"/>\n");
	is_str(ask(&doctor, check_forwarding), "", "and with one");
	fake_file(root, "proc/sys/net/ipv4/conf/br-lan/forwarding", "0\n");
	ok(found(&doctor, check_forwarding, "problem", "nothing is forwarded",
		 "sysctl.d"),
	   "forwarding that somebody switched off");
	doctor_release(&doctor);
}

static void test_dhcp(void)
{
	static const char head[] =
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt "
		"  uid  timeout inode ref pointer drops\n";
	struct doctor doctor;
	char table[600];
	const char *once;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	machine_network(&doctor.machine, "lan", NAT);
	machine_resolve(&doctor.machine);
	snprintf(table, sizeof(table),
		 "%s  1: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000     0        0 4711 2 0000000000000000 0\n",
		 head);
	fake_file(root, "proc/net/udp", table);
	fake_file(root, "proc/77/comm", "dnsmasq\n");
	fake_link(root, "proc/77/fd/4", "socket:[4711]");
	ok(found(&doctor, check_dhcp, "problem",
		 "dnsmasq (process 77) answers DHCP on every interface",
		 "except-interface=br-lan"),
	   "another dnsmasq, by its socket");
	snprintf(table, sizeof(table),
		 "%s  1: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000     0        0 4711 2 0000000000000000 0\n"
		 "  2: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000     0        0 4712 2 0000000000000000 0\n",
		 head);
	fake_file(root, "proc/net/udp", table);
	fake_link(root, "proc/77/fd/5", "socket:[4712]");
	once = strstr(ask(&doctor, check_dhcp), "problem dnsmasq");
	ok(once && !strstr(once + 1, "problem dnsmasq"),
	   "once, though it has two sockets");
	fake_file(root, "proc/77/comm", "dhcpd\n");
	ok(found(&doctor, check_dhcp, "problem", "dhcpd", "Server=no"), "another server");
	snprintf(table, sizeof(table),
		 "%s  1: 0114A8C0:0035 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000     0        0 4711 2 0000000000000000 0\n",
		 head);
	fake_file(root, "proc/net/udp", table);
	is_str(ask(&doctor, check_dhcp), "", "DNS on another address is nothing to us");
	snprintf(table, sizeof(table),
		 "%s  1: 01140A0A:0035 00000000:0000 07 00000000:00000000 00:00000000 "
		 "00000000     0        0 4711 2 0000000000000000 0\n",
		 head);
	fake_file(root, "proc/net/udp", table);
	fake_file(root, "proc/77/comm", "systemd-resolve\n");
	ok(found(&doctor, check_dhcp, "problem",
		 "systemd-resolve (process 77) answers DNS "
		 "on br-lan",
		 "DNSStubListenerExtra"),
	   "systemd-resolved on our address");
	doctor_release(&doctor);
}

/* Of three devices the first one is root's alone. */
static int machine_devices(struct doctor *doctor)
{
	int root;

	doctor_init(doctor);
	root = doctor->machine.root;
	fake_file(root, "dev/kvm", "");
	fake_file(root, "dev/net/tun", "");
	fake_file(root, "dev/vhost-net", "");
	fchmodat(root, "dev/kvm", 0600, 0);
	return root;
}

static void test_users(void)
{
	char guest[64];
	struct doctor doctor;
	int root = machine_devices(&doctor);

	machine_network(&doctor.machine, "lan", NAT "[Tap]\nName=t0\nUser=qemu\n");
	ok(!machine_resolve(&doctor.machine), "the network is good");
	ok(found(&doctor, check_permissions, "problem",
		 "qemu (network/lan.conf:7) may not open /dev/kvm",
		 "usermod -aG kvm qemu"),
	   "a user that may not open /dev/kvm");
	fchmodat(root, "dev/kvm", 0666, 0);
	is_str(ask(&doctor, check_permissions), "", "one that may");
	fchmodat(root, "dev/kvm", 0600, 0);
	machine_forget(&doctor.machine);
	machine_network(&doctor.machine, "lan", NAT "[Tap]\nName=t0\n");
	machine_guest(&doctor.machine, "a", "[Guest]\nUser=qemu\n");
	machine_resolve(&doctor.machine);
	ok(found(&doctor, check_permissions, "problem",
		 "qemu (guests/a.conf:2) may not open /dev/kvm", "usermod -aG kvm qemu"),
	   "the user that QEMU runs as, without any tap");
	fchmodat(root, "dev/kvm", 0660, 0);
	snprintf(guest, sizeof(guest), "[Guest]\nUser=qemu\nGroup=%u\n",
		 (unsigned)getegid());
	machine_forget(&doctor.machine);
	machine_guest(&doctor.machine, "a", guest);
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_permissions), "", "one that may by its group");
	machine_forget(&doctor.machine);
	machine_guest(&doctor.machine, "b", "[Guest]\nUser=qemu\n");
	machine_resolve(&doctor.machine);
	ok(found(&doctor, check_permissions, "problem",
		 "qemu (guests/b.conf:2) may not open /dev/kvm", "usermod -aG"),
	   "and another guest of the same user, without that group");
	unlinkat(root, "etc/bedplate/guests/b.conf", 0);
	fchmodat(root, "dev/kvm", 0600, 0);
	machine_forget(&doctor.machine);
	machine_guest(&doctor.machine, "a", "[Guest]\nUser=quemu\n");
	machine_resolve(&doctor.machine);
	ok(found(&doctor, check_permissions, "problem", "there is no user quemu",
		 "did you mean qemu"),
	   "one that is not there");
	machine_guest(&doctor.machine, "a", "[Guest]\nUser=root\n");
	machine_forget(&doctor.machine);
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_permissions), "", "root may");
	doctor_release(&doctor);
}

static void test_devices(void)
{
	struct doctor doctor;
	int root = machine_devices(&doctor);

	machine_network(&doctor.machine, "lan", NAT "[Tap]\nName=t0\n");
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_permissions), "", "all devices");
	unlinkat(root, "dev/net/tun", 0);
	ok(found(&doctor, check_permissions, "problem", "/dev/net/tun", "modprobe tun"),
	   "taps without the device");
	fake_file(root, "dev/net/tun", "");
	fake_file(root, "usr/lib64/qemu/qemu-bridge-helper", "");
	fake_file(root, "etc/qemu/bridge.conf", "allow br9\n");
	ok(found(&doctor, check_permissions, "warning", "no capability", "setcap") &&
		   strstr(doctor.text.text, "plug into br-lan"),
	   "qemu-bridge-helper without a capability, and a bridge that it is not let to");
	fchmodat(root, "usr/lib64/qemu/qemu-bridge-helper", 04755, 0);
	fake_file(root, "etc/qemu/bridge.conf", "allow br-lan\n");
	if (geteuid() == 0)
		is_str(ask(&doctor, check_permissions), "", "and with both");
	fake_file(root, "etc/qemu/bridge.conf", "allow all\n\n  deny  br-lan\n");
	ok(strstr(ask(&doctor, check_permissions),
		  "does not let guests plug into br-lan"),
	   "a bridge that is denied, whatever allows it");
	doctor_release(&doctor);
}

int main(void)
{
	test_bridges();
	test_forwarding();
	test_dhcp();
	test_users();
	test_devices();
	return done_testing();
}
