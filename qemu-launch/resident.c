/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resident.c: gives memory back for as long as it is waited.
 *
 * A page that is used comes back with its neighbours (64 KiB: the kernel's fault_around_bytes). So what comes after
 * the program has been let go of is all in one place: this file's own function.
 */
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "qemu-launch/resident.h"

/* Of the stack: a start needs some of this; more than there is does no harm. */
enum { STACK = 512 << 10, STACK_KEPT = 4 << 10, RANGES = 8, SIGNAL_SET_SIZE = 8 };

struct ranges {
	struct {
		uintptr_t from, to;
	} items[RANGES];
	size_t count;
};

static void add(struct ranges *ranges, uintptr_t from, uintptr_t to)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	from = (from + page - 1) / page * page;
	to = to / page * page;
	if (from >= to || ranges->count == RANGES)
		return;
	ranges->items[ranges->count].from = from;
	ranges->items[ranges->count++].to = to;
}

/* What nobody can have written to is the same in the file; where the program was not moved, so are its constants that
 * have addresses in them. */
static bool is_as_in_file(const ElfW(Phdr) * part, ElfW(Addr) moved)
{
	return (part->p_type == PT_LOAD && !(part->p_flags & PF_W)) ||
	       (part->p_type == PT_GNU_RELRO && !moved);
}

static int add_program(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + part->p_vaddr;

		if (is_as_in_file(part, info->dlpi_addr))
			add(data, from, from + part->p_memsz);
	}
	return 1;
}

/* syscall(2) without libc's function, which lies somewhere else. As the kernel returns it: -errno. */
static inline __attribute__((always_inline)) long call(long number, long a, long b,
						       long c, long d, long e)
{
#ifdef __x86_64__
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
#else
	long result = syscall(number, a, b, c, d, e);

	return result < 0 ? -errno : result;
#endif
}

int resident_poll(struct pollfd *polled, size_t count, int timeout_ms)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	struct timespec span = { .tv_sec = timeout_ms / 1000,
				 .tv_nsec = timeout_ms % 1000 * 1000000L };
	struct ranges ranges = { .count = 0 };
	long result;

	/* What we call needs little of it. */
	add(&ranges, here - STACK, here - STACK_KEPT);
	dl_iterate_phdr(add_program, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		call(SYS_madvise, (long)ranges.items[i].from,
		     (long)(ranges.items[i].to - ranges.items[i].from), MADV_DONTNEED, 0,
		     0);
	result = call(SYS_ppoll, (long)polled, (long)count,
		      timeout_ms < 0 ? 0 : (long)&span, 0, SIGNAL_SET_SIZE);
	if (result >= 0)
		return (int)result;
	errno = (int)-result;
	return -1;
}
