/* SPDX-License-Identifier: GPL-2.0-or-later */
/* block_uuid.h: what udev knows of the file system on a block device. */
#ifndef BEDPLATE_LIB_BLOCK_UUID_H
#define BEDPLATE_LIB_BLOCK_UUID_H

/* The UUID of the file system on a device, as a heap string; NULL where udev does not tell. `name`
 * is the kernel's ("sda1"), `devno` its number as sysfs has it ("8:1"); NULL: not known. */
char *block_uuid(int root_fd, const char *name, const char *devno);

#endif
