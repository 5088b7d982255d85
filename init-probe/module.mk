# SPDX-License-Identifier: GPL-2.0-or-later
# init-probe: the init on the scratch disk of `bedplate mkinitramfs verify`. It stands alone.
init_probe_SRCS := init-probe/main.c
