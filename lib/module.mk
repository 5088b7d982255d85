# SPDX-License-Identifier: GPL-2.0-or-later
# The shared library: everything in lib/.
lib_SRCS := $(wildcard lib/*.c lib/value/*.c lib/schema/*.c)
