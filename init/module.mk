# SPDX-License-Identifier: GPL-2.0-or-later
# /init: process 1 of the initramfs: everything in init/.
init_SRCS := $(wildcard init/*.c)
init_LIBS := blkid jansson inih unzstd
