/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_file.h: where a kernel's own file lies. */
#ifndef BEDPLATE_LIB_KERNEL_FILE_H
#define BEDPLATE_LIB_KERNEL_FILE_H

#include <stdint.h>

/*
 * The path below the root of a version's kernel, as a heap string without a leading slash; NULL
 * where there is none, or no memory. The first that is a regular file of
 *
 *	DIR/vmlinuz-VERSION               dir is the folder of the images; NULL: not asked for
 *	boot/vmlinuz-VERSION, boot/vmlinux-VERSION
 *	boot/kernel-VERSION               Gentoo's installkernel
 *	usr/lib/modules/VERSION/vmlinuz, lib/modules/VERSION/vmlinuz
 *	boot/vmlinuz-PKGBASE              what Arch calls it by (the file pkgbase beside the modules);
 *	                                  only where it says that it is of this version
 *
 * What kernel-install(8) puts below $BOOT is a copy of one of these, and is not looked at.
 */
char *kernel_file_find(int root_fd, const char *dir, const char *version);

/* What an x86 bzImage that begins at this offset of the file says it is, as a heap string: the
 * release, who built it, and which build it was; a signature does not change it. NULL where it
 * is none, or no memory. Source: kernel Documentation/arch/x86/boot.rst (HdrS, kernel_version). */
char *kernel_file_banner(int fd, uint64_t start);

/* The release ("6.1.0-18-amd64") that an x86 bzImage has in its banner, as a heap string; NULL
 * where the file is none. */
char *kernel_file_release(int fd);

#endif
