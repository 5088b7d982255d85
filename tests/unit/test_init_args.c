/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/args.c lib/cmdline.c lib/log.c lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c lib/schema/init.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih */
/* Arguments of the kernel command line set the keys that the manual page says. */
#include "init/args.h"
#include "lib/schema/init.h"
#include "tests/unit/tap.h"

static struct conf *conf;
static const struct init_conf *settings;

static void apply(const char *text)
{
	struct cmdline cmdline = CMDLINE_INIT;

	conf_free(conf);
	conf = conf_new(&init_schema);
	settings = conf_data(conf);
	cmdline_parse(&cmdline, text, NULL);
	args_apply(conf, &cmdline);
	cmdline_release(&cmdline);
}

static void names_the_root(void)
{
	apply("root=/dev/sda1 root=UUID=1 rootfstype=xfs rootflags=noatime,x=y init=/x");
	is_str(settings->root.device, "UUID=1", "the last root= counts");
	is_str(settings->root.fstype, "xfs", "rootfstype=");
	is_str(settings->root.options, "noatime,x=y", "rootflags=");
	is_str(settings->root.init, "/x", "init=");
	ok(settings->root.read_only, "ro is the default");
	apply("ro rw");
	ok(!settings->root.read_only, "of ro and rw the last counts");
	apply("rw ro");
	ok(settings->root.read_only, "... either way");
	apply("-- root=/dev/sda1");
	is_str(settings->root.device, "", "what stands behind -- is for the init");
}

static void sets_the_deadline(void)
{
	apply("rd.timeout=30");
	is_int(settings->root.timeout_ms, 30000, "rd.timeout= is in seconds");
	apply("rd.timeout=0");
	ok(settings->root.timeout_ms == UINT64_MAX, "rd.timeout=0 waits for ever");
	apply("rootwait");
	ok(settings->root.timeout_ms == UINT64_MAX, "so does rootwait");
	apply("rd.timeout=5 rootwait rd.retry=7");
	is_int(settings->root.timeout_ms, 5000, "rd.timeout= wins wherever it stands");
	apply("rd.retry=7");
	is_int(settings->root.timeout_ms, 7000, "rd.retry=");
	apply("rd.timeout=nonsense");
	is_int(settings->root.timeout_ms, 90000, "a bad value leaves the default");
	apply("rootdelay=2");
	is_int(settings->root.delay_ms, 2000, "rootdelay=");
}

static void sets_the_policy(void)
{
	apply("rd.shell=0 panic=3");
	ok(!settings->rescue.shell, "rd.shell=0");
	is_int(settings->rescue.reboot_delay_ms, 3000, "panic= is in seconds");
	apply("rd.shell panic=0");
	ok(settings->rescue.shell, "rd.shell");
	ok(settings->rescue.reboot_delay_ms == UINT64_MAX, "panic=0 waits for ever");
	apply("panic=-1");
	is_int(settings->rescue.reboot_delay_ms, 0, "a negative panic= restarts at once");
	apply("rd.lvm.lv=a/b rd.lvm.lv=c/d");
	is_int(settings->lvm.volumes.count, 2, "rd.lvm.lv= adds up");
}

static void guesses_what_was_meant(void)
{
	is_str(args_nearest("rd.timout"), "rd.timeout", "a letter left out");
	is_str(args_nearest("rd.lvm.vl"), "rd.lvm.lv", "two letters swapped");
	is_str(args_nearest("rd.brake"), "rd.break", "an argument that is no key");
	is_str(args_nearest("rd.timeout"), NULL, "what is known is not guessed at");
	is_str(args_nearest("rd.luks.uuid"), NULL, "another initramfs' argument");
	is_str(args_nearest("rot"), NULL, "what does not begin with rd. is not ours");
}

int main(void)
{
	names_the_root();
	sets_the_deadline();
	sets_the_policy();
	guesses_what_was_meant();
	conf_free(conf);
	return done_testing();
}
