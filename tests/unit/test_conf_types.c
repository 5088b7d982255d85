/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/err.c lib/strbuf.c lib/nearest.c lib/conf_type.c lib/value/units.c */
/* SOURCES: lib/value/pci.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* test_conf_types.c: which texts each type takes, and how it writes them. */
#include <errno.h>
#include <stdint.h>

#include "lib/cleanup.h"
#include "lib/conf_type.h"
#include "tests/unit/tap.h"

static const char *const words[] = { "zstd", "virtio_scsi", NULL };

/* `written` is NULL where the text must be refused. */
static const struct {
	const struct conf_type *type;
	const char *text, *written;
} rows[] = {
	{ &conf_type_BOOL, "yes", "yes" },
	{ &conf_type_BOOL, "TRUE", "yes" },
	{ &conf_type_BOOL, "on", "yes" },
	{ &conf_type_BOOL, "1", "yes" },
	{ &conf_type_BOOL, "no", "no" },
	{ &conf_type_BOOL, "false", "no" },
	{ &conf_type_BOOL, "off", "no" },
	{ &conf_type_BOOL, "0", "no" },
	{ &conf_type_BOOL, "2", NULL },
	{ &conf_type_BOOL, "", NULL },
	{ &conf_type_INT, "0", "0" },
	{ &conf_type_INT, "-12", "-12" },
	{ &conf_type_INT, "0x1F", "31" },
	{ &conf_type_INT, "010", "10" },
	{ &conf_type_INT, "-9223372036854775808", "-9223372036854775808" },
	{ &conf_type_INT, "9223372036854775808", NULL },
	{ &conf_type_INT, "+1", NULL },
	{ &conf_type_INT, " 1", NULL },
	{ &conf_type_INT, "1k", NULL },
	{ &conf_type_INT, "-", NULL },
	{ &conf_type_SIZE, "0", "0" },
	{ &conf_type_SIZE, "512", "512" },
	{ &conf_type_SIZE, "1024", "1K" },
	{ &conf_type_SIZE, "4G", "4G" },
	{ &conf_type_SIZE, "1.5G", "1536M" },
	{ &conf_type_SIZE, "1G 512M", "1536M" },
	{ &conf_type_SIZE, "512B", "512" },
	{ &conf_type_SIZE, "15E", "15E" },
	{ &conf_type_SIZE, "16E", NULL },
	{ &conf_type_SIZE, "18446744073709551614", "18446744073709551614" },
	{ &conf_type_SIZE, "18446744073709551616", NULL },
	{ &conf_type_SIZE, "4GB", NULL },
	{ &conf_type_SIZE, "-1", NULL },
	{ &conf_type_SIZE, "4g", NULL },
	{ &conf_type_SIZE, "1.", NULL },
	{ &conf_type_SIZE, "1 2", NULL },
	{ &conf_type_SIZE, "", NULL },
	{ &conf_type_SPAN, "0", "0" },
	{ &conf_type_SPAN, "90", "1min 30s" },
	{ &conf_type_SPAN, "90s", "1min 30s" },
	{ &conf_type_SPAN, "2min 30s", "2min 30s" },
	{ &conf_type_SPAN, "2min30s", "2min 30s" },
	{ &conf_type_SPAN, "500ms", "500ms" },
	{ &conf_type_SPAN, "1.5 h", "1h 30min" },
	{ &conf_type_SPAN, "1h", "1h" },
	{ &conf_type_SPAN, "1w 2d", "1w 2d" },
	{ &conf_type_SPAN, "2 weeks", "2w" },
	{ &conf_type_SPAN, "1M", "4w 2d 10h 33min 36s" },
	{ &conf_type_SPAN, "1m", "1min" },
	{ &conf_type_SPAN, "infinity", "infinity" },
	{ &conf_type_SPAN, "5 bananas", NULL },
	{ &conf_type_SPAN, "10 20", NULL },
	{ &conf_type_SPAN, "-5s", NULL },
	{ &conf_type_SPAN, "999999999999y", NULL },
	{ &conf_type_PATH, "/", "/" },
	{ &conf_type_PATH, "/dev/disk/by-id/a b", "/dev/disk/by-id/a b" },
	{ &conf_type_PATH, "/a/..b", "/a/..b" },
	{ &conf_type_PATH, "a", NULL },
	{ &conf_type_PATH, "/a/", NULL },
	{ &conf_type_PATH, "//a", NULL },
	{ &conf_type_PATH, "/a/./b", NULL },
	{ &conf_type_PATH, "/a/..", NULL },
	{ &conf_type_ENUM, "zstd", "zstd" },
	{ &conf_type_ENUM, "virtio-scsi", "virtio-scsi" },
	{ &conf_type_ENUM, "virtio_scsi", NULL },
	{ &conf_type_ENUM, "ZSTD", NULL },
	{ &conf_type_ENUM, "zst", NULL },
	{ &conf_type_PCI_ADDRESS, "01:00.0", "0000:01:00.0" },
	{ &conf_type_PCI_ADDRESS, "0000:01:1f.7", "0000:01:1f.7" },
	{ &conf_type_PCI_ADDRESS, "10000:e1:00.*", "10000:e1:00.*" },
	{ &conf_type_PCI_ADDRESS, "0:3.A", NULL },
	{ &conf_type_PCI_ADDRESS, "1:2.3", "0000:01:02.3" },
	{ &conf_type_PCI_ADDRESS, "01:20.0", NULL },
	{ &conf_type_PCI_ADDRESS, "01:00.8", NULL },
	{ &conf_type_PCI_ADDRESS, "01:00", NULL },
	{ &conf_type_PCI_ADDRESS, "01:00.0 ", NULL },
	{ &conf_type_PCI_ADDRESS, "00:01:00.0", NULL },
	{ &conf_type_PCI_ADDRESS, "123456789:01:00.0", NULL },
	{ &conf_type_PCI_ADDRESS, "", NULL },
	{ &conf_type_PCI_ID, "10DE:1b80", "10de:1b80" },
	{ &conf_type_PCI_ID, "0000:0000", NULL },
	{ &conf_type_PCI_ID, "10de", NULL },
	{ &conf_type_PCI_ID, "10de:1b8", NULL },
	{ &conf_type_PCI_ID, "10de:1b800", NULL },
	{ &conf_type_MAC, "52:54:00:AB:cd:ef", "52:54:00:ab:cd:ef" },
	{ &conf_type_MAC, "52-54-00-ab-cd-ef", "52:54:00:ab:cd:ef" },
	{ &conf_type_MAC, "52:54-00:ab:cd:ef", NULL },
	{ &conf_type_MAC, "52:54:00:ab:cd", NULL },
	{ &conf_type_MAC, "52:54:00:ab:cd:ef:00", NULL },
	{ &conf_type_MAC, "52:54:0:ab:cd:ef", NULL },
	{ &conf_type_MAC, "00:00:00:00:00:00", NULL },
	{ &conf_type_IP_ADDRESS, "192.0.2.1", "192.0.2.1" },
	{ &conf_type_IP_ADDRESS, "2001:DB8:0:0::1", "2001:db8::1" },
	{ &conf_type_IP_ADDRESS, "0.0.0.0", "0.0.0.0" },
	{ &conf_type_IP_ADDRESS, "192.0.2", NULL },
	{ &conf_type_IP_ADDRESS, "192.0.2.256", NULL },
	{ &conf_type_IP_ADDRESS, "192.0.2.1/24", NULL },
	{ &conf_type_IP_PREFIX, "192.0.2.1/24", "192.0.2.1/24" },
	{ &conf_type_IP_PREFIX, "2001:db8::/128", "2001:db8::/128" },
	{ &conf_type_IP_PREFIX, "0.0.0.0/0", "0.0.0.0/0" },
	{ &conf_type_IP_PREFIX, "192.0.2.1/33", NULL },
	{ &conf_type_IP_PREFIX, "2001:db8::/129", NULL },
	{ &conf_type_IP_PREFIX, "192.0.2.1", NULL },
	{ &conf_type_IP_PREFIX, "192.0.2.1/", NULL },
	{ &conf_type_IP_PREFIX, "192.0.2.1/-1", NULL },
	{ &conf_type_IP_PREFIX, "192.0.2.1/24x", NULL },
	{ &conf_type_CPU_LIST, "0", "0" },
	{ &conf_type_CPU_LIST, "0-3,8", "0-3,8" },
	{ &conf_type_CPU_LIST, "8,0-3,2", "0-3,8" },
	{ &conf_type_CPU_LIST, "0-15:2/4", "0-1,4-5,8-9,12-13" },
	{ &conf_type_CPU_LIST, "0-7:1/2", "0,2,4,6" },
	{ &conf_type_CPU_LIST, "0-5:4/4", "0-5" },
	{ &conf_type_CPU_LIST, "8191", "8191" },
	{ &conf_type_CPU_LIST, "8192", NULL },
	{ &conf_type_CPU_LIST, "3-1", NULL },
	{ &conf_type_CPU_LIST, "0-7:3/2", NULL },
	{ &conf_type_CPU_LIST, "0-7:0/2", NULL },
	{ &conf_type_CPU_LIST, "0-7:2", NULL },
	{ &conf_type_CPU_LIST, "0,", NULL },
	{ &conf_type_CPU_LIST, ",0", NULL },
	{ &conf_type_CPU_LIST, "0 1", NULL },
	{ &conf_type_CPU_LIST, "99999999999999999999", NULL },
	{ &conf_type_CPU_LIST, "", NULL },
	{ &conf_type_IP_NETWORK, "192.0.2.0/24", "192.0.2.0/24" },
	{ &conf_type_IP_NETWORK, "192.0.2.7", "192.0.2.7/32" },
	{ &conf_type_IP_NETWORK, "fd00::/8", "fd00::/8" },
	{ &conf_type_IP_NETWORK, "default", "default" },
	{ &conf_type_IP_NETWORK, "192.0.2.7/24", NULL },
	{ &conf_type_IP_NETWORK, "fd00::1/64", NULL },
	{ &conf_type_IP_NETWORK, "192.0.2", NULL },
	{ &conf_type_IP_RANGE, "192.0.2.7-192.0.2.9", "192.0.2.7-192.0.2.9" },
	{ &conf_type_IP_RANGE, "fd00::1", "fd00::1" },
	{ &conf_type_IP_RANGE, "192.0.2.9-192.0.2.7", NULL },
	{ &conf_type_IP_RANGE, "192.0.2.9-fd00::1", NULL },
	{ &conf_type_IP_RANGE, "192.0.2.9-", NULL },
	{ &conf_type_IP_RANGE, "192.0.2.9-10", NULL },
	{ &conf_type_LINK_NAME, "br-lan.20", "br-lan.20" },
	{ &conf_type_LINK_NAME, "a23456789012345", "a23456789012345" },
	{ &conf_type_LINK_NAME, "a234567890123456", NULL },
	{ &conf_type_LINK_NAME, "br 0", NULL },
	{ &conf_type_LINK_NAME, "br/0", NULL },
	{ &conf_type_LINK_NAME, "br%d", NULL },
	{ &conf_type_LINK_NAME, "br\"0", NULL },
	{ &conf_type_LINK_NAME, "-br", NULL },
	{ &conf_type_LINK_NAME, "..", NULL },
	{ &conf_type_LINK_SELECT, "eth0", "eth0" },
	{ &conf_type_LINK_SELECT, "52:54:00:AB:cd:ef", "52:54:00:ab:cd:ef" },
	{ &conf_type_LINK_SELECT, "path:pci-0000:03:00.0", "path:pci-0000:03:00.0" },
	{ &conf_type_LINK_SELECT, "driver:e1000e", "driver:e1000e" },
	{ &conf_type_LINK_SELECT, "drive:e1000e", NULL },
	{ &conf_type_LINK_SELECT, "driver:", NULL },
	{ &conf_type_LINK_SELECT, "", NULL },
	{ &conf_type_PORT_RANGE, "tcp 2222", "tcp 2222" },
	{ &conf_type_PORT_RANGE, "udp:6000-6010", "udp 6000-6010" },
	{ &conf_type_PORT_RANGE, "udp,tcp 53", "tcp,udp 53" },
	{ &conf_type_PORT_RANGE, "tcp 65535", "tcp 65535" },
	{ &conf_type_PORT_RANGE, "tcp 65536", NULL },
	{ &conf_type_PORT_RANGE, "tcp 0", NULL },
	{ &conf_type_PORT_RANGE, "tcp 99999999999999999999", NULL },
	{ &conf_type_PORT_RANGE, "tcp 20-10", NULL },
	{ &conf_type_PORT_RANGE, "tcp 20-", NULL },
	{ &conf_type_PORT_RANGE, "tcp", NULL },
	{ &conf_type_PORT_RANGE, "2222", NULL },
	{ &conf_type_PORT_RANGE, "icmp 1", NULL },
	{ &conf_type_PORT_RANGE, "tcp, 1", NULL },
	{ &conf_type_PORT_TARGET, "10.10.20.5:22", "10.10.20.5:22" },
	{ &conf_type_PORT_TARGET, "10.10.20.5", "10.10.20.5" },
	{ &conf_type_PORT_TARGET, "[fd00::5]:22-23", "[fd00::5]:22-23" },
	{ &conf_type_PORT_TARGET, "fd00::5", "fd00::5" },
	{ &conf_type_PORT_TARGET, "[fd00::5]", "fd00::5" },
	{ &conf_type_PORT_TARGET, "web:22", "web:22" },
	{ &conf_type_PORT_TARGET, "web", "web" },
	{ &conf_type_PORT_TARGET, "10.10.20:22", NULL },
	{ &conf_type_PORT_TARGET, "10.10.20.5:", NULL },
	{ &conf_type_PORT_TARGET, "10.10.20.5:x", NULL },
	{ &conf_type_PORT_TARGET, "[fd00::5]x", NULL },
	{ &conf_type_PORT_TARGET, "[fd00::5", NULL },
	{ &conf_type_PORT_TARGET, ":22", NULL },
	{ &conf_type_PORT_TARGET, "", NULL },
};

union value {
	struct conf_c_types types;
	char bytes[sizeof(struct conf_c_types)];
};

static void check_refused(const struct conf_type *type, const char *text)
{
	const struct conf_limits limits = { .words = words };
	static union value value;
	struct err err = ERR_INIT;

	ok(type->parse(text, &limits, &value, &err) < 0, "%s refuses \"%s\"", type->name,
	   text);
	ok(err.code < 0 && err.text[0], "and says why: %s", err.text);
}

static void check_taken(const struct conf_type *type, const char *text,
			const char *written)
{
	const struct conf_limits limits = { .words = words };
	_cleanup_strbuf_ struct strbuf once, twice;
	static union value value;
	struct err err = ERR_INIT;

	strbuf_init(&once, 0);
	strbuf_init(&twice, 0);
	if (!ok(type->parse(text, &limits, &value, &err) == 0, "%s takes \"%s\"",
		type->name, text)) {
		printf("# %s\n", err.text);
		return;
	}
	type->format(&value, &limits, &once);
	is_str(once.text, written, "and writes it as %s", written);
	if (type->release)
		type->release(&value);
	type->parse(once.text, &limits, &value, &err);
	type->format(&value, &limits, &twice);
	is_str(twice.text, once.text, "which reads back to the same");
	if (type->release)
		type->release(&value);
}

static void every_type_has_its_parts(void)
{
	static const struct conf_type *const types[] = {
#define CONF_TYPE(NAME, c_type) &conf_type_##NAME, &conf_type_LIST_##NAME,
#include "lib/conf_types.def"
#undef CONF_TYPE
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct conf_type *type = types[i];

		ok(type->name && type->grammar && type->size, "%s has a name and a size",
		   type->name);
		ok(type->element ? !type->parse : type->parse && type->format,
		   "%s has the functions it needs", type->name);
	}
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].written)
			check_taken(rows[i].type, rows[i].text, rows[i].written);
		else
			check_refused(rows[i].type, rows[i].text);
	}
	every_type_has_its_parts();
	return done_testing();
}
