/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_run.c: bedplate chart: the boot as one time line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bedplate/chart_read.h"
#include "bedplate/commands.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/locale_utf8.h"
#include "lib/log.h"
#include "lib/show_json.h"

enum { COLUMNS = 100 };

static int columns(const struct args *args)
{
	struct winsize size;

	if (!args->output && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return COLUMNS;
}

static int write_json(const struct chart *chart, struct strbuf *out, struct err *err)
{
	json_t *value = chart_json(chart);
	_cleanup_free_ char *text = value ? json_dumps(value, JSON_INDENT(2)) : NULL;

	json_decref(value);
	if (!text)
		return err_sys(err, ENOMEM, "charting the boot");
	strbuf_addf(out, "%s\n", text);
	return 0;
}

static int write_out(const struct args *args, const char *text, struct err *err)
{
	if (args->output)
		return file_replace(AT_FDCWD, args->output, 0644, text, err);
	fputs(text, stdout);
	return show_end(err);
}

static int show(const struct chart *chart, const struct args *args, struct err *err)
{
	_cleanup_strbuf_ struct strbuf out;
	int result;

	strbuf_init(&out, 0);
	if (args->json)
		result = write_json(chart, &out, err);
	else if (args->svg)
		result = chart_write_svg(chart, &out, err);
	else
		result = chart_write_text(chart, columns(args), locale_is_utf8(), &out,
					  err);
	return result ? result : write_out(args, out.text, err);
}

static int draw(const struct args *args, int root_fd, struct err *err)
{
	_cleanup_sources_ struct chart_sources sources = { .guests = NULL };
	_cleanup_chart_ struct chart chart = CHART_INIT;
	bool live = !args->root || !strcmp(args->root, "/");
	int result = chart_read(&sources, root_fd, live, err);

	if (!result)
		result = chart_merge(&chart, &sources, args->all, err);
	if (!result && !chart.spans.count) {
		err_set(err, ENOENT, "nothing is known of this boot");
		for (size_t i = 0; i < chart.left_out.count; i++)
			log_warning("%s", chart.left_out.items[i]);
		return -ENOENT;
	}
	return result ? result : show(&chart, args, err);
}

int chart_run(const struct args *args, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);

	if (args->json && args->svg) {
		err_set(err, EINVAL, "--json and --svg: one of them");
		return EXIT_USAGE;
	}
	if (root_fd < 0 || draw(args, root_fd, err))
		return err_exit_code(err);
	return EXIT_DONE;
}
