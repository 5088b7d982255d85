/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/state.c qemu-launch/process_id.c qemu-launch/spawn.c lib/file.c lib/err.c lib/pidfd.c lib/strbuf.c LIBS: jansson */
/* test_ql_state.c: what is written down is read again, and processes are known again. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "fake_tree.h"
#include "lib/cleanup.h"
#include "qemu-launch/spawn.h"
#include "qemu-launch/state.h"
#include "tap.h"

static void test_there_and_back(int root)
{
	_cleanup_state_ struct state state = { .done = NULL }, again = { .done = NULL };
	struct err err = ERR_INIT;

	is_int(state_read(&again, root, "web", &err), 0, "no state is one");
	is_int(again.phase, STATE_OFF, "of a guest that is off");
	is_int(json_object_size(again.done), 0, "and has nothing to give back");
	ok(!state_needs_stop(root, "web"), "which needs no stop");
	state_release(&again);
	fake_file(root, STATE_FOLDER "/x", "");
	state_init(&state, &err);
	state.times.ready = 1; /* of another life */
	state_begin(&state, 12345);
	is_int(state.phase, STATE_STARTING, "it begins");
	is_int(state.times.ready, 0, "and has reached nothing");
	state.times.run = 23456;
	strcpy(state.awaits, "its delay");
	state_set_phase(&state, STATE_STOPPING);
	state.ready = true;
	state.restarts = 3;
	strcpy(state.reason, "a \"reason\"");
	state.qemu = (struct process_id){ 12, 345 };
	json_object_set_new(state.done, "qemu", process_id_json(&state.qemu));
	is_int(state_write(&state, root, "web", &err), 0, "it is written");
	ok(state_needs_stop(root, "web"), "what it has to give back needs a stop");
	is_int(state_read(&again, root, "web", &err), 0, "and read");
	is_int(again.phase, STATE_STOPPING, "its phase");
	ok(again.ready && again.restarts == 3 && again.since == state.since,
	   "its numbers");
	ok(again.times.start == 12345 && again.times.run == 23456 && !again.times.ready,
	   "its times");
	is_str(again.awaits, "its delay", "what it waits for");
	is_str(again.reason, "a \"reason\"", "its reason");
	ok(again.qemu.pid == 12 && again.qemu.start == 345, "its process");
	ok(!again.supervisor.pid, "and not one that it has not");
	ok(json_equal(again.done, state.done), "what is to be given back");
	state_release(&again);
	fake_file(root, STATE_FOLDER "/web.json", "{\"version\": 2}");
	is_int(state_read(&again, root, "web", &err), -EBADMSG, "another's is refused");
	state_release(&again);
	fake_file(root, STATE_FOLDER "/web.json", "{\"version\": 1, \"qem");
	is_int(state_read(&again, root, "web", &err), -EBADMSG, "half of one, too");
}

static void test_process_id(void)
{
	struct process_id id;
	pid_t child = fork();
	int fd;

	if (!child) {
		pause();
		_exit(0);
	}
	is_int(process_id_of(child, &id, NULL), 0, "a process is known");
	fd = process_id_open(&id, NULL);
	ok(fd >= 0, "and found again");
	close(fd);
	ok(process_id_is_alive(&id), "alive");
	id.start++;
	ok(!process_id_is_alive(&id), "which one that began later is not");
	is_int(process_id_open(&id, NULL), -ESRCH, "one that began later is another");
	is_int(process_id_signal(&id, SIGKILL, NULL), -ESRCH, "and is left alone");
	id.start--;
	is_int(process_id_end(&id, 5000, NULL), 0, "it is ended");
	is_int(process_id_open(&id, NULL), -ESRCH, "and gone");
	is_int(process_id_end(&id, 5000, NULL), 0, "once is enough");
	is_int(process_id_of(0, &id, NULL), -ESRCH, "0 is no process");
}

static void test_gate(int root)
{
	const char *const argv[] = { "sh", "-c",   "exec 3>&1; echo $1 >&3",
				     "-",  "went", NULL };
	struct spawn spawn = { .argv = argv, .output_fd = -1 };
	struct err err = ERR_INIT;
	int status = -1;

	fake_file(root, "out", "");
	spawn.output_fd = openat(root, "out", O_WRONLY | O_CLOEXEC);
	is_int(spawn_start(&spawn, &err), 0, "a child waits");
	is_int(waitpid(spawn.id.pid, &status, WNOHANG), 0, "at the gate");
	is_int(spawn_go(&spawn, &err), 0, "and goes");
	waitpid(spawn.id.pid, &status, 0);
	is_int(status, 0, "to its end");
	is_str(fake_content(root, "out"), "went", "with its output where it belongs");
	close(spawn.pid_fd);
	is_int(spawn_start(&spawn, &err), 0, "another");
	spawn_abandon(&spawn);
	is_int(waitpid(-1, &status, WNOHANG), -1, "that is given up is gone");
	spawn.argv = (const char *const[]){ "/no/such/program", NULL };
	is_int(spawn_start(&spawn, &err), 0, "a program that is not there");
	is_int(spawn_go(&spawn, &err), -ENOENT, "is an error of ours");
	is_str(err.text, "starting /no/such/program: No such file or directory",
	       "in words");
	close(spawn.output_fd);
}

static void test_user(void)
{
	struct spawn_user user;
	struct err err = ERR_INIT;

	is_int(spawn_user_find(&user, "", "", &err), 0, "no user is ours");
	is_int(user.uid, SPAWN_SAME, "as we are");
	is_int(spawn_user_find(&user, "4711", "", &err), 0, "a number is a user");
	ok(user.uid == 4711 && user.gid == 4711 && !user.group_count,
	   "and nobody's groups come along");
	is_int(spawn_user_find(&user, "no-such-user", "", &err), -ENOENT,
	       "a name that nobody has is none");
	is_int(spawn_user_find(&user, "4711", "no-such-group", &err), -ENOENT,
	       "nor is a group's");
}

int main(void)
{
	int root = fake_tree_open();

	test_there_and_back(root);
	test_process_id();
	test_gate(root);
	test_user();
	fake_tree_remove();
	return done_testing();
}
