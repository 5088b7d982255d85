/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_line.c: what a guest's lines tell. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/probe_words.h"
#include "mkinitramfs/trial_private.h"

void trial_feed(struct trial_stream *stream, const char *data, size_t size,
		void (*found)(void *context, const char *line), void *context)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\n') {
			stream->line[stream->length] = '\0';
			if (stream->length)
				found(context, stream->line);
			stream->length = 0;
		} else if ((c >= 0x20 && c != 0x7f) || c == '\t') {
			if (stream->length + 1 < sizeof(stream->line))
				stream->line[stream->length++] =
					c == '\t' ? ' ' : (char)c;
		}
	}
}

static void keep(struct trial_result *result, const char *line)
{
	snprintf(result->lines[result->line_count++ % TRIAL_LINES], TRIAL_LINE, "%s",
		 line);
}

/* What /init says when it gives up, and what the kernel says: the first word counts. */
static void keep_trouble(struct trial_result *result, const char *line)
{
	static const char *const words[] = { "bedplate: the boot has stopped: ",
					     "Kernel panic - not syncing: " };

	for (size_t i = 0; !result->trouble[0] && i < ARRAY_SIZE(words); i++) {
		const char *at = strstr(line, words[i]);

		if (at)
			snprintf(result->trouble, sizeof(result->trouble), "%s",
				 at + strlen("bedplate: ") * !i);
	}
}

bool trial_take(struct trial_result *result, const char *line, const char *token,
		bool console)
{
	const char *at = strstr(line, PROBE_WORD " ");
	size_t length = strlen(token);

	if (console) {
		keep(result, line);
		keep_trouble(result, line);
		result->kernel_spoke |= strstr(line, "Linux version ") != NULL;
		result->init_started |= strstr(line, "Run /init as init") != NULL;
	}
	if (!at)
		return false;
	at += sizeof(PROBE_WORD);
	if (strncmp(at, token, length) != 0 || at[length] != ' ')
		return false;
	snprintf(result->root, sizeof(result->root), "%s", at + length + 1);
	return true;
}

void trial_console(const struct trial_result *result, struct strbuf *out)
{
	size_t count =
		result->line_count < TRIAL_LINES ? result->line_count : TRIAL_LINES;

	for (size_t i = result->line_count - count; i < result->line_count; i++)
		strbuf_addf(out, "%s\n", result->lines[i % TRIAL_LINES]);
}
