/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h: the doctor: what is wrong with a host that is to run guests, and what to do about
 * it.
 *
 * How it works: check_read takes in the files and, where the root's /proc is the running
 * kernel's, what only the kernel itself can be asked (links, firewall, clock). Each check of
 * the table then reads what else it needs below the root and adds findings; it changes
 * nothing and never fails for what it finds. A file that is wrong is a finding, and the
 * checks go on with those that are good.
 */
#ifndef BEDPLATE_HOST_PREP_CHECK_H
#define BEDPLATE_HOST_PREP_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "host-prep/net.h"
#include "host-prep/netfilter.h"
#include "host-prep/want.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/findings.h"
#include "lib/guests.h"
#include "lib/networks.h"
#include "lib/schema/host.h"

/* What the checks look at. Nothing of it is owned by a check. */
struct check_context {
	int root_fd;
	const struct host_conf *host;
	const struct conf *conf;
	const struct guests *guests;
	const struct networks *networks;
	const struct want *want; /* the networks resolved; empty where files are wrong */
	const struct net *have;  /* NULL: the kernel was not asked */
	const struct netfilter *netfilter; /* NULL: so, too */
	int synchronized;                  /* the kernel's clock: 1, 0; -1: not known */
	const struct err *mistakes;        /* in files; each may be of several lines */
	size_t mistake_count;
	const char *const *words; /* which checks are asked for, check_is_asked_for */
	size_t word_count;        /* 0: all */
};

struct check {
	const char *name;  /* "kvm" */
	const char *title; /* what it says when all is well */
	const char *
		parts; /* those of host-prep that it is about, parted by blanks, and "network"
			    * where it is about networks */
	void (*run)(const struct check_context *context, struct findings *findings);
};

/* Ended by a row without a name. */
extern const struct check checks[];

/* Whether the word is the name of the check or of a part that it is about. Pure. */
bool check_is_about(const struct check *check, const char *word);

/* Runs those that are asked for; mistakes in files are told in any case. A check without findings
 * adds its title as CHECK_OK. */
void checks_run(const struct check_context *context, struct findings *findings);

void check_files(const struct check_context *context, struct findings *findings);
void check_kvm(const struct check_context *context, struct findings *findings);
void check_iommu(const struct check_context *context, struct findings *findings);
void check_kernel(const struct check_context *context, struct findings *findings);
void check_boot(const struct check_context *context, struct findings *findings);
void check_hugepages(const struct check_context *context, struct findings *findings);
void check_memory(const struct check_context *context, struct findings *findings);
void check_addresses(const struct check_context *context, struct findings *findings);
void check_programs(const struct check_context *context, struct findings *findings);
void check_bridges(const struct check_context *context, struct findings *findings);
void check_forwarding(const struct check_context *context, struct findings *findings);
void check_dhcp(const struct check_context *context, struct findings *findings);
void check_clock(const struct check_context *context, struct findings *findings);
void check_permissions(const struct check_context *context, struct findings *findings);
void check_owners(const struct check_context *context, struct findings *findings);

/* -EINVAL, a mistake, where a word is neither a part's name nor a check's. */
int check_words(const char *const *words, size_t count, struct err *err);

/* Of each word that no check is about, whether that part is as the files say; without words, of all
 * such parts of the host, and of the others whether they could be made so. */
void check_parts(const struct check_context *context, const char *root,
		 struct findings *findings);

/* The share of the memory, in percent, that guests should leave to the host. */
enum { CHECK_MEMORY_SHARE = 25 };

/* An interface that is ours: a bridge, VPN, tap, VLAN or macvtap of the networks, or a port.
 * Walks them: true while there is one. */
struct check_link {
	size_t network, number;
	const struct want_network *of;
	const char *name;
	bool is_port;
};
bool check_next_link(const struct want *want, struct check_link *link);

/* Whether one of this host's interfaces has the hardware address. */
bool check_is_own_mac(const struct net *have, const uint8_t mac[6]);

/* Whether the processor of proc/cpuinfo is one of a virtual machine's (x86). */
bool check_is_virtual_machine(int root_fd);

/* Whether a process of this name (as in /proc/PID/comm, 15 characters) runs. */
bool check_process_runs(int root_fd, const char *name);

#endif
