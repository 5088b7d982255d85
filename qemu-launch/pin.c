/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pin.c: knows QEMU's threads and decides which CPUs each of them gets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "qemu-launch/pin.h"

void pin_threads_release(struct pin_threads *threads)
{
	free(threads->items);
	*threads = (struct pin_threads)PIN_THREADS_INIT;
}

static bool is_given(const struct cpu_list *cpus)
{
	return cpu_list_count(cpus) > 0;
}

bool pin_is_wanted(const struct guest_cpu *cpu)
{
	return cpu->pin.count || cpu->iothread_pin.count ||
	       is_given(&cpu->emulator_pin) || is_given(&cpu->vhost_pin) ||
	       cpu->scheduler != guest_cpu_scheduler_other || cpu->nice;
}

static const struct pin_thread *find(const struct pin_threads *threads, pid_t tid)
{
	for (size_t i = 0; i < threads->count; i++)
		if (threads->items[i].tid == tid)
			return &threads->items[i];
	return NULL;
}

static int add(struct pin_threads *threads, struct pin_thread thread, struct err *err)
{
	struct pin_thread *items =
		reallocarray(threads->items, threads->count + 1, sizeof(*items));

	if (!items)
		return err_sys(err, ENOMEM, "placing threads");
	threads->items = items;
	items[threads->count++] = thread;
	return 0;
}

int pin_add_vcpus(struct pin_threads *threads, const json_t *answer, struct err *err)
{
	json_t *entry;
	size_t i;

	json_array_foreach((json_t *)answer, i, entry) {
		json_int_t tid = json_integer_value(json_object_get(entry, "thread-id"));
		json_int_t index =
			json_integer_value(json_object_get(entry, "cpu-index"));
		int result;

		if (tid <= 0 || index < 0)
			return err_set(err, EBADMSG, "QEMU names no thread of vCPU %zu",
				       i);
		if (find(threads, (pid_t)tid)) {
			err_set(err, ENOTSUP,
				"virtual CPUs have no threads of their own");
			return err_hint(err, "TCG has them with thread=multi only");
		}
		result = add(threads,
			     (struct pin_thread){ .tid = (pid_t)tid,
						  .kind = PIN_VCPU,
						  .index = (unsigned)index },
			     err);
		if (result)
			return result;
	}
	return 0;
}

static unsigned long number_of(const json_t *entry)
{
	const char *id = json_text(entry, "id"), *digits = id + strlen(id);

	while (digits > id && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	return strtoul(digits, NULL, 10);
}

/* How many have a smaller number: names may be counted from 0 or from 1. */
static unsigned rank_of(const json_t *answer, const json_t *entry)
{
	unsigned rank = 0;
	json_t *other;
	size_t i;

	json_array_foreach((json_t *)answer, i, other)
		rank += number_of(other) < number_of(entry);
	return rank;
}

int pin_add_iothreads(struct pin_threads *threads, const json_t *answer, struct err *err)
{
	json_t *entry;
	size_t i;
	int result = 0;

	json_array_foreach((json_t *)answer, i, entry) {
		json_int_t tid = json_integer_value(json_object_get(entry, "thread-id"));

		if (tid > 0 && !result)
			result = add(
				threads,
				(struct pin_thread){ .tid = (pid_t)tid,
						     .kind = PIN_IOTHREAD,
						     .index = rank_of(answer, entry) },
				err);
	}
	return result;
}

static int choose(const struct cpu_list *lists, size_t count, const char *key,
		  struct pin_thread *thread, struct err *err)
{
	if (count == 1 || thread->index < count)
		thread->cpus = &lists[count == 1 ? 0 : thread->index];
	else if (count)
		return err_set(err, EINVAL, "%s= has %zu lists, and none for %s", key,
			       count, pin_thread_name(thread));
	return 0;
}

int pin_decide(struct pin_threads *threads, const struct guest_cpu *cpu, struct err *err)
{
	const struct cpu_list *emulator =
		is_given(&cpu->emulator_pin) ? &cpu->emulator_pin : NULL;
	const struct cpu_list *vhost =
		is_given(&cpu->vhost_pin) ? &cpu->vhost_pin : emulator;
	int result = 0;

	for (size_t i = 0; !result && i < threads->count; i++) {
		struct pin_thread *thread = &threads->items[i];

		switch (thread->kind) {
		case PIN_VCPU:
			result = choose(cpu->pin.items, cpu->pin.count, "Pin", thread,
					err);
			break;
		case PIN_IOTHREAD:
			result = choose(cpu->iothread_pin.items, cpu->iothread_pin.count,
					"IothreadPin", thread, err);
			break;
		case PIN_VHOST:
			thread->cpus = vhost;
			break;
		case PIN_EMULATOR:
			thread->cpus = emulator;
			break;
		}
	}
	return result;
}

const char *pin_thread_name(const struct pin_thread *thread)
{
	static const char *const names[] = {
		[PIN_VCPU] = "vCPU",
		[PIN_IOTHREAD] = "I/O thread",
		[PIN_VHOST] = "vhost's thread",
		[PIN_EMULATOR] = "the emulator's thread",
	};
	static char name[64];

	snprintf(name, sizeof(name), "%s %u", names[thread->kind], thread->index);
	return name;
}
