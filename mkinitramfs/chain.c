/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain.c: from the mounts of / and /usr to the chains below them, and the keyboards'. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "mkinitramfs/chain_private.h"
#include "mkinitramfs/plan.h"

/* Calls `found` for each link of a sysfs folder with the path that it leads to. A folder
 * that is not there has none. */
static int sysfs_each_link(int root_fd, const char *dir,
			   int (*found)(struct chain *chain, int root_fd,
					const char *path, struct err *err),
			   struct chain *chain, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, root_fd, dir) ? chain_no_memory(err) : 0;

	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *link = format_text("%s/%s", dir, names.items[i]);
		_cleanup_free_ char *path = link ? sysfs_link(root_fd, link, NULL) : NULL;

		if (path)
			result = found(chain, root_fd, path, err);
	}
	return result;
}

/* A btrfs may lie on several devices: /sys/fs/btrfs/UUID/devices has them all. */
static int chain_add_btrfs(struct chain *chain, int root_fd, const char *device,
			   struct err *err)
{
	const char *name = strrchr(device, '/') + 1;
	_cleanup_names_ struct names uuids = NAMES_INIT;
	int result =
		names_read(&uuids, root_fd, "sys/fs/btrfs") ? chain_no_memory(err) : 0;

	for (size_t i = 0; !result && i < uuids.count; i++) {
		_cleanup_free_ char *devices =
			format_text("sys/fs/btrfs/%s/devices", uuids.items[i]);
		_cleanup_free_ char *own =
			devices ? sysfs_link_name(root_fd, devices, name) : NULL;

		if (own)
			result = sysfs_each_link(root_fd, devices, chain_add_block, chain,
						 err);
	}
	return result;
}

static int chain_add_mount(struct chain *chain, int root_fd, const struct mount *mount,
			   struct err *err)
{
	_cleanup_free_ char *device = chain_mount_device(root_fd, mount, err);
	_cleanup_free_ char *fs = format_text("fs-%s", mount->fstype);
	_cleanup_free_ char *reason = format_text("file system of %s", mount->point);
	int result;

	if (!device)
		return err->code;
	if (!fs || !reason)
		return chain_no_memory(err);
	result = chain_add_block(chain, root_fd, device, err);
	if (!result && !strcmp(mount->fstype, "btrfs"))
		result = chain_add_btrfs(chain, root_fd, device, err);
	return result ? result : chain_add_module(chain, fs, true, reason, err);
}

static int chain_set_root(struct chain *chain, int root_fd, const struct mount *mount,
			  struct err *err)
{
	_cleanup_free_ char *device = chain_mount_device(root_fd, mount, err);

	chain->root = device ? chain_device_spec(root_fd, device, err) : NULL;
	if (!chain->root)
		return err->code;
	chain->fstype = strdup(mount->fstype);
	/* Elsewhere a mounted subtree is a bind mount, which /init has no part in. */
	chain->options =
		!strcmp(mount->fstype, "btrfs") && strcmp(mount->subtree, "/") != 0
			? format_text("subvol=%s", mount->subtree)
			: strdup("");
	return chain->fstype && chain->options ? 0 : chain_no_memory(err);
}

static int chain_read_usr(struct chain *chain, int root_fd, const struct mount *root,
			  const char *mountinfo, struct err *err)
{
	_cleanup_mount_ struct mount usr = { .point = NULL };
	int found = mount_find(&usr, mountinfo, "/usr", err);

	if (found <= 0)
		return found;
	if (!strcmp(usr.source, root->source) && usr.major == root->major)
		return 0;
	return chain_add_mount(chain, root_fd, &usr, err);
}

int chain_read(struct chain *chain, int root_fd, struct err *err)
{
	_cleanup_mount_ struct mount root = { .point = NULL };
	_cleanup_strbuf_ struct strbuf mountinfo;
	int result;

	strbuf_init(&mountinfo, 0);
	result = mount_read_root(&root, root_fd, &mountinfo, err);
	if (!result)
		result = chain_set_root(chain, root_fd, &root, err);
	if (!result)
		result = chain_add_mount(chain, root_fd, &root, err);
	if (!result)
		result = chain_read_usr(chain, root_fd, &root, mountinfo.text, err);
	if (result)
		err_wrap(err, "finding the root file system's devices");
	return result;
}

/* ---- keyboards ---- */

/* capabilities/key of an input device is a bitmap in hexadecimal words, the lowest last.
 * A keyboard has all of the keys 1 to 31 (linux/input-event-codes.h: KEY_ESC to KEY_S).
 */
static bool is_keyboard(int root_fd, const char *dir)
{
	_cleanup_free_ char *keys = sysfs_attribute(root_fd, dir, "capabilities/key");
	const char *last = keys ? strrchr(keys, ' ') : NULL;
	unsigned long wanted = 0xfffffffe;

	if (!keys)
		return false;
	return (strtoul(last ? last + 1 : keys, NULL, 16) & wanted) == wanted;
}

static int chain_add_keyboard(struct chain *chain, int root_fd, const char *dir,
			      struct err *err)
{
	return is_keyboard(root_fd, dir)
		       ? chain_add_parents(chain, root_fd, dir, true, err)
		       : 0;
}

int chain_read_keyboards(struct chain *chain, int root_fd, struct err *err)
{
	return sysfs_each_link(root_fd, "sys/class/input", chain_add_keyboard, chain,
			       err);
}

/* ---- release ---- */

void chain_release(struct chain *chain)
{
	for (size_t i = 0; i < chain->volume_count; i++)
		free(chain->volumes[i]);
	for (size_t i = 0; i < chain->device_count; i++) {
		free(chain->devices[i].path);
		free(chain->devices[i].modalias);
		free(chain->devices[i].driver);
		free(chain->devices[i].module);
	}
	for (size_t i = 0; i < chain->module_count; i++) {
		free(chain->modules[i].name);
		free(chain->modules[i].reason);
	}
	free(chain->volumes);
	free(chain->devices);
	free(chain->modules);
	free(chain->root);
	free(chain->fstype);
	free(chain->options);
	*chain = (struct chain)CHAIN_INIT;
}
