/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/pin.c qemu-launch/pin_apply.c qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c lib/value/cpu_list.c lib/names.c lib/file.c lib/err.c lib/strbuf.c LIBS: jansson */
/* test_ql_pin.c: QEMU's threads are known and get the CPUs that the guest's file says. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "fake_tree.h"
#include "qemu-launch/pin.h"
#include "tap.h"

static const char vcpus[] = "[{\"cpu-index\": 1, \"thread-id\": 201},"
			    " {\"cpu-index\": 0, \"thread-id\": 200}]";
static const char iothreads[] = "[{\"id\": \"iothread10\", \"thread-id\": 310},"
				" {\"id\": \"iothread9\", \"thread-id\": 309}]";

static json_t *json(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	if (!value)
		abort();
	return value;
}

static void cpus_of(const char *text, struct cpu_list *list)
{
	memset(list, 0, sizeof(*list));
	if (cpu_list_parse(text, list, NULL))
		abort();
}

static const struct pin_thread *find(const struct pin_threads *threads, pid_t tid)
{
	for (size_t i = 0; i < threads->count; i++)
		if (threads->items[i].tid == tid)
			return &threads->items[i];
	return NULL;
}

static int add_all(struct pin_threads *threads, int root)
{
	json_t *cpus = json(vcpus), *io = json(iothreads);
	int result = pin_add_vcpus(threads, cpus, NULL);

	if (!result)
		result = pin_add_iothreads(threads, io, NULL);
	if (!result)
		result = pin_add_tasks(threads, root, 200, NULL);
	json_decref(cpus);
	json_decref(io);
	return result;
}

static void test_decide(int root)
{
	static struct cpu_list pins[2], io[1];
	static struct guest_cpu cpu = { .pin = { pins, 2 }, .iothread_pin = { io, 1 } };
	struct pin_threads threads = PIN_THREADS_INIT;

	cpus_of("2", &pins[0]);
	cpus_of("3-4", &pins[1]);
	cpus_of("5", &io[0]);
	cpus_of("0-1", &cpu.emulator_pin);
	ok(pin_is_wanted(&cpu), "threads are to be placed");
	is_int(add_all(&threads, root), 0, "threads are known");
	is_int(threads.count, 6, "all of them");
	is_int(pin_decide(&threads, &cpu, NULL), 0, "each gets CPUs");
	ok(find(&threads, 200)->cpus == &pins[0], "vCPU 0, whatever QEMU's order");
	ok(find(&threads, 201)->cpus == &pins[1], "vCPU 1");
	is_int(find(&threads, 309)->index, 0, "I/O threads are counted by their names");
	is_int(find(&threads, 310)->index, 1, "as numbers");
	ok(find(&threads, 310)->cpus == &io[0], "one list holds for all of them");
	is_int(find(&threads, 250)->kind, PIN_EMULATOR,
	       "what is neither is the emulator's");
	ok(find(&threads, 250)->cpus == &cpu.emulator_pin, "and has its CPUs");
	is_int(find(&threads, 251)->kind, PIN_VHOST, "vhost's workers are known by name");
	ok(find(&threads, 251)->cpus == &cpu.emulator_pin,
	   "and run where the emulator does");
	cpus_of("6", &cpu.vhost_pin);
	pin_decide(&threads, &cpu, NULL);
	ok(find(&threads, 251)->cpus == &cpu.vhost_pin,
	   "unless VhostPin= says otherwise");
	pin_threads_release(&threads);
}

static void test_refusals(int root)
{
	static struct cpu_list pins[3];
	static struct guest_cpu cpu = { .iothread_pin = { pins, 1 } }, none;
	struct pin_threads threads = PIN_THREADS_INIT;
	struct err err = ERR_INIT;
	json_t *same = json("[{\"cpu-index\": 0, \"thread-id\": 7},"
			    " {\"cpu-index\": 1, \"thread-id\": 7}]");
	json_t *broken = json("[{\"cpu-index\": 0}]");

	ok(!pin_is_wanted(&none), "who says nothing wants nothing");
	is_int(pin_add_vcpus(&threads, same, &err), -ENOTSUP,
	       "TCG's single thread cannot be pinned");
	pin_threads_release(&threads);
	is_int(pin_add_vcpus(&threads, broken, &err), -EBADMSG,
	       "an answer without threads is none");
	json_decref(same);
	json_decref(broken);
	add_all(&threads, root);
	cpu.pin.items = pins;
	cpu.pin.count = 1;
	is_int(pin_decide(&threads, &cpu, &err), 0, "one list holds for all vCPUs");
	cpu.iothread_pin.count = 3;
	cpu.pin.count = 0;
	is_int(pin_decide(&threads, &cpu, &err), 0,
	       "more lists than threads are no harm");
	threads.items[0].index = 2;
	cpu.pin.count = 2;
	is_int(pin_decide(&threads, &cpu, &err), -EINVAL, "fewer are");
	is_str(err.text, "Pin= has 2 lists, and none for vCPU 2", "and that is said");
	pin_threads_release(&threads);
}

static pid_t other_tid;
static pthread_barrier_t barrier;

static void *wait_there(void *data)
{
	other_tid = (pid_t)syscall(SYS_gettid);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return data;
}

/* A real thread, on the first CPU that we may use. */
static void test_apply(void)
{
	static const struct guest_cpu cpu;
	struct cpu_list got = { .bits = { 0 } }, wanted = { .bits = { 0 } };
	struct pin_thread item = { .kind = PIN_VCPU, .cpus = &wanted };
	struct pin_threads threads = { &item, 1 };
	struct err err = ERR_INIT;
	unsigned first = 0;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_there, NULL);
	pthread_barrier_wait(&barrier);
	syscall(SYS_sched_getaffinity, 0, sizeof(got.bits), got.bits);
	while (!cpu_list_has(&got, first))
		first++;
	cpu_list_add(&wanted, first);
	item.tid = other_tid;
	is_int(pin_apply(&threads, &cpu, &err), 0, "a thread is placed");
	memset(&got, 0, sizeof(got));
	syscall(SYS_sched_getaffinity, other_tid, sizeof(got.bits), got.bits);
	ok(!memcmp(&got, &wanted, sizeof(got)), "where it was to be");
	cpu_list_add(&wanted, CPU_LIST_MAX - 1);
	is_int(pin_apply(&threads, &cpu, &err), -EINVAL,
	       "CPUs that the kernel takes away without a word are noticed");
	memset(&wanted, 0, sizeof(wanted));
	cpu_list_add(&wanted, CPU_LIST_MAX - 1);
	is_int(pin_apply(&threads, &cpu, &err), -EINVAL, "and a CPU that is not there");
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	/* The kernel tells who joins it before it lets go of it. */
	while (syscall(SYS_tgkill, getpid(), other_tid, 0) == 0)
		sched_yield();
	is_int(pin_apply(&threads, &cpu, &err), 0,
	       "a thread that has gone is no failure");
}

int main(void)
{
	int root = fake_tree_open();

	fake_file(root, "proc/200/task/200/comm", "CPU 0/KVM\n");
	fake_file(root, "proc/200/task/201/comm", "CPU 1/KVM\n");
	fake_file(root, "proc/200/task/309/comm", "IO iothread9\n");
	fake_file(root, "proc/200/task/310/comm", "IO iothread10\n");
	fake_file(root, "proc/200/task/250/comm", "qemu-system-x86\n");
	fake_file(root, "proc/200/task/251/comm", "vhost-200\n");
	test_decide(root);
	test_refusals(root);
	test_apply();
	fake_tree_remove();
	return done_testing();
}
