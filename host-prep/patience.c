/* SPDX-License-Identifier: GPL-2.0-or-later */
/* patience.c: waits for what the files name and is not there yet, and tells what it is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/patience.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/value/units.h"

/* What others have done with is known by their files, of which no event tells. */
enum { TELL_MS = 1000, LOOK_MS = 1000 };

void patience_release(struct patience *patience)
{
	waiter_release(&patience->waiter);
	free(patience->told);
}

int patience_open(struct patience *patience, const struct args *args, struct err *err)
{
	uint64_t ms = 0;

	*patience = (struct patience){ .waiter = WAITER_INIT };
	if (!args->wait)
		return 0;
	if (span_parse(args->wait, &ms, err)) {
		err_wrap(err, "--wait");
		return err_mistake(err);
	}
	patience->tell_ms = wait_now() + TELL_MS;
	patience->end_ms = wait_now() + (int64_t)(ms < INT32_MAX ? ms : INT32_MAX);
	return ms ? waiter_open(&patience->waiter, err) : 0;
}

static void tell(struct patience *patience, const char *missing, int64_t now)
{
	_cleanup_strbuf_ struct strbuf left;

	strbuf_init(&left, 0);
	if (now < patience->tell_ms ||
	    (patience->told && !strcmp(patience->told, missing)))
		return;
	span_format((uint64_t)(patience->end_ms - now + 999) / 1000 * 1000, &left);
	log_info("waiting %s at most: %.*s", left.text,
		 (int)strlen(missing) - (*missing != '\0'), missing);
	free(patience->told);
	patience->told = strdup(missing);
}

int patience_wait(struct patience *patience, struct prepare *prepare, struct err *err)
{
	int64_t now = wait_now(), end = now + LOOK_MS;
	bool waited = patience->waited;
	int result;

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
	result = waiter_wait(&patience->waiter, end, err);
	return result ? result : 1;
}
