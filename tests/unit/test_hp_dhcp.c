/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/dhcp.c host-prep/net.c host-prep/net_text.c lib/process.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_dhcp.c: dnsmasq's configuration says what the files say, and the real one takes it. */
#include <errno.h>

#include "host-prep/dhcp.h"
#include "lib/process.h"
#include "tests/unit/has.h"
#include "tests/unit/hp_machine.h"

#define NAT "[Address]\nAddress=10.10.20.1/24\n"
#define V6  "[Address]\nAddress=fd00:20::1/64\n"

static bool has_dnsmasq;

static int dnsmasq(const char *argument)
{
	const char *const argv[] = { "dnsmasq", argument, "--test", NULL };
	_cleanup_strbuf_ struct strbuf output;
	struct process process = {
		.argv = argv, .output = &output, .errors = &output, .timeout_ms = 60000
	};
	struct err err = ERR_INIT;
	int result;

	strbuf_init(&output, 0);
	result = process_run(&process, &err);
	if (result)
		printf("# %s\n# %s\n", err.text, output.text);
	return result;
}

static void make_text(struct machine *machine, const char *file, struct strbuf *text)
{
	const struct want_network *lan;
	char argument[100];

	machine_network(machine, "lan", file);
	strbuf_truncate(text, 0);
	if (!ok(machine_resolve(machine) == 0, "the files are good"))
		printf("# %s\n", machine->err.text);
	lan = want_find(&machine->want, "lan");
	ok(dhcp_is_wanted(lan), "there is a server");
	dhcp_text(lan, text);
	fake_file(machine->root, "lan.conf", text->text);
	snprintf(argument, sizeof(argument), "--conf-file=%s/lan.conf", fake_root);
	if (has_dnsmasq && !ok(dnsmasq(argument) == 0, "dnsmasq takes it"))
		printf("# %s\n", text->text);
	machine_forget(machine);
}

static const struct {
	const char *own, *range;
} ranges[] = {
	{ "10.10.20.1/24", "10.10.20.128-10.10.20.254" },
	{ "10.10.20.254/24", "10.10.20.128-10.10.20.253" },
	{ "10.10.20.130/24", "10.10.20.131-10.10.20.254" },
	{ "10.0.0.1/8", "10.128.0.0-10.255.255.254" },
	{ "10.10.20.1/30", "10.10.20.2" },
	{ "10.10.20.2/30", NULL },
	{ "10.10.20.1/31", NULL },
	{ "10.10.20.1/32", NULL },
	{ "fd00::1/64", NULL },
};

static void check_ranges(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		_cleanup_strbuf_ struct strbuf text;
		struct ip_prefix own;
		struct ip_range range;
		bool found;

		strbuf_init(&text, 0);
		ip_prefix_parse(ranges[i].own, &own, NULL);
		found = dhcp_default_range(&own, &range);
		if (found)
			ip_range_format(&range, &text);
		is_str(found ? text.text : NULL, ranges[i].range,
		       "what guests of %s get by default", ranges[i].own);
	}
}

static void check_nat(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	make_text(machine, NAT, &text);
	has(&text,
	    "\ninterface=br-lan\nexcept-interface=lo\nbind-interfaces\nno-hosts\n");
	has(&text, "\npid-file=/run/bedplate/dnsmasq/lan.pid\n");
	has(&text, "\ndhcp-leasefile=/var/lib/bedplate/dnsmasq/lan.leases\n");
	has(&text, "\ndomain=lan\nlocal=/lan/\n");
	has(&text, "\ndhcp-range=10.10.20.128,10.10.20.254,255.255.255.0,3600\n");
	has_not(&text, "option:router");
	has_not(&text, "enable-ra");
	has_not(&text, "no-resolv");
	make_text(machine,
		  "[Network]\nDomain=lab.internal\nMtu=9000\n" NAT V6
		  "[Dhcp]\nRange=10.10.20.100-10.10.20.109 10.10.20.150-10.10.20.159\n"
		  "LeaseTime=2h\nRouter=10.10.20.254\nDns=10.10.20.2 fd00:20::2\n"
		  "Upstream=9.9.9.9\nOptions=option:ntp-server,10.10.20.1\n"
		  "[Lease]\nGuest=web\nAddress=10.10.20.5 fd00:20::5\n"
		  "[Lease]\nMac=52:54:00:00:00:09\nName=db\n"
		  "[Tap]\nName=t0\nMac=52:54:00:00:00:0a\nIp=10.10.20.10\n",
		  &text);
	has(&text, "\ndhcp-range=10.10.20.100,10.10.20.109,255.255.255.0,7200\n"
		   "dhcp-range=10.10.20.150,10.10.20.159,255.255.255.0,7200\n");
	has(&text, "\ndhcp-range=fd00:20::1000,fd00:20::1fff,slaac,64,7200\nenable-ra\n");
	has(&text, "\ndhcp-option=option:router,10.10.20.254\n");
	has(&text, "\ndhcp-option=option:dns-server,10.10.20.2\n"
		   "dhcp-option=option6:dns-server,[fd00:20::2]\n");
	has(&text, "\ndhcp-option=option:mtu,9000\n");
	has(&text, "\nno-resolv\nserver=9.9.9.9\n");
	has(&text, "\ndhcp-option=option:ntp-server,10.10.20.1\n");
	has(&text, ",10.10.20.5,[fd00:20::5],web\n");
	has(&text, "\nhost-record=web.lab.internal,web,10.10.20.5,fd00:20::5\n");
	has(&text, "\ndhcp-host=52:54:00:00:00:09,db\n");
	has_not(&text, "52:54:00:00:00:0a");
}

static void check_host_only(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	make_text(machine, "[Network]\nMode=host-only\n" NAT V6, &text);
	has(&text, "\ndhcp-option=option:router\n");
	has(&text, "\nno-resolv\n");
	has(&text, "\nra-param=br-lan,0,0\n");
}

static void check_ra(struct machine *machine)
{
	static const struct {
		const char *word, *range;
	} rows[] = {
		{ "slaac", "\ndhcp-range=fd00:20::,ra-only,64,3600\n" },
		{ "stateless", "\ndhcp-range=fd00:20::,ra-stateless,64,3600\n" },
		{ "stateful", "\ndhcp-range=fd00:20::1000,fd00:20::1fff,64,3600\n" },
	};
	_cleanup_strbuf_ struct strbuf text;
	char file[200];

	strbuf_init(&text, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(file, sizeof(file), NAT V6 "[Dhcp]\nRa=%s\n", rows[i].word);
		make_text(machine, file, &text);
		has(&text, rows[i].range);
	}
	make_text(machine, NAT V6 "[Firewall]\nAntiSpoof=yes\n", &text);
	has(&text, "\ndhcp-range=fd00:20::1000,fd00:20::1fff,64,3600\n");
	make_text(machine, NAT V6 "[Dhcp]\nRa=no\n", &text);
	has_not(&text, "fd00");
}

static void check_small(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	make_text(machine,
		  "[Address]\nAddress=10.10.20.2/30\n[Lease]\nMac=52:54:00:00:00:05\n"
		  "Address=10.10.20.1\n",
		  &text);
	has(&text, "\ndhcp-range=10.10.20.0,static,255.255.255.252,3600\n");
}

static void check_none(struct machine *machine)
{
	machine_network(machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth1\n" NAT);
	machine_network(machine, "own", "[Network]\nMode=isolated\n");
	machine_resolve(machine);
	ok(!dhcp_is_wanted(want_find(&machine->want, "lan")),
	   "a public network has its own server");
	ok(!dhcp_is_wanted(want_find(&machine->want, "own")), "an isolated one none");
	machine_forget(machine);
	unlinkat(machine->root, "etc/bedplate/network/own.conf", 0);
}

int main(void)
{
	struct machine machine;

	has_dnsmasq = dnsmasq("--conf-file=/dev/null") == 0;
	printf("# the real dnsmasq %s\n", has_dnsmasq ? "is asked" : "is not to be had");
	machine_init(&machine);
	machine_guest(&machine, "web", "[Nic]\nNetwork=lan\n");
	check_ranges();
	check_nat(&machine);
	check_host_only(&machine);
	check_ra(&machine);
	check_small(&machine);
	unlinkat(machine.root, "etc/bedplate/guests/web.conf", 0);
	check_none(&machine);
	machine_release(&machine);
	return done_testing();
}
