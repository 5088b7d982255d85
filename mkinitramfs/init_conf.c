/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_conf.c: derives /init's configuration from the host's and the root's chain. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/cleanup.h"
#include "lib/schema/init.h"
#include "mkinitramfs/init_conf.h"
#include "mkinitramfs/kernel_args.h"

static const char origin[] = "mkinitramfs";

static void set(struct conf *conf, const char *section, const char *key,
		const char *value, struct err *err)
{
	if (!err->code)
		conf_set(conf, section, key, value, origin, err);
}

static void set_span(struct conf *conf, const char *section, const char *key, uint64_t ms,
		     struct err *err)
{
	char text[32];

	if (ms == UINT64_MAX)
		snprintf(text, sizeof(text), "infinity");
	else
		snprintf(text, sizeof(text), "%" PRIu64 "ms", ms);
	set(conf, section, key, text, err);
}

static void set_root(struct conf *conf, const struct chain *chain, struct err *err)
{
	_cleanup_strbuf_ struct strbuf volumes;

	strbuf_init(&volumes, 0);
	set(conf, "Root", "Device", chain->root, err);
	set(conf, "Root", "FsType", chain->fstype, err);
	if (*chain->options)
		set(conf, "Root", "Options", chain->options, err);
	for (size_t i = 0; i < chain->volume_count; i++)
		strbuf_addf(&volumes, "%s%s", i ? " " : "", chain->volumes[i]);
	if (chain->volume_count)
		set(conf, "Lvm", "Volumes", volumes.text, err);
}

/* Words that both tables have, in the order of host.def. */
static const char *const degraded_words[] = { "never", "deadline", "now" };
static const char *const fsck_modes[] = { "auto", "force", "skip" };
static const char *const fsck_repairs[] = { "preen", "yes", "no" };
static const char *const emergencies[] = { "shell", "reboot", "poweroff", "halt" };

static const char *const passthrough_failures[] = { "continue", "rescue", "reboot" };

static void set_policies(struct conf *conf, const struct host_conf *host, struct err *err)
{
	set(conf, "Lvm", "Degraded", degraded_words[host->lvm.degraded], err);
	set_span(conf, "Lvm", "DegradedAfter", host->lvm.degraded_after_ms, err);
	set(conf, "Fsck", "Mode", fsck_modes[host->fsck.mode], err);
	set(conf, "Fsck", "Repair", fsck_repairs[host->fsck.repair], err);
	set_span(conf, "Rescue", "ShellTimeout", host->boot.shell_timeout_ms, err);
	set(conf, "Rescue", "Password", host->boot.password, err);
	set(conf, "Rescue", "PassthroughFailure",
	    passthrough_failures[host->boot.passthrough_failure], err);
	set(conf, "Rescue", "Emergency", emergencies[host->boot.emergency], err);
}

static void set_passthrough(struct conf *conf, const struct passthrough *passthrough,
			    struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	passthrough_write(passthrough, &text);
	if (!err->code)
		conf_read_text(conf, origin, text.text, err);
}

int init_conf_add(struct plan *plan, const struct host_conf *host,
		  const struct chain *chain, const struct kernel_rules *rules,
		  const struct passthrough *passthrough, const char *version,
		  struct err *err)
{
	_cleanup_conf_ struct conf *conf = conf_new(&init_schema);
	_cleanup_strbuf_ struct strbuf text;
	struct err failed = ERR_INIT;

	strbuf_init(&text, 0);
	if (!conf)
		return err_sys(err, ENOMEM, "writing /init's configuration");
	set(conf, "Image", "Mode", chain ? "host" : "generic", &failed);
	set(conf, "Image", "Kernel", version, &failed);
	if (chain)
		set_root(conf, chain, &failed);
	set_span(conf, "Root", "Timeout", host->boot.timeout_ms, &failed);
	set(conf, "Rescue", "Shell", host->boot.shell ? "yes" : "no", &failed);
	set_span(conf, "Rescue", "RebootDelay", host->boot.reboot_delay_ms, &failed);
	set_policies(conf, host, &failed);
	set_passthrough(conf, passthrough, &failed);
	if (!failed.code)
		kernel_args_write(conf, rules, &failed);
	if (failed.code) {
		if (err)
			*err = failed;
		return err_wrap(err, "writing /init's configuration");
	}
	conf_dump(conf, CONF_DUMP_DEFAULTS, &text);
	/* The hash of the rescue shell's password may be in it. */
	plan_add_text(plan, "etc/bedplate/init.conf", 0600, &text,
		      "what /init does on this host");
	return 0;
}
