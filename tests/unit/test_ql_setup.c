/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/setup*.c qemu-launch/disk_chain.c qemu-launch/firmware.c qemu-launch/smbios.c lib/origin.c lib/networks.c */
/* SOURCES: lib/names.c lib/sha512.c lib/pci.c lib/file_apart.c lib/schema/guest*.c lib/schema/network*.c lib/schema/rule.c lib/guest_*.c */
/* SOURCES: lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c */
/* SOURCES: lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/kernel_rule.c lib/kernel_match.c lib/kernel_config.c lib/cmdline.c lib/password_hash.c lib/format_text.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c */
/* SOURCES: lib/value/pci*.c lib/value/units.c LIBS: inih jansson */
/* test_ql_setup.c: what a command line needs besides the guest's file, on fake machines. */
#include <errno.h>

#include "lib/cleanup.h"
#include "qemu-launch/setup.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static struct setup_host host = { .arch = "x86_64", .kvm = true };
static struct err err;
static struct guest guest;

/* Resolves a guest's file, which stays until the next. */
static int resolve(struct guest_setup *setup, const char *text)
{
	conf_free(guest.conf);
	guest = (struct guest){ .name = (char *)"web", .conf = conf_new(&guest_schema) };
	err_clear(&err);
	if (conf_read_text(guest.conf, "guests/web.conf", text, &err) < 0)
		abort();
	guest.data = conf_data(guest.conf);
	return setup_resolve(setup, &guest, &host, &err);
}

static void check_machine(void)
{
	static const struct {
		const char *text, *machine;
		enum setup_family family;
		bool kvm;
	} rows[] = {
		{ "", "q35", SETUP_Q35, true },
		{ "[Machine]\nType=pc-q35-7.2\n", "pc-q35-7.2", SETUP_Q35, true },
		{ "[Machine]\nType=pc\n", "pc", SETUP_PC, true },
		{ "[Machine]\nType=pc-i440fx-2.5\nAccel=tcg\n", "pc-i440fx-2.5", SETUP_PC,
		  false },
		{ "[Machine]\nType=microvm\n", "microvm", SETUP_MICROVM, true },
		{ "[Machine]\nArch=aarch64\nAccel=auto\n", "virt", SETUP_VIRT, false },
		{ "[Machine]\nType=virt-7.2\nArch=aarch64\nAccel=tcg\n[Kernel]\nKernel=/x\n",
		  "virt-7.2", SETUP_VIRT, false },
		{ "[Machine]\nAccel=auto\n", "q35", SETUP_Q35, true },
		{ "[Machine]\nType=isapc\n", "isapc", SETUP_OTHER, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

		resolve(&setup, rows[i].text);
		is_str(setup.machine, rows[i].machine, "the machine of row %zu", i);
		is_int(setup.family, rows[i].family, "and its kind");
		is_int(setup.kvm, rows[i].kvm, "and what runs its code");
	}
}

static void check_cpus(void)
{
	static const struct {
		const char *text;
		unsigned cpus, sockets, cores, threads;
	} rows[] = {
		{ "", 1, 1, 1, 1 },
		{ "[Cpu]\nCpus=4\n", 4, 1, 4, 1 },
		{ "[Cpu]\nCpus=4\nThreads=2\n", 4, 1, 2, 2 },
		{ "[Cpu]\nCpus=4\nSockets=2\n", 4, 2, 2, 1 },
		{ "[Cpu]\nSockets=2\n", 2, 2, 1, 1 },
		{ "[Cpu]\nCpus=4\nCores=1\n", 4, 4, 1, 1 },
		{ "[Cpu]\nCpus=1\nMaxCpus=4\n", 1, 1, 4, 1 },
		{ "[Cpu]\nCores=4\nThreads=2\n", 8, 1, 4, 2 },
		{ "[Cpu]\nCpus=8\nCores=4\n", 8, 2, 4, 1 },
		{ "[Cpu]\nSockets=2\nCores=2\n", 4, 2, 2, 1 },
		{ "[Cpu]\nCpus=2\nMaxCpus=8\nCores=4\n", 2, 2, 4, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

		is_int(resolve(&setup, rows[i].text), 0, "CPUs: %s", rows[i].text);
		ok(setup.cpus == rows[i].cpus && setup.sockets == rows[i].sockets &&
			   setup.cores == rows[i].cores &&
			   setup.threads == rows[i].threads,
		   "%u in %u sockets, %u cores, %u threads", setup.cpus, setup.sockets,
		   setup.cores, setup.threads);
	}
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	is_int(resolve(&setup, "[Cpu]\nCpus=6\nCores=4\n"), -EINVAL,
	       "CPUs that do not add up");
	ok(strstr(err.text, "web.conf:2: "), "are told with their line: %s", err.text);
}

static void check_identity(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT, again = SETUP_INIT,
					   other = SETUP_INIT;

	fake_file(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n");
	resolve(&setup, "[Nic]\n[Nic]\n");
	resolve(&again, "[Nic]\n[Nic]\n");
	is_str(setup.uuid, again.uuid, "a UUID stays the same");
	ok(setup.uuid[14] == '8' && strlen(setup.uuid) == 36,
	   "and is one of version 8: %s", setup.uuid);
	fake_file(root, "etc/machine-id", "1123456789abcdef0123456789abcdef\n");
	resolve(&other, "");
	ok(strcmp(setup.uuid, other.uuid) != 0, "another host's is another");
	ok(!memcmp(setup.nics[0].mac.bytes, again.nics[0].mac.bytes, 6) &&
		   memcmp(setup.nics[0].mac.bytes, setup.nics[1].mac.bytes, 6) != 0,
	   "hardware addresses stay the same, and each card has its own");
	setup_release(&other);
	resolve(&other, "[Guest]\nUuid=6a1f7b9c-2f31-4c5e-9d57-0d8f5e2b6a10\n");
	is_str(other.uuid, "6a1f7b9c-2f31-4c5e-9d57-0d8f5e2b6a10", "Uuid= counts");
}

static void check_nics(void)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	resolve(&setup, "[Nic]\nNetwork=lan\n[Nic]\nTap=mytap\nModel=e1000\n[Nic]\n"
			"[Nic]\nLink=macvtap0\n[Nic]\nBridge=br0\n");
	is_str(setup.nics[0].tap, "tap-web", "a network's tap has the guest's name");
	ok(setup.nics[0].vhost, "and the kernel moves its packets");
	is_str(setup.nics[1].tap, "mytap", "a tap of one's own");
	is_int(setup.nics[1].type, guest_nic_type_tap, "makes the type");
	ok(!setup.nics[1].vhost, "and only virtio has vhost");
	is_int(setup.nics[2].type, guest_nic_type_user, "nothing said is QEMU's NAT");
	is_str(setup.nics[2].tap, "", "without a tap");
	is_str(setup.nics[3].tap, "macvtap0", "a macvtap");
	ok(setup.nics[3].vhost, "and one with vhost");
	ok(!setup.nics[4].vhost, "the bridge helper's tap has none");
	setup_release(&setup);
	resolve(&setup, "[Nic]\nNetwork=lan\nVhost=off\n");
	ok(!setup.nics[0].vhost, "vhost can be switched off");
}

/* A card's address is the macvtap's, where that has one by its network's file. */
static void check_macvtap_address(int root)
{
	static const uint8_t derived[] = { 0x52, 0x54, 0x00 };
	static const uint8_t given[] = { 2, 0, 0, 0, 0, 7 };
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	fake_file(root, "etc/bedplate/network/direct.conf",
		  "[Network]\nMode=none\n[Macvtap]\nName=m0\nParent=eth0\n"
		  "[Macvtap]\nName=m1\nParent=eth0\nMac=02:00:00:00:00:07\n");
	is_int(resolve(&setup, "[Nic]\nLink=m0\n[Nic]\nLink=m1\n"), 0, "two macvtaps");
	ok(!memcmp(setup.nics[0].mac.bytes, derived, sizeof(derived)),
	   "a card has the address that is made of its guest's name");
	ok(!memcmp(setup.nics[1].mac.bytes, given, sizeof(given)),
	   "or the one that the network's file has for its macvtap");
	setup_release(&setup);
	is_int(resolve(&setup, "[Nic]\nLink=m1\nMac=02:00:00:00:00:07\n"), 0,
	       "it may be written twice");
	setup_release(&setup);
	is_int(resolve(&setup, "[Nic]\nLink=m1\nMac=02:00:00:00:00:08\n"), -EINVAL,
	       "but not as two");
	ok(strstr(err.text, "network/direct.conf"), "which is told: %s", err.text);
}

static void check_places(void)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	host.root = "/srv/test";
	resolve(&setup, "");
	is_str(setup.run, "/srv/test/run/bedplate/guests/web",
	       "folders are below the root");
	is_str(setup.log, "/srv/test/var/log/bedplate/guests/web.log", "the log, too");
	host.root =
		"/a/very/long/root/in/which/no/socket/could/have/a/name/that/is/short/enough";
	setup_release(&setup);
	is_int(resolve(&setup, ""), -EINVAL,
	       "a socket's name that is too long is an error");
	host.root = NULL;
}

static void check_usb(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	fake_file(root, "sys/bus/usb/devices/usb1/idVendor", "1d6b\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2/idVendor", "046d\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2/idProduct", "c31c\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2/busnum", "1\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2/devnum", "7\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2/serial", "A1\n");
	fake_file(root, "sys/bus/usb/devices/1-4.2:1.0/bInterfaceClass", "03\n");
	resolve(&setup, "[Usb]\nId=046d:c31c\n[Usb]\nId=046d:c31c\nSerial=B2\n"
			"[Usb]\nPort=1-4.2\n[Usb]\nPort=1-5\n");
	ok(setup.usb[0].present && setup.usb[0].bus == 1 && setup.usb[0].address == 7,
	   "a USB device by what it is");
	is_str(setup.usb[0].port, "4.2", "with its port");
	ok(!setup.usb[1].present, "not one with another serial number");
	ok(setup.usb[2].present, "one by where it is");
	ok(!setup.usb[3].present, "none where nothing is");
}

static void pci_device(int root, const char *name, const char *class, const char *device)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/class", name);
	fake_file(root, path, class);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/vendor", name);
	fake_file(root, path, "0x10de\n");
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/device", name);
	fake_file(root, path, device);
}

static void check_passthrough(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	pci_device(root, "0000:01:00.0", "0x030000\n", "0x1b80\n");
	pci_device(root, "0000:01:00.1", "0x040300\n", "0x10f0\n");
	pci_device(root, "0000:02:00.0", "0x030000\n", "0x1b80\n");
	resolve(&setup, "[Passthrough]\nAddress=01:00.*\nId=10de:1b80\n"
			"[Passthrough]\nAddress=02:00.0\nId=10de:1111\n"
			"[Passthrough]\nId=10de:1b80\n");
	is_int(setup.passthrough[0].count, 2, "a whole slot");
	is_int(setup.passthrough[0].functions[1].address.function, 1, "in order");
	is_int(setup.passthrough[0].functions[1].class, 0x040300, "with what they are");
	is_int(setup.passthrough[1].count, 0,
	       "another device at the address is left alone");
	is_int(setup.passthrough[2].count, 2, "every such device");
}

static void check_displays(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	fake_file(root, "proc/net/tcp",
		  "  sl  local_address rem_address   st\n"
		  "   0: 0100007F:170C 00000000:0000 0A 00000000:00000000\n"
		  "   1: 0100007F:170D 0100007F:1111 01 00000000:00000000\n");
	fake_file(root, "proc/net/tcp6",
		  "   0: 00000000000000000000000000000000:170E "
		  "00000000000000000000000000000000:0000 0A 00000000:00000000\n");
	resolve(&setup,
		"[Display]\nType=vnc\n[Display]\nType=spice\n[Display]\nType=vnc\n"
		"Port=5905\n[Display]\nType=gtk\n[Display]\nType=vnc\nSocket=/x\n");
	is_int(setup.displays[0].port, 5901, "the first port that nobody listens on");
	is_int(setup.displays[1].port, 5903, "and the next");
	is_int(setup.displays[2].port, 5905, "the one that is given");
	is_int(setup.displays[3].port, 0, "none for a window");
	is_int(setup.displays[4].port, 0, "and for a socket");
}

static void check_smbios(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

	fake_file(root, "sys/class/dmi/id/sys_vendor", "Acme\n");
	fake_file(root, "sys/class/dmi/id/product_name", "Box\n");
	resolve(&setup, "[Smbios]\nHost=yes\nProduct=Mine\n");
	is_str(setup.smbios[3], "Acme", "what the host's SMBIOS says");
	is_str(setup.smbios[4], "Mine", "where the file does not");
	ok(!setup.smbios[5], "and nothing where neither does");
}

#define DESCRIPTOR(type, code, machine, features)                                     \
	"{\"interface-types\":[\"" type "\"],\"mapping\":{\"device\":\"flash\","      \
	"\"executable\":{\"filename\":\"" code "\",\"format\":\"raw\"},"              \
	"\"nvram-template\":{\"filename\":\"/vars\",\"format\":\"qcow2\"}},"          \
	"\"targets\":[{\"architecture\":\"x86_64\",\"machines\":[\"" machine "\"]}]," \
	"\"features\":[" features "]}"

static void check_firmware(int root)
{
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;
	static const char uefi[] = "[Firmware]\nType=uefi\n";

	is_int(resolve(&setup, uefi), -ENOENT, "no firmware at all is told");
	ok(strstr(err.text, "web.conf:2: ") && strstr(err.hint, "ovmf"),
	   "with a hint: %s", err.text);
	fake_file(root, "usr/share/qemu/firmware/10-bios.json",
		  DESCRIPTOR("bios", "/bios", "pc-*", ""));
	fake_file(root, "usr/share/qemu/firmware/20-broken.json", "{");
	fake_file(root, "usr/share/qemu/firmware/30-secure.json",
		  DESCRIPTOR("uefi", "/secure", "pc-q35-*",
			     "\"secure-boot\",\"requires-smm\",\"enrolled-keys\""));
	fake_file(root, "usr/share/qemu/firmware/35-empty.json",
		  DESCRIPTOR("uefi", "/empty", "pc-q35-*",
			     "\"secure-boot\",\"requires-smm\""));
	fake_file(root, "usr/share/qemu/firmware/40-plain.json",
		  DESCRIPTOR("uefi", "/plain", "pc-*", ""));
	setup_release(&setup);
	is_int(resolve(&setup, uefi), 0, "one that fits is found");
	is_str(setup.firmware.code, "/plain",
	       "without secure boot where none is asked for");
	is_str(setup.firmware.vars, "/var/lib/bedplate/guests/web/vars.qcow2",
	       "and the guest has variables of its own");
	setup_release(&setup);
	resolve(&setup, "[Firmware]\nSecureBoot=yes\n");
	is_str(setup.firmware.code, "/secure", "secure boot has keys");
	ok(setup.firmware.needs_smm && setup.firmware.secure, "and SMM");
	setup_release(&setup);
	resolve(&setup, "[Firmware]\nSecureBoot=yes\nEnrolledKeys=no\n");
	is_str(setup.firmware.code, "/empty", "or none, if they are not wanted");
	setup_release(&setup);
	is_int(resolve(&setup, "[Machine]\nSmm=off\n[Firmware]\nSecureBoot=yes\n"),
	       -ENOENT, "and is not to be had without SMM");
	unlinkat(root, "usr/share/qemu/firmware/40-plain.json", 0);
	setup_release(&setup);
	resolve(&setup, uefi);
	is_str(setup.firmware.code, "/empty",
	       "one that could do secure boot does where there is no other");
	setup_release(&setup);
	resolve(&setup, "[Firmware]\nType=bios\nCode=/my/bios\n");
	ok(setup.firmware.kind == FIRMWARE_BIOS &&
		   !strcmp(setup.firmware.code, "/my/bios"),
	   "a BIOS of one's own");
	setup_release(&setup);
	resolve(&setup, "[Firmware]\nCode=/c.fd\nVarsTemplate=/v.fd\nVars=/own.fd\n");
	ok(setup.firmware.kind == FIRMWARE_FLASH &&
		   !strcmp(setup.firmware.vars, "/own.fd") &&
		   !strcmp(setup.firmware.vars_format, "raw"),
	   "UEFI of one's own");
}

int main(void)
{
	int root = fake_tree_open();

	host.root_fd = root;
	check_machine();
	check_cpus();
	check_identity(root);
	check_nics();
	check_macvtap_address(root);
	check_places();
	check_usb(root);
	check_passthrough(root);
	check_displays(root);
	check_smbios(root);
	check_firmware(root);
	conf_free(guest.conf);
	fake_tree_remove();
	return done_testing();
}
