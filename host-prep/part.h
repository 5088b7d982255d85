/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part.h: the parts of a host's preparation that come one after the other, each on its own.
 *
 * How it works: a part reads the machine below the root and adds the steps from what is to
 * what the configuration says. Its section of the journal has what it made and what stood
 * there before it; `plan` changes that section to what will hold once the steps are done,
 * and it is saved before they are, so that `down` knows after a crash, too. What the
 * configuration no longer asks for, but the journal has, is taken back by `plan` as well.
 */
#ifndef BEDPLATE_HOST_PREP_PART_H
#define BEDPLATE_HOST_PREP_PART_H

#include <jansson.h>

#include "host-prep/step.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/guests.h"
#include "lib/schema/host.h"
#include "lib/strbuf.h"

struct want_all;
struct left_out;

/* Nothing of it is owned by a part. The descriptor must outlive the steps. */
struct part_context {
	int root_fd;
	int lock_fd;                  /* journal_lock; 0: there is none */
	const struct host_conf *host; /* the values, */
	const struct conf *conf;      /* and where they come from */
	const struct guests *guests;
	json_t *journal;      /* the part's section: an object, at first empty */
	json_t *loaded;       /* a section of all parts', see kmod_need.h; may be NULL */
	const json_t *before; /* the whole journal, as it was read; NULL for restore */
	struct want_all **networks; /* see want_all_get (want_all.h); NULL for restore */
	const struct left_out *left_out; /* left_out_apply; NULL: no network is */
	/* Lines for a person, about what no step can do, and about what may still come. Both may be
	 * NULL. */
	struct strbuf *notes, *missing;
};

struct part {
	const char *name;  /* as in `up NAME`, in plans and in the journal */
	const char *group; /* by which several are asked for together; NULL */
	const char *help;  /* one line */
	/* Names of the parts without which it would make no sense, ended by NULL; NULL: none.
	 * They come before it. */
	const char *const *needs;
	/* Adds the steps to what is wanted; none where all is so already. -ENODEV where a device
	 * is not there, which may still come. */
	int (*plan)(const struct part_context *context, struct steps *steps,
		    struct err *err);
	/* Adds the steps that take back what the journal has, and empties it. */
	int (*down)(const struct part_context *context, struct steps *steps,
		    struct err *err);
	/* Its section has an entry for each thing, which plan and down take out with the step
	 * that takes the thing back. Until the steps are done the journal keeps those. A part
	 * without this sees to that itself. */
	bool drops_entries;
	/* Takes out of the journal's section what had to stand there only until the steps
	 * were done, and notes what only shows then; NULL: nothing. */
	void (*settle)(json_t *section);
	/* For `up --confirm`: what is there now that the steps may change, in whatever form
	 * restore takes; NULL where there is nothing. The context's journal is as it was
	 * before the plan. restore brings it back, whatever is there by then. */
	int (*save)(const struct part_context *context, json_t **saved, struct err *err);
	int (*restore)(const struct part_context *context, const json_t *saved,
		       struct err *err);
	/* What the section of the journal tells of was made anew, by undoing steps or by
	 * restore: brings it up to date where it knows things by numbers of the kernel's.
	 * `hint` is what save gave, or the section as the plan made it; NULL: nothing. */
	void (*made_anew)(json_t *section, const json_t *hint);
};

extern const struct part kmod_part, sysctl_part, ksm_part, cpu_part, swap_part,
	hugepage_part, vfio_part, udev_part, nat_part, links_part, dhcp_part, vpn_part,
	client_part, coexist_part, firewalld_part, bridge_helper_part, names_part;

/* These, in the order in which `up` takes them; `down` goes backwards. Ended by NULL. */
extern const struct part *const host_parts[];

/* The same context for one of several kinds of things, whose journal is the object under this key of
 * the part's section; made where there is none. */
struct part_context part_below(const struct part_context *context, const char *key);

/* Whether it is one of this group. */
bool part_is_of(const struct part *part, const char *group);

/* Adds a line to the notes. */
void part_note(const struct part_context *context, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what is not there, and may still come, where the plan does not fail for it. */
void part_missing(const struct part_context *context, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
