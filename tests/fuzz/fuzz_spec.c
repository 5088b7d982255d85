/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/spec.c lib/lvm_name.c lib/err.c */
/* fuzz_spec.c: no root=, no device-mapper name and no group's name makes the parser fail
 * otherwise than by an error; a volume's name goes to device-mapper's form and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/spec.h"
#include "lib/lvm_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const struct spec *spec)
{
	char name[4 * SPEC_NAME_MAX], group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];

	lvm_mapper_name(spec->group, spec->volume, name, sizeof(name));
	if (!spec_parse_mapper_name(name, group, volume) || strcmp(group, spec->group) ||
	    strcmp(volume, spec->volume))
		abort();
}

/* As lvm2 has it: neither empty nor with a '-' in front, or the form is not reversible. */
static bool is_name(const char *name)
{
	return *name && *name != '-';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX], id[SPEC_LVM_ID_SIZE];
	char *text = malloc(size + 1);
	struct spec spec;
	struct err err = ERR_INIT;
	int result;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	result = spec_parse(&spec, text, &err);
	if (result > 0 || (result < 0 && (err.code != result || !*err.text)))
		abort();
	if (!result && spec.kind == SPEC_VOLUME && is_name(spec.group) &&
	    is_name(spec.volume))
		there_and_back(&spec);
	spec_parse_mapper_name(text, group, volume);
	if (spec_is_group_uuid(text, id) && strlen(id) != SPEC_LVM_ID_SIZE - 1)
		abort();
	free(text);
	return 0;
}
