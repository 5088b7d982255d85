/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_apply.c: does the steps of a plan. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/plan.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_copy.h"
#include "lib/format_text.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "lib/process.h"

enum { PROGRAM_TIMEOUT_MS = 300000, ARGV_MAX = 64 };

/* Words in front of the program are for its environment, as in a shell's line. */
static char *const *set_environment(char *const *argv)
{
	for (; *argv && strchr(*argv, '='); argv++) {
		_cleanup_free_ char *name = strndup(*argv, strcspn(*argv, "="));

		if (name)
			setenv(name, strchr(*argv, '=') + 1, 1);
	}
	return argv;
}

static void clear_environment(char *const *argv)
{
	for (; *argv && strchr(*argv, '='); argv++) {
		_cleanup_free_ char *name = strndup(*argv, strcspn(*argv, "="));

		if (name)
			unsetenv(name);
	}
}

/* What our hooks say in there is for people; the rest is the program's own business. */
static void warn(const struct strbuf *errors)
{
	static const char ours[] = "bedplate: ";

	for (const char *line = errors->text; *line;) {
		size_t length = strcspn(line, "\n"), prefix = strlen(ours);

		if (!strncmp(line, ours, prefix))
			log_warning("%.*s", (int)(length - prefix), line + prefix);
		line += length + (line[length] == '\n');
	}
}

/* Programs of another root are run in it. Returns -E2BIG where there are too many words. */
static int run(const struct plan *plan, char *const *argv, const char *last,
	       struct strbuf *output, struct err *err)
{
	_cleanup_strbuf_ struct strbuf errors;
	const char *words[ARGV_MAX + 4];
	struct process process = { .argv = words,
				   .output = output,
				   .errors = &errors,
				   .timeout_ms = PROGRAM_TIMEOUT_MS };
	char *const *next = set_environment(argv);
	size_t count = 0;
	int result;

	strbuf_init(&errors, 0);
	if (plan->root) {
		words[count++] = "chroot";
		words[count++] = plan->root;
	}
	while (*next && count < ARGV_MAX)
		words[count++] = *next++;
	if (last)
		words[count++] = last;
	words[count] = NULL;
	result = *next ? err_set(err, E2BIG, "running %s", words[0])
		       : process_run(&process, err);
	clear_environment(argv);
	log_debug("%s: %s", words[plan->root ? 2 : 0], errors.text);
	if (!result)
		warn(&errors);
	return result && plan->root ? err_wrap(err, "%s", words[2]) : result;
}

int plan_ask(const struct plan *plan, const char *const *argv, struct strbuf *output,
	     struct err *err)
{
	return run(plan, (char *const *)argv, NULL, output, err);
}

/* Opens the folder of a file below the root, made where it is not there; the file's own name
 * is what is returned. */
static const char *open_folder(const struct plan *plan, const char *path, int *fd,
			       struct err *err)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir =
		slash ? strndup(path, (size_t)(slash - path)) : strdup(".");

	if (!dir) {
		err_sys(err, ENOMEM, "writing /%s", path);
		return NULL;
	}
	*fd = file_make_dirs_in_root(plan->root_fd, dir, err);
	return *fd < 0 ? NULL : slash ? slash + 1 : path;
}

/* Mode and owner of the file that is replaced stay. */
static int keep_owner(int dir_fd, const char *name, int fd)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, 0) < 0)
		return 0;
	if (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EPERM)
		return -errno;
	return fchmod(fd, st.st_mode & 07777) < 0 ? -errno : 0;
}

static int write_text(const struct plan *plan, const struct step *step, const char *text,
		      struct err *err)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	_cleanup_close_ int dir_fd = -1;
	const char *name = open_folder(plan, step->path, &dir_fd, err);
	int result;

	if (!name)
		return err ? err->code : -EIO;
	result = file_aside_open(&aside, dir_fd, name, step->mode, err);
	if (result)
		return result;
	result = file_write_all(aside.fd, text, strlen(text));
	if (!result)
		result = keep_owner(dir_fd, name, aside.fd);
	if (result)
		return err_sys(err, -result, "writing /%s", step->path);
	return file_aside_commit(&aside, err);
}

static int apply_write(const struct plan *plan, const struct step *step, struct err *err)
{
	return write_text(plan, step, step->after, err);
}

static int apply_remove(const struct plan *plan, const struct step *step, struct err *err)
{
	_cleanup_close_ int dir_fd = -1;
	const char *name = open_folder(plan, step->path, &dir_fd, err);

	if (!name)
		return err ? err->code : -EIO;
	if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		return err_sys(err, errno, "removing /%s", step->path);
	return fsync(dir_fd) < 0
		       ? err_sys(err, errno, "syncing the folder of /%s", step->path)
		       : 0;
}

static int apply_copy(const struct plan *plan, const struct step *step, struct err *err)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	_cleanup_close_ int from =
		file_open_in_root(plan->root_fd, step->source, O_RDONLY, err);
	_cleanup_close_ int dir_fd = -1;
	const char *name;
	int result;

	if (from < 0)
		return from;
	name = open_folder(plan, step->path, &dir_fd, err);
	if (!name)
		return err ? err->code : -EIO;
	result = file_aside_open(&aside, dir_fd, name, step->mode, err);
	if (result)
		return result;
	result = file_copy(from, aside.fd);
	if (result)
		return err_sys(err, -result, "copying /%s to /%s", step->source,
			       step->path);
	return file_aside_commit(&aside, err);
}

static int apply_run(const struct plan *plan, const struct step *step, struct err *err)
{
	_cleanup_strbuf_ struct strbuf output;

	strbuf_init(&output, 0);
	return run(plan, step->argv, NULL, &output, err);
}

/* Runs the checker on a file beside the one to be. */
static int check_text(const struct plan *plan, const struct step *step, const char *text,
		      struct err *err)
{
	_cleanup_free_ char *path = format_text("%s.bedplate-check", step->path);
	_cleanup_free_ char *seen = format_text("/%s.bedplate-check", step->path);
	struct step aside = *step;
	int result;

	if (!path || !seen)
		return err_sys(err, ENOMEM, "checking /%s", step->path);
	aside.path = path;
	result = write_text(plan, &aside, text, err);
	if (!result)
		result = run(plan, step->check, seen, NULL, err);
	apply_remove(plan, &aside, result ? NULL : err);
	return result;
}

static int apply_generate(const struct plan *plan, const struct step *step,
			  struct err *err)
{
	_cleanup_strbuf_ struct strbuf output, now;
	int result;

	strbuf_init(&output, 0);
	strbuf_init(&now, 0);
	result = run(plan, step->argv, NULL, &output, err);
	if (!result && step->must_have && !strstr(output.text, step->must_have))
		result = err_set(err, EBADMSG, "%s did not put our entries into /%s",
				 step->argv[0], step->path);
	if (!result && step->check)
		result = check_text(plan, step, output.text, err);
	if (result)
		return err_wrap(err, "/%s stays as it is", step->path);
	if (!file_read(plan->root_fd, step->path, &now, NULL) &&
	    !strcmp(now.text, output.text))
		return 0;
	return write_text(plan, step, output.text, err);
}

static int (*const appliers[])(const struct plan *plan, const struct step *step,
			       struct err *err) = {
	[STEP_WRITE] = apply_write,       [STEP_REMOVE] = apply_remove,
	[STEP_COPY] = apply_copy,         [STEP_RUN] = apply_run,
	[STEP_GENERATE] = apply_generate,
};

static int write_first(const struct plan *plan, struct err *err)
{
	const struct step step = { .path = (char *)STATE_PATH, .mode = 0644 };

	return write_text(plan, &step, plan->first, err);
}

int plan_apply(const struct plan *plan, struct err *err)
{
	int result = plan->first && plan->count ? write_first(plan, err) : 0;

	for (size_t i = 0; !result && i < plan->count; i++) {
		const struct step *step = &plan->steps[i];

		if (interrupted)
			return err_set(err, EINTR, "interrupted before %s", step->what);
		log_debug("%s", step->what);
		result = appliers[step->kind](plan, step, err);
		if (result && step->hint)
			err_hint(err, "%s", step->hint);
	}
	return result;
}
