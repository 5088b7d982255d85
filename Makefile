# SPDX-License-Identifier: GPL-2.0-or-later
# Bedplate. `make demo` shows it, `make check` proves it, `make help` lists the rest.

B ?= build
V ?= 0
PREFIX ?= /usr
SYSCONFDIR ?= /etc
VERSION := $(shell cat VERSION)
LIBDIR = $(PREFIX)/lib/bedplate
UNITDIR = $(PREFIX)/lib/systemd/system
GENERATORDIR = $(PREFIX)/lib/systemd/system-generators
# Whose hooks are installed: folders of hooks/. By default those of this machine's packaging system.
HOOKS ?= $(if $(wildcard /etc/debian_version),debian) $(if $(wildcard /etc/pacman.conf),pacman) \
	$(if $(wildcard /etc/apk),apk) $(if $(wildcard /etc/gentoo-release),gentoo) kernel-install

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
-include lib/module.mk init/module.mk init-probe/module.mk mkinitramfs/module.mk boot/module.mk host-prep/module.mk qemu-launch/module.mk bedplate/module.mk
-include tests/vm/module.mk tests/vm/netguest/module.mk tests/net/module.mk tests/guests/module.mk

PROGRAMS := $(B)/init/init $(B)/init-probe/init-probe $(B)/mkinitramfs/bedplate-mkinitramfs \
	$(B)/boot/bedplate-boot $(B)/host-prep/bedplate-host-prep \
	$(B)/qemu-launch/bedplate-qemu-launch $(B)/bedplate/bedplate

CC = musl-gcc
# What links the programs: the same, to position-independent ones.
LINK = MUSL_CC='$(CC)' tools/static-pie
NATIVE_CC ?= gcc
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wvla -Wformat=2
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
CPPFLAGS := -D_GNU_SOURCE -DBEDPLATE_VERSION='"$(VERSION)"' -I.
CFLAGS ?= -Os -g
# musl has no checks for _FORTIFY_SOURCE, and never asks the kernel for a shadow stack: neither
# that nor -fcf-protection would do anything.
HARDENING := -fPIE -fstack-protector-strong -fstack-clash-protection
BASE_CFLAGS := -std=gnu11 $(WARNINGS) $(HARDENING) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -ffile-prefix-map=$(CURDIR)/= -MMD -MP
PROGRAM_CFLAGS := $(BASE_CFLAGS) $(DEPS_CFLAGS)
PROGRAM_LDFLAGS := -static -Wl,--gc-sections $(DEPS_LDFLAGS)

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
# A fresh machine has not got this header yet when make looks for it.
/usr/include/linux/version.h: | $(B)/setup-build.stamp
	@test -e $@ || { echo "$@ is missing (linux-libc-dev)" >&2; exit 1; }

# --- programs ------------------------------------------------------------------------------

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
LIB_OBJS := $(call objects,$(lib_SRCS))

$(B)/obj/%.o: %.c $(B)/flags | $(DEPS_STAMPS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(PROGRAM_CFLAGS) $(CFLAGS) -c -o $@ $<

# A change of flags is a change of every object; warnings change none, nor does the whole path of the build folder.
FLAGS := $(subst $(CURDIR)/,,$(filter-out $(WARNINGS),$(CC) $(CPPFLAGS) $(PROGRAM_CFLAGS) $(CFLAGS) $(PROGRAM_LDFLAGS)))
ifneq ($(FLAGS),$(file <$(B)/flags))
$(shell mkdir -p $(B))
$(file >$(B)/flags,$(FLAGS))
endif

# Where it is installed is told to one file only.
$(B)/obj/lib/libdir.o $(B)/unit-san/obj/lib/libdir.o $(B)/fuzz/obj/lib/libdir.o: CPPFLAGS += -DBEDPLATE_LIBDIR='"$(LIBDIR)"'
$(B)/obj/lib/libdir.o: $(B)/libdir
ifneq ($(LIBDIR),$(file <$(B)/libdir))
$(file >$(B)/libdir,$(LIBDIR))
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
	$$(Q)$$(LINK) $$(PROGRAM_LDFLAGS) -o $$@.debug $$^ $(addprefix -l,$($(2)_LIBS)) -lpthread
	$$(Q)strip -o $$@ $$@.debug
endef
$(eval $(call program,$(B)/init/init,init))
$(eval $(call program,$(B)/init-probe/init-probe,init_probe))
$(eval $(call program,$(B)/mkinitramfs/bedplate-mkinitramfs,mkinitramfs))
$(eval $(call program,$(B)/boot/bedplate-boot,boot))
$(eval $(call program,$(B)/host-prep/bedplate-host-prep,host_prep))
$(eval $(call program,$(B)/qemu-launch/bedplate-qemu-launch,qemu_launch))
$(eval $(call program,$(B)/bedplate/bedplate,bedplate))
schema_gen_SRCS := tools/schema-gen.c bedplate/args.c mkinitramfs/args.c boot/args.c host-prep/args.c qemu-launch/args.c
schema_gen_LIBS := inih
$(eval $(call program,$(B)/tools/schema-gen,schema_gen))
option_check_SRCS := tools/option-check.c $(filter %/args.c,$(schema_gen_SRCS))
option_check_LIBS := inih
$(eval $(call program,$(B)/tools/option-check,option_check))
killat_SRCS := tests/golden/killat.c
$(eval $(call program,$(B)/tests/golden/killat,killat))
$(eval $(call program,$(B)/tests/net/netstate,netstate))
$(eval $(call program,$(B)/tests/vm/vmrun,vmrun))
$(eval $(call program,$(B)/tests/vm/testinit,testinit))
$(eval $(call program,$(B)/tests/vm/lvmnative,lvmnative))
$(eval $(call program,$(B)/tests/vm/ksmpages,ksmpages))
$(eval $(call program,$(B)/tests/vm/vsocksay,vsocksay))

# --- what comes out of the schema and the manual pages --------------------------------------

# The release's time, by the package's changelog: no page says when it was made here.
RELEASED := $(or $(shell date -d "$$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)" +%s 2>/dev/null),0)
SCHEMAS := host init guest network
MAN_OPTIONS := check status report chart init-config mkinitramfs mkinitramfs-verify boot host-prep qemu-launch
MAN_SRCS := $(wildcard doc/*.scd)
MAN := $(patsubst doc/%.scd,$(B)/man/%,$(MAN_SRCS))
SAMPLES := $(SCHEMAS:%=$(B)/sample/%.conf)
COMPLETIONS := $(B)/completion/bash/bedplate $(B)/completion/zsh/_bedplate \
	$(B)/completion/fish/bedplate.fish

$(B)/sample/%.conf: $(B)/tools/schema-gen
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)$< sample $* > $@.new && mv $@.new $@

$(B)/man/%.keys.scd: $(B)/tools/schema-gen
	@mkdir -p $(@D)
	$(Q)$< man $* > $@.new && mv $@.new $@

# What is made on the way stays, or the next make would make it again.
.SECONDARY:

$(B)/man/%.options.scd: $(B)/tools/schema-gen
	@mkdir -p $(@D)
	$(Q)$< options $* > $@.new && mv $@.new $@

# A page may hold the lines `@KEYS host@` and `@OPTIONS mkinitramfs@`, which the tables replace.
$(B)/man/%: doc/%.scd debian/changelog tools/man-page $(SCHEMAS:%=$(B)/man/%.keys.scd) $(MAN_OPTIONS:%=$(B)/man/%.options.scd)
	@mkdir -p $(@D)
	$(call say,MAN,$@)
	$(Q)tools/man-page $< $(B)/man | SOURCE_DATE_EPOCH=$(RELEASED) scdoc > $@.new && mv $@.new $@

$(B)/completion/%: $(B)/tools/schema-gen
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)$< completion $(*D) > $@.new && mv $@.new $@

all: $(PROGRAMS) $(MAN) $(SAMPLES) $(COMPLETIONS)

# --- install -------------------------------------------------------------------------------

SHARE := man/man5 man/man7 man/man8 doc/bedplate/examples bash-completion/completions zsh/vendor-completions \
	fish/vendor_completions.d
# What people write; an image's init.conf is written by mkinitramfs.
INSTALLED_SAMPLES := host network guest
# Started at boot once they are installed.
BOOT_UNITS := bedplate-boot.service bedplate-host-prep.service bedplate-guests.target

.PHONY: install deb clean distclean
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(LIBDIR) $(SHARE:%=$(DESTDIR)$(PREFIX)/share/%)
	install -m 755 $(B)/bedplate/bedplate $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(B)/mkinitramfs/bedplate-mkinitramfs $(B)/boot/bedplate-boot \
		$(B)/host-prep/bedplate-host-prep $(B)/qemu-launch/bedplate-qemu-launch $(B)/init/init \
		$(B)/init-probe/init-probe $(B)/deps/sbin/lvm $(B)/deps/sbin/e2fsck $(B)/deps/bin/busybox $(DESTDIR)$(LIBDIR)/
	install -m 644 $(B)/deps/bin/busybox.links $(DESTDIR)$(LIBDIR)/
	install -m 755 boot/grub-entries host-prep/dhcp-script $(DESTDIR)$(LIBDIR)/
	install -d $(DESTDIR)$(UNITDIR)/multi-user.target.wants
	for unit in $(BOOT_UNITS); do \
		sed 's|@BINDIR@|$(PREFIX)/bin|' "units/$$unit" > "$(DESTDIR)$(UNITDIR)/$$unit" && \
		ln -sfn "../$$unit" "$(DESTDIR)$(UNITDIR)/multi-user.target.wants/$$unit" || exit; \
	done
	install -m 644 units/bedplate-dhcp@.service units/bedplate-guests.slice $(DESTDIR)$(UNITDIR)/
	for unit in bedplate-guest@.service bedplate-host-prep-late.service; do \
		sed 's|@BINDIR@|$(PREFIX)/bin|' "units/$$unit" > "$(DESTDIR)$(UNITDIR)/$$unit" || exit; \
	done
	install -d $(DESTDIR)$(GENERATORDIR)
	ln -srfn $(DESTDIR)$(LIBDIR)/bedplate-qemu-launch $(DESTDIR)$(GENERATORDIR)/bedplate-guest-generator
	install -m 644 $(filter %.5,$(MAN)) $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 $(filter %.7,$(MAN)) $(DESTDIR)$(PREFIX)/share/man/man7/
	install -m 644 $(filter %.8,$(MAN)) $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 644 README.md LICENSE $(wildcard doc/*.md doc/*.svg) $(DESTDIR)$(PREFIX)/share/doc/bedplate/
	install -m 644 $(INSTALLED_SAMPLES:%=$(B)/sample/%.conf) $(DESTDIR)$(PREFIX)/share/doc/bedplate/examples/
	[ ! -d examples ] || cp -R --no-preserve=mode,ownership examples/. '$(DESTDIR)$(PREFIX)/share/doc/bedplate/examples/'
	install -m 644 $(B)/completion/bash/bedplate \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/
	install -m 644 $(B)/completion/zsh/_bedplate $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/
	install -m 644 $(B)/completion/fish/bedplate.fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/
	hooks/install '$(DESTDIR)' '$(LIBDIR)' common $(HOOKS)

# One file, $(B)/deb/bedplate_VERSION_ARCH.deb, from what was built with the flags given here.
deb: all $(B)/setup-deb.stamp
	$(Q)mkdir -p $(B)/deb && rm -f $(B)/deb/*.deb $(B)/deb/files
	+$(Q)debian/rules binary B='$(B)' OUT='$(B)/deb' FILES='$(B)/deb/files' >$(B)/deb/log 2>&1 || { cat $(B)/deb/log >&2; exit 1; }
	@ls $(B)/deb/*.deb

clean:
	rm -rf $(B)/obj $(B)/lib $(B)/init $(B)/init-probe $(B)/mkinitramfs $(B)/boot $(B)/host-prep $(B)/qemu-launch $(B)/bedplate $(B)/tools $(B)/man \
		$(B)/sample $(B)/completion $(B)/unit $(B)/unit-san $(B)/fuzz $(B)/lint $(B)/flags $(B)/libdir \
		$(B)/deb $(B)/tests $(B)/vm/disks $(B)/vm/images $(B)/vm/logs

distclean:
	rm -rf $(B)

# --- tests ---------------------------------------------------------------------------------

include tests/tests.mk

.PHONY: demo bench bench-host-prep bench-qemu-launch
demo: all $(B)/setup-vm.stamp $(B)/tests/vm/vmrun $(B)/tests/vm/testinit
	@tests/vm/demo

bench: all $(B)/setup-bench.stamp $(B)/tests/vm/vmrun $(B)/tests/vm/testinit $(B)/tests/guests/HALT.img
	@PEERS='$(PEERS)' tests/bench/run

bench-host-prep: all $(B)/setup-bench.stamp
	@tests/bench/host-prep

bench-qemu-launch: all $(B)/setup-bench.stamp $(B)/tests/guests/HALT.img
	@tests/bench/qemu-launch

help:
	@sed -n 's/^#H //p' Makefile

-include $(shell find $(B)/obj $(B)/unit $(B)/unit-san -name '*.d' 2>/dev/null)

#H make                 build everything into build/
#H make demo            boot a Debian kernel from an LVM root in a VM and show where the time went
#H make check           run every test; ends with "N passed, N failed"
#H make check-unit, check-san, check-golden, check-golden-san, check-hooks, check-net, check-guests, check-vm, check-fuzz, lint: parts of it
#H make check-vm CASES=regex     only the VM cases whose name matches
#H make bench [PEERS="name=image ..."]   compare boot, size and generation with other initramfs systems
#H make bench-host-prep, bench-qemu-launch  only its last parts: a network comes up, guests start
#H make fuzz FUZZ_SECONDS=60     run each fuzzer for a time
#H make install [DESTDIR=] [PREFIX=/usr] [HOOKS="debian kernel-install"]   see hooks/README.md
#H make deb               build the Debian package, build/deb/bedplate_VERSION_ARCH.deb; see doc/packaging.md
#H make clean           remove what was built but the third-party parts; distclean: everything
#H
#H Variables: V=1 shows commands; SOURCES=dir[:dir] takes source archives from there; WERROR=1;
#H            CC=musl-gcc; KERNEL=bookworm|trixie, MACHINE=q35|pc, ACCEL=auto|kvm|tcg for VM tests
