# SPDX-License-Identifier: GPL-2.0-or-later
# Bedplate. `make demo` shows it, `make check` proves it, `make help` lists the rest.

B ?= build
V ?= 0
PREFIX ?= /usr
SYSCONFDIR ?= /etc
VERSION := $(shell cat VERSION)
LIBDIR = $(PREFIX)/lib/bedplate

ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
ifneq ($(V),1)
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
endif

.PHONY: all help
all:

include deps/deps.mk
include lib/module.mk bedplate/module.mk

PROGRAMS := $(B)/bedplate/bedplate

CC = musl-gcc
NATIVE_CC ?= gcc
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
CPPFLAGS := -D_GNU_SOURCE -DBEDPLATE_VERSION='"$(VERSION)"' -DBEDPLATE_LIBDIR='"$(LIBDIR)"' -I.
CFLAGS ?= -Os -g
BASE_CFLAGS := -std=gnu11 $(WARNINGS) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)/= -MMD -MP
PROGRAM_CFLAGS := $(BASE_CFLAGS) $(DEPS_CFLAGS)
PROGRAM_LDFLAGS := -static -Wl,--gc-sections -Wl,-z,relro -Wl,-z,noexecstack $(DEPS_LDFLAGS)

# --- set-up: what the machine lacks, by package name ---------------------------------------

.PHONY: setup
setup: $(B)/setup-build.stamp
$(B)/setup-%.stamp: tools/setup
	@mkdir -p $(@D)
	@tools/setup $*
	@touch $@
# Nothing is built before the tools are there. Only deps and objects name it: they are what
# everything else is made of.
$(DEPS_KERNEL_HEADERS): | $(B)/setup-build.stamp

# --- programs ------------------------------------------------------------------------------

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJS := $(call objects,$(lib_SRCS))

$(B)/obj/%.o: %.c $(B)/flags | $(DEPS_STAMPS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(PROGRAM_CFLAGS) $(CFLAGS) -c -o $@ $<

# A change of flags is a change of every object; warnings change none.
FLAGS := $(filter-out $(WARNINGS),$(CC) $(CPPFLAGS) $(PROGRAM_CFLAGS) $(CFLAGS) $(PROGRAM_LDFLAGS))
ifneq ($(FLAGS),$(file <$(B)/flags))
$(shell mkdir -p $(B))
$(file >$(B)/flags,$(FLAGS))
endif

$(B)/lib/libbedplate.a: $(LIB_OBJS)
	@mkdir -p $(@D)
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^

# program(path, name): links NAME_SRCS and the library; keeps symbols beside it in PATH.debug.
define program
$(1): $(call objects,$($(2)_SRCS)) $(B)/lib/libbedplate.a
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(PROGRAM_LDFLAGS) -o $$@.debug $$^ $(addprefix -l,$($(2)_LIBS)) -lpthread
	$$(Q)strip -o $$@ $$@.debug
endef
$(eval $(call program,$(B)/bedplate/bedplate,bedplate))

all: $(PROGRAMS)

.PHONY: clean distclean
clean:
	rm -rf $(B)/obj $(B)/lib $(B)/init $(B)/mkinitramfs $(B)/bedplate $(B)/tools $(B)/man \
		$(B)/sample $(B)/completion $(B)/unit $(B)/unit-san $(B)/fuzz $(B)/lint $(B)/flags \
		$(B)/tests $(B)/vm/disks $(B)/vm/images $(B)/vm/logs

distclean:
	rm -rf $(B)

# --- tests ---------------------------------------------------------------------------------

include tests/tests.mk

help:
	@sed -n 's/^#H //p' Makefile

-include $(shell find $(B)/obj $(B)/unit $(B)/unit-san -name '*.d' 2>/dev/null)

#H make                 build everything into build/
#H make check           run every test; ends with "N passed, N failed"
#H make check-unit, check-san, check-golden, check-vm, check-fuzz, lint: parts of it
#H make check-vm CASES=regex     only the VM cases whose name matches
#H make fuzz FUZZ_SECONDS=60     run each fuzzer for a time
#H make clean           remove what was built but the third-party parts; distclean: everything
#H
#H Variables: V=1 shows commands; SOURCES=dir[:dir] takes source archives from there; WERROR=1;
#H            CC=musl-gcc; KERNEL=bookworm|trixie, MACHINE=q35|pc, ACCEL=auto|kvm|tcg for VM tests
