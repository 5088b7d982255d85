# SPDX-License-Identifier: GPL-2.0-or-later
# netstate: host-prep's network code without a configuration.
netstate_SRCS := tests/net/netstate.c $(wildcard host-prep/net*.c) host-prep/step.c
netstate_LIBS := jansson
