/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_point.h: where in the boot an image's features may have programs run: before the step
 * of /init that has this name. mkinitramfs puts them into RUN_POINT_FOLDER/POINT/FEATURE, and
 * /init runs what it finds there.
 */
#ifndef BEDPLATE_LIB_RUN_POINT_H
#define BEDPLATE_LIB_RUN_POINT_H

#define RUN_POINT_FOLDER "etc/bedplate/run"

/* The points in their order. */
#define RUN_POINTS "vfio", "modules", "device", "mount", "switch"

#endif
