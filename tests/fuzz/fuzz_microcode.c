/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/microcode_format.c lib/err.c lib/strbuf.c */
/* fuzz_microcode.c: any file is microcode or refused; what is picked out of one is a container
 * that gives the same again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/microcode.h"

enum { SIGNATURE = 0x00830f10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct strbuf *picked)
{
	struct strbuf again;

	strbuf_init(&again, 0);
	if (microcode_pick_amd((const uint8_t *)picked->text, picked->length, SIGNATURE,
			       &again, NULL) != 1 ||
	    again.length != picked->length ||
	    memcmp(again.text, picked->text, again.length) != 0)
		abort();
	strbuf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf picked;
	int amd, intel;

	strbuf_init(&picked, 0);
	amd = microcode_pick_amd(data, size, SIGNATURE, &picked, NULL);
	intel = microcode_check_intel(data, size, SIGNATURE, NULL);
	if ((amd < 0 && amd != -EBADMSG) || (intel < 0 && intel != -EBADMSG))
		abort();
	if (amd == 1)
		check_again(&picked);
	strbuf_release(&picked);
	return 0;
}
