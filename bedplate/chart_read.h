/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_read.h: reads what is known of the boot: the firmware's, /init's, systemd's and the guests' times. */
#ifndef BEDPLATE_BEDPLATE_CHART_READ_H
#define BEDPLATE_BEDPLATE_CHART_READ_H

#include "bedplate/chart.h"
#include "lib/err.h"

/* Reads all sources below a root; the running system's systemd is asked where `live`. What cannot
 * be read is told in `missing`. -ENOMEM, or 0. */
int chart_read(struct chart_sources *sources, int root_fd, bool live, struct err *err);

/* The parts of it. Each adds to `missing` what it does not find. */
void chart_read_init(struct chart_sources *sources, int root_fd);
void chart_read_efi(struct chart_sources *sources, int root_fd);
void chart_read_systemd(struct chart_sources *sources);
void chart_read_guests(struct chart_sources *sources, int root_fd);

/* /init's report, /run/bedplate/boot.json. False where it is none. Pure. */
bool chart_take_init(struct chart_sources *sources, const char *text);

/* What `systemctl show` prints of the manager. Pure. */
void chart_take_manager(struct chart_sources *sources, char *text);

/* What `systemctl show UNIT...` prints: KEY=VALUE lines, an empty line behind each unit
 * (systemctl(1)). The units that the boot's end waited for, as systemd-analyze(1)'s critical-chain has them, and
 * bedplate's own are not minor. Pure; the text is taken apart. */
void chart_take_units(struct chart_sources *sources, char *text);

/* One of LoaderTimeInitUSec and LoaderTimeExecUSec as efivarfs has it: four bytes of
 * attributes, then decimal digits as UTF-16 (systemd.io/BOOT_LOADER_INTERFACE). 0 where it is
 * none. Pure. */
int64_t chart_take_efi(const char *bytes, size_t length);

/* A guest's state (/run/bedplate/guests/NAME.json). False where it has no times. Pure. */
bool chart_take_guest(struct chart_guest *guest, const char *name, const char *text);

/* Tells that something is not on the chart. */
void chart_missing(struct chart_sources *sources, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
