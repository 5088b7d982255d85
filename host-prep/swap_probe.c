/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_probe.c: what a device or file holds; the only file here that talks to libblkid. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <blkid/blkid.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"

enum { PROBE_AMBIGUOUS = -2 };

static void probe_free(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}
#define _cleanup_probe_ __attribute__((cleanup(probe_free)))

static const char *value_of(blkid_probe probe, const char *name)
{
	const char *value;

	return blkid_probe_lookup_value(probe, name, &value, NULL) == 0 ? value : "";
}

/* "swap" is a type with several magics: SWAPSPACE2 is what this kernel takes, S1SUSPEND and
 * its kin are memory that sleeps (libblkid calls it "swsuspend"). */
static void take_values(struct swap_probe *probe, blkid_probe found)
{
	const char *type = value_of(found, "TYPE"), *table = value_of(found, "PTTYPE");

	snprintf(probe->label, sizeof(probe->label), "%.63s", value_of(found, "LABEL"));
	snprintf(probe->uuid, sizeof(probe->uuid), "%.63s", value_of(found, "UUID"));
	if (!strcmp(type, "swap"))
		probe->content = SWAP_SPACE;
	else if (!strcmp(type, "swsuspend"))
		probe->content = SWAP_HIBERNATED;
	else
		probe->content = SWAP_OTHER;
	if (*type)
		snprintf(probe->what, sizeof(probe->what), "%.60s%s%.63s%s", type,
			 probe->label[0] ? " \"" : "", probe->label,
			 probe->label[0] ? "\"" : "");
	else
		snprintf(probe->what, sizeof(probe->what), "partitions (%.60s)", table);
}

static void configure(blkid_probe found)
{
	blkid_probe_enable_superblocks(found, 1);
	blkid_probe_set_superblocks_flags(found, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
							 BLKID_SUBLKS_UUID);
	blkid_probe_enable_partitions(found, 1);
}

int swap_probe(struct swap_probe *probe, int fd, const char *name, struct err *err)
{
	_cleanup_probe_ blkid_probe found = blkid_new_probe();
	int result;

	*probe = (struct swap_probe){ .content = SWAP_BLANK };
	if (!found)
		return err_sys(err, ENOMEM, "looking at %s", name);
	errno = 0;
	if (blkid_probe_set_device(found, fd, 0, 0) < 0)
		return err_sys(err, errno ? errno : EIO, "looking at %s", name);
	configure(found);
	errno = 0;
	result = blkid_do_safeprobe(found);
	if (result == PROBE_AMBIGUOUS) {
		probe->content = SWAP_OTHER;
		strcpy(probe->what, "more than one thing (wipefs shows them)");
		return 0;
	}
	if (result < 0)
		return err_sys(err, errno ? errno : EIO, "looking at %s", name);
	if (result == 0)
		take_values(probe, found);
	return 0;
}
