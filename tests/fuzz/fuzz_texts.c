/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: qemu-launch/ready.c qemu-launch/ready_ask.c qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c host-prep/vpn_compare.c host-prep/swap_read.c host-prep/socket_list.c lib/user.c lib/nearest.c mkinitramfs/cpu.c init/fsck_tool.c lib/log.c lib/names.c lib/mount_text.c lib/value/net.c lib/file.c lib/err.c lib/strbuf.c LIBS: jansson */
/* clang-format on */
/* fuzz_texts.c: texts of other programs and of the kernel, by lines: the first byte chooses. */
#include "host-prep/socket_list.h"
#include "host-prep/swap.h"
#include "host-prep/vpn.h"
#include "init/fsck_tool.h"
#include "lib/user.h"
#include "mkinitramfs/cpu.h"
#include "qemu-launch/ready.h"
#include "tests/fuzz/fuzz.h"

/* dnsmasq's leases. */
static void read_leases(const uint8_t *data, size_t size)
{
	const struct mac_address mac = { .bytes = { 0x52, 0x54, 0, 1, 2, 3 } };
	char *text = fuzz_text(data, size);

	ready_lease_end(text, &mac);
	free(text);
}

/* `wg showconf` and what we would have, parted by 0x01. */
static void read_wireguard(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *there = text;
	const char *ours = strsep(&there, "\1");
	int index;

	if (vpn_difference(ours, there ? there : "", &index))
		must(index >= -1);
	free(text);
}

/* /etc/passwd and /etc/group. */
static void read_users(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	int64_t id;
	int result;

	fuzz_file("etc/passwd", data, size);
	fuzz_file("etc/group", data, size);
	result = user_number(fuzz_tree(), "qemu", &id, &err);
	must_tell(result, &err);
	must(result || (id >= 0 && id < UINT32_MAX));
	err_clear(&err);
	must_tell(group_number(fuzz_tree(), "kvm", &id, &err), &err);
}

/* /proc/cpuinfo. */
static void read_cpus(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct cpus cpus = { .count = 0 };

	cpus_parse(&cpus, text);
	must(cpus.count <= CPU_KINDS_MAX);
	for (unsigned i = 0; i < cpus.count; i++)
		cpu_signature(&cpus.items[i]);
	free(text);
}

/* A checker's progress. */
static void read_progress(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct fsck_progress progress;

	fsck_progress_parse(&progress, text);
	free(text);
}

/* /proc/swaps and /proc/meminfo. */
static void read_swaps(const uint8_t *data, size_t size)
{
	_cleanup_areas_ struct swap_areas areas = SWAP_AREAS_INIT;
	struct err err = ERR_INIT;

	fuzz_file("proc/swaps", data, size);
	fuzz_file("proc/meminfo", data, size);
	must_tell(swap_areas_read(&areas, fuzz_tree(), &err), &err);
	swap_areas_find(&areas, "/dev/vg/swap", 0);
}

/* /proc/net/udp. */
static void read_sockets(const uint8_t *data, size_t size)
{
	_cleanup_socket_list_ struct socket_list list = SOCKET_LIST_INIT;
	static const unsigned ports[] = { 53, 67 };

	fuzz_file("proc/net/udp", data, size);
	fuzz_file("proc/net/udp6", data, size);
	must(socket_list_read(&list, fuzz_tree(), ports, 2) == 0);
	for (size_t i = 0; i < list.count; i++) {
		must(list.items[i].port == 53 || list.items[i].port == 67);
		socket_is_any(&list.items[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		char kind;
		void (*read)(const uint8_t *data, size_t size);
	} readers[] = { { 'l', read_leases },   { 'w', read_wireguard },
			{ 'u', read_users },    { 'c', read_cpus },
			{ 'f', read_progress }, { 's', read_swaps },
			{ 'n', read_sockets } };

	for (size_t i = 0; size && i < sizeof(readers) / sizeof(readers[0]); i++)
		if (data[0] == readers[i].kind)
			readers[i].read(data + 1, size - 1);
	return 0;
}
