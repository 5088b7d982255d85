/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iommu.h: what the IOMMU keeps apart, and what of it a guest could be given.
 *
 * How it works: iommu_read takes in every PCI function with its group, driver, reset
 * methods and what the host does with it; iommu_judge (pure) says of each what stands in
 * the way. The three forms that it is shown in are made of nothing but that.
 *
 * A guest gets a group or nothing of it: every function of it that is no bridge must be on
 * a driver of vfio's or have none (kernel Documentation/driver-api/vfio.rst).
 */
#ifndef BEDPLATE_HOST_PREP_IOMMU_H
#define BEDPLATE_HOST_PREP_IOMMU_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/pci.h"
#include "lib/pci_names.h"
#include "lib/pci_use.h"
#include "lib/strbuf.h"

enum { IOMMU_TEXT = PCI_USE_TEXT, IOMMU_REASON = 512 };

enum iommu_verdict {
	IOMMU_NONE,     /* nobody would: a bridge, a part of the chipset */
	IOMMU_READY,    /* its group is free of the host's drivers */
	IOMMU_ALONE,    /* it can be, as the only one in its group */
	IOMMU_TOGETHER, /* it can be, with others of its group */
	IOMMU_HOST,     /* the host stands on it, or on another in its group */
	IOMMU_BLOCKED,  /* not as things are; the reason says what is in the way */
	IOMMU_NO_GROUP, /* no IOMMU has it */
	IOMMU_VERDICTS
};

struct iommu_function {
	struct pci_function pci;
	char vendor[PCI_NAMES_TEXT], device[PCI_NAMES_TEXT], class_name[PCI_NAMES_TEXT];
	char group_type[32]; /* "DMA-FQ", "identity", ...; "" unknown */
	char reset
		[IOMMU_TEXT]; /* the kernel's words, in its order: "flr bus"; "": none */
	bool reset_unnamed; /* it can be reset; before 5.15 the kernel does not say how */
	bool on_root_bus;   /* no bridge above it that is a PCI device */
	bool is_virtual;    /* an SR-IOV virtual function */
	char uses[IOMMU_TEXT]; /* what drivers have made of it: "eno1, sda"; "" */
	char held
		[IOMMU_TEXT]; /* what the host has mounted or swaps to on it: "/ (sda2)"; "" */
	char up[IOMMU_TEXT]; /* of `uses` the network interfaces that are up; "" */
	/* by iommu_judge */
	enum iommu_verdict verdict;
	char reason[IOMMU_REASON]; /* of IOMMU_HOST and IOMMU_BLOCKED */
};

struct iommu {
	struct iommu_function
		*items; /* by group, then address; those without a group last */
	size_t count;
	bool is_on;     /* there are groups */
	bool has_names; /* there is a list of names */
};

#define IOMMU_INIT            \
	{                     \
		.items = NULL \
	}

/* Reads sys/bus/pci, sys/kernel/iommu_groups, sys/class/{net,block,drm}, mounts and swaps
 * below the root, and judges it. */
int iommu_read(struct iommu *iommu, int root_fd, struct err *err);
void iommu_release(struct iommu *iommu);
#define _cleanup_iommu_ __attribute__((cleanup(iommu_release)))

/* Sets each verdict and reason. Pure. */
void iommu_judge(struct iommu *iommu);

/* Whether a driver leaves the function to guests. */
bool iommu_is_driver_for_guests(const char *driver);

/* Whether `other` goes with the function because it is in the same group. */
bool iommu_goes_with(const struct iommu_function *function,
		     const struct iommu_function *other);

/* Whether `other` is in another group (or in none) but is a part of the same graphics card:
 * its sound, its USB. */
bool iommu_is_same_card(const struct iommu *iommu, const struct iommu_function *function,
			const struct iommu_function *other);

/* The verdict in one word for programs ("together") and in a sentence for people ("only
 * together with 0000:01:00.1"). */
const char *iommu_verdict_word(enum iommu_verdict verdict);
void iommu_verdict_write(const struct iommu *iommu, const struct iommu_function *function,
			 struct strbuf *out);

/* What else a person should know, one line each: no reset, other parts of the card. */
void iommu_remarks_write(const struct iommu *iommu, const struct iommu_function *function,
			 const char *before, struct strbuf *out);

/* Class, maker and name with the identity behind: "Audio device: NVIDIA ... [10de:10f0]". */
void iommu_title_write(const struct iommu_function *function, struct strbuf *out);
/* What it is like now: "driver nouveau, reset by flr, eno1". */
void iommu_state_write(const struct iommu_function *function, struct strbuf *out);

/* The whole as a tree, of UTF-8 or ASCII lines; as JSON; as an SVG document. */
void iommu_write_tree(const struct iommu *iommu, bool utf8, struct strbuf *out);
json_t *iommu_json(const struct iommu *iommu);
void iommu_write_svg(const struct iommu *iommu, struct strbuf *out);

#endif
