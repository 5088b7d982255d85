/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subprogram.c: runs bedplate's other programs and reads their JSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/subprogram.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/libdir.h"
#include "lib/process.h"

enum { TIMEOUT_MS = 60000 };

char *subprogram_path(const char *command)
{
	return format_text("%s/bedplate-%s", libdir_programs(), command);
}

json_t *subprogram_json(const char *command, const char *word, const char *root,
			struct err *err)
{
	_cleanup_free_ char *path = subprogram_path(command);
	_cleanup_strbuf_ struct strbuf output, errors;
	const char *argv[] = { path, word, "--json", "--root", root ? root : "/", NULL };
	struct process process = { .argv = argv,
				   .output = &output,
				   .errors = &errors,
				   .timeout_ms = TIMEOUT_MS };
	json_t *answer;
	int result;

	strbuf_init(&output, 0);
	strbuf_init(&errors, 0);
	if (!path) {
		err_sys(err, ENOMEM, "running bedplate %s", command);
		return NULL;
	}
	/* An exit status that is not 0 may be a finding, told in the JSON, too. */
	result = process_run(&process, err);
	answer = json_loads(output.text, 0, NULL);
	if (answer)
		err_clear(err);
	else if (*errors.text)
		err_set(err, EPROTO, "bedplate %s %s: %.*s", command, word,
			(int)strcspn(errors.text, "\n"), errors.text);
	else if (result)
		err_wrap(err, "bedplate %s %s", command, word);
	else
		err_set(err, EPROTO, "bedplate %s %s has printed no JSON", command, word);
	return answer;
}
