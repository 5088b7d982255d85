/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.c: makes an image.
 *
 * How it works: what the host and its kernel are is observed first (struct observed),
 * then the plan is made of that and the configuration, and only then is anything written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_facts.h"
#include "lib/log.h"
#include "lib/schema/host.h"
#include "mkinitramfs/build.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/choose.h"
#include "mkinitramfs/guests.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/init_conf.h"
#include "mkinitramfs/kernel_args.h"
#include "mkinitramfs/kernel_config.h"
#include "mkinitramfs/module_files.h"
#include "mkinitramfs/parts.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/signature.h"

struct observed {
	char *version;
	struct chain chain; /* in host mode */
	struct module_set modules;
	struct kernel_config config;
	struct parts parts;
	struct kernel_rules rules; /* about the kernel's arguments */
	struct passthrough passthrough;
	bool has_chain;
};

static void observed_release(struct observed *o)
{
	free(o->version);
	chain_release(&o->chain);
	module_set_release(&o->modules);
	kernel_config_release(&o->config);
	parts_release(&o->parts);
	kernel_rules_release(&o->rules);
	passthrough_release(&o->passthrough);
}
#define _cleanup_observed_ __attribute__((cleanup(observed_release)))

static const char *const methods[] = {
	[host_image_compression_zstd] = "zstd", [host_image_compression_gzip] = "gzip",
	[host_image_compression_xz] = "xz",     [host_image_compression_lz4] = "lz4",
	[host_image_compression_none] = "none",
};

/* The kernel that was named, else the running one, else the only one below another root.
 */
static int observe_version(struct observed *o, const struct args *args, int root_fd,
			   struct err *err)
{
	struct utsname names;

	if (!args->kernel && args->root)
		return module_version_find(root_fd, &o->version, err);
	o->version =
		strdup(args->kernel || uname(&names) < 0 ? args->kernel : names.release);
	return o->version ? 0 : err_sys(err, ENOMEM, "reading the kernel's version");
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

static int observe_host(struct observed *o, const struct host_conf *host, int root_fd,
			struct err *err)
{
	int result = chain_read(&o->chain, root_fd, err);

	o->has_chain = true;
	if (!result && host->image.rescue)
		result = chain_read_keyboards(&o->chain, root_fd, err);
	return result;
}

static int observe(struct observed *o, const struct args *args,
		   const struct host_conf *host, int root_fd, struct err *err)
{
	const char *dir = args->parts ? args->parts : getenv("BEDPLATE_LIBDIR");
	int result = observe_version(o, args, root_fd, err);

	if (!result)
		result = module_set_open(&o->modules, root_fd, o->version, err);
	if (!result)
		result = kernel_config_read(&o->config, root_fd, o->version, err);
	if (!result && host->image.mode == host_image_mode_host)
		result = observe_host(o, host, root_fd, err);
	if (result)
		return result;
	result = parts_find(&o->parts, dir ? dir : BEDPLATE_LIBDIR, wants_lvm(host, o),
			    host->image.rescue, wants_e2fsck(host, o), err);
	o->parts.lvm_at_once = o->chain.needs_lvm;
	return result;
}

/* The processor that the image is for is this one in host mode only. */
static bool advises_intel(const struct observed *o, int root_fd)
{
	struct kernel_rules none = KERNEL_RULES_INIT;
	struct kernel_facts facts;
	bool intel;

	if (!o->has_chain ||
	    kernel_config_has(&o->config, "CONFIG_INTEL_IOMMU_DEFAULT_ON"))
		return false;
	kernel_facts_read(&facts, root_fd, &none, NULL);
	intel = facts.maker == CPU_MAKER_INTEL;
	kernel_facts_release(&facts);
	return intel;
}

static int observe_needs(struct observed *o, struct conf *conf,
			 const struct guests *guests, int root_fd, struct err *err)
{
	int result = kernel_args_collect(&o->rules, conf, conf_data(conf), guests,
					 advises_intel(o, root_fd), err);

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

static int choose(struct observed *o, const struct host_conf *host, struct err *err)
{
	int result;

	o->modules.exclude = host->modules.exclude.items;
	o->modules.exclude_count = host->modules.exclude.count;
	result = o->has_chain ? choose_for_chain(&o->modules, &o->chain, err)
			      : choose_for_any(&o->modules, err);
	if (!result)
		result = choose_added(&o->modules, host->modules.add.items,
				      host->modules.add.count, err);
	if (!result && (!o->has_chain || o->passthrough.count))
		result = passthrough_choose(&o->modules, o->passthrough.count > 0, err);
	o->modules.unsign = host->modules.signatures == host_modules_signatures_drop;
	if (result)
		return result;
	return o->modules.unsign ? signature_may_go(&o->config, o->version, err)
				 : signature_speed_up(&o->modules, &o->config, err);
}

static int make_plan(struct plan *plan, const struct observed *o,
		     const struct host_conf *host, struct err *err)
{
	int result;

	parts_add(plan, &o->parts, o->version);
	result = init_conf_add(plan, host, o->has_chain ? &o->chain : NULL, &o->rules,
			       &o->passthrough, o->version, err);
	if (!result)
		result = module_files_add(plan, &o->modules, err);
	if (!result && host->image.firmware)
		result = firmware_add(plan, &o->modules, &o->config, err);
	return result ? result : plan_finish(plan, err);
}

/* A kernel that cannot unpack the image would stop with a panic that says nothing of it.
 */
static int check_method(const struct compress_method *method, const struct observed *o,
			struct err *err)
{
	if (!method->config)
		return 0;
	if (!o->config.path) {
		log_warning(
			"kernel %s: its configuration is not there, so whether it unpacks %s is "
			"not known",
			o->version, method->name);
		return 0;
	}
	if (kernel_config_has(&o->config, method->config))
		return 0;
	err_set(err, ENOTSUP, "kernel %s cannot unpack %s: %s has no %s=y", o->version,
		method->name, o->config.path, method->config);
	err_hint(err, "choose another one with --compression or [Image] Compression=");
	return -ENOTSUP;
}

/* SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch), else 0: the same
 * image every time. */
static int image_time(uint32_t *mtime, struct err *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	unsigned long long value;
	char *end;

	*mtime = 0;
	if (!text || !*text)
		return 0;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || value > UINT32_MAX)
		return err_set(err, EINVAL,
			       "SOURCE_DATE_EPOCH=%s is no number of seconds that "
			       "fits into an archive",
			       text);
	*mtime = (uint32_t)value;
	return 0;
}

static int write_image(const struct args *args, const struct host_conf *host,
		       const struct observed *o, const struct plan *plan, struct err *err)
{
	struct image_options options = {
		.method = compress_find(methods[host->image.compression]),
		.level = (int)host->image.level,
	};
	struct image_result done = { 0 };
	int result = check_method(options.method, o, err);

	if (!result)
		result = image_time(&options.mtime, err);
	if (!result)
		result = image_write(plan, args->output, &options, &done, err);
	if (result)
		return result;
	log_info("%s: kernel %s, %s mode, %zu entries, %.2f MB of %.2f MB (%s), late "
		 "archive %.2f MB",
		 args->output, o->version, o->has_chain ? "host" : "generic", plan->count,
		 (double)done.packed / 1e6, (double)done.unpacked / 1e6,
		 options.method->name, (double)done.late / 1e6);
	return 0;
}

static int show(const struct args *args, const struct observed *o,
		const struct plan *plan, struct err *err)
{
	if (args->json)
		return show_json(plan, &o->modules, o->has_chain ? &o->chain : NULL, err);
	if (args->explain)
		return show_reasons(plan, &o->modules, err);
	return args->dry_run ? show_plan(plan, err) : 0;
}

int build_run(const struct args *args, struct conf *conf, const struct guests *guests,
	      int root_fd, struct err *err)
{
	const struct host_conf *host = conf_data(conf);
	_cleanup_observed_ struct observed o = { .modules = MODULE_SET_INIT };
	_cleanup_plan_ struct plan plan = PLAN_INIT;
	int result;

	strbuf_init(&o.config.text, 0);
	strbuf_init(&o.parts.applets, 0);
	result = observe(&o, args, host, root_fd, err);
	if (!result)
		result = observe_needs(&o, conf, guests, root_fd, err);
	if (!result)
		result = observe_passthrough(&o, conf, guests, root_fd, err);
	if (!result)
		result = choose(&o, host, err);
	if (!result)
		result = make_plan(&plan, &o, host, err);
	if (!result)
		result = show(args, &o, &plan, err);
	if (result || args->dry_run)
		return result;
	return write_image(args, host, &o, &plan, err);
}
