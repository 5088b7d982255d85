/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.c: bedplate host-prep iommu: shows what could be passed through. */
#include <errno.h>
#include <stdio.h>

#include "host-prep/commands.h"
#include "host-prep/iommu.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/locale_utf8.h"
#include "lib/show_json.h"

static int show_text(const struct iommu *iommu, bool svg, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (svg)
		iommu_write_svg(iommu, &text);
	else
		iommu_write_tree(iommu, locale_is_utf8(), &text);
	if (text.overflow)
		return err_sys(err, ENOMEM, "showing the IOMMU groups");
	fputs(text.text, stdout);
	return show_end(err);
}

int iommu_run(const struct args *args, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	int result = root_fd < 0 ? root_fd : iommu_read(&iommu, root_fd, err);

	if (args->json && args->svg) {
		err_set(err, EINVAL, "--json and --svg: one of them");
		return EXIT_USAGE;
	}
	if (!result)
		result = args->json ? show_json_value(iommu_json(&iommu), err)
				    : show_text(&iommu, args->svg, err);
	return result ? EXIT_FAILED : EXIT_DONE;
}
