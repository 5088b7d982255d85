/* SPDX-License-Identifier: GPL-2.0-or-later */
/* speak.c: the commands qmp, monitor, console and reset: a person, or a script, and a guest's QEMU. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/show_json.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/control.h"
#include "qemu-launch/ready.h"
#include "qemu-launch/relay.h"

enum { COMMAND_MS = 60000, SCROLL_BACK = 64 << 10 };

/* Opens the files and finds the guest of the first operand. */
static const struct guest *open_guest(struct context *context, const struct args *args,
				      struct err *err)
{
	if (context_open_any(context, args, err))
		return NULL;
	return context_find_any(context, args->operand_count ? args->operands[0] : NULL,
				err);
}

/* ---- qmp, reset ---- */

static int execute(int root_fd, const char *guest, const char *command, json_t *arguments,
		   json_t **value, struct err *err)
{
	_cleanup_control_ struct control control;
	int result = control_open(&control, root_fd, guest, err);

	if (result) {
		json_decref(arguments);
		return result;
	}
	return qmp_execute(&control.qmp, command, arguments, COMMAND_MS, value, err);
}

static int speak_once(int root_fd, const char *guest, const struct args *args,
		      struct err *err)
{
	json_t *arguments = NULL, *value = NULL;
	json_error_t error;

	if (args->operand_count > 2) {
		arguments = json_loads(args->operands[2], 0, &error);
		if (!json_is_object(arguments)) {
			json_decref(arguments);
			err_set(err, EINVAL, "\"%.80s\" is no JSON object: %s",
				args->operands[2], error.text);
			return EXIT_USAGE;
		}
	}
	if (execute(root_fd, guest, args->operands[1], arguments, &value, err))
		return EXIT_FAILED;
	return show_json_value(value, err) ? EXIT_FAILED : EXIT_DONE;
}

/* A socket of the guest's, its descriptor as it is. */
static int connect_plain(int root_fd, const char *guest, const char *name,
			 struct err *err)
{
	_cleanup_close_ int folder = control_open_folder(root_fd, guest, err);
	_cleanup_qmp_ struct qmp qmp;
	int result;

	qmp_init(&qmp);
	if (folder < 0)
		return folder;
	result = qmp_connect_in_turn(&qmp, folder, name, CONTROL_MS, err);
	if (result)
		return result;
	fcntl(qmp.fd, F_SETFL, 0);
	return steal_fd(&qmp.fd);
}

static int relay_raw(int root_fd, const char *guest, const char *name, bool raw,
		     struct err *err)
{
	_cleanup_close_ int fd = connect_plain(root_fd, guest, name, err);
	_cleanup_relay_ struct relay relay = RELAY_INIT;

	if (fd < 0)
		return EXIT_FAILED;
	relay_begin(&relay, raw);
	return relay_run(&relay, fd, err) ? EXIT_FAILED : EXIT_DONE;
}

int qmp_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	const struct guest *guest = open_guest(&context, args, err);
	_cleanup_close_ int lock = -1;

	if (!guest)
		return EXIT_USAGE;
	if (args->operand_count > 1)
		return speak_once(context.root_fd, guest->name, args, err);
	lock = control_lock(context.root_fd, guest->name, err);
	if (lock < 0)
		return EXIT_FAILED;
	return relay_raw(context.root_fd, guest->name, "control.sock", false, err);
}

int reset_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	const struct guest *guest = open_guest(&context, args, err);

	if (!guest)
		return EXIT_USAGE;
	return execute(context.root_fd, guest->name, "system_reset", NULL, NULL, err)
		       ? EXIT_FAILED
		       : EXIT_DONE;
}

/* ---- monitor ---- */

static int monitor_once(int root_fd, const char *guest, const struct args *args,
			struct err *err)
{
	_cleanup_strbuf_ struct strbuf line;
	json_t *value = NULL;

	strbuf_init(&line, 65536);
	for (size_t i = 1; i < args->operand_count; i++)
		strbuf_addf(&line, "%s%s", i > 1 ? " " : "", args->operands[i]);
	if (execute(root_fd, guest, "human-monitor-command",
		    json_pack("{s:s}", "command-line", line.text), &value, err))
		return EXIT_FAILED;
	fputs(json_string_value(value) ? json_string_value(value) : "", stdout);
	json_decref(value);
	return EXIT_DONE;
}

int monitor_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	const struct guest *guest = open_guest(&context, args, err);

	if (!guest)
		return EXIT_USAGE;
	if (args->operand_count > 1)
		return monitor_once(context.root_fd, guest->name, args, err);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "Ctrl-] leaves.\n");
	return relay_raw(context.root_fd, guest->name, "monitor.sock", true, err);
}

/* ---- console ---- */

/* What QEMU has written of the console since it began; older than some is gone as a hole. */
static int show_log(int root_fd, const char *guest, struct err *err)
{
	_cleanup_close_ int folder = control_open_folder(root_fd, guest, err);
	_cleanup_close_ int fd = -1;
	char chunk[4096];
	struct stat st;
	ssize_t got;
	off_t at;

	if (folder < 0)
		return folder;
	fd = openat(folder, READY_CONSOLE_LOG,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	at = st.st_size > SCROLL_BACK ? st.st_size - SCROLL_BACK : 0;
	while ((got = pread(fd, chunk, sizeof(chunk), at)) > 0 && at < st.st_size) {
		int result = file_write_all(STDOUT_FILENO, chunk, (size_t)got);

		if (result)
			return err_sys(err, -result, "showing the console");
		at += got;
	}
	return 0;
}

/* A guest that runs makes its socket at its start, from the file as it was then. */
static int connect_console(int root_fd, const char *guest, struct err *err)
{
	int fd = connect_plain(root_fd, guest, "console.sock", err);

	if (fd != -ENOENT)
		return fd;
	err_set(err, ENOENT, "%s has no console", guest);
	err_hint(
		err,
		"add the line [Serial] to its file, and `bedplate qemu-launch restart %.80s`",
		guest);
	return -ENOENT;
}

int console_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	const struct guest *guest = open_guest(&context, args, err);
	_cleanup_close_ int fd = -1;
	_cleanup_relay_ struct relay relay = RELAY_INIT;

	if (!guest)
		return EXIT_USAGE;
	if (!args->log_only) {
		fd = connect_console(context.root_fd, guest->name, err);
		if (fd < 0)
			return EXIT_FAILED;
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "Ctrl-] leaves.\n");
		/* From the first line that it shows, keys are the guest's. */
		relay_begin(&relay, true);
	}
	if (show_log(context.root_fd, guest->name, err))
		return EXIT_FAILED;
	return args->log_only || !relay_run(&relay, fd, err) ? EXIT_DONE : EXIT_FAILED;
}
