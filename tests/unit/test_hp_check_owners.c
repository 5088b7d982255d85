/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/findings.c host-prep/check_table.c host-prep/check_addresses.c host-prep/arp.c host-prep/nft_read.c host-prep/check_files.c host-prep/check_kvm.c host-prep/check_iommu.c host-prep/check_kernel.c host-prep/check_memory.c host-prep/check_bridges.c host-prep/check_forwarding.c host-prep/check_dhcp.c host-prep/dhcp_probe.c host-prep/dhcp_packet.c host-prep/check_clock.c host-prep/check_permissions.c host-prep/bridge_helper.c host-prep/check_owners.c host-prep/own_file.c host-prep/owner.c host-prep/wait.c host-prep/socket_list.c host-prep/netfilter.c host-prep/dhcp.c lib/file_apart.c host-prep/vfio_want.c host-prep/check_programs.c lib/program_find.c lib/format_text.c host-prep/nat.c host-prep/nat_filter.c host-prep/nat_forward.c host-prep/nat_guard.c host-prep/nat_word.c host-prep/want_forward.c host-prep/want_net_ip.c host-prep/owner_dhcpcd.c */
/* SOURCES: host-prep/iommu_read.c lib/pci_use.c host-prep/iommu_judge.c host-prep/iommu_words.c host-prep/hugepage.c host-prep/hugepage_read.c host-prep/hugepage_want.c host-prep/hugepage_journal.c host-prep/hugepage_mount.c host-prep/hugepage_place.c host-prep/hugepage_reserve.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/mount_text.c lib/mounts.c lib/pci.c lib/pci_names.c lib/value/pci_select.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c lib/kernel_check.c lib/kernel_match.c lib/kernel_rule.c lib/kernel_facts.c lib/kernel_collect.c lib/kernel_config.c lib/cmdline.c lib/process.c lib/interrupt.c lib/log.c lib/format_text.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/show_json.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/password_hash.c lib/sha512.c lib/sha512_crypt.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_check_owners.c: the doctor names who else sets interfaces up, and has them told. */
#include <errno.h>

#include "host-prep/owner.h"
#include "host-prep/owner_dhcpcd.h"
#include "host-prep/wait.h"
#include "lib/clock.h"
#include "tests/unit/hp_doctor.h"

#define NAT "[Network]\nMode=nat\nBridge=br-lan\n[Address]\nAddress=10.10.20.1/24\n"

static void owner_case(struct doctor *doctor, const char *says, const char *without)
{
	ask(doctor, check_owners);
	ok(strstr(doctor->text.text, says) != NULL, "%s", says);
	if (!strstr(doctor->text.text, says))
		printf("# got \"%s\"\n", doctor->text.text);
	ok(!owners_apply(&doctor->context, NULL), "the file is written");
	ask(doctor, check_owners);
	ok(!strstr(doctor->text.text, without), "and then %s is left alone", without);
}

static void test_awaited(void)
{
	struct doctor doctor;
	struct machine *machine = &doctor.machine;
	const char *owner = NULL, *state = "run/systemd/netif/links/9";

	doctor_init(&doctor);
	machine_network(machine, "out", "[Network]\nMode=public\n[Bridge]\nPorts=eth1\n");
	ok(!machine_resolve(machine), "the network is good");
	net_find_link(&machine->have, "eth1")->index = 9;
	ok(!owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "nobody is there who could give the port an address");
	fake_file(machine->root, "proc/51/comm", "systemd-network\n");
	fake_file(machine->root, "etc/systemd/network/1.network", "[Match]\nName=eth1\n");
	fake_file(machine->root, state, "ADMIN_STATE=configuring\n");
	is_str(owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	       "eth1", "a port that networkd is at work on is waited for");
	is_str(owner, "systemd-networkd", "and it is known for whom");
	fake_file(machine->root, state, "OPER_STATE=carrier\nADMIN_STATE=configured\n");
	ok(!owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "one that it has done with is not");
	unlinkat(machine->root, state, 0);
	ok(owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "one that it has not yet seen is");
	machine_address(machine, "eth1", "fe80::1/64");
	ok(owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "link-local addresses do not count");
	machine_address(machine, "eth1", "192.0.2.11/24");
	ok(owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "an address may come without its routes");
	strcpy(net_find_link(&machine->have, "eth1")->master, "br-out");
	machine->have.addresses[machine->have.address_count - 1].created_cs =
		(uint32_t)(clock_ms() / 10);
	machine_link(machine, "br-out", NET_BRIDGE);
	ok(owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "a port that went into its bridge without its address has it still to come");
	machine->have.addresses[machine->have.address_count - 1].created_cs -= 500;
	ok(!owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "it has come when its routes have had the time to");
	machine->have.addresses[machine->have.address_count - 1].created_cs += 500;
	machine_address(machine, "br-out", "192.0.2.12/24");
	ok(!owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "not when the bridge has one");
	net_find_link(&machine->have, "eth1")->master[0] = '\0';
	unlinkat(machine->root, "proc/51/comm", 0);
	fake_file(machine->root, "sbin/ifup", "");
	fake_file(machine->root, "etc/network/interfaces",
		  "allow-hotplug eth1\niface eth1 inet dhcp\n");
	ok(!owner_awaited(machine->root, &machine->want, &machine->have, &owner),
	   "but of ifupdown there is no other word");
	doctor_release(&doctor);
}

/* Until udev has done with an interface, networkd has not looked at it. */
static void test_begun(void)
{
	static const char *const states[] = {
		"", "pending", "initialized", "configuring", "configured", "unmanaged"
	};
	const struct owner *networkd = &owners[1];
	struct doctor doctor;
	char text[64];

	doctor_init(&doctor);
	ok(!networkd->has_begun(doctor.machine.root, 9), "it knows nothing of it");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		snprintf(text, sizeof(text), "ADMIN_STATE=%s\n", states[i]);
		fake_file(doctor.machine.root, "run/systemd/netif/links/9", text);
		is_int(networkd->has_begun(doctor.machine.root, 9), i > 2,
		       "begun: \"%s\"", states[i]);
	}
	doctor_release(&doctor);
}

/* A port of a bridge without an address of its own: NetworkManager's restart would take it out. */
static void restart_takes_out(struct doctor *doctor, int root)
{
	struct err err = ERR_INIT;

	is_str(ask(doctor, check_owners), "", "nobody else is there");
	fake_file(root, "proc/50/comm", "NetworkManager\n");
	ok(found(doctor, check_owners, "warning", "NetworkManager sets eth1 up",
		 "first [Address] Dhcp=yes or Address= in etc/bedplate/network/out.conf"),
	   "its restart would take a port that it still sets up out of its bridge");
	ok(strstr(doctor->text.text, "note NetworkManager sets eth0 up, and br-out"),
	   "a port whose address nobody else would set stays where it is");
	is_int(owners_apply(&doctor->context, &err), -EBUSY, "so nothing is written yet");
	ok(strstr(err.text, "would take eth0 out of br-out"), "and that is told");
	fake_file(root, "proc/51/comm", "systemd-network\n");
	owners_apply(&doctor->context, NULL);
	ok(*fake_content(root, "etc/systemd/network/05-bedplate.network"),
	   "but to those who bear it");
	unlinkat(root, "proc/51/comm", 0);
	unlinkat(root, "etc/systemd/network/05-bedplate.network", 0);
}

static void names_network_manager(struct doctor *doctor, int root)
{
	fake_file(root, "etc/NetworkManager/conf.d/10-own.conf",
		  "[keyfile]\nunmanaged-devices = interface-name:eth1\n");
	ok(!strstr(ask(doctor, check_owners), "sets eth1 up"),
	   "what NetworkManager is told with blanks around the = holds");
	unlinkat(root, "etc/NetworkManager/conf.d/10-own.conf", 0);
	owner_case(doctor, "warning NetworkManager sets eth1 up", "sets eth1 up");
	is_str(fake_content(root, "etc/NetworkManager/conf.d/90-bedplate.conf"),
	       "# Written by bedplate host-prep check --apply-ownership.", "our file");
	unlinkat(root, "proc/50/comm", 0);
}

static void names_networkd(struct doctor *doctor, int root)
{
	fake_file(root, "proc/51/comm", "systemd-network\n");
	fake_file(root, "usr/lib/systemd/network/80-all.network",
		  "[Match]\nName = eth1 x*\n[Network]\nDHCP=yes\n");
	/* no file of networkd's */
	fake_file(root, "etc/systemd/network/00-eth1.network.bak",
		  "[Match]\nName=eth1\n[Link]\nUnmanaged=yes\n");
	owner_case(doctor, "systemd-networkd sets eth1 up", "eth1");
	fake_file(root, "usr/lib/systemd/network/80-all.network", "[Match]\nName=*\n");
	fake_file(root, "run/systemd/network/05-bedplate-br-out.network",
		  "[Match]\nName=br-out\n[Network]\nDHCP=yes\n");
	unlinkat(root, "etc/systemd/network/05-bedplate.network", 0);
	ok(strstr(ask(doctor, check_owners), "systemd-networkd sets br-lan up") &&
		   !strstr(doctor->text.text, "sets br-out up"),
	   "a DHCP client that networkd is for us is nobody else");
	unlinkat(root, "proc/51/comm", 0);
}

static void names_ifupdown(struct doctor *doctor, int root)
{
	struct err err = ERR_INIT;

	fake_file(root, "sbin/ifup", "");
	fake_file(root, "etc/network/interfaces",
		  "auto lo eth1\niface eth1 inet dhcp\niface lo inet loopback\n");
	owner_case(doctor, "ifupdown sets eth1 up", "eth1");
	fake_file(root, "etc/network/interfaces.d/a",
		  "allow-hotplug eth1\niface eth1 inet dhcp\n");
	ok(found(doctor, check_owners, "warning", "ifupdown sets eth1 up",
		 "/etc/network/interfaces"),
	   "hotplug has to be taken out by hand");
	fake_file(root, "etc/netplan/1.yaml", "network:\n  ethernets:\n    eth1:\n");
	ok(found(doctor, check_owners, "warning", "(by netplan)", "netplan apply"),
	   "netplan is named");
	fake_file(root, "etc/systemd/system/networking.service.d/90-bedplate.conf",
		  "[Service]\n");
	ok(owners_apply(&doctor->context, &err) == -EEXIST && strstr(err.hint, "EXCLUDE"),
	   "a file of somebody else's is left as it is");
}

static void test_owners(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	machine_network(&doctor.machine, "lan",
			NAT "[Bridge]\nPorts=eth1\n[Tap]\nName=t0\n");
	machine_network(&doctor.machine, "out",
			"[Network]\nMode=public\nBridge=br-out\n[Bridge]\nPorts=eth0\n");
	ok(!machine_resolve(&doctor.machine), "the networks are good: %s",
	   doctor.machine.err.text);
	restart_takes_out(&doctor, root);
	machine_forget(&doctor.machine);
	machine_network(&doctor.machine, "lan",
			NAT "[Bridge]\nPorts=eth1\n[Tap]\nName=t0\n");
	machine_network(&doctor.machine, "out",
			"[Network]\nMode=public\nBridge=br-out\n[Bridge]\nPorts=eth0\n"
			"[Address]\nAddress=198.51.100.2/24\n");
	ok(!machine_resolve(&doctor.machine), "with an address of its own: %s",
	   doctor.machine.err.text);
	names_network_manager(&doctor, root);
	names_networkd(&doctor, root);
	names_ifupdown(&doctor, root);
	doctor_release(&doctor);
}

static void test_dhcpcd(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	machine_network(&doctor.machine, "lan", NAT "[Bridge]\nPorts=eth1\n");
	machine_network(&doctor.machine, "out",
			"[Network]\nMode=public\nBridge=br-out\n[Bridge]\nPorts=eth0\n");
	ok(!machine_resolve(&doctor.machine), "the networks are good");
	fake_file(root, "proc/60/comm", "dhcpcd\n");
	fake_file(root, "run/dhcpcd/br-lan-4.pid", "60\n");
	is_str(ask(&doctor, check_owners), "", "dhcpcd for one interface is ours");
	fake_file(root, "run/dhcpcd/pid", "60\n");
	ok(found(&doctor, check_owners, "warning", "dhcpcd sets eth0 up",
		 "which it may give it again"),
	   "one for all gives a port its address again");
	ok(strstr(doctor.text.text, "dhcpcd sets br-lan up") &&
		   strstr(doctor.text.text, "dhcpcd sets eth1 up"),
	   "and takes bridges as well");
	fake_file(root, "etc/dhcpcd.conf",
		  "allowinterfaces eth* br-lan\n denyinterfaces x,eth0 y\n"
		  "interface wlan0\ndenyinterfaces eth1\n");
	ask(&doctor, check_owners);
	ok(!strstr(doctor.text.text, "sets eth0 up") &&
		   !strstr(doctor.text.text, "sets br-out up"),
	   "but for those that it is not to have");
	owner_case(&doctor, "dhcpcd sets eth1 up", "up");
	is_str(fake_content(root, OWNER_DHCPCD_PATH),
	       "# Written by bedplate host-prep check --apply-ownership.", "our file");
	doctor_release(&doctor);
}

int main(void)
{
	test_owners();
	test_dhcpcd();
	test_awaited();
	test_begun();
	return done_testing();
}
