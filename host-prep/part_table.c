/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part_table.c: the table of parts. */
#include "host-prep/part.h"

/* Modules bring settings with them; what a guest's memory comes from is last but the networks:
 * names of interfaces are given before they are spoken of, their firewall stands before anything
 * can pass, and servers need their bridge. */
const struct part *const host_parts[] = {
	&kmod_part,     &sysctl_part,        &ksm_part,   &cpu_part,   &swap_part,
	&hugepage_part, &vfio_part,          &udev_part,  &names_part, &nat_part,
	&coexist_part,  &firewalld_part,     &links_part, &dhcp_part,  &vpn_part,
	&client_part,   &bridge_helper_part, NULL,
};
