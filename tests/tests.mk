# SPDX-License-Identifier: GPL-2.0-or-later
# How the tests are built and run. Comments in a unit test's first eight lines name what it is
# linked from: /* SOURCES: lib/a.c lib/b*.c LIBS: inih */

UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
CASES ?=

unit_sources = $(wildcard $(shell sed -n '1,8s,.*SOURCES: *\(.*\),\1,p' $(1) | sed 's, *LIBS:.*,,; s,\*/,,' ))
unit_libs = $(shell sed -n '1,8s,.*LIBS: *\(.*\),\1,p' $(1) | sed 's,\*/,,')

# Unit tests against musl, as the programs are ...
define unit_test
$(B)/unit/$(1): $(B)/obj/tests/unit/$(1).o $(call objects,$(call unit_sources,tests/unit/$(1).c))
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(LINK) $$(PROGRAM_LDFLAGS) -o $$@ $$^ $(addprefix -l,$(call unit_libs,tests/unit/$(1).c)) -lpthread

$(B)/unit-san/$(1): $(patsubst %.c,$(B)/unit-san/obj/%.o,tests/unit/$(1).c $(call unit_sources,tests/unit/$(1).c))
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(NATIVE_CC) $$(SAN_FLAGS) -L$(B)/deps/native/lib -o $$@ $$^ $(addprefix -l,$(call unit_libs,tests/unit/$(1).c)) -lpthread
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_test,$(test))))

# ... and against the machine's own libc, under the address and undefined-behaviour sanitizers.
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(B)/unit-san/obj/%.o: %.c | $(DEPS_STAMPS) $(B)/setup-check.stamp
	@mkdir -p $(@D)
	$(call say,CC,$< (sanitizers))
	$(Q)$(NATIVE_CC) $(CPPFLAGS) -I$(B)/deps/native/include -std=gnu11 $(WARNINGS) -g -O1 \
		$(SAN_FLAGS) -MMD -MP -c -o $@ $<

# The programs in the same way, in a folder that stands for build/: what the golden cases run.
SAN := $(B)/san
$(B)/unit-san/libbedplate.a: $(patsubst %.c,$(B)/unit-san/obj/%.o,$(lib_SRCS))
	$(call say,AR,$@)
	$(Q)rm -f $@; ar rcsD $@ $^
define san_program
$(SAN)/$(1): $(patsubst %.c,$(B)/unit-san/obj/%.o,$($(2)_SRCS)) $(B)/unit-san/libbedplate.a
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(NATIVE_CC) $$(SAN_FLAGS) -L$(B)/deps/native/lib -o $$@ $$^ $(addprefix -l,$($(2)_LIBS)) -lpthread
SAN_PROGRAMS += $(SAN)/$(1)
endef
$(eval $(call san_program,mkinitramfs/bedplate-mkinitramfs,mkinitramfs))
$(eval $(call san_program,boot/bedplate-boot,boot))
$(eval $(call san_program,host-prep/bedplate-host-prep,host_prep))
$(eval $(call san_program,qemu-launch/bedplate-qemu-launch,qemu_launch))
$(eval $(call san_program,bedplate/bedplate,bedplate))

define fuzz_target
$(B)/fuzz/$(1): $(patsubst %.c,$(B)/fuzz/obj/%.o,tests/fuzz/$(1).c $(call unit_sources,tests/fuzz/$(1).c))
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)clang $$(SAN_FLAGS) -fsanitize=fuzzer -L$(B)/deps/native/lib -o $$@ $$^ $(addprefix -l,$(call unit_libs,tests/fuzz/$(1).c)) -lpthread
endef
$(foreach name,$(FUZZERS),$(eval $(call fuzz_target,$(name))))
$(B)/fuzz/obj/%.o: %.c | $(DEPS_STAMPS) $(B)/setup-check.stamp
	@mkdir -p $(@D)
	$(call say,CC,$< (fuzzer))
	$(Q)clang $(CPPFLAGS) -I$(B)/deps/native/include -std=gnu11 $(WARNINGS) -g -O1 \
		$(SAN_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

VM_TOOLS := $(B)/tests/vm/vmrun $(B)/tests/vm/testinit $(B)/tests/vm/lvmnative $(B)/tests/vm/ksmpages $(B)/tests/vm/vsocksay $(GUESTS_BOOT) $(NETGUEST)
.PHONY: check check-unit check-san check-golden check-golden-san check-hooks check-net check-guests check-vm check-fuzz check-build lint fuzz
check-unit: $(UNIT_TESTS:%=$(B)/unit/%)
	@tests/run unit
check-san: $(UNIT_TESTS:%=$(B)/unit-san/%)
	@tests/run san
check-golden: all $(B)/tools/option-check $(B)/tests/golden/killat $(B)/setup-check.stamp
	@tests/run golden
# What /init is made of and the parts are those of build/.
check-golden-san: all $(SAN_PROGRAMS) $(B)/tests/golden/killat $(B)/setup-check.stamp
	@for name in deps init init-probe tests vm man sample completion; do \
		[ ! -e $(B)/$$name ] || ln -sfn $(abspath $(B))/$$name $(SAN)/$$name; \
	done
	@BEDPLATE_BUILD=$(abspath $(SAN)) CASES='$(CASES)' tests/run golden-san
check-hooks: all $(B)/setup-check.stamp
	@CASES='$(CASES)' tests/run hooks
check-net: all $(B)/tests/net/netstate $(B)/setup-check.stamp
	@CASES='$(CASES)' tests/run net
check-guests: all $(GUESTS_BOOT) $(B)/setup-check.stamp
	@CASES='$(CASES)' tests/run guests
check-vm: all $(VM_TOOLS) $(B)/setup-check.stamp
	@CASES='$(CASES)' tests/run vm
check-fuzz: $(FUZZERS:%=$(B)/fuzz/%)
	@tests/run fuzz
fuzz: $(FUZZERS:%=$(B)/fuzz/%)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run fuzz
lint: all $(B)/setup-check.stamp
	@tests/run lint

# Everything, in the order in which a failure is cheapest to find. The programs under test are
# built with warnings as errors.
check: $(B)/setup-check.stamp $(B)/setup-vm.stamp all $(B)/tools/option-check $(B)/tests/golden/killat $(VM_TOOLS) $(B)/tests/net/netstate $(GUESTS_BOOT) $(UNIT_TESTS:%=$(B)/unit/%) \
		$(UNIT_TESTS:%=$(B)/unit-san/%) $(FUZZERS:%=$(B)/fuzz/%)
	@CASES='$(CASES)' tests/run lint unit san fuzz golden hooks net guests vm
