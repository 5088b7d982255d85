# SPDX-License-Identifier: GPL-2.0-or-later
# vmrun runs on the build machine; testinit inside the guests, so it is static.
vmrun_SRCS := tests/vm/vmrun.c tests/vm/vmrun_line.c tests/vm/vmrun_rule.c
testinit_SRCS := tests/vm/testinit.c
