/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pin.h: which of the host's CPUs each of QEMU's threads runs on.
 *
 * How it works: while the guest's processors stand still (-S), QEMU says which thread is which
 * virtual CPU and which I/O thread (query-cpus-fast, query-iothreads); the others of its
 * /proc/PID/task are vhost's workers, by their name, and the emulator. pin_decide (pure)
 * gives each its CPUs, pin_apply places it with sched_setaffinity(2), reads back what
 * the kernel made of that (a cpuset takes CPUs away without a word) and compares. Threads that
 * are made later have their maker's CPUs; they are swept again after a hot-plug.
 *
 * vhost's workers are QEMU's own tasks since kernel 6.4, and kernel threads before; both are
 * called vhost-PID.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_PIN_H
#define BEDPLATE_QEMU_LAUNCH_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/schema/guest.h"
#include "qemu-launch/qmp.h"

enum pin_kind { PIN_VCPU, PIN_IOTHREAD, PIN_VHOST, PIN_EMULATOR };

struct pin_thread {
	pid_t tid;
	enum pin_kind kind;
	unsigned index;              /* of its kind, from 0 */
	const struct cpu_list *cpus; /* the configuration's; NULL: stays as it is */
};

struct pin_threads {
	struct pin_thread *items;
	size_t count;
};

#define PIN_THREADS_INIT      \
	{                     \
		.items = NULL \
	}

void pin_threads_release(struct pin_threads *threads);
#define _cleanup_pin_threads_ __attribute__((cleanup(pin_threads_release)))

/* Whether the guest's file places any thread, or gives one a priority. */
bool pin_is_wanted(const struct guest_cpu *cpu);

/* Adds the threads of query-cpus-fast's or query-iothreads' answer: the former by their
 * cpu-index, the latter by the number at the end of their names. Two virtual CPUs in
 * one thread (TCG's single thread) cannot be placed: -ENOTSUP. Pure. */
int pin_add_vcpus(struct pin_threads *threads, const json_t *answer, struct err *err);
int pin_add_iothreads(struct pin_threads *threads, const json_t *answer, struct err *err);

/* Adds the process's other tasks, and vhost's kernel threads of it. */
int pin_add_tasks(struct pin_threads *threads, int root_fd, pid_t pid, struct err *err);

/* Gives each thread its CPUs. -EINVAL where there are fewer lists than threads. Pure. */
int pin_decide(struct pin_threads *threads, const struct guest_cpu *cpu, struct err *err);

/* Places them, and reads back. */
int pin_apply(const struct pin_threads *threads, const struct guest_cpu *cpu,
	      struct err *err);

/* All of it for a QEMU; nothing is asked where nothing is wanted. */
int pin_guest(struct qmp *qmp, int root_fd, pid_t pid, const struct guest_cpu *cpu,
	      struct err *err);

/* "vCPU 0", "I/O thread 1", ...: into a buffer that the next call overwrites. */
const char *pin_thread_name(const struct pin_thread *thread);

#endif
