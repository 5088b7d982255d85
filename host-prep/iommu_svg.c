/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iommu_svg.c: IOMMU groups as an SVG document: a box a group, in it three lines a
 * function, with a bar in front whose colour is the verdict's.
 */
#include <stdio.h>
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/cleanup.h"
#include "lib/svg.h"

enum {
	MARGIN = 16,
	LINE = 17,
	HEAD = 26,  /* of a box */
	ENTRY = 62, /* three lines and a gap */
	GAP = 14,   /* between boxes */
	LEGEND = 24,
};

static const struct svg_look looks[IOMMU_VERDICTS] = {
	[IOMMU_NONE] = { "#b8b8b8", "part of the host" },
	[IOMMU_READY] = { "#1a7f37", "a guest can have it now" },
	[IOMMU_ALONE] = { "#0969da", "can be passed through" },
	[IOMMU_TOGETHER] = { "#bf8700", "only together with others" },
	[IOMMU_HOST] = { "#cf222e", "the host stands on it" },
	[IOMMU_BLOCKED] = { "#8250df", "something is in the way" },
	[IOMMU_NO_GROUP] = { "#6e7781", "no IOMMU" },
};

static const char *const style = ".head, .name { font-weight: bold; }\n"
				 ".state { fill: #59636e; }\n"
				 ".group { fill: #f6f8fa; stroke: #d1d9e0; }\n";

/* The three lines of a function. */
static void write_lines(const struct iommu *iommu, const struct iommu_function *function,
			struct strbuf lines[3])
{
	for (size_t i = 0; i < 3; i++)
		strbuf_init(&lines[i], 0);
	strbuf_addf(&lines[0], "%s  ", function->pci.name);
	iommu_title_write(function, &lines[0]);
	iommu_state_write(function, &lines[1]);
	iommu_verdict_write(iommu, function, &lines[2]);
}

static int widest(const struct iommu *iommu)
{
	int pixels = 648; /* the legend's */

	for (size_t i = 0; i < iommu->count; i++) {
		struct strbuf lines[3];

		write_lines(iommu, &iommu->items[i], lines);
		for (size_t j = 0; j < 3; j++) {
			int length = svg_width(lines[j].text);

			pixels = length > pixels ? length : pixels;
			strbuf_release(&lines[j]);
		}
	}
	return pixels + 2 * MARGIN + 20;
}

static void write_function(const struct iommu *iommu,
			   const struct iommu_function *function, int y,
			   struct strbuf *out)
{
	static const char *const styles[] = { "name", "state", "verdict" };
	struct strbuf lines[3];

	strbuf_addf(out,
		    "<rect x=\"%d\" y=\"%d\" width=\"4\" height=\"%d\" fill=\"%s\"/>\n",
		    2 * MARGIN - 6, y, ENTRY - 10, looks[function->verdict].colour);
	write_lines(iommu, function, lines);
	for (size_t i = 0; i < 3; i++) {
		if (lines[i].length)
			svg_line(out, 2 * MARGIN + 6, y + 13 + (int)i * LINE, styles[i],
				 lines[i].text);
		strbuf_release(&lines[i]);
	}
}

/* A group's box; returns where the next begins. */
static int write_group(const struct iommu *iommu, size_t first, size_t count, int y,
		       int width, struct strbuf *out)
{
	const struct iommu_function *head = &iommu->items[first];
	int height = HEAD + (int)count * ENTRY;
	char text[80];

	if (head->pci.group < 0)
		snprintf(text, sizeof(text), "without a group");
	else
		snprintf(text, sizeof(text), "IOMMU group %d%s%s", head->pci.group,
			 head->group_type[0] ? ", " : "", head->group_type);
	strbuf_addf(out,
		    "<g><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
		    "class=\"group\"/>\n",
		    MARGIN, y, width - 2 * MARGIN, height);
	svg_line(out, MARGIN + 10, y + 17, "head", text);
	for (size_t i = 0; i < count; i++)
		write_function(iommu, &iommu->items[first + i], y + HEAD + (int)i * ENTRY,
			       out);
	strbuf_adds(out, "</g>\n");
	return y + height + GAP;
}

static size_t group_length(const struct iommu *iommu, size_t first)
{
	size_t end = first + 1;

	while (end < iommu->count &&
	       iommu->items[end].pci.group == iommu->items[first].pci.group)
		end++;
	return end - first;
}

void iommu_write_svg(const struct iommu *iommu, struct strbuf *out)
{
	int width = widest(iommu), height = MARGIN + LEGEND, y = MARGIN;
	int legend = 2 * MARGIN + svg_legend_width(looks, IOMMU_VERDICTS);

	width = legend > width ? legend : width;
	for (size_t i = 0; i < iommu->count; i += group_length(iommu, i))
		height += HEAD + (int)group_length(iommu, i) * ENTRY + GAP;
	svg_begin(out, "IOMMU groups", style, width, height);
	for (size_t i = 0; i < iommu->count; i += group_length(iommu, i))
		y = write_group(iommu, i, group_length(iommu, i), y, width, out);
	svg_legend(out, MARGIN, y + 12, "state", looks, IOMMU_VERDICTS);
	strbuf_adds(out, "</svg>\n");
}
