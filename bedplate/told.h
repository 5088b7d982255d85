/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * told.h: what all programs have found, made one list.
 *
 * How it works: each reader (told_read.c) turns what one program says as JSON into rows;
 * told_finish then tells once what two of them tell, and puts the worst first. Nothing here
 * looks at the machine.
 */
#ifndef BEDPLATE_BEDPLATE_TOLD_H
#define BEDPLATE_BEDPLATE_TOLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/findings.h"

struct part;

/* All texts are heap texts, and never NULL. */
struct told {
	enum check_severity severity;
	const char *area;   /* "Memory": a heading */
	const char *source; /* "host-prep": who tells it */
	char *check;        /* "hugepages": what was looked at */
	char *subject;      /* "web, db": the guests or kernels that it is about; "" */
	char *origin;       /* "guests/web.conf:3", below /etc/bedplate; "" */
	char *what, *advice;
	bool mistake; /* it is in a file that a person wrote */
};

struct told_list {
	struct told *items;
	size_t count;
	bool overflow; /* memory ran out */
};

#define TOLD_LIST_INIT        \
	{                     \
		.items = NULL \
	}

void told_list_release(struct told_list *list);
#define _cleanup_told_ __attribute__((cleanup(told_list_release)))

/* Adds a row with copies of the texts. A place in a file in front of `what` ("FILE:LINE: ") or
 * behind it in brackets becomes the origin where that is "", and "; did you mean X?" the
 * advice where there is none. */
void told_add(struct told_list *list, const struct told *row);

/* The same for each line of `what`; the advice is about the first of them. */
void told_add_lines(struct told_list *list, const struct told *row);

/* Adds what a part has said: its JSON by `read`, or why there is none. A part that could not do
 * its work only for what others have told as well is a note. */
void told_add_part(struct told_list *list, const struct part *part);

/* Tells once what is told twice, drops nothing else, and puts the worst first. */
void told_finish(struct told_list *list);

/* Takes the last one away. */
void told_list_drop(struct told_list *list);

/* How many there are of this severity. */
size_t told_count(const struct told_list *list, enum check_severity severity);

/* The exit status that follows: 2 where a file is wrong, 1 where there is a problem. */
int told_exit_code(const struct told_list *list);

/* {"version": 1, "worst": ..., "findings": [...]} */
json_t *told_json(const struct told_list *list);

/* Asks all programs, below `root` where that is not NULL, for a list that is finished (check.c). */
int check_collect(struct told_list *list, const char *root, struct err *err);

/* ---- between its sources: what each program's JSON says ---- */

/* The heading of mistakes in files. */
extern const char told_area_files[];

void told_read_host(struct told_list *list, const json_t *json);
void told_read_guests(struct told_list *list, const json_t *json);
void told_read_images(struct told_list *list, const json_t *json);
void told_read_loader(struct told_list *list, const json_t *json);

#endif
