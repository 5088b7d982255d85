/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/spec.c lib/err.c */
/* fuzz_spec.c: any root= is understood or refused with a reason; a volume's device-mapper
 * name leads back to the volume. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_volume(const struct spec *spec)
{
	char name[2 * SPEC_NAME_MAX + 2 * SPEC_NAME_MAX];
	char group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];

	if (!spec->group[0] || !spec->volume[0])
		abort();
	spec_mapper_name(spec->group, spec->volume, name, sizeof(name));
	if (!spec_parse_mapper_name(name, group, volume)) {
		/* A name that LVM forbids: '-' at its begin or end is taken for the
		 * separator. */
		if (spec->volume[0] != '-' && !strchr(spec->group, '-'))
			abort();
		return;
	}
	if (spec->volume[0] != '-' && spec->group[strlen(spec->group) - 1] != '-' &&
	    (strcmp(group, spec->group) != 0 || strcmp(volume, spec->volume) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct err err = ERR_INIT;
	struct spec spec;
	int result = spec_parse(&spec, text, &err);

	if (result > 0 || (result < 0 && (err.code != result || !err.text[0])))
		abort();
	if (!result && spec.kind == SPEC_VOLUME)
		check_volume(&spec);
	if (!result && !spec.value[0])
		abort();
	if (!result && spec_matches(&spec, ""))
		abort();
	free(text);
	return 0;
}
