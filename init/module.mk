# SPDX-License-Identifier: GPL-2.0-or-later
# /init: process 1 of the initramfs.
init_SRCS := init/alias.c init/args.c init/coldplug.c init/device.c init/diagnosis.c init/dm.c init/early.c \
	init/late.c init/late_unpack.c init/loader.c init/lvm.c init/lvm_config.c init/lvm_label.c init/lvm_map.c init/lvm_native.c \
	init/lvm_node.c init/lvm_vg.c init/main.c init/modprobe.c init/module.c init/module_index.c \
	init/mount_options.c init/plan.c init/probe.c init/program.c init/report.c init/reboot.c init/reboot_marker.c init/rescue.c \
	init/root.c init/settings.c init/spec.c init/switch.c init/uevent.c init/wait.c
init_LIBS := blkid jansson inih unzstd
