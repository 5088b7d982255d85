/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c: the command status: how the guests are. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/show_json.h"
#include "lib/value/cpu_list.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/state.h"

struct look {
	struct state state;
	bool qemu_runs, is_supervised;
};

static int look_at(struct look *look, int root_fd, const char *guest, struct err *err)
{
	int result = state_read(&look->state, root_fd, guest, err);

	look->qemu_runs = process_id_is_alive(&look->state.qemu);
	look->is_supervised = state_is_supervised(&look->state);
	return result;
}

/* What the state says may have died since. */
static const char *word_of(const struct look *look)
{
	enum state_phase phase = look->state.phase;

	if (look->is_supervised || phase == STATE_OFF || phase == STATE_FAILED)
		return state_phase_word(phase);
	return look->qemu_runs ? "unsupervised" : "lost";
}

/* Processes are the running system's, whatever the root. */
static json_t *threads_json(pid_t pid)
{
	_cleanup_close_ int root_fd = file_open_root("/", NULL);
	_cleanup_names_ struct names tasks = NAMES_INIT;
	json_t *array = json_array();
	char folder[48];

	snprintf(folder, sizeof(folder), "proc/%d/task", (int)pid);
	names_read(&tasks, root_fd, folder);
	for (size_t i = 0; i < tasks.count; i++) {
		struct cpu_list cpus = { .bits = { 0 } };
		_cleanup_strbuf_ struct strbuf text;
		char path[96], name[32] = "";
		int tid = atoi(tasks.items[i]);

		strbuf_init(&text, 0);
		snprintf(path, sizeof(path), "%s/%.16s/comm", folder, tasks.items[i]);
		file_read_line(root_fd, path, name, sizeof(name), NULL);
		syscall(SYS_sched_getaffinity, tid, sizeof(cpus.bits), cpus.bits);
		cpu_list_format(&cpus, &text);
		json_array_append_new(array,
				      json_pack("{s:i, s:o, s:s}", "tid", tid, "name",
						show_json_text(name), "cpus", text.text));
	}
	return array;
}

static json_t *guest_json(const char *guest, const struct look *look)
{
	const struct state *state = &look->state;
	json_t *value = json_pack("{s:s, s:s, s:b, s:i, s:o}", "name", guest, "state",
				  word_of(look), "ready", look->qemu_runs && state->ready,
				  "restarts", state->restarts, "reason",
				  show_json_text(state->reason));

	if (state->since)
		json_object_set_new(value, "since", json_integer(state->since));
	if (look->is_supervised)
		json_object_set_new(value, "supervisor",
				    json_integer(state->supervisor.pid));
	if (look->qemu_runs) {
		json_object_set_new(value, "qemu", json_integer(state->qemu.pid));
		json_object_set_new(value, "threads", threads_json(state->qemu.pid));
	}
	return value;
}

static void add_text(struct strbuf *out, const char *guest, const struct look *look)
{
	const struct state *state = &look->state;
	const char *before = "  ";
	char since[32] = "";
	time_t when = (time_t)state->since;
	struct tm local;

	if (when)
		strftime(since, sizeof(since), "since %F %T", localtime_r(&when, &local));
	strbuf_addf(out, "%-20s %-12s %-9s %s", guest, word_of(look),
		    look->qemu_runs && state->ready ? "ready" : "-", since);
	for (const char *line = state->reason; *line; before = "\n    ") {
		int length = (int)strcspn(line, "\n");

		strbuf_addf(out, "%s%.*s", before, length, line);
		line += length + (line[length] == '\n');
	}
	strbuf_addf(out, "\n");
}

/* Those of the operands, or all. */
static bool is_chosen(const struct args *args, const char *guest)
{
	for (size_t i = 0; i < args->operand_count; i++)
		if (!strcmp(args->operands[i], guest))
			return true;
	return !args->operand_count;
}

/* `why` is what is wrong with its file, or NULL. */
static int show_guest(const struct context *context, const char *guest, const char *why,
		      json_t *array, struct strbuf *out, struct err *err)
{
	struct look look = { .state = { .done = NULL } };
	int result = look_at(&look, context->root_fd, guest, err);
	json_t *value = guest_json(guest, &look);

	if (why)
		json_object_set_new(value, "mistake", show_json_text(why));
	json_array_append_new(array, value);
	add_text(out, guest, &look);
	state_release(&look.state);
	return result;
}

static int show(const struct context *context, const struct args *args, struct err *err)
{
	const struct guests *guests = &context->settings.guests;
	json_t *array = json_array();
	_cleanup_strbuf_ struct strbuf out;
	int result = 0;

	strbuf_init(&out, 0);
	for (size_t i = 0; !result && i < guests->count; i++)
		if (is_chosen(args, guests->items[i].name))
			result = show_guest(context, guests->items[i].name, NULL, array,
					    &out, err);
	for (size_t i = 0; !result && i < guests->wrong_count; i++)
		if (is_chosen(args, guests->wrong[i].guest.name))
			result = show_guest(context, guests->wrong[i].guest.name,
					    guests->wrong[i].why.text, array, &out, err);
	if (!result && args->json)
		return show_json_value(array, err);
	json_decref(array);
	if (!result && (fputs(out.text, stdout) == EOF || fflush(stdout) == EOF))
		result = err_sys(err, errno, "writing to the standard output");
	return result;
}

int status_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;

	if (context_open_any(&context, args, err))
		return EXIT_USAGE;
	for (size_t i = 0; i < args->operand_count; i++)
		if (!context_find_any(&context, args->operands[i], err))
			return EXIT_USAGE;
	return show(&context, args, err) ? EXIT_FAILED : EXIT_DONE;
}
