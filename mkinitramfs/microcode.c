/* SPDX-License-Identifier: GPL-2.0-or-later */
/* microcode.c: collects microcode files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/text_match.h"
#include "mkinitramfs/content.h"
#include "mkinitramfs/microcode.h"

#define FOLDER_AMD   "lib/firmware/amd-ucode"
#define FOLDER_INTEL "lib/firmware/intel-ucode"

/* Debian hides from the running kernel, by a suffix, what must only be loaded early. */
static const char *const suffixes[] = { "", ".initramfs", ".xz", ".zst" };

struct microcode {
	struct plan *plan;
	int root_fd;
	struct strbuf intel, amd;
};

static int load(const struct microcode *m, const char *path, struct content *content,
		struct err *err)
{
	bool packed = text_ends_in(path, ".xz") || text_ends_in(path, ".zst");

	return content_load(content, m->root_fd, path, packed, err);
}

/* One file, for a processor or (NULL) for all. What is damaged is left out: the machine
 * boots without it. */
static int add_file(struct microcode *m, const char *path, const struct cpu *cpu,
		    bool intel, struct err *err)
{
	_cleanup_content_ struct content content = CONTENT_INIT;
	struct strbuf *out = intel ? &m->intel : &m->amd;
	uint32_t signature = cpu ? cpu_signature(cpu) : 0;
	struct err failed = ERR_INIT;
	int result = load(m, path, &content, err);

	if (result)
		return result;
	if (!intel && cpu) {
		result = microcode_pick_amd(content.data, content.size, signature, out,
					    &failed);
	} else {
		result = intel ? microcode_check_intel(content.data, content.size,
						       signature, &failed)
			       : 1;
		if (result > 0 || (!result && !cpu))
			strbuf_add(out, content.data, content.size);
	}
	if (result < 0)
		log_warning("%s is left out: %s", path, failed.text);
	return 0;
}

/* Files that are there, and those that may come, are inputs of the image. */
static int add_if_there(struct microcode *m, const char *path, const struct cpu *cpu,
			bool intel, struct err *err)
{
	if (names_add(&m->plan->watched, path))
		return err_sys(err, ENOMEM, "planning microcode");
	return file_exists(m->root_fd, path) ? add_file(m, path, cpu, intel, err) : 0;
}

/* AMD has one file a family, but for the first ones. */
static int add_for_cpu(struct microcode *m, const struct cpu *cpu, struct err *err)
{
	char path[80];
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(suffixes); i++) {
		if (cpu->intel)
			snprintf(path, sizeof(path), FOLDER_INTEL "/%02x-%02x-%02x%s",
				 cpu->family, cpu->model, cpu->stepping, suffixes[i]);
		else if (cpu->family < 0x15)
			snprintf(path, sizeof(path), FOLDER_AMD "/microcode_amd.bin%s",
				 suffixes[i]);
		else
			snprintf(path, sizeof(path),
				 FOLDER_AMD "/microcode_amd_fam%02xh.bin%s", cpu->family,
				 suffixes[i]);
		result = add_if_there(m, path, cpu, cpu->intel, err);
	}
	return result;
}

static bool is_microcode(const char *name, bool intel)
{
	if (text_ends_in(name, ".asc"))
		return false;
	return intel || !strncmp(name, "microcode_amd", 13);
}

static int add_folder(struct microcode *m, const char *dir, bool intel, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = names_read(&names, m->root_fd, dir);

	if (result || names_add(&m->plan->watched, dir))
		return err_sys(err, ENOMEM, "planning microcode");
	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", dir, names.items[i]);

		if (!path)
			return err_sys(err, ENOMEM, "planning microcode");
		if (is_microcode(names.items[i], intel))
			result = add_if_there(m, path, NULL, intel, err);
	}
	return result;
}

static int add_for_host(struct microcode *m, struct err *err)
{
	struct cpus cpus;
	int result = cpus_read(&cpus, m->root_fd, err);

	for (unsigned i = 0; !result && !cpus.is_virtual && i < cpus.count; i++)
		result = add_for_cpu(m, &cpus.items[i], err);
	return result;
}

static void add_entries(struct microcode *m)
{
	m->plan->early = true;
	if (m->amd.length)
		plan_add_data(m->plan, "kernel/x86/microcode/AuthenticAMD.bin", 0644,
			      &m->amd, "microcode, which the kernel loads first");
	if (m->intel.length)
		plan_add_data(m->plan, "kernel/x86/microcode/GenuineIntel.bin", 0644,
			      &m->intel, "microcode, which the kernel loads first");
	m->plan->early = false;
}

int microcode_add(struct plan *plan, const struct host_conf *host, int root_fd,
		  struct err *err)
{
	struct microcode m = { .plan = plan, .root_fd = root_fd };
	int result = 0;

	strbuf_init(&m.intel, 0);
	strbuf_init(&m.amd, 0);
	if (host->image.microcode == host_image_microcode_all ||
	    (host->image.microcode == host_image_microcode_auto &&
	     host->image.mode == host_image_mode_generic)) {
		result = add_folder(&m, FOLDER_AMD, false, err);
		if (!result)
			result = add_folder(&m, FOLDER_INTEL, true, err);
	} else if (host->image.microcode == host_image_microcode_auto) {
		result = add_for_host(&m, err);
	}
	if (!result)
		add_entries(&m);
	strbuf_release(&m.intel);
	strbuf_release(&m.amd);
	return result;
}
