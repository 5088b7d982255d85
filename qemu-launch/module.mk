# SPDX-License-Identifier: GPL-2.0-or-later
# bedplate qemu-launch: everything in qemu-launch/.
qemu_launch_SRCS := $(wildcard qemu-launch/*.c)
qemu_launch_LIBS := jansson inih
