/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/program_find.c lib/networks.c lib/schema/network*.c qemu-launch/order.c qemu-launch/disk_chain.c qemu-launch/disk_image.c qemu-launch/spawn.c qemu-launch/process_id.c qemu-launch/state.c qemu-launch/preflight*.c qemu-launch/judge_*.c qemu-launch/qemu_*.c qemu-launch/qmp*.c qemu-launch/context.c lib/user.c */
/* SOURCES: qemu-launch/setup*.c qemu-launch/argv*.c qemu-launch/firmware.c qemu-launch/smbios.c */
/* SOURCES: lib/guest*.c lib/findings.c lib/origin.c lib/schema/guest*.c lib/schema/host*.c lib/schema/rule.c lib/conf*.c lib/settings.c lib/option*.c */
/* SOURCES: lib/nearest.c lib/names.c lib/file*.c lib/strbuf.c lib/err.c lib/pidfd.c lib/log.c lib/pci.c lib/pci_use.c lib/vfio_bind.c lib/kmod.c lib/mount_text.c lib/sha512*.c lib/show_json.c */
/* SOURCES: lib/password_hash.c lib/format_text.c lib/process.c lib/kernel_rule.c lib/kernel_match.c lib/kernel_config.c lib/cmdline.c lib/interrupt.c lib/value/[a-z]*.c LIBS: jansson inih */
/* test_ql_preflight_use.c: whether guests can start, where that takes more than files: who uses a
 * disk, and who may. */
#include <errno.h>

#include "tests/unit/ql_preflight_machine.h"

/* Opens it for guest a with one disk, /srv/a.img. */
static void open_one(struct preflight *preflight, struct context *context)
{
	const struct args args = { .root = fake_root };

	put_guests(PLAIN "[Disk]\nPath=/srv/a.img\n", NULL);
	if (context_open(context, &args, NULL) ||
	    preflight_open(preflight, context, NULL, 0, NULL))
		abort();
}

static void expect(const struct preflight *preflight, const char *what, const char *name)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;

	preflight_judge(preflight, &findings);
	if (!ok(what ? findings.count == 1 && strstr(findings.items[0].what, what)
		     : !findings.count,
		"%s", name))
		show(&findings);
}

static void devices(void)
{
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	struct preflight_file *file;

	open_one(&preflight, &context);
	file = &preflight.facts.files[0];
	snprintf(file->used, sizeof(file->used), "mounted on /srv");
	expect(&preflight, "is mounted on /srv", "a mounted volume is not given");
	*file->used = '\0';
	snprintf(file->holder, sizeof(file->holder), "dm-3 (vg0-web)");
	expect(&preflight, "has dm-3 (vg0-web) on it", "a physical volume is not given");
	*file->holder = '\0';
	file->busy = true;
	expect(&preflight, "in use by the kernel", "nor what the kernel has open");
	preflight.guests[0].is_running = true;
	expect(&preflight, NULL, "a running guest has it itself");
}

static void lock_byte(int fd, off_t byte)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};

	if (fcntl(fd, F_OFD_SETLK, &lock))
		abort();
}

static void locks(void)
{
	_cleanup_close_ int fd = openat(root, "srv/a.img", O_RDONLY | O_CLOEXEC);

	for (int writes = 0; writes < 2; writes++) {
		_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
		_cleanup_context_ struct context context;

		lock_byte(fd, writes ? 101 : 100);
		open_one(&preflight, &context);
		expect(&preflight, writes ? "in use by a QEMU" : NULL,
		       writes ? "an image that a QEMU writes to is told by its lock"
			      : "one that it reads is free");
	}
}

/* The one finding for a guest whose QEMU is nobody's; NULL: there is none. */
static void expect_access_of(const char *text, const char *what, const char *name)
{
	const struct row row = {
		name, text, NULL, "guests/a.conf:15", what, CHECK_PROBLEM
	};

	judge(&row);
}

static void expect_access(const char *what, const char *name)
{
	expect_access_of(PLAIN "[Guest]\nUser=65534\n[Disk]\nPath=/srv/a.img\n", what,
			 name);
}

/* The machine's own users: a name that no other machine has, and one of its groups. */
static void access_of_named_user(void)
{
	static const char text[] =
		PLAIN "[Guest]\nUser=own-user\n[Disk]\nPath=/srv/a.img\n";

	fchownat(root, "srv/a.img", 0, 65001, 0);
	fchmodat(root, "srv/a.img", 0660, 0);
	fake_file(root, "etc/group", "own-group:x:65001:other\n");
	expect_access_of(text, "QEMU's user own-user may not read and write it",
			 "a user of the machine's is known by name");
	fake_file(root, "etc/group", "own-group:x:65001:other,own-user\n");
	expect_access_of(text, NULL, "and has the groups that it has there");
}

static void access_of_user(void)
{
	if (geteuid() != 0)
		return;
	fchmodat(root, ".", 0755, 0);
	fchmodat(root, "srv", 0755, 0);
	fchmodat(root, "srv/a.img", 0644, 0);
	expect_access("/srv/a.img: QEMU's user 65534 may not read and write it: Perm",
		      "a disk that its QEMU may not write to is told");
	fchmodat(root, "srv/a.img", 0600, 0);
	fchownat(root, "srv/a.img", 65534, 65534, 0);
	expect_access(NULL, "one that belongs to it is fine");
	fchmodat(root, "srv", 0700, 0);
	expect_access("may not read and write it", "unless the folder is closed to it");
	fchmodat(root, "srv", 0755, 0);
	access_of_named_user();
	fchownat(root, "srv/a.img", 0, 0, 0);
}

/* The kernel's device for vsock, as udev has not been there yet. */
static void access_of_vsock(void)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	const struct args args = { .root = fake_root };

	fake_file(root, "dev/vhost-vsock", "");
	put_guests(PLAIN "[Guest]\nUser=own-user\n[Vsock]\nCid=7\n", NULL);
	if (context_open(&context, &args, NULL) ||
	    preflight_open(&preflight, &context, NULL, 0, NULL))
		abort();
	preflight.uses[0].denied = EACCES;
	preflight_judge(&preflight, &findings);
	if (!ok(findings.count == 1 &&
			strstr(findings.items[0].what,
			       "/dev/vhost-vsock: QEMU's user own-user may not") &&
			strstr(findings.items[0].advice, "usermod -a -G kvm own-user"),
		"who may not open vsock's device is told which group may"))
		show(&findings);
	unlinkat(root, "dev/vhost-vsock", 0);
}

static void parts(void)
{
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	const struct preflight_stand *stand;

	open_one(&preflight, &context);
	stand = preflight_find_stand(&preflight.facts, "sda");
	ok(stand && !strcmp(stand->name, "sda1"), "a partition is below its disk");
	ok(!preflight_find_stand(&preflight.facts, "sda1"), "and not below itself");
	ok(!preflight_find_stand(&preflight.facts, "da"), "names count whole");
	ok(!preflight_find_stand(&preflight.facts, ""), "and no name is none");
}

static void start(void)
{
	const struct args args = { .root = fake_root };
	_cleanup_context_ struct context context;
	struct err err = ERR_INIT;
	unsigned version = 0;

	put_guests(PLAIN "[Disk]\nPath=/srv/none.img\n[Cpu]\nPin=9\n", PLAIN);
	if (context_open(&context, &args, NULL))
		abort();
	is_int(preflight_start(&context, "a", &version, &err), -EINVAL,
	       "a start is refused");
	ok(strstr(err.text, "guests/a.conf:13: /srv/none.img") &&
		   strstr(err.text, "guests/a.conf:15: Pin: CPU 9"),
	   "with all problems, and their lines");
	is_int(preflight_start(&context, "b", &version, NULL), 0,
	       "the other one may start");
	is_int(version, 70200, "and knows its QEMU's version");
	is_int(preflight_start(&context, "c", &version, &err), -ENOENT,
	       "one that is not there not");
}

int main(void)
{
	machine_open();
	devices();
	locks();
	access_of_user();
	access_of_vsock();
	parts();
	start();
	machine_close();
	return done_testing();
}
