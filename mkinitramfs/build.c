/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.c: makes an image.
 *
 * How it works: what the host and its kernel are is observed first ,
 * then the plan is made of that and the configuration, and only then is anything written.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "mkinitramfs/build.h"
#include "mkinitramfs/choose.h"
#include "mkinitramfs/features.h"
#include "mkinitramfs/init_conf.h"
#include "mkinitramfs/microcode.h"
#include "mkinitramfs/module_files.h"
#include "mkinitramfs/prove.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/signature.h"

static const char *const methods[] = {
	[host_image_compression_zstd] = "zstd", [host_image_compression_gzip] = "gzip",
	[host_image_compression_xz] = "xz",     [host_image_compression_lz4] = "lz4",
	[host_image_compression_none] = "none",
};

static int choose(struct observed *o, const struct host_conf *host, struct err *err)
{
	int result;

	o->modules.exclude = host->modules.exclude.items;
	o->modules.exclude_count = host->modules.exclude.count;
	result = o->has_chain ? choose_for_chain(&o->modules, &o->chain, err)
			      : choose_for_any(&o->modules, host->image.rescue, err);
	if (!result)
		result = choose_added(&o->modules, host->modules.add.items,
				      host->modules.add.count, err);
	if (!result)
		result = features_choose(&o->modules, o->modules.root_fd, err);
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
	plan_add_id(plan);
	result = init_conf_add(plan, host, o->has_chain ? &o->chain : NULL, &o->rules,
			       &o->passthrough, o->version, err);
	if (!result)
		result = module_files_add(plan, &o->modules, err);
	if (!result && host->image.firmware)
		result = firmware_add(plan, &o->modules, &o->config, err);
	if (!result)
		result = features_add(plan, host, o->modules.root_fd, err);
	if (!result)
		result = microcode_add(plan, host, o->modules.root_fd, err);
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

int build_write(const struct build *build, const struct host_conf *host, int fd,
		struct image_result *done, struct err *err)
{
	struct image_options options = {
		.method = compress_find(methods[host->image.compression]),
		.level = (int)host->image.level,
	};
	int result = check_method(options.method, &build->o, err);

	if (!result)
		result = image_time(&options.mtime, err);
	return result ? result : image_write(&build->plan, fd, &options, done, err);
}

void build_report(const struct build *build, const struct host_conf *host,
		  const char *path, const struct image_result *done)
{
	log_info("%s: kernel %s, %s mode, %zu entries, %.2f MB of %.2f MB (%s), late "
		 "archive %.2f MB",
		 path, build->o.version, build->o.has_chain ? "host" : "generic",
		 build->plan.count, (double)done->packed / 1e6,
		 (double)done->unpacked / 1e6, methods[host->image.compression],
		 (double)done->late / 1e6);
}

static int show(const struct args *args, const struct build *build, struct err *err)
{
	const struct observed *o = &build->o;

	if (args->json)
		return show_json(&build->plan, &o->modules,
				 o->has_chain ? &o->chain : NULL, err);
	if (args->explain)
		return show_reasons(&build->plan, &o->modules, err);
	return args->dry_run ? show_plan(&build->plan, err) : 0;
}

int build_prepare(struct build *build, const char *version, const struct args *args,
		  const struct settings *settings, int root_fd, struct err *err)
{
	int result;

	observed_init(&build->o);
	result = observe(&build->o, version, args, settings, root_fd, err);
	if (!result)
		result = choose(&build->o, settings->host, err);
	return result ? result : make_plan(&build->plan, &build->o, settings->host, err);
}

void build_release(struct build *build)
{
	plan_release(&build->plan);
	observed_release(&build->o);
}

/* What lies beside the place of the image, before it goes there. */
static int prove_aside(const struct build *build, const struct args *args,
		       const struct host_conf *host, int root_fd, int fd, struct err *err)
{
	_cleanup_verify_result_ struct verify_result result = VERIFY_RESULT_INIT;
	_cleanup_free_ char *file = format_text("/proc/%ld/fd/%d", (long)getpid(), fd);
	const struct proof proof = { .file = file,
				     .version = build->o.version,
				     .args = args,
				     .host = host,
				     .root_fd = root_fd };

	if (!args->verify || host->image.verify == host_image_verify_no)
		return 0;
	return file ? prove_image(&proof, &result, err)
		    : err_sys(err, ENOMEM, "verifying an image");
}

static int write_file(const struct build *build, const struct args *args,
		      const struct host_conf *host, int root_fd, struct err *err)
{
	const char *path = args->output;
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	_cleanup_free_ char *place = image_place(path, err);
	struct image_result done = { 0 };
	int result =
		place ? file_aside_open(&aside, AT_FDCWD, place, 0600, err) : err->code;

	if (result)
		return result;
	result = build_write(build, host, aside.fd, &done, err);
	if (!result)
		result = prove_aside(build, args, host, root_fd, aside.fd, err);
	if (result)
		return err_wrap(err, "%s", path);
	result = file_aside_commit(&aside, err);
	if (!result)
		build_report(build, host, path, &done);
	return result;
}

int build_run(const struct args *args, const struct settings *settings, int root_fd,
	      struct err *err)
{
	_cleanup_build_ struct build build = BUILD_INIT;
	_cleanup_free_ char *version = NULL;
	int result = observe_version(&version, args, root_fd, err);

	if (!result)
		result = build_prepare(&build, version, args, settings, root_fd, err);
	if (!result)
		result = show(args, &build, err);
	if (result || args->dry_run)
		return result;
	return write_file(&build, args, settings->host, root_fd, err);
}
