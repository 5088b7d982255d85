/* SPDX-License-Identifier: GPL-2.0-or-later */
/* observe.c: reads what the host and a kernel are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/kernel_collect.h"
#include "lib/libdir.h"
#include "mkinitramfs/features.h"
#include "mkinitramfs/kernel_args.h"
#include "mkinitramfs/observe.h"
#include "mkinitramfs/system_id.h"

void observed_init(struct observed *o)
{
	*o = (struct observed){ .modules = MODULE_SET_INIT };
	strbuf_init(&o->config.text, 0);
	strbuf_init(&o->parts.applets, 0);
}

void observed_release(struct observed *o)
{
	free(o->version);
	chain_release(&o->chain);
	module_set_release(&o->modules);
	kernel_config_release(&o->config);
	parts_release(&o->parts);
	kernel_rules_release(&o->rules);
	passthrough_release(&o->passthrough);
}

int observe_version(char **version, const struct args *args, int root_fd, struct err *err)
{
	struct utsname names;

	if (!args->kernel && args->root)
		return module_version_find(root_fd, version, err);
	*version =
		strdup(args->kernel || uname(&names) < 0 ? args->kernel : names.release);
	return *version ? 0 : err_sys(err, ENOMEM, "reading the kernel's version");
}

static bool wants_lvm(const struct host_conf *host, const struct observed *o)
{
	if (host->image.lvm != host_image_lvm_auto)
		return host->image.lvm == host_image_lvm_yes;
	return !o->has_chain || o->chain.volume_count;
}

/* Only ext file systems are checked at boot; the chain names the types of / and /usr. */
static bool wants_e2fsck(const struct host_conf *host, const struct observed *o)
{
	if (host->fsck.mode == host_fsck_mode_skip)
		return false;
	for (size_t i = 0; o->has_chain && i < o->chain.module_count; i++) {
		if (!strncmp(o->chain.modules[i].name, "fs-ext", 6))
			return true;
	}
	return !o->has_chain;
}

const char *observe_parts_dir(const struct args *args)
{
	return args->parts ? args->parts : libdir();
}

int observe_chain(struct chain *chain, const struct host_conf *host, int root_fd,
		  struct err *err)
{
	int result = chain_read(chain, root_fd, err);

	if (!result && host->image.rescue)
		result = chain_read_keyboards(chain, root_fd, err);
	return result;
}

static int observe_system(struct observed *o, const struct args *args,
			  const struct host_conf *host, int root_fd, struct err *err)
{
	bool needs_shell = features_need_shell(root_fd);
	int result = module_set_open(&o->modules, root_fd, o->version, err);

	if (!result)
		result = kernel_config_read(&o->config, root_fd, o->version, err);
	o->has_chain = host->image.mode == host_image_mode_host;
	if (!result && o->has_chain)
		result = observe_chain(&o->chain, host, root_fd, err);
	if (result)
		return result;
	if (o->has_chain && o->chain.volume_count)
		system_id_check(root_fd);
	result =
		parts_find(&o->parts, observe_parts_dir(args), wants_lvm(host, o),
			   host->image.rescue || needs_shell, wants_e2fsck(host, o), err);
	o->parts.lvm_at_once = o->chain.needs_lvm;
	o->parts.busybox_at_once = needs_shell;
	return result;
}

static int observe_needs(struct observed *o, struct conf *conf,
			 const struct guests *guests, int root_fd, struct err *err)
{
	/* The processor that the image is for is this one in host mode only. */
	bool advise_intel = o->has_chain && kernel_leaves_iommu_off(&o->config, root_fd);
	int result = kernel_rules_collect(&o->rules, conf, conf_data(conf), guests,
					  advise_intel, err);

	if (!result && o->has_chain)
		result = kernel_args_check(&o->rules, root_fd, err);
	return result < 0 ? result : 0;
}

/* What the running host has at these places says whether the root would be taken away. */
static int observe_passthrough(struct observed *o, struct conf *conf,
			       const struct guests *guests, int root_fd, struct err *err)
{
	_cleanup_pci_list_ struct pci_list functions = PCI_LIST_INIT;
	int result = passthrough_collect(&o->passthrough, conf, guests, err);

	if (result || !o->has_chain || !o->passthrough.count)
		return result;
	result = pci_read(root_fd, &functions, err);
	return result ? result
		      : passthrough_check_chain(&o->passthrough, &o->chain, &functions,
						err);
}

int observe(struct observed *o, const char *version, const struct args *args,
	    const struct settings *settings, int root_fd, struct err *err)
{
	int result;

	o->version = strdup(version);
	if (!o->version)
		return err_sys(err, ENOMEM, "reading the kernel's version");
	result = observe_system(o, args, settings->host, root_fd, err);
	if (!result)
		result =
			observe_needs(o, settings->conf, &settings->guests, root_fd, err);
	if (!result)
		result = observe_passthrough(o, settings->conf, &settings->guests,
					     root_fd, err);
	return result;
}
