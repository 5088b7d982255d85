/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu_img.c: calls of qemu-img(1). */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/process.h"
#include "lib/strbuf.h"
#include "qemu-launch/qemu_img.h"

enum { OUTPUT_MAX = 16 << 20 };

static void begin(struct qemu_img *call, const char *verb)
{
	*call = (struct qemu_img){ .argv = { "qemu-img", verb }, .count = 2 };
}

static void add(struct qemu_img *call, const char *option, const char *value)
{
	call->argv[call->count++] = option;
	if (value)
		call->argv[call->count++] = value;
	call->argv[call->count] = NULL;
}

static void add_size(struct qemu_img *call, uint64_t size)
{
	snprintf(call->size, sizeof(call->size), "%" PRIu64, size);
	add(call, call->size, NULL);
}

void qemu_img_create(struct qemu_img *call, const char *path, const char *format,
		     uint64_t size, const char *backing, const char *backing_format)
{
	begin(call, "create");
	add(call, "-q", NULL);
	add(call, "-f", format);
	if (backing) {
		add(call, "-b", backing);
		add(call, "-F", backing_format);
	}
	add(call, "--", path);
	if (size)
		add_size(call, size);
}

void qemu_img_overlay(struct qemu_img *call, const char *path, uint64_t size,
		      const char *backing, const char *backing_format)
{
	qemu_img_create(call, path, "qcow2", size, backing, backing_format);
	call->argv[2] = "-qu";
}

void qemu_img_resize(struct qemu_img *call, const char *path, const char *format,
		     uint64_t size, bool shrink)
{
	begin(call, "resize");
	add(call, "-q", NULL);
	if (shrink)
		add(call, "--shrink", NULL);
	add(call, "-f", format);
	add(call, "--", path);
	add_size(call, size);
}

void qemu_img_info(struct qemu_img *call, const char *path, const char *format)
{
	begin(call, "info");
	add(call, "-U", "--backing-chain");
	add(call, "--output", "json");
	add(call, "-f", format);
	add(call, "--", path);
}

void qemu_img_check(struct qemu_img *call, const char *path, const char *format,
		    const char *repair)
{
	begin(call, "check");
	if (repair)
		add(call, "-r", repair);
	add(call, "--output", "json");
	add(call, "-f", format);
	add(call, "--", path);
}

void qemu_img_convert(struct qemu_img *call, const char *from, const char *from_format,
		      const char *to, const char *to_format, bool compress, bool into)
{
	begin(call, "convert");
	add(call, "-q", NULL);
	if (compress)
		add(call, "-c", NULL);
	if (into)
		add(call, "-n", NULL);
	add(call, "-f", from_format);
	add(call, "-O", to_format);
	add(call, "--", from);
	add(call, to, NULL);
}

/* With a base it leaves the overlays as they are: what reads through them reads the same. */
void qemu_img_commit(struct qemu_img *call, const char *top, const char *base)
{
	begin(call, "commit");
	add(call, "-q", "-d");
	add(call, "-f", "qcow2");
	add(call, "-b", base);
	add(call, "--", top);
}

static int run(const struct qemu_img *call, struct strbuf *output, int *status,
	       struct err *err)
{
	_cleanup_strbuf_ struct strbuf errors;
	struct process process = { .argv = call->argv,
				   .package = "qemu-utils",
				   .stop = &interrupted,
				   .output = output,
				   .errors = &errors };
	int result;

	strbuf_init(&errors, OUTPUT_MAX);
	result = process_run(&process, err);
	if (status)
		*status = WIFEXITED(process.status) ? WEXITSTATUS(process.status) : -1;
	if (result && strstr(errors.text, "Failed to get"))
		return err_hint(err,
				"a guest, or another program of QEMU's, has it open");
	return result;
}

int qemu_img_run(const struct qemu_img *call, int *status, struct err *err)
{
	_cleanup_strbuf_ struct strbuf output;

	strbuf_init(&output, OUTPUT_MAX);
	return run(call, &output, status, err);
}

int qemu_img_ask(const struct qemu_img *call, json_t **answer, int *status,
		 struct err *err)
{
	_cleanup_strbuf_ struct strbuf output;
	int result;

	strbuf_init(&output, OUTPUT_MAX);
	result = run(call, &output, status, err);
	*answer = json_loadb(output.text, output.length, 0, NULL);
	if (result || *answer)
		return result;
	return err_set(err, EBADMSG, "%s %s did not answer in JSON", call->argv[0],
		       call->argv[1]);
}

int qemu_img_chain(const char *path, const char *format, json_t **chain, struct err *err)
{
	struct qemu_img call;

	qemu_img_info(&call, path, format);
	return qemu_img_ask(&call, chain, NULL, err);
}

int qemu_img_sync(const char *path, struct err *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return err_sys(err, errno, "writing %s down", path);
	return 0;
}
