/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper.c: who keeps a program running, and what it reports. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host-prep/keeper.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/pidfd.h"

/* Twice as long as the keeper gives its program. */
enum { END_MS = 10000 };
enum { FIRST_DELAY_MS = 100, QUICK_MAX = 10 };

int keeper_delay_ms(unsigned quick)
{
	if (quick >= QUICK_MAX)
		return -1;
	return quick ? FIRST_DELAY_MS << (quick - 1) : 0;
}

pid_t keeper_pid(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open(root_fd, path, O_RDONLY, NULL);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}

int keeper_stop(int root_fd, const char *path, struct err *err)
{
	pid_t pid = keeper_pid(root_fd, path);
	_cleanup_close_ int fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	int result = pid && fd < 0 && errno != ESRCH ? -errno : 0;

	/* Asked again: the number may have gone to another in between. */
	if (fd >= 0 && keeper_pid(root_fd, path) == pid)
		result = pidfd_end(fd, END_MS);
	if (result)
		return err_sys(err, -result, "ending the process %d of /%s", (int)pid,
			       path);
	if (unlinkat(root_fd, path, 0) < 0 && errno != ENOENT)
		return err_sys(err, errno, "removing /%s", path);
	return 0;
}

bool keeper_read_report(int root_fd, const char *path, struct keeper_report *report)
{
	_cleanup_strbuf_ struct strbuf text;
	json_t *json;

	*report = (struct keeper_report){ .restarts = 0 };
	strbuf_init(&text, 0);
	if (file_read(root_fd, path, &text, NULL))
		return false;
	/* Read while it is written something may stand behind it. */
	json = json_loadb(text.text, text.length, JSON_DISABLE_EOF_CHECK, NULL);
	if (!json)
		return false;
	report->restarts =
		(unsigned)json_integer_value(json_object_get(json, "restarts"));
	report->time = json_integer_value(json_object_get(json, "time"));
	report->gave_up = json_is_true(json_object_get(json, "gave-up"));
	if (json_is_string(json_object_get(json, "words")))
		snprintf(report->words, sizeof(report->words), "%s",
			 json_string_value(json_object_get(json, "words")));
	json_decref(json);
	return true;
}

/* What a program says of itself may be in any encoding. */
static json_t *json_words(const char *words)
{
	char plain[KEEPER_WORDS];
	size_t i;

	for (i = 0; i + 1 < sizeof(plain) && words[i]; i++)
		plain[i] = words[i] >= ' ' && words[i] <= '~' ? words[i] : '?';
	plain[i] = '\0';
	return json_string(plain);
}

void keeper_write_report(int fd, const struct keeper_report *report)
{
	json_t *json =
		json_pack("{s:i, s:I, s:o, s:b}", "restarts", (int)report->restarts,
			  "time", (json_int_t)report->time, "words",
			  json_words(report->words), "gave-up", report->gave_up);
	_cleanup_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	size_t length = text ? strlen(text) : 0;

	json_decref(json);
	if (text && pwrite(fd, text, length, 0) == (ssize_t)length &&
	    ftruncate(fd, (off_t)length) < 0)
		return;
}
