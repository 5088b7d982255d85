/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_check.c: disk check: whether images are sound, and lie over what they should. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "qemu-launch/disk_chain.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/qemu_img.h"

/* What qemu-img check exits with: its manual page. */
enum {
	CHECK_SOUND = 0,
	CHECK_FAILED = 1,
	CHECK_CORRUPT = 2,
	CHECK_LEAKS = 3,
	CHECK_NONE = 63
};

static int judge(const char *path, int status, bool repaired, struct err *err)
{
	if (status == CHECK_CORRUPT) {
		err_set(err, EIO, "%s is damaged", path);
		return err_hint(err, repaired ? "it could not be put right"
					      : "--repair=all puts right what can be; "
						"make a copy before");
	}
	err_set(err, EIO,
		"%s has blocks that nothing uses: they take room and harm nothing", path);
	return err_hint(err, "--repair=leaks frees them");
}

static int check_image(struct disk_work *work, const char *path, const char *format,
		       struct err *err)
{
	json_t *found = NULL;
	struct qemu_img call;
	int status = 0, result;
	bool none;

	qemu_img_check(&call, path, format, work->args->repair);
	result = strcmp(format, "raw") == 0 ? 0
					    : qemu_img_ask(&call, &found, &status, err);
	none = !strcmp(format, "raw") || status == CHECK_NONE;
	if (found && work->args->json)
		json_array_append(work->shown, found);
	json_decref(found);
	if (none && !work->args->json)
		printf("%s: %s has nothing that could be checked\n", path, format);
	if (none)
		return err_clear(err), 0;
	if (status == CHECK_CORRUPT || status == CHECK_LEAKS)
		return judge(path, status, work->args->repair != NULL, err);
	if (!result && !work->args->json)
		printf("%s: sound\n", path);
	return result;
}

/* With snapshots every image of the chain. */
int disk_check(struct disk_work *work, struct err *err)
{
	const struct disk_target *target = &work->target;
	const json_t *chain =
		target->guest ? disk_chain_find(work->chains, target->disk->path) : NULL;
	int result = 0;

	if (!chain)
		return check_image(work, target->path, target->format, err);
	for (size_t i = 0; !result && i <= disk_chain_count(chain); i++)
		result = check_image(work, disk_chain_image(chain, i),
				     disk_chain_format(chain, i), err);
	return result;
}

int disk_check_chain(const json_t *chain, struct err *err)
{
	json_t *info;
	int result = qemu_img_chain(disk_chain_current(chain),
				    disk_chain_format(chain, disk_chain_count(chain)),
				    &info, err);

	if (!result)
		result = disk_chain_check(chain, info, err);
	json_decref(info);
	return result;
}
