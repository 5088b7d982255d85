/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_host.c: CPUs are online and no two guests are pinned on one; memory and huge pages
 * suffice. */
#include <inttypes.h>
#include <string.h>

#include "qemu-launch/preflight.h"

/* ---- CPUs ---- */

static struct cpu_list join(const struct cpu_list *a, const struct cpu_list *b)
{
	struct cpu_list list;

	for (size_t i = 0; i < CPU_LIST_MAX / 64; i++)
		list.bits[i] = a->bits[i] | b->bits[i];
	return list;
}

static struct cpu_list common(const struct cpu_list *a, const struct cpu_list *b)
{
	struct cpu_list list;

	for (size_t i = 0; i < CPU_LIST_MAX / 64; i++)
		list.bits[i] = a->bits[i] & b->bits[i];
	return list;
}

static struct cpu_list missing(const struct cpu_list *want, const struct cpu_list *have)
{
	struct cpu_list list;

	for (size_t i = 0; i < CPU_LIST_MAX / 64; i++)
		list.bits[i] = want->bits[i] & ~have->bits[i];
	return list;
}

static struct cpu_list join_all(const struct cpu_list *lists, size_t count)
{
	struct cpu_list all = { .bits = { 0 } };

	for (size_t i = 0; i < count; i++)
		all = join(&all, &lists[i]);
	return all;
}

static struct cpu_list vcpu_pins(const struct guest_conf *data)
{
	return join_all(data->cpu.pin.items, data->cpu.pin.count);
}

static struct cpu_list all_pins(const struct guest_conf *data)
{
	const struct guest_cpu *cpu = &data->cpu;
	struct cpu_list all = vcpu_pins(data);
	struct cpu_list io = join_all(cpu->iothread_pin.items, cpu->iothread_pin.count);

	all = join(&all, &io);
	all = join(&all, &cpu->emulator_pin);
	return join(&all, &cpu->vhost_pin);
}

static void judge_online(const struct cpu_list *want, const struct cpu_list *have,
			 const char *what, const char *section, const char *key,
			 size_t index, const struct preflight_guest *guest,
			 struct findings *findings)
{
	struct cpu_list gone = missing(want, have);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (!cpu_list_count(have) || !cpu_list_count(&gone))
		return;
	cpu_list_format(&gone, &text);
	finding_add(findings, CHECK_PROBLEM, "%s: %s %s not online", key, what,
		    text.text);
	strbuf_truncate(&text, 0);
	cpu_list_format(have, &text);
	finding_advise(findings, "the host has %s", text.text);
	preflight_place(findings, guest, section, key, index);
}

static void judge_guest_cpus(const struct preflight *preflight,
			     const struct preflight_guest *guest,
			     struct findings *findings)
{
	const struct guest_conf *data = guest->guest->data;
	const struct cpu_list *cpus = &preflight->facts.cpus,
			      *nodes = &preflight->facts.nodes;
	struct cpu_list pins = vcpu_pins(data);
	struct cpu_list io =
		join_all(data->cpu.iothread_pin.items, data->cpu.iothread_pin.count);
	unsigned online = cpu_list_count(cpus);

	judge_online(&pins, cpus, "CPU", "Cpu", "Pin", 0, guest, findings);
	judge_online(&io, cpus, "CPU", "Cpu", "IothreadPin", 0, guest, findings);
	judge_online(&data->cpu.emulator_pin, cpus, "CPU", "Cpu", "EmulatorPin", 0, guest,
		     findings);
	judge_online(&data->cpu.vhost_pin, cpus, "CPU", "Cpu", "VhostPin", 0, guest,
		     findings);
	judge_online(&data->memory.host_nodes, nodes, "NUMA node", "Memory", "HostNodes",
		     0, guest, findings);
	for (size_t i = 0; i < data->numa.count; i++)
		judge_online(&data->numa.items[i].host_nodes, nodes, "NUMA node", "Numa",
			     "HostNodes", i, guest, findings);
	if (!online || guest->setup.cpus <= online)
		return;
	finding_add(findings, CHECK_WARNING, "%u virtual CPUs on %u of the host's",
		    guest->setup.cpus, online);
	finding_advise(findings, "it is slower than with as many as the host has");
	preflight_place(findings, guest, "Cpu", "Cpus", 0);
}

/* Threads of QEMU may share a CPU with another's; a virtual CPU wants its own. */
static void judge_shared(const struct preflight *preflight, size_t a, size_t b,
			 struct findings *findings)
{
	const struct guest_conf *one = preflight->guests[a].guest->data,
				*two = preflight->guests[b].guest->data;
	struct cpu_list one_own = vcpu_pins(one), two_own = vcpu_pins(two);
	struct cpu_list one_all = all_pins(one), two_all = all_pins(two);
	struct cpu_list first = common(&one_own, &two_all),
			second = common(&one_all, &two_own), both = join(&first, &second);
	_cleanup_strbuf_ struct strbuf text;
	enum check_severity severity;
	size_t at, other;

	strbuf_init(&text, 0);
	if (!cpu_list_count(&both) || (one->cpu.pin_shared && two->cpu.pin_shared))
		return;
	severity = preflight_clash(preflight, a, b, &at, &other);
	if (severity == CHECK_OK)
		return;
	cpu_list_format(&both, &text);
	finding_add(findings, severity, "the guest %s is pinned on CPU %s, too",
		    preflight->guests[other].guest->name, text.text);
	finding_advise(findings, "PinShared=yes in both allows it");
	preflight_place(findings, &preflight->guests[at], "Cpu", "Pin", 0);
}

void judge_cpus(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		if (preflight->guests[i].is_asked)
			judge_guest_cpus(preflight, &preflight->guests[i], findings);
		for (size_t j = 0; j < i; j++)
			judge_shared(preflight, j, i, findings);
	}
}

/* ---- memory ---- */

static uint64_t page_of(const struct preflight_guest *guest)
{
	static const uint64_t sizes[] = {
		[guest_memory_huge_pages_no] = 0,
		[guest_memory_huge_pages_2M] = UINT64_C(2) << 20,
		[guest_memory_huge_pages_1G] = UINT64_C(1) << 30,
	};

	return sizes[guest->guest->data->memory.huge_pages];
}

static uint64_t pages_of(const struct preflight_guest *guest)
{
	uint64_t page = page_of(guest);

	return page ? (guest->guest->data->memory.size + page - 1) / page : 0;
}

/* What guests may take, without the host's reserve. */
static uint64_t left(uint64_t bytes)
{
	return bytes > PREFLIGHT_RESERVE ? bytes - PREFLIGHT_RESERVE : 0;
}

static unsigned long long mib(uint64_t bytes)
{
	return bytes >> 20;
}

/* Whether a guest runs together with the one that is judged. */
static bool is_together(const struct preflight_guest *guest,
			const struct preflight_guest *judged)
{
	return guest == judged || guest->is_running ||
	       (guest->guest->data->guest.autostart &&
		judged->guest->data->guest.autostart);
}

static void judge_pages(const struct preflight *preflight,
			const struct preflight_guest *guest, struct findings *findings)
{
	const struct preflight_facts *facts = &preflight->facts;
	const struct preflight_pool *pool = NULL;
	uint64_t page = page_of(guest), want = pages_of(guest), all = 0, free, missing_;

	for (size_t i = 0; i < facts->pool_count; i++)
		if (facts->pools[i].size == page)
			pool = &facts->pools[i];
	for (size_t i = 0; i < preflight->count; i++)
		if (page_of(&preflight->guests[i]) == page &&
		    is_together(&preflight->guests[i], guest))
			all += pages_of(&preflight->guests[i]);
	if (!pool) {
		finding_add(findings, CHECK_PROBLEM,
			    "the kernel has no huge pages of %llu MiB", mib(page));
		finding_advise(findings, "another HugePages=");
		preflight_place(findings, guest, "Memory", "HugePages", 0);
		return;
	}
	free = pool->free > pool->reserved ? pool->free - pool->reserved : 0;
	missing_ = !guest->is_running && want > free ? want - free : 0;
	if (missing_ && facts->available && missing_ * page > left(facts->available))
		finding_add(findings, CHECK_PROBLEM,
			    "it needs %" PRIu64 " huge pages of %llu MiB, %" PRIu64
			    " are free, and there is no memory for more",
			    want, mib(page), free);
	else if (missing_ && page >= UINT64_C(1) << 30)
		finding_add(findings, CHECK_WARNING,
			    "it needs %" PRIu64 " huge pages of %llu MiB, %" PRIu64
			    " are free: it is tried to make more at the start",
			    want, mib(page), free);
	else if (all > pool->total)
		finding_add(findings, CHECK_WARNING,
			    "the guests that run together need %" PRIu64
			    " huge pages of %llu MiB, %" PRIu64 " are reserved",
			    all, mib(page), pool->total);
	else
		return;
	finding_advise(findings,
		       "`bedplate host-prep up hugepages` reserves what all "
		       "guests need; soon after the boot there are most to be had");
	preflight_place(findings, guest, "Memory", "HugePages", 0);
}

static void judge_size(const struct preflight *preflight,
		       const struct preflight_guest *guest, struct findings *findings)
{
	const struct preflight_facts *facts = &preflight->facts;
	uint64_t size = guest->guest->data->memory.size, all = 0, pages = 0;

	if (!facts->memory)
		return;
	for (size_t i = 0; i < preflight->count; i++)
		if (!page_of(&preflight->guests[i]) &&
		    is_together(&preflight->guests[i], guest))
			all += preflight->guests[i].guest->data->memory.size;
	for (size_t i = 0; i < facts->pool_count; i++)
		pages += facts->pools[i].total * facts->pools[i].size;
	if (!guest->is_running && size > left(facts->available)) {
		finding_add(
			findings, CHECK_PROBLEM,
			"it needs %llu MiB of memory, %llu MiB are free, of which the "
			"host keeps %llu",
			mib(size), mib(facts->available), mib(PREFLIGHT_RESERVE));
		finding_advise(findings, "less Size=, or stop another guest");
	} else if (all + pages > left(facts->memory)) {
		finding_add(
			findings, CHECK_WARNING,
			"the guests that run together need %llu MiB of memory and %llu "
			"MiB of huge pages, and the host has %llu",
			mib(all), mib(pages), mib(facts->memory));
		finding_advise(findings, "less Size=, or fewer guests; swap only puts it "
					 "off");
	} else {
		return;
	}
	preflight_place(findings, guest, "Memory", "Size", 0);
}

void judge_memory(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];

		if (!guest->is_asked)
			continue;
		if (!page_of(guest))
			judge_size(preflight, guest, findings);
		else if (preflight->facts.has_pools)
			judge_pages(preflight, guest, findings);
	}
}
