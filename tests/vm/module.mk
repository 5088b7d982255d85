# SPDX-License-Identifier: GPL-2.0-or-later
# vmrun runs on the build machine; testinit, lvmnative, ksmpages and vsocksay inside the guests, so they are static.
vmrun_SRCS := tests/vm/vmrun.c tests/vm/vmrun_line.c tests/vm/vmrun_rule.c
testinit_SRCS := tests/vm/testinit.c
ksmpages_SRCS := tests/vm/ksmpages.c
vsocksay_SRCS := tests/vm/vsocksay.c
lvmnative_SRCS := tests/vm/lvmnative.c init/device.c init/pv.c init/dm.c lib/lvm_config.c lib/lvm_label.c \
	lib/lvm_map.c lib/lvm_name.c init/lvm_native.c init/lvm_seen.c lib/lvm_vg.c init/probe.c init/spec.c lib/uevent.c
lvmnative_LIBS := blkid
