/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preflight.h: whether guests can start, before anything is touched.
 *
 * How it works: preflight_open resolves each guest and reads what the host is like into plain
 * facts; the judges of a table then look at nothing but those and add findings, all in one
 * go. A fact that cannot be had (no /proc below the root, say) is not judged.
 *
 * Two guests that want the same thing are a problem where they would run together: one runs
 * already, both start with the host, or one starts the other; otherwise a warning, for some
 * guests take turns.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_PREFLIGHT_H
#define BEDPLATE_QEMU_LAUNCH_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/findings.h"
#include "lib/guests.h"
#include "lib/names.h"
#include "lib/networks.h"
#include "lib/pci.h"
#include "lib/pci_use.h"
#include "lib/value/cpu_list.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/qemu_facts.h"
#include "qemu-launch/setup.h"
#include "qemu-launch/spawn.h"

struct context;

enum { PREFLIGHT_TEXT = 160, PREFLIGHT_NODE = 64, PREFLIGHT_POOLS = 8 };

/* What the host keeps for itself of the memory that is free. */
#define PREFLIGHT_RESERVE (UINT64_C(256) << 20)

/* What a guest does with a file. */
enum preflight_use_flags {
	USE_WRITE = 1 << 0,  /* nobody else may write to it, nor use it otherwise */
	USE_SHARE = 1 << 1,  /* but for other guests that say so, too */
	USE_MADE = 1 << 2,   /* it is made at the start where it is not there */
	USE_FOLDER = 1 << 3, /* it is a folder */
	USE_IMAGE = 1 << 4,  /* QEMU's block layer opens it, and locks it */
	USE_SOCKET = 1 << 5, /* QEMU makes it: only two guests may not have the same */
	USE_INPUT = 1 << 6,  /* one guest only may have it */
	USE_QEMU = 1 << 7,   /* QEMU itself opens it, as its own user */
	USE_NODE =
		1
		<< 8, /* a device of the kernel's: that it is there is judged elsewhere */
};

struct preflight_use {
	size_t guest; /* its number */
	const char *path;
	unsigned flags;
	char origin[ORIGIN_MAX];
	size_t file; /* of the facts; of USE_SOCKET none */
	int denied; /* errno of QEMU's user's opening it; 0: it may, or that is not known */
};

/* A file as it is now. */
struct preflight_file {
	const char *path;
	int error;      /* errno of looking at it; 0: it is there */
	bool no_folder; /* it is not there, and neither is the folder that it would be in */
	bool is_block, is_folder, is_regular;
	uint64_t device, inode;    /* of a block device its own number, and 0 */
	bool busy;                 /* the kernel has it open for itself alone (O_EXCL) */
	bool locked;               /* a QEMU writes to it */
	bool guarded;              /* a QEMU wants nobody to write to it */
	char node[PREFLIGHT_NODE]; /* of a block device: the kernel's name; "" */
	char used[PREFLIGHT_TEXT]; /* "mounted on /srv", "swapped to"; "" */
	char holder[PREFLIGHT_TEXT]; /* what stands on it: "dm-3 (vg0-web)"; "" */
};

struct preflight_pool {
	uint64_t size, total, free, reserved;
};

/* A port that somebody has. */
struct preflight_port {
	unsigned number;
	bool is_udp;
};

/* A block device that the host stands on. */
struct preflight_stand {
	char name[PREFLIGHT_NODE]; /* "sda1" */
	char path[256];            /* of sysfs: ".../0000:00:1f.2/.../block/sda/sda1" */
	char what[PREFLIGHT_TEXT]; /* "mounted on /boot", also by what stands on it */
};

/* What the host is like. */
struct preflight_facts {
	int kvm;                    /* errno of opening /dev/kvm; 0: it can be used */
	uint64_t memory, available; /* bytes; 0: not known */
	bool has_pools;             /* the kernel's sizes of huge pages are known */
	struct preflight_pool pools[PREFLIGHT_POOLS];
	size_t pool_count;
	struct cpu_list cpus, nodes; /* that are online; empty: not known */
	struct preflight_file *files;
	size_t file_count;
	struct preflight_stand *stands;
	size_t stand_count;
	struct preflight_port *ports; /* of TCP those that are listened on */
	size_t port_count;
	struct pci_list pci;
	struct pci_uses pci_uses; /* of each of pci; none: not known */
	unsigned *pci_users;      /* of each: the process that has it open; 0: none */
	struct names links;       /* network interfaces; none: not known */
	struct networks networks; /* none where the files have mistakes */
	bool has_vhost_net, has_vhost_vsock, has_dev;
};

struct preflight_guest {
	const struct guest *guest;
	struct guest_setup setup;
	struct argv argv;
	struct err mistake;            /* why there is no command line */
	bool is_asked;                 /* findings about it are wanted */
	bool is_running;               /* its QEMU is there */
	const struct qemu_facts *qemu; /* NULL: not asked, or no answer */
	struct err no_answer;          /* why */
	struct spawn_user user;        /* whom QEMU runs as, where no_user is not set */
	struct err no_user;
};

struct preflight {
	const struct setup_host *host;
	int machine_fd; /* where proc, sys, dev and the guests' files are */
	struct preflight_guest *guests;
	size_t count;
	struct preflight_use *uses;
	size_t use_count;
	struct preflight_facts facts;
	struct qemu_facts_list qemus;
};

/* Resolves all guests and reads the facts; those with these names (none: all) are asked about.
 * Where the root of the configuration has no proc the running machine is looked at: QEMU
 * would run there. -ENOENT with the nearest name. On failure, too, it is to be released. */
int preflight_open(struct preflight *preflight, const struct context *context,
		   const char *const *names, size_t count, struct err *err);
void preflight_release(struct preflight *preflight);
#define _cleanup_preflight_ __attribute__((cleanup(preflight_release)))

/* Runs all judges. */
void preflight_judge(const struct preflight *preflight, struct findings *findings);

/* The first step of a start: 0, or -EINVAL with each problem in a line of its own; what is
 * less than that is logged. `version` is set to that of the guest's QEMU: 70200 is 7.2.0. */
int preflight_start(const struct context *context, const char *name, unsigned *version,
		    struct err *err);

/* Makes an error of the problems, or 0 where there are none; warnings are logged. */
int preflight_tell(const struct findings *findings, struct err *err);

/* ---- between its sources ---- */

struct preflight_judge {
	const char *name; /* "files" */
	void (*run)(const struct preflight *preflight, struct findings *findings);
};

/* Ended by a row without a name. */
extern const struct preflight_judge preflight_judges[];

void judge_setup(const struct preflight *preflight, struct findings *findings);
void judge_kvm(const struct preflight *preflight, struct findings *findings);
void judge_files(const struct preflight *preflight, struct findings *findings);
void judge_cpus(const struct preflight *preflight, struct findings *findings);
void judge_memory(const struct preflight *preflight, struct findings *findings);
void judge_passthrough(const struct preflight *preflight, struct findings *findings);
void judge_usb(const struct preflight *preflight, struct findings *findings);
void judge_nics(const struct preflight *preflight, struct findings *findings);
void judge_ports(const struct preflight *preflight, struct findings *findings);
void judge_names(const struct preflight *preflight, struct findings *findings);
void judge_qemu(const struct preflight *preflight, struct findings *findings);
void judge_order(const struct preflight *preflight, struct findings *findings);

/* Says of the latest finding that it is about this key of the guest. */
void preflight_place(struct findings *findings, const struct preflight_guest *guest,
		     const char *section, const char *key, size_t index);

/* How bad it is that two guests want the same; CHECK_OK where nobody asked. `at` is the one
 * whose finding it is, `other` the other one. Call it for each pair once. */
enum check_severity preflight_clash(const struct preflight *preflight, size_t a, size_t b,
				    size_t *at, size_t *other);

/* Whether one of those that are asked about is to listen on a port that its file names. */
bool preflight_wants_ports(const struct preflight *preflight);

/* Whether QEMU knows all that it is asked for. Pure. */
bool preflight_knows_all(const struct qemu_facts *facts, const struct argv *argv);

/* Which files the guest names: adds to the uses. -ENOMEM. Pure. */
int preflight_add_uses(struct preflight *preflight, size_t number);

/* Reads the file of each use. -ENOMEM. */
int preflight_read_files(struct preflight *preflight);

/* Sets guest->user or guest->no_user: by the running machine's ways, or by the files of another. */
void preflight_find_user(const struct preflight *preflight,
			 struct preflight_guest *guest);

/* Asks whether QEMU's users may open their files. -ENOMEM. */
int preflight_read_access(struct preflight *preflight);

/* The kernel's name of a block device, "sda1"; "" where it has none. */
void preflight_node_name(int machine_fd, uint64_t device, char name[PREFLIGHT_NODE]);

/* Adds a block device that the host uses (`what` says how), and all that it is made of.
 * -ENOMEM. */
int preflight_add_stand(struct preflight_facts *facts, int machine_fd, uint64_t device,
			const char *what);

/* A device that the host stands on below this folder of sysfs's: "sda", "0000:01:00.0". NULL
 * where there is none. Pure. */
const struct preflight_stand *preflight_find_stand(const struct preflight_facts *facts,
						   const char *folder);

/* Reads the other facts. -ENOMEM. */
int preflight_read_facts(struct preflight *preflight);

#endif
