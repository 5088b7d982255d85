/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smbios.c: the table of SMBIOS's texts, and their resolution. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "qemu-launch/setup_private.h"
#include "qemu-launch/smbios.h"

#define ROW(type, property, key, member, file)                                   \
	{                                                                        \
		type, property, key, offsetof(struct guest_smbios, member), file \
	}

const struct smbios_row smbios_rows[SMBIOS_ROWS] = {
	ROW(0, "vendor", "BiosVendor", bios_vendor, "bios_vendor"),
	ROW(0, "version", "BiosVersion", bios_version, "bios_version"),
	ROW(0, "date", "BiosDate", bios_date, "bios_date"),
	ROW(1, "manufacturer", "Manufacturer", manufacturer, "sys_vendor"),
	ROW(1, "product", "Product", product, "product_name"),
	ROW(1, "version", "Version", version, "product_version"),
	ROW(1, "serial", "Serial", serial, "product_serial"),
	ROW(1, "sku", "Sku", sku, "product_sku"),
	ROW(1, "family", "Family", family, "product_family"),
	ROW(2, "manufacturer", "BoardManufacturer", board_manufacturer, "board_vendor"),
	ROW(2, "product", "BoardProduct", board_product, "board_name"),
	ROW(2, "version", "BoardVersion", board_version, "board_version"),
	ROW(2, "serial", "BoardSerial", board_serial, "board_serial"),
	ROW(3, "manufacturer", "ChassisManufacturer", chassis_manufacturer,
	    "chassis_vendor"),
	ROW(3, "serial", "ChassisSerial", chassis_serial, "chassis_serial"),
	ROW(3, "asset", "ChassisAsset", chassis_asset, "chassis_asset_tag"),
};

int setup_resolve_smbios(struct guest_setup *setup, const struct guest *guest,
			 const struct setup_host *host)
{
	const struct guest_smbios *smbios = &guest->data->smbios;

	for (size_t i = 0; i < SMBIOS_ROWS; i++) {
		const struct smbios_row *row = &smbios_rows[i];
		const char *text = *(char *const *)((const char *)smbios + row->offset);
		char path[64], line[256] = "";

		if (!*text && smbios->host) {
			snprintf(path, sizeof(path), "sys/class/dmi/id/%s", row->file);
			file_read_line(host->root_fd, path, line, sizeof(line), NULL);
			text = line;
		}
		if (!*text)
			continue;
		setup->smbios[i] = strdup(text);
		if (!setup->smbios[i])
			return -ENOMEM;
	}
	return 0;
}
