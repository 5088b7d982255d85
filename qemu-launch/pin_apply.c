/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin_apply.c: finds threads in /proc, places them and reads back. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "qemu-launch/pin.h"

enum { ASK_MS = 10000, NAME_SIZE = 32 };

static bool is_known(const struct pin_threads *threads, pid_t tid)
{
	for (size_t i = 0; i < threads->count; i++)
		if (threads->items[i].tid == tid)
			return true;
	return false;
}

static bool has_name(int root_fd, const char *folder, const char *task, const char *name)
{
	char path[96], comm[NAME_SIZE];

	snprintf(path, sizeof(path), "%.48s/%.16s/comm", folder, task);
	return file_read_line(root_fd, path, comm, sizeof(comm), NULL) >= 0 &&
	       !strcmp(comm, name);
}

/* Those of a folder of tasks that are nobody's yet; only those of vhost's name where the
 * folder is not the process's own. */
static int add_folder(struct pin_threads *threads, int root_fd, const char *folder,
		      pid_t pid, bool is_own, struct err *err)
{
	unsigned counts[2] = { 0, 0 };
	_cleanup_names_ struct names tasks = NAMES_INIT;
	char vhost[NAME_SIZE];

	snprintf(vhost, sizeof(vhost), "vhost-%d", (int)pid);
	if (names_read(&tasks, root_fd, folder))
		return err_sys(err, ENOMEM, "reading /%s", folder);
	for (size_t i = 0; i < tasks.count; i++) {
		pid_t tid = (pid_t)strtol(tasks.items[i], NULL, 10);
		bool is_vhost;
		struct pin_thread *items;

		if (tid <= 0 || is_known(threads, tid))
			continue;
		is_vhost = has_name(root_fd, folder, tasks.items[i], vhost);
		if (!is_vhost && !is_own)
			continue;
		items = reallocarray(threads->items, threads->count + 1, sizeof(*items));
		if (!items)
			return err_sys(err, ENOMEM, "reading /%s", folder);
		threads->items = items;
		items[threads->count++] = (struct pin_thread){
			.tid = tid,
			.kind = is_vhost ? PIN_VHOST : PIN_EMULATOR,
			.index = counts[is_vhost]++,
		};
	}
	return 0;
}

static bool has_vhost_kernel_threads(void)
{
	struct utsname kernel;
	int major = 0, minor = 0;

	return uname(&kernel) == 0 &&
	       sscanf(kernel.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 4));
}

int pin_add_tasks(struct pin_threads *threads, int root_fd, pid_t pid, struct err *err)
{
	char folder[48];
	int result;

	snprintf(folder, sizeof(folder), "proc/%d/task", (int)pid);
	result = add_folder(threads, root_fd, folder, pid, true, err);
	if (!result && has_vhost_kernel_threads())
		result = add_folder(threads, root_fd, "proc", pid, false, err);
	return result;
}

/* The system call itself: libc's cpu_set_t has 1024 CPUs. Gone is not a failure: workers come
 * and go. */
static int place(const struct pin_thread *thread, struct err *err)
{
	struct cpu_list got = { .bits = { 0 } };
	_cleanup_strbuf_ struct strbuf wanted, given;
	long size;

	strbuf_init(&wanted, 0);
	strbuf_init(&given, 0);
	cpu_list_format(thread->cpus, &wanted);
	if (syscall(SYS_sched_setaffinity, thread->tid, sizeof(thread->cpus->bits),
		    thread->cpus->bits) < 0)
		return errno == ESRCH ? 0
				      : err_sys(err, errno, "%s on CPUs %s",
						pin_thread_name(thread), wanted.text);
	size = syscall(SYS_sched_getaffinity, thread->tid, sizeof(got.bits), got.bits);
	if (size < 0)
		return errno == ESRCH ? 0
				      : err_sys(err, errno, "reading the CPUs of %s",
						pin_thread_name(thread));
	if (!memcmp(&got, thread->cpus, sizeof(got)))
		return 0;
	cpu_list_format(&got, &given);
	err_set(err, EINVAL, "%s was to run on CPUs %s, and the kernel made %s of them",
		pin_thread_name(thread), wanted.text, given.text);
	return err_hint(err,
			"CPUs that are offline or outside the cgroup's cpuset cannot "
			"be had");
}

static int prioritise(const struct pin_thread *thread, const struct guest_cpu *cpu,
		      struct err *err)
{
	static const int policies[] = {
		[guest_cpu_scheduler_other] = SCHED_OTHER,
		[guest_cpu_scheduler_batch] = SCHED_BATCH,
		[guest_cpu_scheduler_idle] = SCHED_IDLE,
		[guest_cpu_scheduler_fifo] = SCHED_FIFO,
		[guest_cpu_scheduler_rr] = SCHED_RR,
	};
	const struct sched_param priority = { .sched_priority = (int)cpu->priority };

	/* By the system call: musl's sched_setscheduler always fails. */
	if (cpu->scheduler != guest_cpu_scheduler_other &&
	    syscall(SYS_sched_setscheduler, thread->tid, policies[cpu->scheduler],
		    &priority) < 0)
		return err_sys(err, errno, "scheduling %s", pin_thread_name(thread));
	if (cpu->nice && setpriority(PRIO_PROCESS, (id_t)thread->tid, (int)cpu->nice) < 0)
		return err_sys(err, errno, "the niceness of %s", pin_thread_name(thread));
	return 0;
}

int pin_apply(const struct pin_threads *threads, const struct guest_cpu *cpu,
	      struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < threads->count; i++) {
		const struct pin_thread *thread = &threads->items[i];

		if (thread->cpus)
			result = place(thread, err);
		if (!result && thread->kind == PIN_VCPU)
			result = prioritise(thread, cpu, err);
	}
	return result;
}

/* Asks QEMU, and has the answer sorted in. */
static int ask(struct qmp *qmp, const char *command, struct pin_threads *threads,
	       int (*take)(struct pin_threads *threads, const json_t *answer,
			   struct err *err),
	       struct err *err)
{
	json_t *answer = NULL;
	int result = qmp_execute(qmp, command, NULL, ASK_MS, &answer, err);

	if (!result)
		result = take(threads, answer, err);
	json_decref(answer);
	return result;
}

int pin_guest(struct qmp *qmp, int root_fd, pid_t pid, const struct guest_cpu *cpu,
	      struct err *err)
{
	_cleanup_pin_threads_ struct pin_threads threads = PIN_THREADS_INIT;
	int result;

	if (!pin_is_wanted(cpu))
		return 0;
	result = ask(qmp, "query-cpus-fast", &threads, pin_add_vcpus, err);
	/* Who places only the emulator can have one thread for all virtual CPUs. */
	if (result == -ENOTSUP && !cpu->pin.count)
		result = 0;
	if (!result)
		result = ask(qmp, "query-iothreads", &threads, pin_add_iothreads, err);
	if (!result)
		result = pin_add_tasks(&threads, root_fd, pid, err);
	if (!result)
		result = pin_decide(&threads, cpu, err);
	return result ? result : pin_apply(&threads, cpu, err);
}
