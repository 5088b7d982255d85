/* SPDX-License-Identifier: GPL-2.0-or-later */
/* patience.c: waits for what the files name and is not there yet, and tells what it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/patience.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/value/units.h"

/* What others have done with is known by their files, of which no event tells. Nobody waits for
 * what has not come within a minute: it is looked for less and less often. */
enum { TELL_MS = 1000, LOOK_MS = 1000, EAGER_MS = 60000, LOOK_MAX_MS = 30000 };

void patience_release(struct patience *patience)
{
	waiter_release(&patience->waiter);
	free(patience->told);
}

int patience_open(struct patience *patience, const struct args *args, struct err *err)
{
	uint64_t ms = args->late ? SPAN_INFINITY : 0;

	*patience = (struct patience){ .waiter = WAITER_INIT, .look_ms = LOOK_MS };
	if (!args->wait && !args->late)
		return 0;
	if (!args->late && span_parse(args->wait, &ms, err)) {
		err_wrap(err, "--wait");
		return err_mistake(err);
	}
	patience->begin_ms = clock_ms();
	patience->tell_ms = patience->begin_ms + TELL_MS;
	patience->end_ms = ms < INT32_MAX ? patience->begin_ms + (int64_t)ms : INT64_MAX;
	return ms ? waiter_open(&patience->waiter, err) : 0;
}

static void tell(struct patience *patience, const char *missing, int64_t now)
{
	_cleanup_strbuf_ struct strbuf left;

	strbuf_init(&left, 0);
	if (now < patience->tell_ms ||
	    (patience->told && !strcmp(patience->told, missing)))
		return;
	if (patience->end_ms != INT64_MAX) {
		span_format((uint64_t)(patience->end_ms - now + 999) / 1000 * 1000,
			    &left);
		strbuf_adds(&left, " at most");
	}
	log_info("waiting%s%s: %.*s", left.length ? " " : "", left.text,
		 (int)strlen(missing) - (*missing != '\0'), missing);
	free(patience->told);
	patience->told = strdup(missing);
}

static int wait_until(struct patience *patience, int64_t end_ms, struct err *err)
{
	int result = waiter_wait(&patience->waiter, end_ms, err);

	if (result > 0)
		patience->look_ms = LOOK_MS;
	else if (clock_ms() - patience->begin_ms > EAGER_MS)
		patience->look_ms = patience->look_ms * 2 < LOOK_MAX_MS
					    ? patience->look_ms * 2
					    : LOOK_MAX_MS;
	return result < 0 ? result : 1;
}

int patience_wait(struct patience *patience, struct prepare *prepare, struct err *err)
{
	int64_t now = clock_ms(), end = now + patience->look_ms;
	bool waited = patience->waited;

	/* The last that came may have come when half of the host had been looked at. */
	patience->waited = false;
	if (!prepare->missing.length || now >= patience->end_ms)
		return waited;
	patience->waited = true;
	cleanup_close(&prepare->lock_fd);
	prepare->lock_fd = -1;
	tell(patience, prepare->missing.text, now);
	if (now < patience->tell_ms && patience->tell_ms < end)
		end = patience->tell_ms;
	if (patience->end_ms < end)
		end = patience->end_ms;
	return wait_until(patience, end, err);
}
