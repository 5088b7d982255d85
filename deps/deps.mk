# SPDX-License-Identifier: GPL-2.0-or-later
# Third-party parts: each is built once into $(B)/deps and remembered by $(B)/deps/NAME.stamp.
#
#   make deps                       all of them
#   make SOURCES=dir[:dir...] ...   take the source archives from these folders
#
# Results: $(B)/deps/{include,lib,sbin/lvm,sbin/e2fsck,bin/busybox}, $(B)/deps/native for unit tests.
# Compile with $(DEPS_CFLAGS), link with $(DEPS_LDFLAGS); $(INIH_CFLAGS) is what libinih.a was
# built with (the installed ini.h sets the same by itself).

B ?= build

DEPS := libaio util-linux lvm2 e2fsprogs zstd xz zlib kmod busybox lz4 jansson inih
DEPS_STAMPS := $(DEPS:%=$(B)/deps/%.stamp)
DEPS_KERNEL_HEADERS := $(B)/deps/kernel-headers.stamp

DEPS_CFLAGS := -I$(B)/deps/include -idirafter $(B)/deps/kernel-headers
DEPS_LDFLAGS := -L$(B)/deps/lib
INIH_CFLAGS := $(shell cat $(dir $(lastword $(MAKEFILE_LIST)))inih/flags)

.PHONY: deps
deps: $(DEPS_STAMPS)

# The kernel's headers, which the machine has for its own libc, for musl as well. The link of
# linux/version.h is looked through, so that a removed linux-libc-dev shows.
$(DEPS_KERNEL_HEADERS): /usr/include/linux/version.h
	@mkdir -p $(B)/deps/kernel-headers
	@for dir in linux asm asm-generic mtd; do \
		from=/usr/include/$$dir; \
		[ -d $$from ] || from=/usr/include/$$(gcc -print-multiarch)/$$dir; \
		[ -d $$from ] || { echo "$$dir: no kernel headers (linux-libc-dev)" >&2; exit 1; }; \
		ln -sfn $$from $(B)/deps/kernel-headers/$$dir; \
	done
	@touch $@

# What a part is made of besides its own folder.
$(B)/deps/lvm2.stamp: $(B)/deps/libaio.stamp
$(B)/deps/kmod.stamp: $(B)/deps/zstd.stamp $(B)/deps/xz.stamp $(B)/deps/zlib.stamp

define deps_rule
$(B)/deps/$(1).stamp: $(wildcard deps/$(1)/*) deps/build-part tools/static-pie $(DEPS_KERNEL_HEADERS)
	+@unset SOURCES; BEDPLATE_BUILD='$(abspath $(B))' BEDPLATE_SOURCES='$(SOURCES)' V='$(V)' deps/build-part $(1)
endef
$(foreach part,$(DEPS),$(eval $(call deps_rule,$(part))))
