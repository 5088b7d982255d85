/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/kmod.c lib/kmod.c host-prep/kmod_load.c host-prep/kmod_need.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_kmod_need.c: modules that a part needs come, and go where nobody uses them. */
#include <stdlib.h>
#include <sys/stat.h>

#include "host-prep/kmod_need.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

static const char part[] = "swap", other[] = "vfio";

/* A modprobe that does it in the tree, and refuses what is called "stuck". */
static void make_modprobe(int root)
{
	char path[4096];

	fake_file(
		root, "bin/modprobe",
		"#!/bin/sh\n"
		"[ ! -e \"/proc/self/fd/${LOCK:-none}\" ] || echo held >\"$FAKE/lock\"\n"
		"case $* in\n"
		"'-r stuck') echo \"Module stuck is in use\" >&2; exit 1 ;;\n"
		"-r*) rm -r \"$FAKE/sys/module/$2\" ;;\n"
		"*) mkdir -p \"$FAKE/sys/module/$1\"; echo 0 >\"$FAKE/sys/module/$1/refcnt\"\n"
		"echo \"$2\" >\"$FAKE/option\" ;;\n"
		"esac\n");
	snprintf(path, sizeof(path), "%s/bin/modprobe", fake_root);
	chmod(path, 0755);
	snprintf(path, sizeof(path), "%s/bin:%.3900s", fake_root, getenv("PATH"));
	setenv("PATH", path, 1);
	setenv("FAKE", fake_root, 1);
}

static bool is_there(int root, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "sys/module/%s", name);
	return faccessat(root, path, F_OK, 0) == 0;
}

static const char *run_no_more(struct fixture *f)
{
	steps_release(&f->steps);
	kmod_need_no_more(&f->context, part, &f->steps, &f->err);
	return fixture_run(f);
}

static void need(struct fixture *f, const char *for_part, const char *name)
{
	kmod_need(&f->context, for_part, name, NULL, &f->steps, &f->err);
}

static void loads_and_unloads(struct fixture *f, int root)
{
	fake_file(root, "sys/module/theirs/refcnt", "0\n");
	kmod_need(&f->context, part, "zram", "num_devices=0", &f->steps, &f->err);
	need(f, part, "zram");
	need(f, part, "theirs");
	is_int((long)f->steps.count, 1, "what is not there is loaded, once");
	is_str(fixture_run(f), "", "by modprobe");
	ok(is_there(root, "zram"), "it is there");
	is_str(fake_content(root, "option"), "num_devices=0", "with its option");
	is_str(run_no_more(f), "", "it is unloaded");
	ok(!is_there(root, "zram") && is_there(root, "theirs"),
	   "and what was there before is not");
	is_str(run_no_more(f), "", "once");
	is_int((long)json_object_size(f->context.loaded), 0, "nothing is left of it");
}

static void leaves_what_is_used(struct fixture *f, int root)
{
	steps_release(&f->steps);
	need(f, part, "used");
	need(f, part, "stuck");
	need(f, part, "gone");
	need(f, other, "for_another");
	is_str(fixture_run(f), "", "four are loaded");
	fake_file(root, "sys/module/used/refcnt", "2\n");
	steps_release(&f->steps);
	kmod_need_no_more(&f->context, part, &f->steps, &f->err);
	is_int((long)f->steps.count, 3, "three are to go");
	unlinkat(root, "sys/module/gone/refcnt", 0);
	unlinkat(root, "sys/module/gone", AT_REMOVEDIR);
	is_str(fixture_run(f), "", "none that cannot is a failure");
	ok(is_there(root, "used") && is_there(root, "stuck"), "what is in use stays");
	ok(is_there(root, "for_another"), "and what another part needs");
}

static void is_undone(struct fixture *f, int root)
{
	steps_release(&f->steps);
	need(f, part, "zram");
	is_str(fixture_run(f), "", "a module is loaded");
	f->steps.items[0].undo(&f->steps.items[0], &f->err);
	ok(!is_there(root, "zram"), "a module goes when a later step fails");
}

static void holds_the_lock(struct fixture *f, int root)
{
	char text[16];

	f->context.lock_fd = openat(root, "locked", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	snprintf(text, sizeof(text), "%d", f->context.lock_fd);
	setenv("LOCK", text, 1);
	steps_release(&f->steps);
	need(f, part, "slow");
	is_str(fixture_run(f), "", "a module is loaded");
	is_str(fake_content(root, "lock"), "held",
	       "by a modprobe that holds the lock to its end");
	close(f->context.lock_fd);
	f->context.lock_fd = 0;
}

static void forgets(void)
{
	json_t *before = json_pack("{s:s, s:s}", "zram", "swap", "vfio_pci", "vfio");
	json_t *after = json_pack("{s:s, s:s}", "lz4", "swap", "vfio", "vfio");
	json_t *wanted = json_pack("{s:s, s:s}", "zram", "swap", "vfio", "vfio");

	kmod_need_forget(after, before, "swap");
	ok(json_equal(after, wanted),
	   "a part that failed has what it had, others what they have");
	kmod_need_forget(after, NULL, "vfio");
	is_int((long)json_object_size(after), 1, "where it had nothing, it has nothing");
	json_decref(before);
	json_decref(after);
	json_decref(wanted);
}

int main(void)
{
	int root = fake_tree_open();
	struct fixture f;

	make_modprobe(root);
	fixture_init(&f, root, "");
	loads_and_unloads(&f, root);
	leaves_what_is_used(&f, root);
	is_undone(&f, root);
	holds_the_lock(&f, root);
	forgets();
	fixture_release(&f);
	close(root);
	fake_tree_remove();
	return done_testing();
}
