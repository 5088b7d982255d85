# SPDX-License-Identifier: GPL-2.0-or-later
# bedplate boot: everything in boot/.
boot_SRCS := $(wildcard boot/*.c)
boot_LIBS := jansson lzma inih blkid
