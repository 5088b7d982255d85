/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firmware.c: reads QEMU's firmware descriptors and chooses one. */
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "qemu-launch/firmware.h"

/* A file in the second folder stands for that of its name in the first. QEMU's text names a
 * folder in the user's home as well; guests are the system's here. */
static const char *const folders[] = { "usr/share/qemu/firmware", "etc/qemu/firmware" };

/* Whether an array of strings has the word. */
static bool has_word(const json_t *array, const char *word)
{
	size_t i;
	json_t *item;

	json_array_foreach(array, i, item) {
		const char *text = json_string_value(item);

		if (text && !strcmp(text, word))
			return true;
	}
	return false;
}

static bool has_machine(const json_t *machines, const char *machine)
{
	size_t i;
	json_t *item;

	json_array_foreach(machines, i, item) {
		const char *pattern = json_string_value(item);

		if (pattern && !fnmatch(pattern, machine, 0))
			return true;
	}
	return false;
}

static bool has_target(const json_t *descriptor, const struct firmware_want *want)
{
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(descriptor, "targets"), i, item) {
		const char *arch =
			json_string_value(json_object_get(item, "architecture"));

		if (arch && !strcmp(arch, want->arch) &&
		    has_machine(json_object_get(item, "machines"), want->machine))
			return true;
	}
	return false;
}

/* Where secure boot is not asked for, one that could do it is second choice: without keys it
 * does not. Secure boot without SMM would let the guest's kernel write its own keys. On Arm there is no
 * SMM; a descriptor says so by not asking for it. */
static bool fits(const json_t *descriptor, const struct firmware_want *want, bool exact)
{
	const json_t *features = json_object_get(descriptor, "features");
	bool secure = has_word(features, "secure-boot");
	bool enrolled = has_word(features, "enrolled-keys");

	if (!has_word(json_object_get(descriptor, "interface-types"), "uefi") ||
	    !has_target(descriptor, want))
		return false;
	if (has_word(features, "requires-smm") && !want->smm)
		return false;
	/* Memory encryption's own builds lack what others have. */
	if (has_word(features, "amd-sev-snp") || has_word(features, "intel-tdx"))
		return false;
	return (secure == want->secure_boot || (!want->secure_boot && !exact)) &&
	       enrolled == want->enrolled_keys;
}

static bool copy_text(const json_t *object, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value && *value && snprintf(text, size, "%s", value) < (int)size;
}

/* What its mapping says: false where that is none of those that are known here. */
static bool take(struct firmware *firmware, const json_t *descriptor)
{
	const json_t *mapping = json_object_get(descriptor, "mapping");
	const json_t *features = json_object_get(descriptor, "features");
	const json_t *code = json_object_get(mapping, "executable");
	const json_t *vars = json_object_get(mapping, "nvram-template");
	char device[16];

	*firmware = (struct firmware){ .kind = FIRMWARE_FLASH };
	firmware->needs_smm = has_word(features, "requires-smm");
	firmware->secure = has_word(features, "secure-boot") && firmware->needs_smm;
	if (!copy_text(mapping, "device", device, sizeof(device)))
		return false;
	if (!strcmp(device, "memory")) {
		firmware->kind = FIRMWARE_BIOS;
		return copy_text(mapping, "filename", firmware->code,
				 sizeof(firmware->code));
	}
	if (strcmp(device, "flash") != 0 ||
	    !copy_text(code, "filename", firmware->code, sizeof(firmware->code)) ||
	    !copy_text(code, "format", firmware->code_format,
		       sizeof(firmware->code_format)))
		return false;
	return !vars || (copy_text(vars, "filename", firmware->vars_template,
				   sizeof(firmware->vars_template)) &&
			 copy_text(vars, "format", firmware->vars_format,
				   sizeof(firmware->vars_format)));
}

/* 1: it is the one; 0: it is not; what is wrong with a file is of no matter to a guest. */
static int try_file(struct firmware *firmware, int root_fd, const char *path,
		    const struct firmware_want *want, bool exact)
{
	_cleanup_strbuf_ struct strbuf text;
	json_auto_t *descriptor = NULL;

	strbuf_init(&text, 0);
	if (file_read(root_fd, path, &text, NULL))
		return 0;
	descriptor = json_loadb(text.text, text.length, 0, NULL);
	return descriptor && fits(descriptor, want, exact) && take(firmware, descriptor);
}

static bool is_descriptor(const char *name)
{
	size_t length = strlen(name);

	return length > 5 && !strcmp(name + length - 5, ".json");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of both folders, in order and each once. */
static int read_names(struct names *names, int root_fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_names_ struct names here = NAMES_INIT;

		if (names_read(&here, root_fd, folders[i]))
			return -ENOMEM;
		for (size_t k = 0; k < here.count; k++)
			if (is_descriptor(here.items[k]) &&
			    !names_have(names, here.items[k]) &&
			    names_add(names, here.items[k]))
				return -ENOMEM;
	}
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), by_name);
	return 0;
}

static int not_found(const struct firmware_want *want, struct err *err)
{
	err_set(err, ENOENT, "no UEFI firmware %s%sfor the machine %.60s (%s)",
		want->secure_boot ? "with secure boot " : "",
		want->enrolled_keys ? "and keys " : "", want->called, want->arch);
	if (want->secure_boot && !want->smm)
		return err_hint(err, "secure boot needs a q35 machine, and Smm= not off");
	return err_hint(err,
			"on Debian the package %s has it; Code= and VarsTemplate= name "
			"another",
			!strcmp(want->arch, "aarch64") ? "qemu-efi-aarch64" : "ovmf");
}

static int find(struct firmware *firmware, int root_fd, const struct names *names,
		const struct firmware_want *want, bool exact)
{
	char path[FIRMWARE_PATH_MAX];
	int found = 0;

	for (size_t i = 0; !found && i < names->count; i++) {
		snprintf(path, sizeof(path), "%s/%.200s", folders[1], names->items[i]);
		if (!file_exists(root_fd, path))
			snprintf(path, sizeof(path), "%s/%.200s", folders[0],
				 names->items[i]);
		found = try_file(firmware, root_fd, path, want, exact);
	}
	return found;
}

int firmware_find(struct firmware *firmware, int root_fd,
		  const struct firmware_want *want, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;

	if (read_names(&names, root_fd))
		return err_sys(err, ENOMEM, "looking for firmware");
	if (find(firmware, root_fd, &names, want, true) ||
	    find(firmware, root_fd, &names, want, false))
		return 0;
	return not_found(want, err);
}
