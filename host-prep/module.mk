# SPDX-License-Identifier: GPL-2.0-or-later
# bedplate host-prep: everything in host-prep/.
host_prep_SRCS := $(wildcard host-prep/*.c)
host_prep_LIBS := jansson inih blkid
