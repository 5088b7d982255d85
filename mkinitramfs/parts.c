/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.c: an image's programs, folders, nodes and small files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/process.h"
#include "mkinitramfs/parts.h"

struct part {
	const char *name;
	const char *built; /* where it lies in a build folder */
};

static const struct part part_init = { "init", "init/init" };
static const struct part part_lvm = { "lvm", "deps/sbin/lvm" };
static const struct part part_e2fsck = { "e2fsck", "deps/sbin/e2fsck" };
static const struct part part_busybox = { "busybox", "deps/bin/busybox" };
static const struct part part_probe = { "init-probe", "init-probe/init-probe" };

static char *part_try(const char *dir, const char *name)
{
	char *path = format_text("%s/%s", dir, name);
	struct stat st;

	if (path && !stat(path, &st) && S_ISREG(st.st_mode))
		return path;
	free(path);
	return NULL;
}

static int part_find(char **path, const char *dir, const struct part *part,
		     struct err *err)
{
	*path = part_try(dir, part->name);
	if (!*path)
		*path = part_try(dir, part->built);
	if (*path)
		return 0;
	err_set(err, ENOENT, "the program %s, which goes into the image, is not in %s",
		part->name, dir);
	err_hint(err,
		 "--parts DIR (or BEDPLATE_LIBDIR=DIR) names the folder that has it");
	return -ENOENT;
}

/* A file busybox.links beside busybox (as its build makes it) or busybox itself tells its
 * applets. */
static int applets_read(struct parts *parts, struct err *err)
{
	_cleanup_free_ char *links = format_text("%s.links", parts->busybox);
	const char *const argv[] = { parts->busybox, "--list-full", NULL };
	struct process process = { .argv = argv,
				   .output = &parts->applets,
				   .timeout_ms = 10000 };
	_cleanup_close_ int fd = links ? open(links, O_RDONLY | O_CLOEXEC) : -1;
	int result;

	if (fd >= 0)
		return file_read_fd(fd, links, &parts->applets, err);
	result = process_run(&process, err);
	return result ? err_wrap(err, "asking busybox for its applets") : 0;
}

int parts_find(struct parts *parts, const char *dir, bool lvm, bool busybox, bool e2fsck,
	       struct err *err)
{
	int result;

	*parts = (struct parts){ .init = NULL };
	strbuf_init(&parts->applets, 0);
	result = part_find(&parts->init, dir, &part_init, err);
	if (!result && lvm)
		result = part_find(&parts->lvm, dir, &part_lvm, err);
	if (!result && e2fsck)
		result = part_find(&parts->e2fsck, dir, &part_e2fsck, err);
	if (!result && busybox) {
		result = part_find(&parts->busybox, dir, &part_busybox, err);
		if (!result)
			result = applets_read(parts, err);
	}
	return result;
}

int parts_find_probe(char **path, const char *dir, struct err *err)
{
	int result = part_find(path, dir, &part_probe, err);

	if (result == -ENOENT)
		err_set(err, ENOENT, "the program init-probe is not in %s", dir);
	return result;
}

void parts_release(struct parts *parts)
{
	free(parts->init);
	free(parts->lvm);
	free(parts->busybox);
	free(parts->e2fsck);
	parts->init = parts->lvm = parts->busybox = parts->e2fsck = NULL;
	strbuf_release(&parts->applets);
}

/* ---- what is always the same ---- */

static const char *const folders[] = { "dev", "etc",     "proc", "run",
				       "sys", "sysroot", "tmp" };

struct node {
	const char *path;
	mode_t mode;
	unsigned major, minor;
};

/* Before devtmpfs is mounted the kernel opens /dev/console for /init (init/main.c).
 * Numbers: kernel Documentation/admin-guide/devices.txt. */
static const struct node nodes[] = {
	{ "dev/console", 0600, 5, 1 },
	{ "dev/kmsg", 0644, 1, 11 },
	{ "dev/null", 0666, 1, 3 },
};

/* There is no udev in the image, nothing to be kept and nobody to wait for. Pools are not
 * checked: lvm refuses to activate one when the checker it is configured with is missing.
 * The kernel checks what it reads of a pool's metadata, and the host's own lvm checks the
 * pool whenever it is activated there. */
static const char lvm_conf[] = "activation {\n"
			       "\tmonitoring = 0\n"
			       "\tudev_rules = 0\n"
			       "\tudev_sync = 0\n"
			       "\tverify_udev_operations = 0\n"
			       "}\n"
			       "backup {\n"
			       "\tarchive = 0\n"
			       "\tbackup = 0\n"
			       "}\n"
			       "devices {\n"
			       "\texternal_device_info_source = \"none\"\n"
			       "\tobtain_device_list_from_udev = 0\n"
			       "\tscan_lvs = 0\n"
			       "\tuse_devicesfile = 0\n"
			       "}\n"
			       "global {\n"
			       "\tcache_check_executable = \"\"\n"
			       "\tevent_activation = 0\n"
			       "\tthin_check_executable = \"\"\n"
			       "\tuse_lvmlockd = 0\n"
			       "\tuse_lvmpolld = 0\n"
			       "}\n";

static void text_add(struct plan *plan, const char *path, const char *text,
		     const char *reason)
{
	_cleanup_strbuf_ struct strbuf copy;

	strbuf_init(&copy, 0);
	strbuf_adds(&copy, text);
	plan_add_text(plan, path, 0644, &copy, reason);
}

/* Links each applet to busybox, by a path that also works where the image is unpacked. */
static void applets_add(struct plan *plan, const char *list)
{
	_cleanup_free_ char *copy = strdup(list);

	for (char *next = copy, *word; (word = strsep(&next, "\n"));) {
		while (*word == '/')
			word++;
		if (!*word || !strcmp(word, "bin/busybox"))
			continue;
		plan->weak = true;
		plan_add_link(plan, word,
			      !strncmp(word, "bin/", 4) ? "busybox" : "../bin/busybox",
			      "applet of the rescue shell");
	}
	plan->weak = false;
}

void parts_add(struct plan *plan, const struct parts *parts, const char *version)
{
	_cleanup_free_ char *release = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		plan_add_dir(plan, folders[i], "mount point or work folder of /init");
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		plan_add_node(plan, nodes[i].path, nodes[i].mode, nodes[i].major,
			      nodes[i].minor, "device node of before /dev is mounted");
	plan_add_file(plan, "init", 0755, AT_FDCWD, parts->init, false,
		      "the image's first program");
	release = format_text(
		"ID=bedplate\nNAME=Bedplate\nPRETTY_NAME=\"Bedplate initramfs\"\n"
		"VERSION_ID=%s\nKERNEL_VERSION=%s\n",
		BEDPLATE_VERSION, version);
	text_add(plan, "etc/initrd-release", release ? release : "",
		 "tells systemd that this is an initramfs");
	plan->late = !parts->lvm_at_once;
	if (parts->lvm) {
		plan_add_file(plan, "sbin/lvm", 0755, AT_FDCWD, parts->lvm, false,
			      "activates logical volumes");
		text_add(plan, "etc/lvm/lvm.conf", lvm_conf,
			 "makes lvm work without udev");
	}
	plan->late = true;
	if (parts->e2fsck)
		plan_add_file(plan, "sbin/e2fsck", 0755, AT_FDCWD, parts->e2fsck, false,
			      "checks and repairs ext file systems");
	plan->late = !parts->busybox_at_once;
	if (parts->busybox) {
		plan_add_file(plan, "bin/busybox", 0755, AT_FDCWD, parts->busybox, false,
			      "the rescue shell and its tools");
		applets_add(plan, parts->applets.text);
	}
	plan->late = false;
}
