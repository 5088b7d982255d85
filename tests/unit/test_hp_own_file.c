/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/own_file.c host-prep/bridge_helper.c host-prep/bridge_helper_part.c host-prep/left_out.c host-prep/udev_rules.c host-prep/udev_back.c host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c host-prep/part.c host-prep/step.c lib/networks.c lib/pci.c lib/origin.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c lib/file_apart.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_own_file.c: the bridge helper's list and udev's rules: planned, written, taken
 * back, and what others wrote stays. */
#include <errno.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

#define LIST  "etc/qemu/bridge.conf"
#define RULES "run/udev/rules.d/70-bedplate.rules"
#define BACK  "run/udev/rules.d/00-bedplate.rules"

/* All lines, as fake_content does not. */
static const char *content(int root, const char *path)
{
	static char text[4096];
	_cleanup_close_ int fd = openat(root, path, O_RDONLY);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[length < 0 ? 0 : length] = '\0';
	return text;
}

static void is_there(int root, const char *path, bool there, const char *promise)
{
	ok((faccessat(root, path, F_OK, 0) == 0) == there, "%s", promise);
}

static void mode(const char *path, mode_t bits)
{
	char whole[200];

	snprintf(whole, sizeof(whole), "%s/%s", fake_root, path);
	chmod(whole, bits);
}

/* ---- bridge.conf ---- */

#define BLOCK                                                        \
	"# begin: bedplate host-prep\nallow br-lan\nallow office0\n" \
	"# end: bedplate host-prep\n"

static void networks(int root)
{
	fake_file(root, "etc/bedplate/network/lan.conf",
		  "[Network]\nMode=isolated\n[Bridge]\nHelper=yes\n");
	fake_file(root, "etc/bedplate/network/off.conf",
		  "[Network]\nMode=isolated\nBridge=office0\n[Bridge]\nHelper=yes\n");
	fake_file(root, "etc/bedplate/network/own.conf", "[Network]\nMode=isolated\n");
}

static void lists_bridges(int root)
{
	struct fixture f;

	networks(root);
	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &bridge_helper_part),
	       "+ file /" LIST " # network/lan.conf:4\n", "a list is planned");
	is_str(f.notes.text, "there is no qemu-bridge-helper: it comes with QEMU\n",
	       "... and that nobody reads it is told");
	is_there(root, LIST, false, "... and not written");
	is_str(fixture_run(&f), "", "it is written");
	is_str(content(root, LIST), BLOCK, "... with the bridges that ask for it");
	is_str(fixture_plan(&f, &bridge_helper_part), "", "a second plan is empty");
	is_str(fixture_down(&f, &bridge_helper_part), "- file /" LIST "\n",
	       "what was made is taken away");
	fixture_run(&f);
	is_there(root, "etc/qemu", false, "... without a trace");
	fixture_release(&f);
}

static void keeps_others(int root)
{
	struct fixture f;

	fake_file(root, LIST, "allow virbr0\ninclude /etc/qemu/more");
	mode(LIST, 0640);
	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &bridge_helper_part),
	       "~ file /" LIST ": another text -> as configured # network/lan.conf:4\n",
	       "a list that is there is changed");
	fixture_run(&f);
	is_str(content(root, LIST), "allow virbr0\ninclude /etc/qemu/more\n" BLOCK,
	       "... behind what is there");
	fake_file(root, LIST, BLOCK "deny office0\n");
	mode(LIST, 0640);
	is_str(fixture_plan(&f, &bridge_helper_part),
	       "~ file /" LIST ": another text -> as configured # network/lan.conf:4\n",
	       "others' lines may change meanwhile");
	ok(strstr(f.notes.text, "bridge.conf denies office0, and that goes before"),
	   "... and one that denies a bridge is told");
	fixture_run(&f);
	is_str(content(root, LIST), "deny office0\n" BLOCK, "... and all stay");
	fixture_down(&f, &bridge_helper_part);
	fixture_run(&f);
	is_str(content(root, LIST), "deny office0\n", "down leaves the others' lines");
	{
		struct stat status;

		fstatat(root, LIST, &status, 0);
		ok((status.st_mode & 0777) == 0640, "... and the file's mode");
	}
	is_str(fixture_down(&f, &bridge_helper_part), "", "... once");
	fixture_release(&f);
}

/* What cannot be read is not taken for none: undoing would take it away. */
static void keeps_what_it_cannot_read(int root)
{
	struct fixture f;

	unlinkat(root, LIST, 0);
	mkdirat(root, LIST, 0755);
	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &bridge_helper_part),
	       "failed: reading " LIST ": Is a directory", "a list that is none is told");
	is_int(f.steps.count, 0, "... and left alone");
	fixture_release(&f);
	unlinkat(root, LIST, AT_REMOVEDIR);
}

static void looks_at_the_helper(int root)
{
	struct fixture f;

	fake_file(root, "usr/libexec/qemu-bridge-helper", "");
	mode("usr/libexec/qemu-bridge-helper", 0755);
	fixture_init(&f, root, "");
	fixture_plan(&f, &bridge_helper_part);
	ok(strstr(f.notes.text,
		  "setcap cap_net_admin+ep /usr/libexec/qemu-bridge-helper"),
	   "a helper without rights is told, and how to give it them");
	if (geteuid() == 0) {
		mode("usr/libexec/qemu-bridge-helper", 04755);
		fixture_plan(&f, &bridge_helper_part);
		ok(!strstr(f.notes.text, "setcap"), "set-user-ID root is good");
		mode("usr/libexec/qemu-bridge-helper", 0755);
	}
	fixture_release(&f);
}

/* ---- udev ---- */

static void device(int root, const char *name, const char *vendor, const char *device_id,
		   const char *group)
{
	char path[200], target[100];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/vendor", name);
	fake_file(root, path, vendor);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/device", name);
	fake_file(root, path, device_id);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/class", name);
	fake_file(root, path, "0x030000\n");
	if (!group)
		return;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group", name);
	snprintf(target, sizeof(target), "../../../../kernel/iommu_groups/%s", group);
	fake_link(root, path, target);
}

#define OWN "OWNER=\"qemu\", GROUP=\"kvm\", MODE=\"0660\"\n"
#define USB "SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", "

static const char host_conf[] = "[Guests]\nUser=qemu\nGroup=kvm\n";

static void gives_devices(int root)
{
	struct fixture f;

	fake_file(root, "etc/passwd", "root:x:0:0::/:\nqemu:x:107:107::/:\n");
	fake_file(root, "etc/group", "root:x:0:\nkvm:x:36:\n");
	device(root, "0000:01:00.0", "0x10de\n", "0x1b80\n", "12");
	device(root, "0000:01:00.1", "0x10de\n", "0x10f0\n", "13");
	device(root, "0000:02:00.0", "0x8086\n", "0x1521\n", NULL);
	fake_file(root, "etc/bedplate/guests/desk.conf",
		  "[Passthrough]\nAddress=01:00.*\n[Usb]\nId=046d:c52b\nSerial=A1\n"
		  "[Usb]\nPort=1-4.2\n");
	fake_file(root, "etc/bedplate/guests/net.conf", "[Passthrough]\nId=8086:1521\n");
	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &udev_part), "", "without a user they stay with root");
	fixture_configure(&f, host_conf);
	is_str(fixture_plan(&f, &udev_part), "+ file /" RULES " # host.conf:2\n",
	       "rules are planned");
	is_str(f.notes.text,
	       "0000:02:00.0 is in no IOMMU group, so nobody can be given it "
	       "(guests/net.conf:2)\nudev does not run, so devices stay with root\n",
	       "... and what none can do is told");
	is_str(fixture_run(&f), "", "they are written");
	is_str(content(root, RULES),
	       "# Written by bedplate host-prep.\n"
	       "# guests/desk.conf\n"
	       "SUBSYSTEM==\"vfio\", KERNEL==\"12\", " OWN
	       "SUBSYSTEM==\"vfio-dev\", KERNELS==\"0000:01:00.0\", " OWN
	       "# guests/desk.conf\n"
	       "SUBSYSTEM==\"vfio\", KERNEL==\"13\", " OWN
	       "SUBSYSTEM==\"vfio-dev\", KERNELS==\"0000:01:00.1\", " OWN
	       "# guests/desk.conf\n" USB
	       "ATTR{idVendor}==\"046d\", ATTR{idProduct}==\"c52b\", "
	       "ATTR{serial}==\"A1\", " OWN "# guests/desk.conf\n" USB
	       "KERNEL==\"1-4.2\", " OWN,
	       "... for groups and USB devices");
	is_str(fixture_plan(&f, &udev_part), "", "a second plan is empty");
	is_str(fixture_down(&f, &udev_part), "- file /" RULES "\n",
	       "down takes them away");
	fixture_run(&f);
	is_there(root, RULES, false, "... without a trace");
	fixture_configure(&f, "[Guests]\nUser=quemu\n");
	is_str(fixture_plan(&f, &udev_part),
	       "failed: host.conf:2: there is no user quemu in /etc/passwd",
	       "a user that is not there");
	fixture_release(&f);
}

/* [Guest] User= goes before [Guests] User=, as it does where QEMU is started. */
static void gives_devices_to_the_guests_own_user(int root)
{
	struct fixture f;

	fake_file(root, "etc/passwd",
		  "root:x:0:0::/:\nqemu:x:107:107::/:\nann:x:1:1::/:\n");
	fake_file(root, "etc/bedplate/guests/desk.conf",
		  "[Guest]\nUser=ann\n[Usb]\nPort=1-4.2\n");
	fake_file(root, "etc/bedplate/guests/net.conf", "[Usb]\nPort=1-5\n");
	fake_file(root, "bin/udevadm", "#!/bin/sh\n");
	mode("bin/udevadm", 0755);
	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &udev_part), "+ file /" RULES " # guests/desk.conf:2\n",
	       "a guest's own user needs no word of the host's");
	fixture_configure(&f, host_conf);
	fixture_plan(&f, &udev_part);
	fixture_run(&f);
	is_str(content(root, RULES),
	       "# Written by bedplate host-prep.\n# guests/desk.conf\n" USB
	       "KERNEL==\"1-4.2\", OWNER=\"ann\", MODE=\"0600\"\n"
	       "# guests/net.conf\n" USB "KERNEL==\"1-5\", " OWN,
	       "... and goes before it");
	fixture_down(&f, &udev_part);
	fixture_run(&f);
	fake_file(root, "etc/bedplate/guests/desk.conf",
		  "[Guest]\nUser=anne\n[Usb]\nPort=1-4.2\n");
	fixture_release(&f);
	fixture_init(&f, root, host_conf);
	is_str(fixture_plan(&f, &udev_part),
	       "failed: guests/desk.conf:2: there is no user anne in /etc/passwd",
	       "... with its line where it is not there");
	fixture_release(&f);
}

/* ---- udev, where it runs ---- */

/* A udevadm that says when it was asked for what, and with which rules for the group 12 and for the
 * USB port. */
static void make_udevadm(int root)
{
	char script[500], path[300];
	static bool in_path;

	snprintf(script, sizeof(script),
		 "#!/bin/sh\necho \"$@\" >>%s/log\n"
		 "[ $1 = control ] || grep -hs '\"12\"\\|1-4.2' "
		 "%s/run/udev/rules.d/* >>%s/log\n",
		 fake_root, fake_root, fake_root);
	fake_file(root, "bin/udevadm", script);
	mode("bin/udevadm", 0755);
	snprintf(path, sizeof(path), "%s/bin:%s", fake_root, getenv("PATH"));
	if (!in_path)
		setenv("PATH", path, 1);
	in_path = true;
}

#define GROUP_RULE "SUBSYSTEM==\"vfio\", KERNEL==\"12\", "
#define PORT_RULE  USB "KERNEL==\"1-4.2\", "
#define GIVEN                                                 \
	"control --reload\ntrigger --settle --action=change " \
	"--subsystem-match=vfio --subsystem-match=vfio-dev --subsystem-match=usb\n"

/* Each trigger's line, without the rules that were seen then. */
static const char *triggers(const char *log)
{
	static char out[4096];

	*out = '\0';
	for (; *log; log += strcspn(log, "\n") + 1)
		if (strncmp(log, "SUBSYSTEM", 9) != 0)
			strncat(out, log, strcspn(log, "\n") + 1);
	return out;
}

static void log_is_of_giving_back(int root)
{
	static const char back[] = "trigger --settle --action=add --subsystem-match=";
	char expected[2048];

	snprintf(expected, sizeof(expected),
		 "control --reload\n"
		 "%svfio --sysname-match=12\n%svfio-dev\n"
		 "%svfio --sysname-match=13\n%svfio-dev\n"
		 "%susb --property-match=DEVTYPE=usb_device --attr-match=idVendor=046d "
		 "--attr-match=idProduct=c52b --attr-match=serial=A1\n"
		 "%susb --sysname-match=1-4.2 --property-match=DEVTYPE=usb_device\n"
		 "control --reload\n",
		 back, back, back, back, back, back);
	is_str(triggers(content(root, "log")), expected,
	       "... to go over each rule's devices as if they were new");
	ok(strstr(content(root, "log"),
		  "vfio --sysname-match=12\n" GROUP_RULE
		  "OWNER=\"root\", GROUP=\"root\", MODE=\"0600\"\n" PORT_RULE
		  "OWNER=\"root\", GROUP=\"root\", MODE=\"0664\"\n"),
	   "... which are root's, unless others' rules say more");
}

static void tells_udev(int root)
{
	struct fixture f;

	make_udevadm(root);
	fake_file(root, "run/udev/control", "");
	fixture_init(&f, root, host_conf);
	fixture_plan(&f, &udev_part);
	is_str(fixture_run(&f), "", "udev is asked");
	is_str(content(root, "log"), GIVEN GROUP_RULE OWN PORT_RULE OWN,
	       "... to read the rules and to go over what is there");
	fake_file(root, "log", "");
	fixture_down(&f, &udev_part);
	is_str(fixture_run(&f), "", "udev is asked again");
	log_is_of_giving_back(root);
	is_there(root, RULES, false, "... and then are gone");
	is_there(root, BACK, false, "... with what gave the devices back");
	fake_file(root, "bin/udevadm", "#!/bin/sh\nexit 1\n");
	mode("bin/udevadm", 0755);
	fixture_plan(&f, &udev_part);
	ok(*fixture_run(&f), "udev that fails is a failure");
	is_there(root, RULES, false, "... that leaves no rules");
	fixture_release(&f);
}

/* What is still wanted is not touched; what a crash left undone is done. */
static void gives_back_what_is_gone(int root)
{
	struct fixture f;

	make_udevadm(root);
	fake_file(root, "etc/bedplate/guests/desk.conf", "[Usb]\nPort=1-4.2\n");
	fake_file(root, "etc/bedplate/guests/net.conf", "[Usb]\nPort=1-5\n");
	fixture_init(&f, root, host_conf);
	fixture_plan(&f, &udev_part);
	fixture_run(&f);
	fake_file(root, "etc/bedplate/guests/net.conf", "");
	fixture_configure(&f, host_conf);
	fake_file(root, "log", "");
	fixture_plan(&f, &udev_part);
	is_str(fixture_run(&f), "", "a device goes, and one stays");
	is_str(content(root, "log"),
	       "control --reload\ntrigger --settle --action=add --subsystem-match=usb "
	       "--sysname-match=1-5 --property-match=DEVTYPE=usb_device\n" PORT_RULE OWN
		       GIVEN PORT_RULE OWN,
	       "... of which only the one that goes is given back");
	fake_file(root, BACK,
		  PORT_RULE "OWNER=\"root\", GROUP=\"root\", MODE=\"0664\"\n");
	is_str(fixture_plan(&f, &udev_part), "- file /" BACK "\n",
	       "what was not given back for a crash");
	fake_file(root, "log", "");
	is_str(fixture_run(&f), "", "... is given back");
	ok(strstr(content(root, "log"), "--action=add --subsystem-match=usb "
					"--sysname-match=1-4.2"),
	   "... by udev");
	is_there(root, BACK, false, "... once");
	fixture_down(&f, &udev_part);
	fixture_run(&f);
	fixture_release(&f);
}

int main(void)
{
	int root = fake_tree_open();

	lists_bridges(root);
	keeps_others(root);
	keeps_what_it_cannot_read(root);
	looks_at_the_helper(root);
	gives_devices(root);
	tells_udev(root);
	gives_back_what_is_gone(root);
	gives_devices_to_the_guests_own_user(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
