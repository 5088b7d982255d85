# SPDX-License-Identifier: GPL-2.0-or-later
# Guests of 512 bytes: one source, a program for each symbol.
GUESTS_BOOT := $(patsubst %,$(B)/tests/guests/%.img,HALT ACPI OFF REBOOT SPIN ECHO PCI UNPLUG PANIC)
$(B)/tests/guests/%.img: tests/guests/boot.S | $(B)/setup-build.stamp
	@mkdir -p $(@D)
	$(call say,AS,$@)
	$(Q)gcc -m32 -D$* -c -o $(@:.img=.o) $< && ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o $@ $(@:.img=.o)
