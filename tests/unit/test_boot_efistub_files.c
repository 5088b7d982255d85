/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/efistub_files.c boot/efistub_ours.c boot/efi_plan.c boot/choice.c boot/plan.c boot/plan_apply.c boot/diff.c */
/* SOURCES: boot/image_list.c boot/state.c boot/line.c boot/efi.c lib/place.c lib/record.c lib/inputs.c */
/* SOURCES: lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/file_copy.c lib/log.c lib/sha512.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/show_json.c lib/interrupt.c lib/process.c LIBS: jansson lzma */
/* test_boot_efistub_files.c: no file goes that an entry names, and nothing is begun without room. */
#include <errno.h>

#include "boot/efistub.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define FORMER "efi/EFI/bedplate/"
#define AT     FORMER "00000000000000cc/"
#define IN     "\\EFI\\bedplate\\00000000000000cc\\"
#define KEPT   "vmlinuz-6.1-00000000000000aa"

static struct state state;
static struct boot boot = { .root_fd = -1 };
static const struct esp esp = { .path = (char *)"efi", .id = "00000000000000cc" };
static struct boot_image image = { .version = (char *)"6.1",
				   .kernel = (char *)"boot/vmlinuz-6.1",
				   .path = (char *)"boot/initrd.img-6.1",
				   .id = (char *)"00000000000000ff",
				   .kernel_id = (char *)"00000000000000bb" };

/* "remove NAME" or "copy NAME" of each step, parted by "; ". */
static const char *steps(const struct plan *plan)
{
	static char text[1000];
	char *at = text;

	*at = '\0';
	for (size_t i = 0; i < plan->count; i++)
		at += sprintf(at, "%s%s %s", i ? "; " : "",
			      plan->steps[i].kind == STEP_COPY ? "copy" : "remove",
			      strrchr(plan->steps[i].path, '/') + 1);
	return text;
}

static int truncate_below(int root, const char *path, off_t size)
{
	int fd = openat(root, path, O_WRONLY | O_CLOEXEC);
	int result = fd < 0 ? -1 : ftruncate(fd, size);

	close(fd);
	return result;
}

static void begin(struct plan *plan)
{
	plan_init(plan, &state, false);
	plan->root_fd = boot.root_fd;
}

static void test_order(void)
{
	_cleanup_names_ struct names wanted = NAMES_INIT;
	struct efi_entry there[] = { { .label = (char *)"Bedplate 6.1",
				       .file = (char *)IN KEPT,
				       .options = (char *)"initrd=" IN
							  "initrd-6.1-old.img ro",
				       .ours = true } };
	const struct efi efi = { .entries = there, .count = 1 };
	struct plan plan;

	fake_file(boot.root_fd, "boot/vmlinuz-6.1", "new kernel\n");
	fake_file(boot.root_fd, "boot/initrd.img-6.1", "new image\n");
	fake_file(boot.root_fd, AT KEPT, "old kernel\n");
	fake_file(boot.root_fd, AT "initrd-6.1-old.img", "old image\n");
	fake_file(boot.root_fd, AT "initrd-6.0-dead.img", "x\n");
	fake_file(boot.root_fd, AT ".initrd-6.1-new.img.77.new", "x\n");
	fake_file(boot.root_fd, AT "theirs.efi", "x\n");
	begin(&plan);
	efistub_copy_files(&plan, &esp, &image, &wanted, NULL);
	is_str(steps(&plan),
	       "copy vmlinuz-6.1-00000000000000bb; copy initrd-6.1-00000000000000ff.img",
	       "another kernel of the same version has a name of its own");
	plan_release(&plan);

	begin(&plan);
	efistub_clear_files(&boot, &plan, &esp, &efi, &wanted, NULL);
	is_str(steps(&plan),
	       "remove initrd-6.0-dead.img; remove .initrd-6.1-new.img.77.new",
	       "first goes what no entry names, and what was broken off");
	efistub_copy_files(&plan, &esp, &image, &wanted, NULL);
	efistub_remove_files(&boot, &plan, &esp, &efi, &wanted, NULL);
	is_str(steps(&plan),
	       "remove initrd-6.0-dead.img; remove .initrd-6.1-new.img.77.new; "
	       "copy vmlinuz-6.1-00000000000000bb; "
	       "copy initrd-6.1-00000000000000ff.img; remove initrd-6.1-old.img; "
	       "remove " KEPT,
	       "last goes what entries named, once");
	is_int(plan_apply(&plan, NULL), 0, "it can be done");
	plan_release(&plan);
	is_str(fake_content(boot.root_fd, AT "theirs.efi"), "x", "others' files stay");
	ok(efistub_has_files(&boot, &esp,
			     &(struct booted){ image.id, "6.1", image.kernel_id, NULL }),
	   "both files are there");
}

static void test_room(void)
{
	struct err err = ERR_INIT;
	struct plan plan;

	begin(&plan);
	fake_file(boot.root_fd, "boot/vmlinuz-6.1", "x\n");
	plan_copy(&plan, "boot/vmlinuz-6.1", AT "vmlinuz-6.1-x", 0644, "", NULL);
	is_int(efistub_check_room(&boot, &plan, &esp, &err), 0, "a small file fits");
	plan_release(&plan);
	begin(&plan);
	/* Larger than any disk, and empty. */
	fake_file(boot.root_fd, "boot/huge", "");
	if (truncate_below(boot.root_fd, "boot/huge", 7LL << 40)) {
		ok(1, "a file that does not fit # SKIP no such file here");
	} else {
		plan_copy(&plan, "boot/huge", AT "huge", 0644, "", NULL);
		is_int(efistub_check_room(&boot, &plan, &esp, &err), -ENOSPC,
		       "one that does not is an error before anything is done");
		ok(err.hint[0], "with what to do");
	}
	plan_release(&plan);
}

int main(void)
{
	boot.root_fd = fake_tree_open();
	state.json = json_pack("{s:i}", "version", 1);
	test_order();
	test_room();
	state_release(&state);
	close(boot.root_fd);
	fake_tree_remove();
	return done_testing();
}
