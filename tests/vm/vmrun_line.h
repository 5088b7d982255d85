/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vmrun_line.h: a stream of characters cut into lines, without terminal control. */
#ifndef BEDPLATE_TESTS_VM_VMRUN_LINE_H
#define BEDPLATE_TESTS_VM_VMRUN_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_SIZE 4096

struct line {
	char text[LINE_SIZE];
	size_t length;
	size_t answered; /* text before this has been answered by a rule */
	int escape;      /* 0: text, 1: after ESC, 2: inside a CSI sequence */
};

/* Appends one character; true when it completes the line. */
bool line_put(struct line *line, char c);

/* Starts the next line. */
void line_reset(struct line *line);

#endif
