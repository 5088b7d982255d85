# SPDX-License-Identifier: GPL-2.0-or-later
# A guest without an operating system; see netguest.h.
NETGUEST := $(B)/tests/vm/netguest/netguest
$(NETGUEST): $(addprefix tests/vm/netguest/,start.S machine.c card.c ip.c dhcp.c main.c netguest.h) | $(B)/setup-build.stamp
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -m32 -march=i686 -I. $(WARNINGS) -O2 -g0 -ffreestanding -fno-builtin -fno-pic -fno-stack-protector \
		-fno-asynchronous-unwind-tables -static -no-pie -nostdlib -Wl,-n,--no-warn-rwx-segments,-Ttext=0x100000,--build-id=none \
		-o $@ $(filter %.S %.c,$^)
